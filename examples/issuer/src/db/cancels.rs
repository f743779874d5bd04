//! Grants and requests that were cancelled.

use rusqlite::{Connection, params};
use tallystick::keys::Digest;

use super::sql::{self, IssuerNo};

/// The refusal that says so, if this was cancelled.
pub(crate) fn refusal_of(
    db: &Connection,
    issuer: IssuerNo,
    target: &Digest,
) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT refusal FROM cancelled WHERE issuer = ?1 AND target = ?2";
    sql::first(db, sql, params![issuer.0, target.as_bytes()], |row| row.get(0))
}

/// Keeps a cancellation.
pub(crate) fn insert(
    db: &Connection,
    issuer: IssuerNo,
    target: &Digest,
    refusal: &[u8],
) -> rusqlite::Result<()> {
    sql::run(
        db,
        "INSERT INTO cancelled (issuer, target, refusal) VALUES (?1, ?2, ?3)",
        params![issuer.0, target.as_bytes(), refusal],
    )
    .map(drop)
}
