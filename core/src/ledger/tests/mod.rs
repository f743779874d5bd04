#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accusations;
mod chain;
mod entry;
mod evil;
mod fraud;
mod honest;
mod identity;
mod merkle;
mod support;
mod tampering;
