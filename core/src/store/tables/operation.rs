//! Operations: payments on their way, and the money that they hold.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::{Deserialize, Serialize};

use super::Blob;
use super::keyed::RowKey;
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId};
use crate::money::Amount;
use crate::store::cipher::{Cipher, Place};
use crate::store::error::StoreError;

/// Where a payment stands.
///
/// ```text
/// (confirm) ──> Submitted ──receipt──> Settled
///                   ├──────refusal───> Refused
///                   └──signed absence──> Lapsed
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationState {
    /// Signed and stored; it may or may not have reached the issuer. Its money is held.
    Submitted,
    /// Executed.
    Settled,
    /// Refused for good.
    Refused,
    /// Out of time, and provably not executed.
    Lapsed,
}

impl OperationState {
    fn value(self) -> i64 {
        match self {
            Self::Submitted => 0,
            Self::Settled => 1,
            Self::Refused => 2,
            Self::Lapsed => 3,
        }
    }

    fn read(value: i64) -> Result<Self, StoreError> {
        match value {
            0 => Ok(Self::Submitted),
            1 => Ok(Self::Settled),
            2 => Ok(Self::Refused),
            3 => Ok(Self::Lapsed),
            _ => Err(StoreError::unreadable("operation.state")),
        }
    }
}

/// A payment on its way: the exact bytes that are sent, however often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationRecord {
    /// Given by the caller or made at planning; the second use finds the first.
    pub idempotency_key: String,
    /// Hash of what was confirmed: the same key with other contents is a conflict.
    pub intent: Digest,
    /// The issuer.
    pub issuer: IssuerId,
    /// The paying account.
    pub payer: AccountId,
    /// Hash of the order.
    pub payment: Digest,
    /// The order.
    pub order: Blob,
    /// The request beside it.
    pub request: Option<Blob>,
    /// The sealed memo beside it.
    pub memo: Option<Blob>,
    /// The amount, which is held.
    pub amount: Amount,
    /// When the issuer refuses it, by the issuer's clock.
    pub not_after: UnixSeconds,
    /// The receipt or the refusal.
    pub answer: Option<Blob>,
}

/// An operation with what is stored in the open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The row.
    pub key: RowKey,
    /// Where it stands.
    pub state: OperationState,
    /// How often it was sent.
    pub attempts: i64,
    /// When it was confirmed.
    pub created_at: UnixSeconds,
    /// The last fault on the way, as a stable code.
    pub last_error: Option<String>,
    /// The rest.
    pub record: OperationRecord,
}

const COLUMNS: &str = "key, state, attempts, created_at, last_error, value";

/// The row of an idempotency key.
pub fn key(cipher: &Cipher, idempotency_key: &str) -> RowKey {
    cipher.blind_index("operation", "key", idempotency_key.as_bytes())
}

/// Stores a new operation and holds its money, in the state Submitted, and counts its first try, which follows at once:
/// so that only one write is waited for before it. Fails with a conflict if the key is taken.
pub fn insert(
    transaction: &Transaction<'_>,
    cipher: &Cipher,
    issuer: &RowKey,
    record: &OperationRecord,
    now: UnixSeconds,
) -> Result<RowKey, StoreError> {
    let key = key(cipher, &record.idempotency_key);
    let payment_key = cipher.blind_index("operation", "payment_key", record.payment.as_bytes());
    transaction
        .prepare_cached(
            "INSERT INTO operation (key, issuer_key, payment_key, state, attempts, created_at, updated_at, value)
             VALUES (?1, ?2, ?3, 0, 1, ?4, ?4, ?5)",
        )?
        .execute(params![
            key.as_slice(),
            issuer.as_slice(),
            payment_key.as_slice(),
            now,
            cipher.seal_value(place(&key), record)?
        ])?;
    transaction
        .prepare_cached("INSERT INTO hold (operation_key, issuer_key, value) VALUES (?1, ?2, ?3)")?
        .execute(params![
            key.as_slice(),
            issuer.as_slice(),
            cipher.seal_value(hold_place(&key), &record.amount)?
        ])?;
    Ok(key)
}

/// The operation in this row, if there is one.
pub fn get(connection: &Connection, cipher: &Cipher, key: &RowKey) -> Result<Option<Operation>, StoreError> {
    select(connection, cipher, &format!("SELECT {COLUMNS} FROM operation WHERE key = ?1"), key)
}

/// The operation of a payment, if there is one.
pub fn of_payment(
    connection: &Connection,
    cipher: &Cipher,
    payment: &Digest,
) -> Result<Option<Operation>, StoreError> {
    let key = cipher.blind_index("operation", "payment_key", payment.as_bytes());
    select(connection, cipher, &format!("SELECT {COLUMNS} FROM operation WHERE payment_key = ?1"), &key)
}

/// All operations whose outcome is not known, oldest first.
pub fn open(connection: &Connection, cipher: &Cipher) -> Result<Vec<Operation>, StoreError> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM operation WHERE state = 0 ORDER BY created_at, key"
    ))?;
    let rows = select.query_map([], columns)?;
    rows.map(|row| read(cipher, row?)).collect()
}

/// The operations at an issuer whose outcome is not known, oldest first.
pub fn open_at(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &RowKey,
) -> Result<Vec<Operation>, StoreError> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM operation WHERE state = 0 AND issuer_key = ?1 ORDER BY created_at, key"
    ))?;
    let rows = select.query_map([issuer.as_slice()], columns)?;
    rows.map(|row| read(cipher, row?)).collect()
}

/// The operations at an issuer that hold money, oldest first.
pub fn holding(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &RowKey,
) -> Result<Vec<Operation>, StoreError> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM operation
         WHERE key IN (SELECT operation_key FROM hold WHERE issuer_key = ?1) ORDER BY created_at, key"
    ))?;
    let rows = select.query_map([issuer.as_slice()], columns)?;
    rows.map(|row| read(cipher, row?)).collect()
}

/// The operations at an issuer since a time, in every state.
pub fn since(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &RowKey,
    since: UnixSeconds,
) -> Result<Vec<Operation>, StoreError> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM operation WHERE issuer_key = ?1 AND created_at >= ?2 ORDER BY created_at, key"
    ))?;
    let rows = select.query_map(params![issuer.as_slice(), since], columns)?;
    rows.map(|row| read(cipher, row?)).collect()
}

/// Counts another try, before the socket is touched. Says whether the operation is still open.
pub fn begin_attempt(
    transaction: &Transaction<'_>,
    key: &RowKey,
    now: UnixSeconds,
) -> Result<bool, StoreError> {
    let changed = transaction
        .prepare_cached(
            "UPDATE operation SET attempts = attempts + 1, updated_at = ?2 WHERE key = ?1 AND state = 0",
        )?
        .execute(params![key.as_slice(), now])?;
    Ok(changed == 1)
}

/// Notes why a try gave no outcome.
pub fn note_fault(
    transaction: &Transaction<'_>,
    key: &RowKey,
    fault: &str,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached("UPDATE operation SET last_error = ?2, updated_at = ?3 WHERE key = ?1 AND state = 0")?
        .execute(params![key.as_slice(), fault, now])?;
    Ok(())
}

/// Brings an open operation to its end and stores the answer. Says whether it was still open: of two that try, one wins.
pub fn finish(
    transaction: &Transaction<'_>,
    cipher: &Cipher,
    operation: &Operation,
    state: OperationState,
    answer: Option<&[u8]>,
    now: UnixSeconds,
) -> Result<bool, StoreError> {
    let record = OperationRecord { answer: answer.map(Blob::from), ..operation.record.clone() };
    let changed = transaction
        .prepare_cached(
            "UPDATE operation SET state = ?2, updated_at = ?3, value = ?4 WHERE key = ?1 AND state = 0",
        )?
        .execute(params![
            operation.key.as_slice(),
            state.value(),
            now,
            cipher.seal_value(place(&operation.key), &record)?
        ])?;
    Ok(changed == 1)
}

/// Frees the money of an operation: the chain contains its debit now, or never will.
pub fn release_hold(transaction: &Transaction<'_>, key: &RowKey) -> Result<(), StoreError> {
    transaction.prepare_cached("DELETE FROM hold WHERE operation_key = ?1")?.execute([key.as_slice()])?;
    Ok(())
}

/// What is held at an issuer, altogether.
pub fn held(connection: &Connection, cipher: &Cipher, issuer: &RowKey) -> Result<Vec<Amount>, StoreError> {
    let mut select =
        connection.prepare_cached("SELECT operation_key, value FROM hold WHERE issuer_key = ?1")?;
    let rows = select
        .query_map([issuer.as_slice()], |row| Ok((row.get::<_, RowKey>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    rows.map(|row| {
        let (key, blob) = row?;
        cipher.open_value(hold_place(&key), &blob)
    })
    .collect()
}

type Columns = (RowKey, i64, i64, i64, Option<String>, Vec<u8>);

fn columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn select(
    connection: &Connection,
    cipher: &Cipher,
    sql: &str,
    key: &RowKey,
) -> Result<Option<Operation>, StoreError> {
    let row = connection.prepare_cached(sql)?.query_row([key.as_slice()], columns).optional()?;
    row.map(|row| read(cipher, row)).transpose()
}

fn read(cipher: &Cipher, row: Columns) -> Result<Operation, StoreError> {
    let (key, state, attempts, created_at, last_error, blob) = row;
    Ok(Operation {
        key,
        state: OperationState::read(state)?,
        attempts,
        created_at,
        last_error,
        record: cipher.open_value(place(&key), &blob)?,
    })
}

fn place(key: &RowKey) -> Place<'_> {
    Place { table: "operation", key, column: "value" }
}

fn hold_place(key: &RowKey) -> Place<'_> {
    Place { table: "hold", key, column: "value" }
}
