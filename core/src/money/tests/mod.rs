//! Tests of money, one file an idea.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod amount;
mod currency;
mod rounding;
