//! A town for tests: a host with issuers on loopback TLS, and people with wallets.
//!
//! Everything is real but the clock, which tests move, and the faults, which tests write down.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test that cannot be set up fails here")]

mod clock;
mod crash;
mod liar;
mod phone;
mod stranger;
mod street;
mod town;

pub use clock::TestClock;
pub use crash::Crashing;
pub use liar::Liar;
pub use phone::{Phone, Point, Side, Step};
pub use stranger::Stranger;
pub use street::Street;
pub use town::{Host, Person, Town, backend, options};
