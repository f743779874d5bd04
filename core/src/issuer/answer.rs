//! What issuers answer, parsed.
//!
//! The signature of every [`Signed`] artefact in here is good; whether its signer may sign it, and whether it is what
//! was asked for, is for the ledger's rules to judge.

use crate::artefact::{Attestation, Card, Endpoint, Grant, Head, Opening, Rekey, Signed, Statement};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, IssuerId, OrderId, PublicKey};
use crate::ledger::follow::Item;
pub use crate::ledger::{InclusionProof, PathStep, Side};
use crate::money::Amount;

/// An issuer's description of itself, with everything needed to prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardBundle {
    /// The newest card.
    pub card: Signed<Card>,
    /// All rekeys of the issuer, in order.
    pub rekeys: Vec<Signed<Rekey>>,
}

/// An account that was opened, now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedAccount {
    /// Its id.
    pub account: AccountId,
    /// Its head of now; always there if the backend signs.
    pub head: Option<Signed<Head>>,
}

/// An account that was found by one of its founding keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAccount {
    /// Its id.
    pub account: AccountId,
    /// Its opening.
    pub opening: Signed<Opening>,
    /// All its rekeys, in order.
    pub rekeys: Vec<Signed<Rekey>>,
}

/// Everything that the issuer holds about an account, but for its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountState {
    /// Its id.
    pub account: AccountId,
    /// Its opening.
    pub opening: Signed<Opening>,
    /// All its rekeys, in order.
    pub rekeys: Vec<Signed<Rekey>>,
    /// Its head of now.
    pub head: Signed<Head>,
    /// The role that it was given.
    pub role_grant: Option<Signed<Grant>>,
    /// Its public name.
    pub attestation: Option<Signed<Attestation>>,
    /// The capabilities that its founding key gave to other keys.
    pub grants: Vec<Signed<Grant>>,
}

/// What a payer may know of a payee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayeeInfo {
    /// Its opening.
    pub opening: Signed<Opening>,
    /// All its rekeys, in order.
    pub rekeys: Vec<Signed<Rekey>>,
    /// Its public name.
    pub attestation: Option<Signed<Attestation>>,
    /// The keys that may sign its requests, beside its founding key.
    pub grants: Vec<Signed<Grant>>,
}

/// A stretch of an account's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntriesPage {
    /// The entries, oldest first.
    pub entries: Vec<EntryBundle>,
    /// The account's head, signed now.
    pub head: Signed<Head>,
    /// Whether there are more before the head.
    pub more: bool,
}

/// An entry, with what allows it. These are bytes as they came, for [`Follower`](crate::ledger::follow::Follower) to judge:
/// an order or receipt that does not hold is not a fault of the answer but may be evidence against the issuer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryBundle {
    /// The entry's bytes, as they are hashed into the chain.
    pub entry: Vec<u8>,
    /// The order that allows it.
    pub order: Option<Vec<u8>>,
    /// The receipt of this side.
    pub receipt: Option<Vec<u8>>,
    /// The grant by which the order was signed, if a granted key signed it.
    pub grant: Option<Vec<u8>>,
    /// The request that the order names.
    pub request: Option<Vec<u8>>,
    /// The sealed memo.
    pub memo: Option<Vec<u8>>,
}

impl EntryBundle {
    /// As what a follower takes.
    pub fn item(&self) -> Item<'_> {
        Item {
            entry: &self.entry,
            order: self.order.as_deref(),
            receipt: self.receipt.as_deref(),
            grant: self.grant.as_deref(),
            request: self.request.as_deref(),
            memo: self.memo.as_deref(),
        }
    }
}

/// A balance by the word of a backend that does not sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedBalance {
    /// The balance.
    pub balance: Amount,
    /// The part of it that is held.
    pub held: Amount,
    /// When it was so, by the issuer's clock.
    pub at: UnixSeconds,
}

/// Movements by the word of a backend that does not sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedMovements {
    /// The movements, oldest first.
    pub movements: Vec<StatedMovement>,
    /// Whether there are more.
    pub more: bool,
}

/// A movement by the word of a backend that does not sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedMovement {
    /// The backend's own name for it.
    pub reference: String,
    /// Negative for a debit.
    pub amount: Amount,
    /// The balance after it.
    pub balance: Amount,
    /// The other side, in the backend's own words.
    pub counterpart: Option<String>,
    /// What was said with it.
    pub note: Option<String>,
    /// Our order, if it was one.
    pub order: Option<OrderId>,
    /// When, by the issuer's clock.
    pub at: UnixSeconds,
}

/// An account's place in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementProof {
    /// The account has a positive balance in it.
    Present(InclusionProof),
    /// By the issuer's word the account has zero or less.
    Absent,
}

/// A host's answer to the founding of an issuer: what the first card must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founding {
    /// The id of the new issuer.
    pub issuer: IssuerId,
    /// The key with which the host will sign for it.
    pub signing_key: PublicKey,
    /// Where it will be reached, and by which TLS keys.
    pub endpoint: Endpoint,
}

/// What the card of a new signing key must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextSigningKey {
    /// The next signing key.
    pub signing_key: PublicKey,
    /// The last statement of the present one.
    pub statement: Signed<Statement>,
}
