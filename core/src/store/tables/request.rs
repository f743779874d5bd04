//! Requests for payment that this wallet made.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::{Deserialize, Serialize};

use super::Blob;
use super::keyed::RowKey;
use crate::clock::UnixSeconds;
use crate::keys::{Digest, IssuerId, RequestId};
use crate::store::cipher::{Cipher, Place};
use crate::store::error::StoreError;

/// A request of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// Names it.
    pub request: RequestId,
    /// The request, whole.
    pub artefact: Blob,
    /// The issuers in whose money it can be paid.
    pub issuers: Vec<IssuerId>,
    /// The link that was shown.
    pub link: String,
    /// When it was made.
    pub created_at: UnixSeconds,
    /// The payments that it received, in order; more than one if it is reusable.
    pub paid_by: Vec<Digest>,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// Stores a request in place of an older version of it.
pub fn put(transaction: &Transaction<'_>, cipher: &Cipher, record: &RequestRecord) -> Result<(), StoreError> {
    let key = key(cipher, &record.request);
    let state = i64::from(record.cancelled) * 2 + i64::from(!record.paid_by.is_empty());
    transaction
        .prepare_cached(
            "INSERT INTO request (key, created_at, state, value) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (key) DO UPDATE SET state = excluded.state, value = excluded.value",
        )?
        .execute(params![
            key.as_slice(),
            record.created_at,
            state,
            cipher.seal_value(place(&key), record)?
        ])?;
    Ok(())
}

/// A request, if it is ours.
pub fn get(
    connection: &Connection,
    cipher: &Cipher,
    request: &RequestId,
) -> Result<Option<RequestRecord>, StoreError> {
    let key = key(cipher, request);
    let blob: Option<Vec<u8>> = connection
        .prepare_cached("SELECT value FROM request WHERE key = ?1")?
        .query_row([key.as_slice()], |row| row.get(0))
        .optional()?;
    blob.map(|blob| cipher.open_value(place(&key), &blob)).transpose()
}

/// The newest requests.
pub fn newest(
    connection: &Connection,
    cipher: &Cipher,
    limit: u32,
) -> Result<Vec<RequestRecord>, StoreError> {
    let mut select = connection
        .prepare_cached("SELECT key, value FROM request ORDER BY created_at DESC, key DESC LIMIT ?1")?;
    let rows = select.query_map([limit], |row| Ok((row.get::<_, RowKey>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    rows.map(|row| {
        let (key, blob) = row?;
        cipher.open_value(place(&key), &blob)
    })
    .collect()
}

fn key(cipher: &Cipher, request: &RequestId) -> RowKey {
    cipher.blind_index("request", "key", request.as_bytes())
}

fn place(key: &RowKey) -> Place<'_> {
    Place { table: "request", key, column: "value" }
}
