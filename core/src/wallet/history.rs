//! The history, newest first, with search.
//!
//! A page ends at a place in the order of time, and the next begins there: payments that arrive meanwhile are newer, so
//! none is shown twice and none is skipped. Search finds rows by keyed hashes of words and then looks at the texts
//! themselves, because words that only begin alike have the same hashes.

use data_encoding::BASE64URL_NOPAD;

use super::Wallet;
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::{Digest, IssuerId};
use crate::store::search::{self, Reach};
use crate::store::tables::Blob;
use crate::store::tables::entry::{self, EntryRecord};
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::operation::{self, Operation, OperationState};
use crate::store::tables::payment::{self, Filter, Payment, PaymentState, Position};
use crate::store::{Cipher, StoreError};

/// The most payments on a page.
pub const MAX_PAGE: u32 = 200;
/// How many payments a search opens at most before it gives what it has found so far: about 20 ms of work on a phone.
const MAX_OPENED: u32 = 2_000;
/// How many it opens at a time.
const SEARCH_BATCH: u32 = 100;

/// What to look for in the history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct HistoryQuery {
    /// Only this issuer's money.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub issuer: Option<IssuerId>,
    /// Only payments whose name or memo has all these words, or from three letters on, words that begin with them. Case
    /// and accents make no difference.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub text: Option<String>,
    /// To go on after a page: its `next`.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub before: Option<String>,
    /// How many payments on a page, 1 to 200.
    #[cfg_attr(feature = "uniffi", uniffi(default = 50))]
    pub limit: u32,
}

/// A page of the history, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct HistoryPage {
    /// The payments: as many as were asked for, or fewer at the end. A search that has to look far may also give fewer, or
    /// none, and yet have a next page.
    pub payments: Vec<Payment>,
    /// Where the next page begins; absent if this is the last.
    pub next: Option<String>,
}

/// A payment with everything that proves it. The artefacts are as they were sent and received.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PaymentDetails {
    /// The payment. Its epoch and sequence say where it stands in the account's chain.
    pub payment: Payment,
    /// The order.
    pub order: Option<Vec<u8>>,
    /// The receipt of this side.
    pub receipt: Option<Vec<u8>>,
    /// The refusal.
    pub refusal: Option<Vec<u8>>,
    /// The request that the order pays.
    pub request: Option<Vec<u8>>,
    /// The memo as it was sealed to the payee.
    pub sealed_memo: Option<Vec<u8>>,
    /// The entry in the account's chain.
    pub entry: Option<Vec<u8>>,
    /// The chain's hash after that entry.
    pub chain_hash: Option<Digest>,
    /// When the issuer refuses the order, by the issuer's clock. Only for payments from this wallet.
    pub not_after: Option<UnixSeconds>,
    /// How often it was sent. Only for payments from this wallet.
    pub attempts: i64,
    /// Why the last try gave no outcome, as a stable code.
    pub last_fault: Option<String>,
    /// What to show when this payment is asked about at the till, once money has moved: `https://…/r/…`.
    pub receipt_link: Option<String>,
}

impl Wallet {
    /// A page of the history. Needs no network.
    pub async fn history(&self, query: HistoryQuery) -> Result<HistoryPage, WalletError> {
        if !(1..=MAX_PAGE).contains(&query.limit) {
            return Err(WalletError::invalid("limit", "page_size", format!("must be 1 to {MAX_PAGE}")));
        }
        let before = query.before.as_deref().map(parse).transpose()?;
        self.context
            .read(move |connection, cipher| {
                let filter = Filter {
                    issuer: query.issuer.map(|issuer| ISSUERS.key(cipher, issuer)),
                    text: query.text,
                    before,
                };
                let (payments, next) = page(connection, cipher, filter, query.limit, MAX_OPENED)?;
                Ok(HistoryPage { payments, next: next.map(to_text) })
            })
            .await
    }

    /// A payment with everything that proves it. Needs no network.
    pub async fn payment(&self, payment: Digest) -> Result<PaymentDetails, WalletError> {
        let mut found = self
            .context
            .read(move |connection, cipher| {
                let shown = payment::get(connection, cipher, &payment)?
                    .ok_or_else(|| WalletError::not_found("payment"))?;
                let entry = match (shown.epoch, shown.sequence) {
                    (Some(epoch), Some(sequence)) => {
                        let issuer = ISSUERS.key(cipher, shown.issuer);
                        entry::get(connection, cipher, &issuer, epoch, sequence)?
                    }
                    _ => None,
                };
                let operation = operation::of_payment(connection, cipher, &payment)?;
                Ok(details(shown, entry, operation))
            })
            .await?;
        if found.payment.state == PaymentState::Settled {
            found.receipt_link = Some(self.receipt_of(&found.payment).await?.text());
        }
        Ok(found)
    }
}

/// The first byte of a cursor: another form can be told from this one.
const FORM: u8 = 2;

/// A cursor: `0x02 ‖ at ‖ epoch ‖ sequence ‖ row`, in base64url.
pub(super) fn to_text(position: Position) -> String {
    let Position { at, epoch, sequence, row } = position;
    let numbers = [at, epoch, sequence].map(i64::to_be_bytes);
    BASE64URL_NOPAD.encode(&[[FORM].as_slice(), numbers.as_flattened(), &row].concat())
}

/// Reads a cursor.
pub(super) fn parse(text: &str) -> Result<Position, WalletError> {
    let read = || {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (&[FORM], rest) = bytes.split_first_chunk()? else { return None };
        let (at, rest) = rest.split_first_chunk()?;
        let (epoch, rest) = rest.split_first_chunk()?;
        let (sequence, row) = rest.split_first_chunk()?;
        let [at, epoch, sequence] = [at, epoch, sequence].map(|bytes| i64::from_be_bytes(*bytes));
        Some(Position { at, epoch, sequence, row: row.try_into().ok()? })
    };
    read().ok_or_else(|| WalletError::invalid("before", "bad_cursor", "is not the `next` of a page"))
}

/// Up to `limit` payments that truly match, and where to go on. Opens at most about `max_opened` rows.
pub(super) fn page(
    connection: &rusqlite::Connection,
    cipher: &Cipher,
    mut filter: Filter,
    limit: u32,
    max_opened: u32,
) -> Result<(Vec<Payment>, Option<Position>), StoreError> {
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    // One more than fits tells whether there is a next page. A search may have to pass over some.
    let size = if filter.text.is_some() { limit.max(SEARCH_BATCH) } else { limit }.saturating_add(1);
    let mut found = Vec::new();
    let mut opened = 0;
    loop {
        let batch = payment::page(connection, cipher, &filter, size)?;
        let exhausted = batch.len() < usize::try_from(size).unwrap_or(usize::MAX);
        opened += size;
        for (position, payment) in batch {
            if filter.text.as_deref().is_none_or(|text| answers(&payment, text)) {
                if found.len() == wanted {
                    return Ok((found, filter.before));
                }
                found.push(payment);
            }
            filter.before = Some(position);
        }
        if exhausted {
            return Ok((found, None));
        }
        if opened >= max_opened {
            return Ok((found, filter.before));
        }
    }
}

fn answers(payment: &Payment, text: &str) -> bool {
    let texts: Vec<&str> =
        [&payment.counterpart_name, &payment.memo].into_iter().flatten().map(String::as_str).collect();
    search::matches(&texts.join("\n"), text, Reach::Beginnings)
}

fn details(payment: Payment, entry: Option<EntryRecord>, operation: Option<Operation>) -> PaymentDetails {
    let some = |bytes: Vec<u8>| Some(bytes).filter(|bytes| !bytes.is_empty());
    let blob = |blob: Option<Blob>| blob.map(|blob| blob.0);
    let mut details = PaymentDetails {
        payment,
        order: None,
        receipt: None,
        refusal: None,
        request: None,
        sealed_memo: None,
        entry: None,
        chain_hash: None,
        not_after: None,
        attempts: 0,
        last_fault: None,
        receipt_link: None,
    };
    if let Some(Operation { state, attempts, last_error, record, .. }) = operation {
        details.order = some(record.order.0);
        match state {
            OperationState::Settled => details.receipt = blob(record.answer),
            OperationState::Refused => details.refusal = blob(record.answer),
            OperationState::Submitted | OperationState::Lapsed => {}
        }
        details.request = blob(record.request);
        details.sealed_memo = blob(record.memo);
        details.not_after = Some(record.not_after);
        details.attempts = attempts;
        details.last_fault = last_error;
    }
    if let Some(entry) = entry {
        details.order = some(entry.order).or(details.order);
        details.receipt = some(entry.receipt).or(details.receipt);
        details.request = some(entry.request).or(details.request);
        details.sealed_memo = some(entry.memo).or(details.sealed_memo);
        details.chain_hash = Some(entry.chain_hash);
        details.entry = some(entry.entry);
    }
    details
}

#[cfg(test)]
mod tests;
