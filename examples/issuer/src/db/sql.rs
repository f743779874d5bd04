//! Reading columns as the types that they stand for.

use rusqlite::{Connection, OptionalExtension as _, Params, Row};
use tallystick::keys::{AccountId, Digest, IssuerId, PublicKey};

/// The number of a row of table `issuer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct IssuerNo(pub i64);

/// The number of a row of table `account`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AccountNo(pub i64);

macro_rules! readers {
    ($($name:ident -> $type:ident;)*) => {$(
        /// Reads a column of fixed length.
        pub(crate) fn $name(row: &Row<'_>, column: &str) -> rusqlite::Result<$type> {
            row.get(column).map($type::new)
        }
    )*};
}
readers! {
    account_id -> AccountId;
    digest -> Digest;
    issuer_id -> IssuerId;
    public_key -> PublicKey;
}

/// The first row, if there is one.
pub(crate) fn first<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    db.prepare_cached(sql)?.query_row(params, read).optional()
}

/// All rows.
pub(crate) fn all<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    db.prepare_cached(sql)?.query_map(params, read)?.collect()
}

/// Runs a statement; gives how many rows it changed.
pub(crate) fn run(db: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
    db.prepare_cached(sql)?.execute(params)
}
