//! Entries: the chains of the accounts.

use rusqlite::{Connection, params};

use tallystick::keys::Digest;

use super::sql::{self, AccountNo};

/// An entry that is being written.
pub(crate) struct NewEntry<'a> {
    pub account: AccountNo,
    pub epoch: u32,
    pub sequence: i64,
    pub bytes: &'a [u8],
    /// The chain's hash after it.
    pub chain_hash: Digest,
    pub amount: i64,
    pub balance: i64,
    /// Row of the decision that allows it.
    pub decision: Option<i64>,
}

/// Appends an entry.
pub(crate) fn insert(db: &Connection, new: &NewEntry<'_>) -> rusqlite::Result<()> {
    sql::run(
        db,
        "INSERT INTO entry (account, epoch, sequence, bytes, chain_hash, amount, balance, decision)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            new.account.0,
            new.epoch,
            new.sequence,
            new.bytes,
            new.chain_hash.as_bytes(),
            new.amount,
            new.balance,
            new.decision,
        ],
    )
    .map(drop)
}

/// One entry of a chain: its bytes, and the chain's hash after it.
pub(crate) fn find(
    db: &Connection,
    account: AccountNo,
    epoch: u32,
    sequence: i64,
) -> rusqlite::Result<Option<(Vec<u8>, Digest)>> {
    let sql = "SELECT bytes, chain_hash FROM entry WHERE account = ?1 AND epoch = ?2 AND sequence = ?3";
    sql::first(db, sql, params![account.0, epoch, sequence], |row| {
        Ok((row.get("bytes")?, sql::digest(row, "chain_hash")?))
    })
}

/// An entry, with what allows it.
#[derive(Debug, Clone)]
pub(crate) struct EntryRow {
    pub sequence: i64,
    pub bytes: Vec<u8>,
    pub order: Option<Vec<u8>>,
    /// Of this side.
    pub receipt: Option<Vec<u8>>,
    /// Of a debit: the grant by which the order was signed, if a granted key signed it.
    pub grant: Option<Vec<u8>>,
    pub request: Option<Vec<u8>>,
    pub memo: Option<Vec<u8>>,
}

/// Entries of an epoch after a sequence, oldest first.
pub(crate) fn page(
    db: &Connection,
    account: AccountNo,
    epoch: u32,
    after: i64,
    limit: u16,
) -> rusqlite::Result<Vec<EntryRow>> {
    sql::all(
        db,
        "SELECT entry.sequence, entry.bytes, decision.order_bytes, decision.memo, request.bytes AS request,
           CASE WHEN decision.payer = entry.account THEN decision.payer_receipt ELSE decision.payee_receipt END AS receipt,
           CASE WHEN decision.payer = entry.account THEN grants.bytes END AS granted_by
         FROM entry LEFT JOIN decision ON decision.no = entry.decision LEFT JOIN grants ON grants.no = decision.granted_by
           LEFT JOIN request ON request.no = decision.request
         WHERE entry.account = ?1 AND entry.epoch = ?2 AND entry.sequence > ?3 ORDER BY entry.sequence LIMIT ?4",
        params![account.0, epoch, after, limit],
        |row| {
            Ok(EntryRow {
                sequence: row.get("sequence")?,
                bytes: row.get("bytes")?,
                order: row.get("order_bytes")?,
                receipt: row.get("receipt")?,
                grant: row.get("granted_by")?,
                request: row.get("request")?,
                memo: row.get("memo")?,
            })
        },
    )
}

/// Places of the entries after a place, in order, over all epochs.
pub(crate) fn places_after(
    db: &Connection,
    account: AccountNo,
    after: (u32, i64),
    limit: u16,
) -> rusqlite::Result<Vec<(u32, i64)>> {
    sql::all(
        db,
        "SELECT epoch, sequence FROM entry WHERE account = ?1 AND (epoch, sequence) > (?2, ?3)
         ORDER BY epoch, sequence LIMIT ?4",
        params![account.0, after.0, after.1, limit],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
