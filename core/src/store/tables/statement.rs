//! Statements that the wallet has checked.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::keyed::RowKey;
use crate::store::cipher::{Cipher, Place};
use crate::store::error::StoreError;

/// Stores a statement as received. Storing the same number again changes nothing.
pub fn put(
    transaction: &Transaction<'_>,
    cipher: &Cipher,
    issuer: &RowKey,
    number: i64,
    statement: &[u8],
) -> Result<(), StoreError> {
    let key = place_key(issuer, number);
    transaction
        .prepare_cached(
            "INSERT INTO statement (issuer_key, number, value) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![issuer.as_slice(), number, cipher.seal(place(&key), statement)?])?;
    Ok(())
}

/// The statement of this number, if it is there.
pub fn get(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &RowKey,
    number: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let blob: Option<Vec<u8>> = connection
        .prepare_cached("SELECT value FROM statement WHERE issuer_key = ?1 AND number = ?2")?
        .query_row(params![issuer.as_slice(), number], |row| row.get(0))
        .optional()?;
    blob.map(|blob| Ok(cipher.open(place(&place_key(issuer, number)), &blob)?.to_vec())).transpose()
}

fn place_key(issuer: &RowKey, number: i64) -> [u8; 24] {
    let mut key = [0; 24];
    key[..16].copy_from_slice(issuer);
    key[16..].copy_from_slice(&number.to_be_bytes());
    key
}

fn place(key: &[u8]) -> Place<'_> {
    Place { table: "statement", key, column: "value" }
}
