//! Statements, and the leaves of their trees.

use rusqlite::{Connection, Row, named_params, params};
use tallystick::artefact::{Signed, Statement, StatementRef};
use tallystick::clock::UnixSeconds;
use tallystick::ledger::merkle::Leaf;
use tallystick::money::Amount;

use super::sql::{self, IssuerNo};

/// A statement.
#[derive(Debug, Clone)]
pub(crate) struct StatementRow {
    pub bytes: Vec<u8>,
    pub time: UnixSeconds,
}

fn read(row: &Row<'_>) -> rusqlite::Result<StatementRow> {
    Ok(StatementRow { bytes: row.get("bytes")?, time: row.get("time")? })
}

/// The newest statement.
pub(crate) fn latest(db: &Connection, issuer: IssuerNo) -> rusqlite::Result<Option<StatementRow>> {
    let sql = "SELECT * FROM statement WHERE issuer = ?1 ORDER BY number DESC LIMIT 1";
    sql::first(db, sql, params![issuer.0], read)
}

/// Number and hash of the newest statement.
pub(crate) fn latest_reference(db: &Connection, issuer: IssuerNo) -> rusqlite::Result<Option<StatementRef>> {
    let sql = "SELECT number, hash FROM statement WHERE issuer = ?1 ORDER BY number DESC LIMIT 1";
    sql::first(db, sql, params![issuer.0], |row| {
        Ok(StatementRef { number: row.get("number")?, hash: sql::digest(row, "hash")? })
    })
}

/// The statement with this number.
pub(crate) fn find(db: &Connection, issuer: IssuerNo, number: i64) -> rusqlite::Result<Option<StatementRow>> {
    let sql = "SELECT * FROM statement WHERE issuer = ?1 AND number = ?2";
    sql::first(db, sql, params![issuer.0, number], read)
}

/// The leaves of a statement, in the order of its tree.
pub(crate) fn leaves(db: &Connection, issuer: IssuerNo, number: i64) -> rusqlite::Result<Vec<Leaf>> {
    let sql = "SELECT * FROM leaf WHERE issuer = ?1 AND number = ?2 ORDER BY position";
    sql::all(db, sql, params![issuer.0, number], |row| {
        Ok(Leaf {
            account: sql::account_id(row, "account")?,
            sequence: row.get("sequence")?,
            chain_hash: sql::digest(row, "chain_hash")?,
            balance: Amount::new(row.get("balance")?),
            blind: row.get("blind")?,
        })
    })
}

/// Keeps a statement and the leaves of its tree.
pub(crate) fn insert(
    db: &Connection,
    issuer: IssuerNo,
    statement: &Signed<Statement>,
    leaves: &[Leaf],
) -> rusqlite::Result<()> {
    let body = statement.body();
    sql::run(
        db,
        "INSERT INTO statement (issuer, number, epoch, hash, bytes, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![issuer.0, body.number, body.epoch, statement.hash().as_bytes(), statement.bytes(), body.time],
    )?;
    let mut insert = db.prepare_cached(
        "INSERT INTO leaf (issuer, number, position, account, sequence, chain_hash, balance, blind)
         VALUES (:issuer, :number, :position, :account, :sequence, :hash, :balance, :blind)",
    )?;
    for (position, leaf) in (0_i64..).zip(leaves) {
        insert.execute(named_params! {
            ":issuer": issuer.0,
            ":number": body.number,
            ":position": position,
            ":account": leaf.account.as_bytes(),
            ":sequence": leaf.sequence,
            ":hash": leaf.chain_hash.as_bytes(),
            ":balance": leaf.balance.minor(),
            ":blind": leaf.blind,
        })?;
    }
    Ok(())
}

/// Forgets the leaves of all statements before `number`; the statements themselves stay.
pub(crate) fn forget_leaves(db: &Connection, issuer: IssuerNo, before: i64) -> rusqlite::Result<()> {
    sql::run(db, "DELETE FROM leaf WHERE issuer = ?1 AND number < ?2", params![issuer.0, before]).map(drop)
}

/// Whether the leaves of a statement are still kept: it is one of the `kept` newest.
pub(crate) fn has_leaves(
    db: &Connection,
    issuer: IssuerNo,
    number: i64,
    kept: u32,
) -> rusqlite::Result<bool> {
    Ok(latest_reference(db, issuer)?.is_some_and(|latest| latest.number - number < i64::from(kept)))
}
