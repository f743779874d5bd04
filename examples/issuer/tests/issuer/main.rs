//! The reference issuer, over real TLS on the loopback interface.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accounts;
mod auth;
mod bad_input;
mod bounds;
mod cancels;
mod cards;
mod driver;
mod events;
mod faults;
mod grants;
mod history;
mod host;
mod names;
mod openapi;
mod orders;
mod pages;
mod people;
mod program;
mod requests;
mod restart;
mod restore;
mod statements;
mod tampering;
mod town;
