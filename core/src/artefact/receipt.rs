//! `receipt`: the issuer executed an order (protocol §3.8).

use super::fields::{Fields, MapWriter};
use super::{ArtefactError, Body, Kind, NamesSigner};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId};

/// The issuer's word that an order was executed; one for each side, always shown with its order. It names no balance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Receipt {
    /// The issuer.
    pub issuer: IssuerId,
    /// Hash of the order.
    pub order: Digest,
    /// The account of this side.
    pub account: AccountId,
    /// Place of the entry in this account's chain.
    pub sequence: i64,
    /// Hash of the chain after that entry.
    pub chain_hash: Digest,
    /// The ledger's epoch.
    pub epoch: u32,
    /// When it was executed.
    pub time: UnixSeconds,
}

impl NamesSigner for Receipt {}

impl Body for Receipt {
    const KIND: Kind = Kind::Receipt;

    fn write(&self, fields: &mut MapWriter) {
        fields
            .bytes(2, self.issuer)
            .bytes(4, self.order)
            .bytes(5, self.account)
            .int(6, self.sequence)
            .bytes(7, self.chain_hash)
            .uint(8, self.epoch)
            .int(9, self.time);
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        Ok(Self {
            issuer: fields.need(2, "issuer")?.id()?,
            order: fields.need(4, "order")?.id()?,
            account: fields.need(5, "account")?.id()?,
            sequence: fields.need(6, "sequence")?.positive()?,
            chain_hash: fields.need(7, "chain_hash")?.id()?,
            epoch: fields.need(8, "epoch")?.uint()?,
            time: fields.need(9, "time")?.time()?,
        })
    }
}
