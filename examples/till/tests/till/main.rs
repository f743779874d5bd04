//! A till, its issuers and its customers, all real, over loopback TLS; the page is played by an HTTP client.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod charges;
mod counter;
mod granted;
mod guard;
mod outage;
mod pin;
mod several;
mod shop;
mod story;
