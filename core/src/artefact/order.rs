//! `order`: moves money from one account to another at one issuer (protocol §3.7).

use super::fields::{Fields, MapWriter};
use super::{ArtefactError, Body, Kind, NamesSigner};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId, OrderId, RequestId};
use crate::money::Amount;

/// Moves money. The issuer decides it once: a receipt or a refusal, for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The issuer whose money is moved.
    pub issuer: IssuerId,
    /// Who pays.
    pub payer: AccountId,
    /// Who is paid.
    pub payee: AccountId,
    /// How much, tip included.
    pub amount: Amount,
    /// Chosen at random by the payer; unique among its orders.
    pub order_id: OrderId,
    /// The issuer refuses it after this; at most 120 seconds ahead of its clock.
    pub not_after: UnixSeconds,
    /// The request that it pays.
    pub request: Option<RequestId>,
    /// If it is a refund: the hash of the order that it repays.
    pub repays: Option<Digest>,
    /// SHA-256 of the sealed memo beside it.
    pub memo: Option<Digest>,
    /// The newest state of the ledger that the payer holds.
    pub seen: Seen,
    /// The tip, part of the amount.
    pub tip: Option<Amount>,
}

/// What a payer has seen of the ledger. Payees compare it with their own: an issuer with two histories must keep its
/// two camps from ever paying each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Hash of the newest head of the payer's account.
    pub head: Digest,
    /// Number of the newest statement.
    pub statement_number: i64,
    /// Its hash.
    pub statement: Digest,
}

impl NamesSigner for Order {}

impl Body for Order {
    const KIND: Kind = Kind::Order;

    fn write(&self, fields: &mut MapWriter) {
        fields
            .bytes(2, self.issuer)
            .bytes(4, self.payer)
            .bytes(5, self.payee)
            .int(6, self.amount.minor())
            .bytes(7, self.order_id)
            .int(8, self.not_after)
            .put_some(9, self.request, |item, request| item.bytes(request.as_ref()))
            .put_some(10, self.repays, |item, order| item.bytes(order.as_ref()))
            .put_some(11, self.memo, |item, memo| item.bytes(memo.as_ref()))
            .bytes(12, self.seen.head)
            .int(13, self.seen.statement_number)
            .bytes(14, self.seen.statement)
            .put_some(15, self.tip, |item, tip| item.int(tip.minor()));
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        let tip = fields.get(15, "tip");
        let order = Self {
            issuer: fields.need(2, "issuer")?.id()?,
            payer: fields.need(4, "payer")?.id()?,
            payee: fields.need(5, "payee")?.id()?,
            amount: fields.need(6, "amount")?.amount()?,
            order_id: fields.need(7, "order_id")?.id()?,
            not_after: fields.need(8, "not_after")?.time()?,
            request: fields.get(9, "request").map(|request| request.id()).transpose()?,
            repays: fields.get(10, "repays").map(|order| order.id()).transpose()?,
            memo: fields.get(11, "memo").map(|memo| memo.id()).transpose()?,
            seen: Seen {
                head: fields.need(12, "seen.head")?.id()?,
                statement_number: fields.need(13, "seen.statement_number")?.uint()?,
                statement: fields.need(14, "seen.statement")?.id()?,
            },
            tip: tip.map(|tip| tip.amount()).transpose()?,
        };
        match (tip, order.tip) {
            (Some(field), Some(tip)) if tip >= order.amount => {
                Err(field.wrong("is not less than the amount"))
            }
            _ => Ok(order),
        }
    }
}
