//! Acts: what a holder signed beside payments and an issuer must be told, in the order in which it was signed.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::{Deserialize, Serialize};

use super::Blob;
use super::keyed::RowKey;
use crate::clock::UnixSeconds;
use crate::keys::{Digest, IssuerId};
use crate::store::cipher::{Cipher, Place};
use crate::store::error::StoreError;

/// Where an act stands.
///
/// ```text
/// (sign) ──> Waiting ──the issuer took it──> Accepted
///               └─────the issuer did not──> Refused
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum ActState {
    /// Signed and stored; it may or may not have reached the issuer. It is sent until there is an answer.
    Waiting,
    /// The issuer has taken it.
    Accepted,
    /// The issuer did not take it. It may be signed anew.
    Refused,
}

impl ActState {
    fn value(self) -> i64 {
        match self {
            Self::Waiting => 0,
            Self::Accepted => 1,
            Self::Refused => 2,
        }
    }

    fn read(value: i64) -> Result<Self, StoreError> {
        match value {
            0 => Ok(Self::Waiting),
            1 => Ok(Self::Accepted),
            2 => Ok(Self::Refused),
            _ => Err(StoreError::unreadable("act.state")),
        }
    }
}

/// What kind of artefact an act is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// A card of an issuer that the wallet owns.
    Card,
    /// A role or capabilities.
    Grant,
    /// A public name.
    Attestation,
    /// The end of a grant.
    Cancel,
}

/// The exact bytes that are sent, however often, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActRecord {
    /// The issuer that must be told.
    pub issuer: IssuerId,
    /// What it is.
    pub kind: ActKind,
    /// The artefact.
    pub artefact: Blob,
    /// Hash of the artefact.
    pub hash: Digest,
    /// When it was signed, by the issuer's clock.
    pub signed_at: UnixSeconds,
    /// What the issuer signed in answer, if it signs one.
    pub answer: Option<Blob>,
    /// Why it was refused, as a stable code.
    pub refusal: Option<String>,
}

/// An act with what is stored in the open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its place in the order of signing.
    pub number: i64,
    /// Where it stands.
    pub state: ActState,
    /// The rest.
    pub record: ActRecord,
}

const COLUMNS: &str = "number, key, state, value";

/// Stores a new act, waiting. Storing the same artefact again changes nothing.
pub fn insert(
    transaction: &Transaction<'_>,
    cipher: &Cipher,
    issuer: &RowKey,
    record: &ActRecord,
) -> Result<(), StoreError> {
    let key = key(cipher, &record.hash);
    transaction
        .prepare_cached(
            "INSERT INTO act (key, issuer_key, state, value) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO NOTHING",
        )?
        .execute(params![
            key.as_slice(),
            issuer.as_slice(),
            ActState::Waiting.value(),
            cipher.seal_value(place(&key), record)?
        ])?;
    Ok(())
}

/// The act with this artefact, if there is one.
pub fn get(connection: &Connection, cipher: &Cipher, hash: &Digest) -> Result<Option<Act>, StoreError> {
    let key = key(cipher, hash);
    let row = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM act WHERE key = ?1"))?
        .query_row([key.as_slice()], columns)
        .optional()?;
    row.map(|row| read(cipher, row)).transpose()
}

/// All acts for an issuer, in order.
pub fn of_issuer(connection: &Connection, cipher: &Cipher, issuer: &RowKey) -> Result<Vec<Act>, StoreError> {
    let mut select = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM act WHERE issuer_key = ?1 ORDER BY number"))?;
    let rows = select.query_map([issuer.as_slice()], columns)?;
    rows.map(|row| read(cipher, row?)).collect()
}

/// The first act that waits for an issuer.
pub fn next_waiting(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &RowKey,
) -> Result<Option<Act>, StoreError> {
    let row = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM act WHERE issuer_key = ?1 AND state = 0 ORDER BY number LIMIT 1"
        ))?
        .query_row([issuer.as_slice()], columns)
        .optional()?;
    row.map(|row| read(cipher, row)).transpose()
}

/// The issuers for which acts wait.
pub fn waiting_issuers(connection: &Connection, cipher: &Cipher) -> Result<Vec<IssuerId>, StoreError> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM act WHERE state = 0 ORDER BY number"))?;
    let rows = select.query_map([], columns)?;
    let mut issuers = Vec::new();
    for row in rows {
        let issuer = read(cipher, row?)?.record.issuer;
        if !issuers.contains(&issuer) {
            issuers.push(issuer);
        }
    }
    Ok(issuers)
}

/// Notes the answer to a waiting act. Says whether it still waited.
pub fn finish(
    transaction: &Transaction<'_>,
    cipher: &Cipher,
    act: &Act,
    state: ActState,
    answer: Option<&[u8]>,
    refusal: Option<&str>,
) -> Result<bool, StoreError> {
    let record = ActRecord {
        answer: answer.map(Blob::from),
        refusal: refusal.map(str::to_owned),
        ..act.record.clone()
    };
    let key = key(cipher, &record.hash);
    let changed = transaction
        .prepare_cached("UPDATE act SET state = ?2, value = ?3 WHERE key = ?1 AND state = 0")?
        .execute(params![key.as_slice(), state.value(), cipher.seal_value(place(&key), &record)?])?;
    Ok(changed == 1)
}

fn key(cipher: &Cipher, hash: &Digest) -> RowKey {
    cipher.blind_index("act", "key", hash.as_bytes())
}

type Columns = (i64, RowKey, i64, Vec<u8>);

fn columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn read(cipher: &Cipher, row: Columns) -> Result<Act, StoreError> {
    let (number, key, state, blob) = row;
    Ok(Act { number, state: ActState::read(state)?, record: cipher.open_value(place(&key), &blob)? })
}

fn place(key: &RowKey) -> Place<'_> {
    Place { table: "act", key, column: "value" }
}
