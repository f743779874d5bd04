#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chain;
mod entry;
mod identity;
mod merkle;
