//! `head`: the state of one account (protocol §3.10).

use super::fields::{Fields, MapWriter};
use super::{ArtefactError, Body, Kind, NamesSigner, StatementRef};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId};
use crate::money::Amount;

/// The issuer's word for the state of an account. Two that contradict each other prove fraud.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Head {
    /// The issuer.
    pub issuer: IssuerId,
    /// The ledger's epoch.
    pub epoch: u32,
    /// The account.
    pub account: AccountId,
    /// How many entries its chain has.
    pub sequence: i64,
    /// Hash of the chain.
    pub chain_hash: Digest,
    /// Balance after the last entry; negative only for owners.
    pub balance: Amount,
    /// How much of it is held for what is prepared.
    pub held: Amount,
    /// When it was signed.
    pub time: UnixSeconds,
    /// The newest statement.
    pub statement: StatementRef,
}

impl NamesSigner for Head {}

impl Body for Head {
    const KIND: Kind = Kind::Head;

    fn write(&self, fields: &mut MapWriter) {
        fields
            .bytes(2, self.issuer)
            .uint(4, self.epoch)
            .bytes(5, self.account)
            .int(6, self.sequence)
            .bytes(7, self.chain_hash)
            .int(8, self.balance.minor())
            .int(9, self.held.minor())
            .int(10, self.time)
            .int(11, self.statement.number)
            .bytes(12, self.statement.hash);
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        Ok(Self {
            issuer: fields.need(2, "issuer")?.id()?,
            epoch: fields.need(4, "epoch")?.uint()?,
            account: fields.need(5, "account")?.id()?,
            sequence: fields.need(6, "sequence")?.uint()?,
            chain_hash: fields.need(7, "chain_hash")?.id()?,
            balance: fields.need(8, "balance")?.balance()?,
            held: fields.need(9, "held")?.amount_or_zero()?,
            time: fields.need(10, "time")?.time()?,
            statement: StatementRef {
                number: fields.need(11, "statement.number")?.uint()?,
                hash: fields.need(12, "statement.hash")?.id()?,
            },
        })
    }
}
