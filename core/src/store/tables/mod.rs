//! The wallet's tables, a file each.
//!
//! Functions that read take a connection, functions that write a transaction, both the cipher. Rows are found by
//! keyed hashes of ids, so the file shows which rows exist and how they relate, but not whose they are.
//!
//! - [`keyed`]: tables that map an id to one sealed value; [`blob`]: bytes inside sealed values.
//! - one file for each table that has more than that.

pub mod account;
pub mod act;
pub mod blob;
pub mod entry;
pub mod evidence;
pub mod issuer;
pub mod keyed;
pub mod keyring;
pub mod operation;
pub mod outbox;
pub mod payee;
pub mod payment;
pub mod request;
pub mod statement;

pub use blob::Blob;
pub use keyed::{Keyed, RowKey};

#[cfg(test)]
mod tests;
