//! `statement`: the state of all accounts of an issuer at one moment (protocol §3.11).

use super::fields::{Field, Fields, MapWriter};
use super::{ArtefactError, Body, Kind, NamesSigner};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId};
use crate::money::Amount;

/// A limit that the size limit of statements reaches first.
const MAX_DEBTORS: usize = 1 << 16;

/// Sums up the ledger: what holders hold as a root over all of them, what owners owe in full view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The issuer.
    pub issuer: IssuerId,
    /// Counts the statements from 0.
    pub number: i64,
    /// Hash of the one before; none for number 0.
    pub previous: Option<Digest>,
    /// When it was made.
    pub time: UnixSeconds,
    /// The ledger's epoch.
    pub epoch: u32,
    /// Root of the Merkle-sum tree over all positive accounts.
    pub root: Digest,
    /// The sum of all positive balances.
    pub sum: u128,
    /// The accounts below zero, in ascending order.
    pub debtors: Vec<Debtor>,
}

/// An account below zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debtor {
    /// The account.
    pub account: AccountId,
    /// What it owes: negative.
    pub balance: Amount,
    /// The grant that allows it, whole.
    pub grant: Vec<u8>,
}

impl NamesSigner for Statement {}

impl Body for Statement {
    const KIND: Kind = Kind::Statement;

    fn write(&self, fields: &mut MapWriter) {
        fields
            .bytes(2, self.issuer)
            .int(4, self.number)
            .put_some(5, self.previous, |item, previous| item.bytes(previous.as_ref()))
            .int(6, self.time)
            .uint(7, self.epoch)
            .bytes(8, self.root)
            .bytes(9, self.sum.to_be_bytes())
            .put(10, |item| {
                item.array_head(self.debtors.len());
                for debtor in &self.debtors {
                    item.array_head(3);
                    item.bytes(debtor.account.as_ref());
                    item.int(debtor.balance.minor());
                    item.bytes(&debtor.grant);
                }
            });
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        let debtors = fields.need(10, "debtors")?;
        let previous = fields.get(5, "previous").map(|previous| previous.id()).transpose()?;
        let statement = Self {
            issuer: fields.need(2, "issuer")?.id()?,
            number: fields.need(4, "number")?.uint()?,
            previous,
            time: fields.need(6, "time")?.time()?,
            epoch: fields.need(7, "epoch")?.uint()?,
            root: fields.need(8, "root")?.id()?,
            sum: u128::from_be_bytes(fields.need(9, "sum")?.array()?),
            debtors: debtors.items(MAX_DEBTORS)?.iter().map(read_debtor).collect::<Result<_, _>>()?,
        };
        if statement.previous.is_none() != (statement.number == 0) {
            return Err(ArtefactError::field("previous", "must be there in all statements but number 0"));
        }
        if !statement.debtors.is_sorted_by(|one, next| one.account < next.account) {
            return Err(debtors.wrong("is not in ascending order of accounts"));
        }
        Ok(statement)
    }
}

fn read_debtor(field: &Field<'_>) -> Result<Debtor, ArtefactError> {
    let items = field.items(3)?;
    let [account, balance, grant] = items.as_slice() else {
        return Err(field.wrong("has an item that is not account, balance and grant"));
    };
    let balance = balance.balance()?;
    if balance.minor() >= 0 {
        return Err(field.wrong("lists an account that is not below zero"));
    }
    Ok(Debtor { account: account.id()?, balance, grant: grant.bytes()?.to_vec() })
}
