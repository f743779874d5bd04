//! Tests of the wallet as a whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod futures;
mod lifecycle;
mod prefixes;
mod thief;
