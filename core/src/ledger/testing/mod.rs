//! An honest issuer in memory, for tests of whatever verifies or keeps a ledger (feature `testing`).
//!
//! [`Issuer`] keeps every rule of the protocol, with real signatures and a clock that the test moves. Its keys follow
//! from its name, so that a history can be run again, and a restore be made from an earlier clone.
//!
//! - `issuer`: cards, accounts, grants, rekeys; `orders`: payments and refunds; `publish`: heads, statements, restores.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

mod issuer;
mod orders;
mod publish;

pub use issuer::OWNER_LIMIT;
pub use orders::{Refused, Signer};

use std::collections::BTreeMap;

use super::authority::KnownGrant;
use super::follow::{Item, Known};
use super::merkle::Tree;
use super::{ChainState, FoundingKeys, SigningKeys};
use crate::artefact::{Card, Grant, Head, Opening, Order, Receipt, Refusal, Rekey, Signed, Statement};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId};

/// Index of an account in [`Issuer::accounts`]. The owner's is 0.
pub type Index = usize;

/// An honest issuer, its owner's keys and its customers' keys.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// Its id.
    pub id: IssuerId,
    /// What all keys follow from.
    name: String,
    /// Counts whatever must not repeat.
    counter: u64,
    /// The present.
    pub time: UnixSeconds,
    /// The ledger's epoch.
    pub epoch: u32,
    /// How often its founding key was replaced.
    pub rekey_number: u32,
    /// The number of its signing key.
    pub signing_number: u32,
    /// Orders that expire until then may have been executed in what a restore lost.
    lost_until: Option<UnixSeconds>,
    /// Its accounts.
    pub accounts: Vec<Holding>,
    /// What became of each order, by its hash: receipts of payer and payee, or a refusal.
    pub decided: BTreeMap<Digest, Decided>,
    /// Its statements, from number 0.
    pub statements: Vec<Published>,
    /// Everything that anyone was ever handed; a restore does not undo it.
    pub world: World,
}

/// What the world holds of an issuer.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// All cards.
    pub cards: Vec<Signed<Card>>,
    /// All rekeys of the issuer.
    pub rekeys: Vec<Signed<Rekey>>,
    /// All heads.
    pub heads: Vec<Signed<Head>>,
    /// All receipts, with their orders and entries.
    pub receipts: Vec<(Signed<Receipt>, Signed<Order>, Vec<u8>)>,
    /// All refusals of orders, with their orders.
    pub refusals: Vec<(Signed<Refusal>, Signed<Order>)>,
    /// All statements, with their trees.
    pub statements: Vec<Published>,
    /// All openings.
    pub openings: Vec<Signed<Opening>>,
    /// All rekeys of accounts.
    pub account_rekeys: Vec<Signed<Rekey>>,
    /// All grants, with the refusals of those that were cancelled.
    pub grants: Vec<KnownGrant>,
}

/// An account at an honest issuer.
#[derive(Debug, Clone)]
pub struct Holding {
    /// Its id.
    pub id: AccountId,
    /// Its opening.
    pub opening: Signed<Opening>,
    /// Its rekeys.
    pub rekeys: Vec<Signed<Rekey>>,
    /// Grants that name it, void ones too.
    pub grants: Vec<KnownGrant>,
    /// Its chains, from the epoch in which it was opened.
    pub chains: Vec<Chain>,
}

/// An account's chain in one epoch.
#[derive(Debug, Clone)]
pub struct Chain {
    /// From the empty chain on; one more than there are records.
    pub states: Vec<ChainState>,
    /// Entries and what belongs to them.
    pub records: Vec<Record>,
}

/// An entry, with what allows it.
#[derive(Debug, Clone)]
pub struct Record {
    /// The entry.
    pub entry: Vec<u8>,
    /// Its order.
    pub order: Option<Signed<Order>>,
    /// The receipt of this side.
    pub receipt: Option<Signed<Receipt>>,
    /// The grant by which the order was signed.
    pub grant: Option<Signed<Grant>>,
}

/// What became of an order.
#[derive(Debug, Clone)]
pub enum Decided {
    /// The order, and the receipts of payer and payee.
    Executed(Box<(Signed<Order>, Signed<Receipt>, Signed<Receipt>)>),
    /// A refusal.
    Refused(Box<Signed<Refusal>>),
}

/// A statement and the tree under it.
#[derive(Debug, Clone)]
pub struct Published {
    /// The statement.
    pub statement: Signed<Statement>,
    /// Its tree.
    pub tree: Tree,
}

/// What the wallet of an account knows, owned.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// The issuer's founding keys.
    pub issuer: FoundingKeys,
    /// Its signing keys.
    pub signing: SigningKeys,
    /// The account's founding keys.
    pub account: FoundingKeys,
    /// The account's opening.
    pub opening: Signed<Opening>,
    /// The account's grants.
    pub grants: Vec<KnownGrant>,
    /// The refusals of what was cancelled.
    pub cancels: Vec<Signed<Refusal>>,
    /// Statements that cards stand for.
    pub statements: Vec<Signed<Statement>>,
}

impl Knowledge {
    /// As a follower takes it.
    pub fn known(&self) -> Known<'_> {
        Known {
            issuer: &self.issuer,
            signing: &self.signing,
            account: &self.account,
            opening: Some(&self.opening),
            grants: &self.grants,
            cancels: &self.cancels,
            statements: &self.statements,
        }
    }
}

impl Holding {
    /// The chain of the present epoch.
    pub fn chain(&self) -> &Chain {
        self.chains.last().unwrap()
    }

    /// The chain of an epoch.
    pub fn chain_of(&self, epoch: u32) -> Option<&Chain> {
        self.chains.iter().find(|chain| chain.state().epoch == epoch)
    }

    /// Its present state.
    pub fn state(&self) -> &ChainState {
        self.chain().state()
    }
}

impl Chain {
    fn begin(issuer: IssuerId, account: AccountId, epoch: u32) -> Self {
        Self { states: vec![ChainState::genesis(issuer, account, epoch)], records: Vec::new() }
    }

    /// The state after the last entry.
    pub fn state(&self) -> &ChainState {
        self.states.last().unwrap()
    }

    /// The entries after a place, as an issuer serves them.
    pub fn items(&self, after: i64) -> Vec<Item<'_>> {
        let after = usize::try_from(after).unwrap();
        self.records.iter().skip(after).map(Record::item).collect()
    }
}

impl Record {
    /// As an issuer serves it.
    pub fn item(&self) -> Item<'_> {
        Item {
            entry: &self.entry,
            order: self.order.as_ref().map(Signed::bytes),
            receipt: self.receipt.as_ref().map(Signed::bytes),
            grant: self.grant.as_ref().map(Signed::bytes),
            request: None,
            memo: None,
        }
    }
}

impl World {
    /// Everything that anyone could lay beside an accusation, and everything that the issuer could answer.
    pub fn support(&self) -> Vec<Vec<u8>> {
        let cards = self.cards.iter().map(Signed::bytes);
        let rekeys = self.rekeys.iter().chain(&self.account_rekeys).map(Signed::bytes);
        let openings = self.openings.iter().map(Signed::bytes);
        let statements = self.statements.iter().map(|published| published.statement.bytes());
        let grants = self.grants.iter().map(|known| known.grant.bytes());
        let cancelled = self.grants.iter().filter_map(|known| known.cancelled.as_ref().map(Signed::bytes));
        let all = cards.chain(rekeys).chain(openings).chain(statements).chain(grants).chain(cancelled);
        all.map(<[u8]>::to_vec).collect()
    }
}
