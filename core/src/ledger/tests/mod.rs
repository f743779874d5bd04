#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accusations;
mod answers;
mod chain;
mod contradictions;
mod entry;
mod evil;
mod fraud;
mod honest;
mod identity;
mod keys;
mod merkle;
mod support;
mod tampering;
mod vectors;
