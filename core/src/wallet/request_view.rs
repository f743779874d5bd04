//! How a request is shown: to whoever made it, and to whoever is asked to pay.

use rusqlite::Connection;

use super::request::{PriceWish, RequestLine, TipWish};
use crate::artefact::{Card, Request, TipPolicy, Unproven};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::{Digest, IssuerId, RequestId};
use crate::money::Currency;
use crate::operation::trust;
use crate::request::{LinkText, RequestLink};
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::request::RequestRecord;
use crate::store::{Cipher, StoreError};

/// A request that this wallet made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RequestInfo {
    /// Names it.
    pub request: RequestId,
    /// What a code or a message carries: any camera opens it.
    pub link: String,
    /// The same for wallet apps alone.
    pub app_link: String,
    /// `link` in the two segments of a code.
    pub code: LinkText,
    /// In which currencies it can be paid, preferred first.
    pub prices: Vec<PriceWish>,
    /// Which tip may be added.
    pub tip: TipWish,
    /// Whether it can be paid more than once.
    pub reusable: bool,
    /// The payee's own reference.
    pub reference: Option<Vec<u8>>,
    /// What is paid for.
    pub lines: Vec<RequestLine>,
    /// A word to the payer.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: UnixSeconds,
    /// When it ends, by the issuers' clocks.
    pub ends_at: Option<UnixSeconds>,
    /// The payments that it received.
    pub paid_by: Vec<Digest>,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

impl RequestInfo {
    pub(super) fn of(record: &RequestRecord) -> Result<Self, WalletError> {
        let unreadable = || StoreError::unreadable("request.value");
        let request = Unproven::<Request>::parse(&record.artefact.0).map_err(|_| unreadable())?;
        let link = RequestLink::parse(&record.link).map_err(|_| unreadable())?;
        let body = request.body();
        let price_of = |issuer: &IssuerId| {
            let price = body.price_at(issuer).ok_or_else(unreadable)?;
            Ok::<_, StoreError>(PriceWish { issuer: *issuer, amount: price.amount })
        };
        Ok(Self {
            request: record.request,
            link: record.link.clone(),
            app_link: link.app_text(),
            code: link.segments(),
            prices: record.issuers.iter().map(price_of).collect::<Result<_, _>>()?,
            tip: tip(body.tip.as_ref()),
            reusable: body.reusable,
            reference: body.reference.clone(),
            lines: lines(body),
            note: body.note.clone(),
            created_at: record.created_at,
            ends_at: body.not_after,
            paid_by: record.paid_by.clone(),
            cancelled: record.cancelled,
        })
    }
}

/// What a payee writes in its request. Show it as the payee's own words, beside what an issuer says of the payee and
/// never in its place: anybody can write anything here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PayeeWords {
    /// What is paid for.
    pub lines: Vec<RequestLine>,
    /// In whose money the lines are counted, which need not be what is paid: that of the request's first price. Absent if
    /// the wallet does not hold it.
    pub lines_issuer: Option<IssuerId>,
    /// The currency of the lines, if the wallet holds it.
    pub lines_currency: Option<Currency>,
    /// A word to the payer.
    pub note: Option<String>,
    /// The payee's own reference, up to 8 bytes. It need not be text.
    pub reference: Option<Vec<u8>>,
}

impl PayeeWords {
    /// The words of a request; none if it has none.
    pub(super) fn of(
        connection: &Connection,
        cipher: &Cipher,
        request: &Request,
    ) -> Result<Option<Self>, WalletError> {
        if !request.is_long() && request.reference.is_none() {
            return Ok(None);
        }
        let first = request.prices.first().filter(|_| !request.lines.is_empty());
        let currencies = ISSUERS.all(connection, cipher)?;
        let counted_in =
            currencies.iter().find(|record| first.is_some_and(|first| first.is_of(&record.issuer)));
        let currency = counted_in
            .map(|record| trust::stored::<Card>(&record.card, "issuer.card"))
            .transpose()?
            .map(|card| card.body().currency.clone());
        Ok(Some(Self {
            lines: lines(request),
            lines_issuer: counted_in.map(|record| record.issuer),
            lines_currency: currency,
            note: request.note.clone(),
            reference: request.reference.clone(),
        }))
    }
}

fn lines(request: &Request) -> Vec<RequestLine> {
    let shown = request.lines.iter().map(|line| RequestLine {
        text: line.text.clone(),
        quantity_thousandths: line.quantity_thousandths,
        amount: line.amount,
    });
    shown.collect()
}

fn tip(policy: Option<&TipPolicy>) -> TipWish {
    match policy {
        None => TipWish::NoTip,
        Some(TipPolicy::Free) => TipWish::Free,
        Some(TipPolicy::Percentages(percentages)) => {
            TipWish::Percentages { percentages: percentages.clone() }
        }
    }
}
