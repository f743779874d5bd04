//! The page in a real browser: Debian's Chromium, driven over WebDriver, in front of a real till, a real issuer and real
//! customers on loopback TLS. Pictures of all states are left in `target/tmp/till/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../till/counter.rs"]
#[allow(dead_code, reason = "the tests without a browser need more of it")]
mod counter;

#[path = "../till/shop.rs"]
#[allow(dead_code, reason = "as above")]
mod shop;

mod amounts;
mod checks;
mod granted;
mod looks;
mod outage;
mod screen;
mod story;
