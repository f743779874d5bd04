//! The reference issuer: many businesses' currencies on one host, as `docs/protocol.md` describes them.
//!
//! [`Issuer::start`] runs the server inside any program; the binary of this package adds a command line. A request goes
//! from the top down:
//!
//! - `routes`: the HTTP interface, one file a resource; `http`: what routes share; `access`: who may read.
//! - `pages`: what people see who open a link; `apps`: the wallets that an operator recommends.
//! - `book`: what is done, each one piece of work of the writer's transaction.
//! - `decide`: the rules, as pure functions.
//! - `db`: the tables, one thread that writes in groups, a few connections that read.
//! - `time`, `keys`, `hub`, `rates`, `metrics`, `trees`: the issuer's time, its signing keys, its event streams, its
//!   bounds, its counters, its statements' trees.

mod access;
pub mod apps;
mod book;
mod chores;
pub mod config;
mod connections;
mod db;
mod decide;
pub mod faults;
mod folder;
mod http;
mod hub;
mod keys;
mod metrics;
mod openapi;
mod pages;
mod problem;
mod rates;
mod routes;
mod server;
mod services;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod tls;
mod trees;

pub use config::{Config, Limits, Ports, TlsFiles, Token};
pub use db::OpenError;
pub use openapi::document as openapi_document;
pub use server::{Issuer, RunningServer, StartError, backup, backup_with};
pub use tls::TlsError;
