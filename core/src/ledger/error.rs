//! Why an entry does not follow.

use crate::artefact::ArtefactError;
use crate::clock::UnixSeconds;
use crate::money::Amount;

/// Why bytes are not the next entry of a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The bytes are not an entry.
    #[error("not an entry: {0}")]
    NotAnEntry(#[from] ArtefactError),
    /// The entry is for another place in the chain.
    #[error("entry {found} where entry {expected} belongs")]
    Sequence {
        /// The place that comes next.
        expected: i64,
        /// The place that the entry names.
        found: i64,
    },
    /// Balance before and amount do not make the balance after.
    #[error("balance {found} where the amounts make {expected}")]
    Balance {
        /// What balance before and amount make.
        expected: Amount,
        /// What the entry says.
        found: Amount,
    },
    /// The balance would not fit 64 bits.
    #[error("the balance would be too large")]
    Overflow,
    /// The entry is older than the one before it.
    #[error("entry of {found}, after one of {previous}")]
    TimeWentBack {
        /// When the entry before was made.
        previous: UnixSeconds,
        /// When this one says it was made.
        found: UnixSeconds,
    },
    /// A balance can be carried only from an older epoch, and only by entry 1.
    #[error("a carried balance where none can be")]
    CarriedMisplaced,
    /// The chain can grow no further.
    #[error("the chain is full")]
    Full,
}

impl LedgerError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnEntry(_) => "not_an_entry",
            Self::Sequence { .. } => "sequence",
            Self::Balance { .. } => "balance",
            Self::Overflow => "balance_overflow",
            Self::TimeWentBack { .. } => "time_went_back",
            Self::CarriedMisplaced => "carried_misplaced",
            Self::Full => "chain_full",
        }
    }
}
