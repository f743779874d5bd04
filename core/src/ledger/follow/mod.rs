//! Follows an account's chain from what a wallet trusts to a newer head (protocol §4.2), page by page, in one pass.
//!
//! ```text
//! Base ──page──▶ Base ──page──▶ Base ──finish(head)──▶ Base, vouched for by that head
//!   │ begin_epoch, where the issuer was restored: what it lost is to be handed back
//! ```
//! Entries come unsigned; the receipt of each, or the head at the end, is what the issuer is held to. So a broken rule is
//! at first a suspicion. It becomes [`FollowError::Fraud`] as soon as something signed leads through it, and stays
//! [`FollowError::Unproven`] if nothing does: what is withheld or garbled proves nothing.
//!
//! - `follower`: the walk; `check`: what each entry must keep to; `suspicion`: how evidence is made.

mod check;
mod follower;
mod suspicion;

pub use follower::{Followed, Follower};

use super::authority::Rights;
use super::evidence::{Evidence, Finding};
use super::{ChainState, Entry, FoundingKeys, KnownGrant, LedgerError, SigningKeys, Standing};
use crate::artefact::{
    Grant, Head, Opening, Order, Receipt, Refusal, Request, Signed, Statement, Unproven as Unsigned,
};
use crate::keys::{AccountId, Digest, IssuerId};
use crate::money::Amount;

/// What a wallet knows of an issuer and of its own account there.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The issuer's founding keys.
    pub issuer: &'a FoundingKeys,
    /// Its signing keys.
    pub signing: &'a SigningKeys,
    /// The account's founding keys.
    pub account: &'a FoundingKeys,
    /// The account's opening; belongs to any evidence.
    pub opening: Option<&'a Signed<Opening>>,
    /// Grants that name the account, ended and cancelled ones too.
    pub grants: &'a [KnownGrant],
    /// The issuer's refusals of what this wallet cancelled, whether it still knows the grants or not.
    pub cancels: &'a [Signed<Refusal>],
    /// The statements that the issuer's cards stand for; they belong to any evidence.
    pub statements: &'a [Signed<Statement>],
}

/// What a wallet kept of what it followed before.
pub trait Past {
    /// What the issuer signed for this place of the account's chain.
    fn at(&self, epoch: u32, sequence: i64) -> Option<PastState>;

    /// The account's receipt for an order executed in this epoch.
    fn receipt_of(&self, epoch: u32, order: &Digest) -> Option<Signed<Receipt>>;
}

/// A wallet without a past.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPast;

impl Past for NoPast {
    fn at(&self, _: u32, _: i64) -> Option<PastState> {
        None
    }

    fn receipt_of(&self, _: u32, _: &Digest) -> Option<Signed<Receipt>> {
        None
    }
}

/// A signed state of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastState {
    /// The chain's hash.
    pub hash: Digest,
    /// The balance, if it is known.
    pub balance: Option<Amount>,
    /// The head or receipt that says so, whole.
    pub artefact: Vec<u8>,
}

/// From where on to follow. A wallet keeps it beside its head, and can go on from it after any page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The state of the chain.
    pub state: ChainState,
    /// What speaks for it.
    pub vouched: Vouched,
    /// The newest founding key whose order was executed in this epoch, if it was not the first.
    pub newest_key: Option<ShownKey>,
}

/// What speaks for a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vouched {
    /// The chain is empty.
    Empty,
    /// A head.
    Head(Signed<Head>),
    /// The last entry, and its receipt unless it carried a balance over.
    Entry {
        /// The chain's hash before it.
        previous: Digest,
        /// Its bytes.
        entry: Vec<u8>,
        /// Its receipt.
        receipt: Option<Signed<Receipt>>,
    },
}

/// An executed order that shows that the issuer knew a rekey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownKey {
    /// The number of the founding key.
    pub number: u32,
    /// The receipt.
    pub receipt: Signed<Receipt>,
    /// The order, signed with that key or one that it granted.
    pub order: Signed<Order>,
}

impl Base {
    /// The empty chain of an epoch.
    pub fn empty(issuer: IssuerId, account: AccountId, epoch: u32) -> Self {
        Self { state: ChainState::genesis(issuer, account, epoch), vouched: Vouched::Empty, newest_key: None }
    }

    /// A head that is trusted. The state's time is the head's: the last entry's may be earlier.
    pub fn of_head(head: Signed<Head>) -> Self {
        let body = head.body();
        let state = ChainState {
            issuer: body.issuer,
            account: body.account,
            epoch: body.epoch,
            sequence: body.sequence,
            hash: body.chain_hash,
            balance: body.balance,
            // No later entry can be older than the head.
            time: body.time,
        };
        Self { state, vouched: Vouched::Head(head), newest_key: None }
    }

    /// The head or receipt that speaks for it.
    pub fn artefact(&self) -> Option<&[u8]> {
        match &self.vouched {
            Vouched::Empty => None,
            Vouched::Head(head) => Some(head.bytes()),
            Vouched::Entry { receipt, .. } => receipt.as_ref().map(Signed::bytes),
        }
    }
}

/// An entry as an issuer serves it, with what allows it. Byte strings as they came; none of it is believed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Item<'a> {
    /// The entry.
    pub entry: &'a [u8],
    /// The order that it names.
    pub order: Option<&'a [u8]>,
    /// The receipt of this side.
    pub receipt: Option<&'a [u8]>,
    /// The grant by which the order was signed, if a granted key signed it.
    pub grant: Option<&'a [u8]>,
    /// The request that the order names.
    pub request: Option<&'a [u8]>,
    /// The sealed memo.
    pub memo: Option<&'a [u8]>,
}

/// A verified movement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The entry.
    pub entry: Entry,
    /// The state after it.
    pub state: ChainState,
    /// What it came from.
    pub source: Source,
}

/// What a movement came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An order.
    Order(Box<Executed>),
    /// The balance of an older epoch.
    Carried,
}

/// An executed order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// The order.
    pub order: Signed<Order>,
    /// The receipt of this side.
    pub receipt: Signed<Receipt>,
    /// By what rights it was signed; for debits only, whose signers are the account's own.
    pub rights: Option<Rights>,
    /// The grant behind the newest of them, if a granted key signed.
    pub grant: Option<Signed<Grant>>,
    /// The request that the order names, its signature not checked.
    pub request: Option<Unsigned<Request>>,
    /// The sealed memo whose hash the order names; it may have been deleted.
    pub memo: Option<Vec<u8>>,
}

/// What an issuer lost by a restore: everything that this account was promised after this place is to be handed back
/// (`POST replays`), oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandBack {
    /// The epoch of the last entry that was carried over.
    pub after_epoch: u32,
    /// Its place; 0 if nothing was.
    pub after_sequence: i64,
}

/// Why a chain could not be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// Something is withheld, missing or garbled. It proves nothing; the wallet says "unproven since".
    #[error("unproven: {0}")]
    Unproven(#[from] Unproven),
    /// The issuer signed what breaks its rules.
    #[error("{words}")]
    Fraud {
        /// The evidence, to be kept.
        evidence: Box<Evidence>,
        /// How strong it is: never [`Finding::Nothing`].
        finding: Finding,
        /// What it shows.
        words: String,
    },
}

impl FollowError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unproven(unproven) => unproven.code(),
            Self::Fraud { .. } => "fraud",
        }
    }
}

/// Why a chain is unproven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unproven {
    /// An entry without the order that it names.
    #[error("the order of entry {sequence} is withheld")]
    OrderWithheld {
        /// Its place.
        sequence: i64,
    },
    /// An entry without its receipt.
    #[error("the receipt of entry {sequence} is withheld")]
    ReceiptWithheld {
        /// Its place.
        sequence: i64,
    },
    /// An entry or order that this version cannot read.
    #[error("entry {sequence} or its order cannot be read by this version")]
    Unreadable {
        /// Its place.
        sequence: i64,
    },
    /// Entries that do not follow, and nothing signed that contains them.
    #[error("the entries do not follow: {0}")]
    DoesNotFollow(LedgerError),
    /// The entries do not lead to the head.
    #[error("the entries do not lead to the head")]
    DoesNotLead,
    /// There are more entries before the head.
    #[error("entries are missing: {have} of {need}")]
    Incomplete {
        /// How many entries there are.
        have: i64,
        /// How many the head has.
        need: i64,
    },
    /// The chain of the older epoch must be followed up to here before what was carried can be checked.
    #[error("entries of epoch {epoch} are missing up to {sequence}")]
    OlderEpochIncomplete {
        /// The older epoch.
        epoch: u32,
        /// The place.
        sequence: i64,
    },
    /// The head is of a newer epoch than the entries.
    #[error("the head is of epoch {epoch}")]
    OtherEpoch {
        /// The head's.
        epoch: u32,
    },
    /// The issuer shows less than it had signed: show it our head (`POST heads`).
    #[error("the issuer is behind: it shows {theirs} entries, we hold a head of {ours}")]
    Behind {
        /// How many entries our head has.
        ours: i64,
        /// How many its head has.
        theirs: i64,
    },
    /// The issuer shows an older epoch than it had signed: show it our head (`POST heads`).
    #[error("the issuer is behind: it shows epoch {theirs}, we hold a head of {ours}")]
    BehindEpoch {
        /// The epoch of our head.
        ours: u32,
        /// The epoch of its head.
        theirs: u32,
    },
    /// The head is not the account's, or nothing to go by.
    #[error("the head is not one of this account")]
    NotOurHead,
    /// The head's signature does not count.
    #[error("the head's signature does not count: {standing:?}")]
    HeadDoesNotCount {
        /// How it stands.
        standing: Standing,
    },
    /// The head is older than the head before, or than its last entry.
    #[error("the head is older than what it stands for")]
    HeadOutOfTime,
    /// A broken rule that what is at hand does not prove.
    #[error("a rule was broken, but what is at hand does not prove it: {words}")]
    Unconvincing {
        /// What the evidence is worth.
        words: String,
    },
}

impl Unproven {
    /// A stable name for this reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OrderWithheld { .. } => "order_withheld",
            Self::ReceiptWithheld { .. } => "receipt_withheld",
            Self::Unreadable { .. } => "unreadable",
            Self::DoesNotFollow(_) => "does_not_follow",
            Self::DoesNotLead => "does_not_lead",
            Self::Incomplete { .. } => "incomplete",
            Self::OlderEpochIncomplete { .. } => "older_epoch_incomplete",
            Self::OtherEpoch { .. } => "other_epoch",
            Self::Behind { .. } | Self::BehindEpoch { .. } => "behind",
            Self::NotOurHead => "not_our_head",
            Self::HeadDoesNotCount { .. } => "head_does_not_count",
            Self::HeadOutOfTime => "head_out_of_time",
            Self::Unconvincing { .. } => "unconvincing",
        }
    }
}
