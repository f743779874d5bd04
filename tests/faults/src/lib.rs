//! What can go wrong between an issuer, a till and wallets, each a process of its own, over TLS.
//!
//! - [`programs`]: the processes: started, ended, killed, with clocks that are off.
//! - [`proxy`]: the network between them, which does to calls what a test says.
//! - [`town`]: an issuer behind the proxy, and purses: wallets that processes take turns to open.
//! - [`deed`]: what a wallet process is told to do, and dies of.
//! - `durable`: a disk that loses what was not synced.
//! - [`truth`]: the one function that checks from outside, after everything, that no money was lost, doubled or invented.
//!
//! `docs/faults.md` says what is injected and what was found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot be set up fails here"
)]

pub mod deed;
#[cfg(target_os = "linux")]
pub mod durable;
pub mod programs;
pub mod proxy;
pub mod town;
pub mod truth;

pub use town::{Purse, Town};
