//! The database: one SQLite file for all issuers of the host.
//!
//! One thread writes, in groups ([`writer`]); a few connections read, each request one snapshot ([`readers`]). What is
//! stored and how is in the migrations; the statements stand one file a table, and decide nothing.

pub(crate) mod accounts;
pub(crate) mod attestations;
pub(crate) mod cancels;
pub(crate) mod decisions;
pub(crate) mod entries;
pub(crate) mod grants;
pub(crate) mod issuers;
mod migrate;
mod open;
pub(crate) mod readers;
pub(crate) mod requests;
pub(crate) mod sql;
pub(crate) mod statements;
pub(crate) mod writer;

pub use open::OpenError;
pub(crate) use open::{copy_to, open_reader, open_writer, time_ceiling};
pub(crate) use readers::Readers;
pub(crate) use writer::{WriteCx, Writer};
