//! Payment requests: kept for payment by reference, or come along with an order.

use rusqlite::{Connection, Row, named_params, params};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{Digest, RequestId};

use super::sql::{self, AccountNo, IssuerNo};

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct RequestRow {
    pub bytes: Vec<u8>,
    /// Whoever asks for the hash is given the bytes.
    pub posted: bool,
}

fn read(row: &Row<'_>) -> rusqlite::Result<RequestRow> {
    Ok(RequestRow { bytes: row.get("bytes")?, posted: row.get("posted")? })
}

/// The request with this hash.
pub(crate) fn find(db: &Connection, issuer: IssuerNo, hash: &Digest) -> rusqlite::Result<Option<RequestRow>> {
    let sql = "SELECT * FROM request WHERE issuer = ?1 AND hash = ?2";
    sql::first(db, sql, params![issuer.0, hash.as_bytes()], read)
}

/// A request with this hash that was posted to any issuer of this host.
pub(crate) fn find_posted(db: &Connection, hash: &Digest) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes FROM request WHERE hash = ?1 AND posted = 1
        AND NOT EXISTS (SELECT 1 FROM cancelled WHERE cancelled.issuer = request.issuer AND target = ?1) LIMIT 1";
    sql::first(db, sql, params![hash.as_bytes()], |row| row.get(0))
}

/// What is kept of a request.
pub(crate) struct NewRequest<'a> {
    pub hash: Digest,
    pub payee: AccountNo,
    pub bytes: &'a [u8],
    pub not_after: Option<UnixSeconds>,
    pub posted: bool,
}

/// Keeps a request, and gives its row's number. One that is posted stays so.
pub(crate) fn keep(db: &Connection, issuer: IssuerNo, new: &NewRequest<'_>) -> rusqlite::Result<i64> {
    let mut statement = db.prepare_cached(
        "INSERT INTO request (issuer, hash, payee, bytes, not_after, posted)
         VALUES (:issuer, :hash, :payee, :bytes, :not_after, :posted)
         ON CONFLICT (issuer, hash) DO UPDATE SET posted = max(posted, excluded.posted)
         RETURNING no",
    )?;
    statement.query_row(
        named_params! {
            ":issuer": issuer.0,
            ":hash": new.hash.as_bytes(),
            ":payee": new.payee.0,
            ":bytes": new.bytes,
            ":not_after": new.not_after,
            ":posted": new.posted,
        },
        |row| row.get(0),
    )
}

/// Makes room for one more request of an account, of which at most `most` are kept that nobody paid: those that ended
/// first are forgotten first. `false`: there is none, for all of them are in time.
pub(crate) fn make_room(
    db: &Connection,
    payee: AccountNo,
    most: u32,
    now: UnixSeconds,
) -> rusqlite::Result<bool> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM request WHERE payee = ?1 AND paid = 0")?;
    let kept: u32 = statement.query_row(params![payee.0], |row| row.get(0))?;
    let too_many = kept.saturating_add(1).saturating_sub(most);
    if too_many == 0 {
        return Ok(true);
    }
    let forgotten = sql::run(
        db,
        "DELETE FROM request WHERE no IN (SELECT no FROM request
           WHERE payee = ?1 AND paid = 0 AND not_after < ?2 ORDER BY not_after LIMIT ?3)",
        params![payee.0, now, too_many],
    )?;
    Ok(forgotten >= too_many as usize)
}

/// Forgets requests that ended before `before` and that no executed order names.
pub(crate) fn forget_ended(db: &Connection, before: UnixSeconds) -> rusqlite::Result<usize> {
    sql::run(db, "DELETE FROM request WHERE paid = 0 AND not_after < ?1", params![before])
}

/// An executed order names this request.
pub(crate) fn set_paid(db: &Connection, request: i64) -> rusqlite::Result<()> {
    sql::run(db, "UPDATE request SET paid = 1 WHERE no = ?1 AND paid = 0", params![request]).map(drop)
}

/// An executed order that names a request.
pub(crate) struct Payment {
    pub payer: AccountNo,
    pub payer_receipt: Vec<u8>,
}

/// The first order that paid a request.
pub(crate) fn payment(
    db: &Connection,
    issuer: IssuerNo,
    request: &RequestId,
) -> rusqlite::Result<Option<Payment>> {
    sql::first(
        db,
        "SELECT payer, payer_receipt FROM decision WHERE issuer = ?1 AND request_id = ?2 ORDER BY no LIMIT 1",
        params![issuer.0, request.as_bytes()],
        |row| Ok(Payment { payer: AccountNo(row.get(0)?), payer_receipt: row.get(1)? }),
    )
}
