//! Payments as a person sees them: the history, newest first.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params, params_from_iter};
use serde::{Deserialize, Serialize};

use super::keyed::RowKey;
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId, RequestId};
use crate::money::Amount;
use crate::store::cipher::{Cipher, Place};
use crate::store::error::StoreError;
use crate::store::search::{self, Reach, RowKind};

/// Payments in the search index.
pub const KIND: RowKind = RowKind(1);

/// Which way the money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From this wallet.
    Out,
    /// To this wallet.
    In,
}

/// How a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// On its way; the outcome is not known yet.
    Pending,
    /// Executed.
    Settled,
    /// Refused for good.
    Refused,
    /// Out of time, and provably not executed.
    Lapsed,
}

/// A payment in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Payment {
    /// Names the payment: the hash of its order.
    pub payment: Digest,
    /// Whose money.
    pub issuer: IssuerId,
    /// When it was confirmed (out) or executed (in), by our clock or the issuer's.
    pub at: UnixSeconds,
    /// How it stands.
    pub state: PaymentState,
    /// Which way the money goes.
    pub direction: Direction,
    /// The other side.
    pub counterpart: AccountId,
    /// Its attested name, as it was then.
    pub counterpart_name: Option<String>,
    /// How much, tip included, in smallest units.
    pub amount: Amount,
    /// The tip.
    pub tip: Option<Amount>,
    /// The memo.
    pub memo: Option<String>,
    /// The request that it pays.
    pub request: Option<RequestId>,
    /// If it is a refund: the payment that it repays.
    pub repays: Option<Digest>,
    /// How much of it was refunded.
    pub refunded: Amount,
    /// Why it was refused, as a stable code.
    pub refusal: Option<String>,
    /// Its place in the account's chain: epoch and sequence.
    pub epoch: Option<u32>,
    /// See `epoch`.
    pub sequence: Option<i64>,
}

impl Payment {
    /// How much of it this wallet may still pay back: nothing of a payment that did not come in, or is a refund itself.
    pub fn refundable(&self) -> Amount {
        let came_in = self.direction == Direction::In && self.state == PaymentState::Settled;
        if came_in && self.repays.is_none() {
            self.amount.checked_sub(self.refunded).unwrap_or(Amount::ZERO).max(Amount::ZERO)
        } else {
            Amount::ZERO
        }
    }
}

/// A payment's place in the history: by time; within a second by its place in the chain, what is in no chain (yet) after
/// all that is; and at last by row, so that no two are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// See [`Payment::at`].
    pub at: UnixSeconds,
    /// The chain's epoch; the highest number for what is in no chain.
    pub epoch: i64,
    /// Likewise.
    pub sequence: i64,
    /// The payment's row.
    pub row: RowKey,
}

impl Position {
    /// Where a payment stands whose row is this.
    pub fn of(payment: &Payment, row: RowKey) -> Self {
        Self {
            at: payment.at,
            epoch: payment.epoch.map_or(i64::MAX, i64::from),
            sequence: payment.sequence.unwrap_or(i64::MAX),
            row,
        }
    }
}

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only this issuer's money.
    pub issuer: Option<RowKey>,
    /// Only rows that may hold these words.
    pub text: Option<String>,
    /// Only what is older than this.
    pub before: Option<Position>,
}

/// The row of a payment.
pub fn key(cipher: &Cipher, payment: &Digest) -> RowKey {
    cipher.blind_index("payment", "key", payment.as_bytes())
}

/// Stores a payment in place of an older version of it, and makes it findable by name and memo.
pub fn put(
    transaction: &Transaction<'_>,
    cipher: &Cipher,
    issuer: &RowKey,
    payment: &Payment,
) -> Result<RowKey, StoreError> {
    let key = key(cipher, &payment.payment);
    let position = Position::of(payment, key);
    transaction
        .prepare_cached(
            "INSERT INTO payment (key, issuer_key, at, epoch, sequence, state, value)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (key) DO UPDATE SET at = excluded.at, epoch = excluded.epoch,
                 sequence = excluded.sequence, state = excluded.state, value = excluded.value",
        )?
        .execute(params![
            key.as_slice(),
            issuer.as_slice(),
            position.at,
            position.epoch,
            position.sequence,
            payment.state as i64,
            cipher.seal_value(place(&key), payment)?
        ])?;
    let texts: Vec<&str> =
        [&payment.counterpart_name, &payment.memo].into_iter().flatten().map(String::as_str).collect();
    search::index(transaction, cipher, KIND, &key, &texts)?;
    Ok(key)
}

/// A payment, if it is known.
pub fn get(
    connection: &Connection,
    cipher: &Cipher,
    payment: &Digest,
) -> Result<Option<Payment>, StoreError> {
    let key = key(cipher, payment);
    let blob: Option<Vec<u8>> = connection
        .prepare_cached("SELECT value FROM payment WHERE key = ?1")?
        .query_row([key.as_slice()], |row| row.get(0))
        .optional()?;
    blob.map(|blob| cipher.open_value(place(&key), &blob)).transpose()
}

/// Up to `limit` payments, newest first, each with its place. With a text, they may still have to be compared with it.
pub fn page(
    connection: &Connection,
    cipher: &Cipher,
    filter: &Filter,
    limit: u32,
) -> Result<Vec<(Position, Payment)>, StoreError> {
    let mut conditions = vec!["1".to_owned()];
    let mut parameters: Vec<Value> = Vec::new();
    if let Some(issuer) = filter.issuer {
        conditions.push("issuer_key = ?".into());
        parameters.push(Value::Blob(issuer.to_vec()));
    }
    if let Some(Position { at, epoch, sequence, row }) = filter.before {
        conditions.push("(at, epoch, sequence, key) < (?, ?, ?, ?)".into());
        parameters.extend([at, epoch, sequence].map(Value::Integer));
        parameters.push(Value::Blob(row.to_vec()));
    }
    if let Some(narrowing) =
        filter.text.as_deref().and_then(|text| search::narrow(cipher, KIND, text, Reach::Beginnings))
    {
        conditions.push(format!("key IN ({})", narrowing.sql));
        parameters.extend(narrowing.parameters);
    }
    parameters.push(Value::Integer(i64::from(limit)));
    let mut select = connection.prepare_cached(&format!(
        "SELECT key, value FROM payment WHERE {} ORDER BY at DESC, epoch DESC, sequence DESC, key DESC
         LIMIT ?",
        conditions.join(" AND ")
    ))?;
    let rows = select.query_map(params_from_iter(parameters), |row| {
        Ok((row.get::<_, RowKey>(0)?, row.get::<_, Vec<u8>>(1)?))
    })?;
    rows.map(|row| {
        let (key, blob) = row?;
        let payment = cipher.open_value(place(&key), &blob)?;
        Ok((Position::of(&payment, key), payment))
    })
    .collect()
}

fn place(key: &RowKey) -> Place<'_> {
    Place { table: "payment", key, column: "value" }
}
