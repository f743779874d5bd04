//! Evidence against issuers. It is never deleted.

use rusqlite::{Connection, Transaction, params};

use super::keyed::RowKey;
use crate::clock::UnixSeconds;
use crate::store::cipher::{Cipher, Place};
use crate::store::error::StoreError;

/// Keeps evidence, in the form in which anyone can check it. Returns its number.
pub fn put(
    transaction: &Transaction<'_>,
    cipher: &Cipher,
    issuer: &RowKey,
    found_at: UnixSeconds,
    evidence: &[u8],
) -> Result<i64, StoreError> {
    let mut insert = transaction
        .prepare_cached("INSERT INTO evidence (issuer_key, found_at, value) VALUES (?1, ?2, ?3)")?;
    // The number is only known once the row is there; the value is sealed to it in the same transaction.
    let id = insert.insert(params![issuer.as_slice(), found_at, [0_u8; 0].as_slice()])?;
    let blob = cipher.seal(place(&id.to_be_bytes()), evidence)?;
    transaction.execute("UPDATE evidence SET value = ?2 WHERE id = ?1", params![id, blob])?;
    Ok(id)
}

/// All evidence against an issuer: number, time, and the evidence.
pub fn of_issuer(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &RowKey,
) -> Result<Vec<(i64, UnixSeconds, Vec<u8>)>, StoreError> {
    let mut select = connection
        .prepare_cached("SELECT id, found_at, value FROM evidence WHERE issuer_key = ?1 ORDER BY id")?;
    let rows = select.query_map([issuer.as_slice()], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?))
    })?;
    rows.map(|row| {
        let (id, found_at, blob) = row?;
        Ok((id, found_at, cipher.open(place(&id.to_be_bytes()), &blob)?.to_vec()))
    })
    .collect()
}

/// How many pieces of evidence there are against an issuer.
pub fn count(connection: &Connection, issuer: &RowKey) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached("SELECT COUNT(*) FROM evidence WHERE issuer_key = ?1")?
        .query_row([issuer.as_slice()], |row| row.get(0))?)
}

fn place(key: &[u8]) -> Place<'_> {
    Place { table: "evidence", key, column: "value" }
}
