//! Entries: the verified chains of the wallet's own accounts, with the artefacts that allow each entry.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::keyed::RowKey;
use crate::keys::Digest;
use crate::store::cipher::{Cipher, Place};
use crate::store::error::StoreError;

/// An entry and what came with it, all as received. Stored as one deterministic CBOR array, so that it stays small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRecord {
    /// The entry.
    pub entry: Vec<u8>,
    /// The chain's hash after it.
    pub chain_hash: Digest,
    /// The order that allows it; empty if there is none.
    pub order: Vec<u8>,
    /// The receipt of this side; empty if there is none.
    pub receipt: Vec<u8>,
    /// The request that the order pays; empty if there is none.
    pub request: Vec<u8>,
    /// The sealed memo; empty if there is none.
    pub memo: Vec<u8>,
}

/// Stores an entry. Storing the same place again changes nothing.
pub fn put(
    transaction: &Transaction<'_>,
    cipher: &Cipher,
    issuer: &RowKey,
    epoch: u32,
    sequence: i64,
    record: &EntryRecord,
) -> Result<(), StoreError> {
    let key = place_key(issuer, epoch, sequence);
    let blob = cipher.seal(place(&key), &encode(record))?;
    transaction
        .prepare_cached(
            "INSERT INTO entry (issuer_key, epoch, sequence, value) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )?
        .execute(params![issuer.as_slice(), epoch, sequence, blob])?;
    Ok(())
}

/// The entry at this place, if it is there.
pub fn get(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &RowKey,
    epoch: u32,
    sequence: i64,
) -> Result<Option<EntryRecord>, StoreError> {
    let blob: Option<Vec<u8>> = connection
        .prepare_cached("SELECT value FROM entry WHERE issuer_key = ?1 AND epoch = ?2 AND sequence = ?3")?
        .query_row(params![issuer.as_slice(), epoch, sequence], |row| row.get(0))
        .optional()?;
    blob.map(|blob| open(cipher, issuer, epoch, sequence, &blob)).transpose()
}

/// The stored chain of one epoch of the account at an issuer.
#[derive(Clone, Copy)]
pub struct Chain<'a> {
    /// The wallet's file.
    pub connection: &'a Connection,
    /// The key to its sealed values.
    pub cipher: &'a Cipher,
    /// The issuer's row.
    pub issuer: &'a RowKey,
    /// The epoch.
    pub epoch: u32,
}

impl Chain<'_> {
    /// Up to `limit` entries after a sequence, in order.
    pub fn after(&self, sequence: i64, limit: u32) -> Result<Vec<(i64, EntryRecord)>, StoreError> {
        self.page(
            "SELECT sequence, value FROM entry WHERE issuer_key = ?1 AND epoch = ?2 AND sequence > ?3
             ORDER BY sequence LIMIT ?4",
            sequence,
            limit,
        )
    }

    /// Up to `limit` entries before a sequence, newest first.
    pub fn before(&self, sequence: i64, limit: u32) -> Result<Vec<(i64, EntryRecord)>, StoreError> {
        self.page(
            "SELECT sequence, value FROM entry WHERE issuer_key = ?1 AND epoch = ?2 AND sequence < ?3
             ORDER BY sequence DESC LIMIT ?4",
            sequence,
            limit,
        )
    }

    fn page(&self, sql: &str, sequence: i64, limit: u32) -> Result<Vec<(i64, EntryRecord)>, StoreError> {
        let mut select = self.connection.prepare_cached(sql)?;
        let rows = select.query_map(params![self.issuer.as_slice(), self.epoch, sequence, limit], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })?;
        rows.map(|row| {
            let (sequence, blob) = row?;
            Ok((sequence, open(self.cipher, self.issuer, self.epoch, sequence, &blob)?))
        })
        .collect()
    }
}

fn open(
    cipher: &Cipher,
    issuer: &RowKey,
    epoch: u32,
    sequence: i64,
    blob: &[u8],
) -> Result<EntryRecord, StoreError> {
    let key = place_key(issuer, epoch, sequence);
    decode(&cipher.open(place(&key), blob)?).ok_or_else(|| StoreError::unreadable("entry.value"))
}

fn place_key(issuer: &RowKey, epoch: u32, sequence: i64) -> [u8; 28] {
    let mut key = [0; 28];
    key[..16].copy_from_slice(issuer);
    key[16..20].copy_from_slice(&epoch.to_be_bytes());
    key[20..].copy_from_slice(&sequence.to_be_bytes());
    key
}

fn place(key: &[u8]) -> Place<'_> {
    Place { table: "entry", key, column: "value" }
}

fn encode(record: &EntryRecord) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    // Writing to memory cannot fail.
    let _ = encoder.array(6);
    let hash = record.chain_hash.as_ref();
    for part in [&record.entry[..], hash, &record.order, &record.receipt, &record.request, &record.memo] {
        let _ = encoder.bytes(part);
    }
    encoder.into_writer()
}

fn decode(bytes: &[u8]) -> Option<EntryRecord> {
    let mut decoder = minicbor::Decoder::new(bytes);
    if decoder.array().ok()? != Some(6) {
        return None;
    }
    let mut part = || decoder.bytes().ok().map(<[u8]>::to_vec);
    Some(EntryRecord {
        entry: part()?,
        chain_hash: Digest::from_slice(&part()?).ok()?,
        order: part()?,
        receipt: part()?,
        request: part()?,
        memo: part()?,
    })
}
