//! The shop's side of a payment: a till that a tablet behind the counter opens in its browser.
//!
//! [`Till::start`] runs the server inside any program; the binary of this package adds a command line. Behind the page is
//! an ordinary wallet of the SDK, which acts for the shop's account with a key that the shop granted.
//!
//! ```text
//! page ──calls──> http (whose, from where, how often) ──> routes ──> charge, refund, day ──> the core's `Wallet`
//!   ^──events──────────────────────────────────────────────────────── watch <── its verified chain, its lines ──┘
//! ```
//!
//! - `config`, `server`, `addresses`, `tls`, `folder`, `place`: from what a shop decides to a page that is served.
//! - `wish`, `charge`, `book`: what is asked for, until it is paid. `refund`, `day`: afterwards. `view`: as the page sees it.
//! - `session`, `rates`, `app`: who may. The PIN is the wallet's own: it is stored as an Argon2id hash, sealed in the
//!   wallet's file, compared in constant time, and wrong ones make the next wait, also over restarts. So there is one PIN
//!   and one throttle, whoever asks; and until somebody gives it after a start, the wallet's keys are nowhere in memory.

mod addresses;
mod app;
mod book;
mod charge;
pub mod config;
mod day;
mod folder;
mod http;
pub mod place;
mod problem;
mod rates;
mod refund;
mod routes;
mod server;
mod session;
mod tls;
mod view;
mod watch;
mod wish;

pub use config::{Config, Limits, TlsFiles, Transport};
pub use server::{Running, StartError, Till};
pub use tls::TlsError;
