//! Grants and requests that were cancelled.

use rusqlite::{Connection, params};
use tallystick::keys::Digest;

use super::sql::{self, AccountNo, IssuerNo};

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
    account: AccountNo,
) -> rusqlite::Result<()> {
    sql::run(
        db,
        "INSERT INTO cancelled (issuer, target, refusal, account) VALUES (?1, ?2, ?3, ?4)",
        params![issuer.0, target.as_bytes(), refusal, account.0],
    )
    .map(drop)
}

/// How much of an account was cancelled.
pub(crate) fn count(db: &Connection, account: AccountNo) -> rusqlite::Result<u32> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM cancelled WHERE account = ?1")?;
    statement.query_row(params![account.0], |row| row.get(0))
}
