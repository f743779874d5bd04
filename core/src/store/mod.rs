//! The wallet's file: a SQLite database in which everything sensitive is sealed.
//!
//! One process opens it at a time. One thread writes, others read, and the rest of the program sends them work and
//! awaits it. A file of a newer version is left alone; a damaged one is set aside, kept and reported, and
//! nothing is ever made in its place without being asked. The key to the sealed values comes and goes with the lock
//! screen; the file stays open.
//!
//! - [`database`]: open, read, write, pause, close. Below it: `session` (what is open), `worker` (its threads),
//!   `connection` (how SQLite is set up), `damage` (remembers what SQLite reported), `guard` (where tests cut off).
//! - [`opening`]: from a folder to a usable file; `folder`, `lock`, `quarantine` and [`migrate`] do the parts.
//! - [`cipher`]: sealing values to their place, and keyed hashes to find them by. [`search`]: finding them by words.
//! - [`unlocking`]: the data key's way from the platform's secret store into memory.
//! - [`error`]: everything that can go wrong.
//! - [`tables`]: what the wallet keeps.
//!
//! A table is a file of its own: functions that read take `&Connection`, functions that write take `&Transaction`,
//! both take `&Cipher` where a value is sealed.

pub mod cipher;
pub mod database;
pub mod error;
pub mod migrate;
pub mod opening;
pub mod search;
pub mod session;
pub mod tables;
pub mod unlocking;

mod connection;
mod damage;
mod folder;
mod guard;
mod lock;
mod quarantine;
mod worker;

pub use cipher::{Cipher, DataKey, Place};
pub use database::Database;
pub use error::StoreError;
#[cfg(any(test, feature = "testing"))]
pub use guard::CommitGuard;
#[cfg(any(test, feature = "testing"))]
pub use guard::guard_all_commits;
pub use migrate::{Schema, WALLET};
pub use opening::IfAbsent;
pub use session::StoreOptions;
pub use unlocking::OpenedKey;

#[cfg(test)]
mod tests;
