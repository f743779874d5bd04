//! The history as CSV and JSON.
//!
//! All payments, newest first, refused and lapsed ones too. Both forms hold the same fields under the same names, which
//! stay as they are; new ones are added at the end:
//!
//! | field | what |
//! | --- | --- |
//! | `payment` | names the payment: the hash of its order, BASE32 |
//! | `issuer` | whose money, BASE32 |
//! | `issuer_name` | the issuer's name, by its own word |
//! | `currency` | the currency's code |
//! | `decimals` | the currency's decimals |
//! | `time` | when, RFC 3339 in UTC; nothing if the issuer's time is beyond the year 9999 |
//! | `state` | `pending`, `settled`, `refused` or `lapsed` |
//! | `direction` | `out` or `in` |
//! | `counterpart` | the other side's account, BASE32 |
//! | `counterpart_name` | its attested name, as it was then |
//! | `amount` | how much, tip included: exact decimal text in whole units, never negative |
//! | `tip` | the tip in it, likewise |
//! | `refunded` | how much of it was refunded, likewise |
//! | `memo` | the memo |
//! | `request` | the request that it pays, BASE32 |
//! | `repays` | the payment that it refunds, BASE32 |
//! | `refusal` | why it was refused, as a stable code |
//! | `epoch`, `sequence` | its place in the account's chain |
//!
//! CSV is that of RFC 4180, in UTF-8 without a byte order mark, with a line of names first; what is absent is empty. See
//! `csv` for what keeps a spreadsheet from running a memo as a formula. JSON is one object,
//! `{"format": "tallystick-history-1", "payments": [{…}, …]}`; what is absent is `null`.

mod csv;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use rusqlite::Connection;
use serde::Serialize;
use serde_json::Value;

use super::Wallet;
use super::history;
use crate::artefact::Card;
use crate::clock::to_rfc3339;
use crate::error::WalletError;
use crate::keys::{AccountId, Digest, IssuerId, RequestId};
use crate::operation::trust;
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::payment::{Direction, Filter, Payment, PaymentState, Position};
use crate::store::{Cipher, StoreError};

/// How many payments are read and written at a time: what an export holds in memory.
const CHUNK: u32 = 200;

/// The fields, in their order.
const FIELDS: [&str; 19] = [
    "payment",
    "issuer",
    "issuer_name",
    "currency",
    "decimals",
    "time",
    "state",
    "direction",
    "counterpart",
    "counterpart_name",
    "amount",
    "tip",
    "refunded",
    "memo",
    "request",
    "repays",
    "refusal",
    "epoch",
    "sequence",
];

const JSON_BEGINNING: &str = "{\"format\":\"tallystick-history-1\",\"payments\":[";
const JSON_END: &str = "\n]}\n";

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum ExportFormat {
    /// Lines of fields, for spreadsheets (RFC 4180).
    Csv,
    /// One object, for programs (RFC 8259).
    Json,
}

/// What to export.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ExportQuery {
    /// In which form.
    pub format: ExportFormat,
    /// Only this issuer's money.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub issuer: Option<IssuerId>,
    /// To go on after a chunk: its `next`.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub after: Option<String>,
}

/// A part of an export. All parts one after another are the file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ExportChunk {
    /// To be appended to the file, in UTF-8.
    pub text: String,
    /// How many payments it holds.
    pub payments: i64,
    /// Where the next part begins; absent if this is the last.
    pub next: Option<String>,
}

impl Wallet {
    /// The next part of an export; at most 200 payments are read at a time. Needs no network.
    pub async fn export_chunk(&self, query: ExportQuery) -> Result<ExportChunk, WalletError> {
        let before = query.after.as_deref().map(history::parse).transpose()?;
        self.context.read(move |connection, cipher| chunk(connection, cipher, &query, before)).await
    }

    /// Exports the whole history into a writer, part by part, and gives the number of payments. Needs no network. What
    /// the writer fails with comes as `Storage` with the fault `export_not_written`.
    pub async fn export(
        &self,
        format: ExportFormat,
        issuer: Option<IssuerId>,
        writer: &mut (impl io::Write + Send),
    ) -> Result<i64, WalletError> {
        let failed = |error: io::Error| WalletError::Storage {
            fault: "export_not_written".into(),
            reason: format!("the export could not be written: {}", error.kind()),
        };
        let mut payments = 0;
        let mut after = None;
        loop {
            let part = self.export_chunk(ExportQuery { format, issuer, after }).await?;
            writer.write_all(part.text.as_bytes()).map_err(failed)?;
            payments += part.payments;
            after = part.next;
            if after.is_none() {
                writer.flush().map_err(failed)?;
                return Ok(payments);
            }
        }
    }
}

/// What is exported of a payment: the fields of the table above.
#[derive(Serialize)]
struct Row<'a> {
    payment: Digest,
    issuer: IssuerId,
    issuer_name: &'a str,
    currency: &'a str,
    decimals: u8,
    time: Option<String>,
    state: PaymentState,
    direction: Direction,
    counterpart: AccountId,
    counterpart_name: Option<&'a str>,
    amount: String,
    tip: Option<String>,
    refunded: String,
    memo: Option<&'a str>,
    request: Option<RequestId>,
    repays: Option<Digest>,
    refusal: Option<&'a str>,
    epoch: Option<u32>,
    sequence: Option<i64>,
}

impl<'a> Row<'a> {
    fn of(payment: &'a Payment, card: &'a Card) -> Self {
        let decimals = card.currency.decimals();
        Self {
            payment: payment.payment,
            issuer: payment.issuer,
            issuer_name: &card.name,
            currency: card.currency.code(),
            decimals,
            time: to_rfc3339(payment.at),
            state: payment.state,
            direction: payment.direction,
            counterpart: payment.counterpart,
            counterpart_name: payment.counterpart_name.as_deref(),
            amount: payment.amount.to_decimal_string(decimals),
            tip: payment.tip.map(|tip| tip.to_decimal_string(decimals)),
            refunded: payment.refunded.to_decimal_string(decimals),
            memo: payment.memo.as_deref(),
            request: payment.request,
            repays: payment.repays,
            refusal: payment.refusal.as_deref(),
            epoch: payment.epoch,
            sequence: payment.sequence,
        }
    }

    fn append(&self, format: ExportFormat, text: &mut String, is_first: bool) -> Result<(), WalletError> {
        let unwritable = |_| WalletError::Internal { reason: "a payment has no JSON".into() };
        match format {
            ExportFormat::Json => {
                let json = serde_json::to_string(self).map_err(unwritable)?;
                let separator = if is_first { "" } else { "," };
                // Writing to memory cannot fail.
                let _ = write!(text, "{separator}\n{json}");
            }
            ExportFormat::Csv => {
                let fields = serde_json::to_value(self).map_err(unwritable)?;
                csv::append_line(text, FIELDS.iter().map(|field| plain(&fields[*field])));
            }
        }
        Ok(())
    }
}

/// A field as it stands in CSV before it is quoted.
fn plain(field: &Value) -> String {
    match field {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn chunk(
    connection: &Connection,
    cipher: &Cipher,
    query: &ExportQuery,
    before: Option<Position>,
) -> Result<ExportChunk, WalletError> {
    let filter =
        Filter { issuer: query.issuer.map(|issuer| ISSUERS.key(cipher, issuer)), text: None, before };
    let (payments, next) = history::page(connection, cipher, filter, CHUNK, CHUNK)?;
    let mut text = match (query.format, before) {
        (_, Some(_)) => String::new(),
        (ExportFormat::Json, None) => JSON_BEGINNING.to_owned(),
        (ExportFormat::Csv, None) => csv::line(FIELDS.iter().map(|field| (*field).to_owned())),
    };
    let mut cards = HashMap::new();
    for (index, payment) in payments.iter().enumerate() {
        let card = match cards.entry(payment.issuer) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(unknown) => {
                unknown.insert(card(connection, cipher, payment.issuer)?)
            }
        };
        Row::of(payment, card).append(query.format, &mut text, before.is_none() && index == 0)?;
    }
    if query.format == ExportFormat::Json && next.is_none() {
        text.push_str(JSON_END);
    }
    let payments = i64::try_from(payments.len()).unwrap_or(i64::MAX);
    Ok(ExportChunk { text, payments, next: next.map(history::to_text) })
}

fn card(connection: &Connection, cipher: &Cipher, issuer: IssuerId) -> Result<Card, WalletError> {
    let record = ISSUERS
        .get(connection, cipher, issuer)?
        .ok_or_else(|| StoreError::unreadable("the issuer of a payment"))?;
    Ok(trust::stored::<Card>(&record.card, "issuer.card")?.body().clone())
}

#[cfg(test)]
mod tests;
