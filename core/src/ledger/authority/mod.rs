//! Who may sign what (protocol §3). Issuers decide by it, wallets judge by it.
//!
//! A founding key acts itself or through keys that it granted capabilities; granted keys grant nothing. A grant counts
//! while it is in time, not cancelled, and signed by a founding key that counts.
//!
//! - [`grants`]: who may give and take what.
//! - [`acting`]: who may act, by a founding key or by what was granted.

pub mod acting;
pub mod grants;

use super::FoundingKeys;
use crate::keys::PublicKey;

pub use acting::{Account, ORDER_LIFE_SECONDS, Right, Rights, attestation, is_executed_after};
pub use grants::{CancelTarget, KnownGrant, cancel, may_grant, owner_limit, worker_grant};

/// How far the clock of who signs may be ahead of the issuer's, in seconds (protocol §1.3).
pub const CLOCK_TOLERANCE_SECONDS: i64 = 300;

/// From when we look at what a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    /// Now: only the founding key in force counts, and what it granted.
    Now,
    /// Back then: what a founding key signed before it was replaced stays good. When an issuer learnt of a rekey is not
    /// on record, so any founding key of the id counts; the number that it has is given back.
    Then,
}

/// Why a key may not sign something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAllowed {
    /// It is for another issuer or account.
    #[error("it is for another issuer or account")]
    Elsewhere,
    /// The key is neither a founding key nor granted anything.
    #[error("its signer was never granted anything")]
    UnknownKey,
    /// The key was granted other capabilities only.
    #[error("its signer was not granted this")]
    NotGranted,
    /// The key, or the one that granted it, was replaced by a rekey.
    #[error("its signer's key was replaced")]
    Replaced,
    /// The grant has ended.
    #[error("what its signer was granted has ended")]
    Ended,
    /// The grant was cancelled.
    #[error("what its signer was granted was cancelled")]
    Cancelled,
    /// The grant was signed later.
    #[error("its signer was granted this only later")]
    NotYet,
}

impl NotAllowed {
    /// A stable name for this reason.
    pub fn code(self) -> &'static str {
        match self {
            Self::Elsewhere => "elsewhere",
            Self::UnknownKey => "unknown_key",
            Self::NotGranted => "not_granted",
            Self::Replaced => "key_replaced",
            Self::Ended => "grant_ended",
            Self::Cancelled => "grant_cancelled",
            Self::NotYet => "grant_not_yet",
        }
    }
}

/// The number of a founding key, if it counts in this tense.
fn founding_number(keys: &FoundingKeys, key: &PublicKey, tense: Tense) -> Result<u32, NotAllowed> {
    match keys.number_of(key) {
        Some(number) if tense == Tense::Then || number == keys.number() => Ok(number),
        Some(_) => Err(NotAllowed::Replaced),
        None => Err(NotAllowed::UnknownKey),
    }
}
