//! Issuers: whose money the wallet knows, pinned to what was scanned.

use serde::{Deserialize, Serialize};

use super::{Blob, Keyed};
use crate::clock::UnixSeconds;
use crate::keys::{Digest, IssuerId};

/// Issuers by id.
pub const ISSUERS: Keyed<IssuerRecord> = Keyed::new("issuer");

/// All that is kept of an issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerRecord {
    /// The issuer.
    pub issuer: IssuerId,
    /// The card in force.
    pub card: Blob,
    /// Cards before it, oldest first: older signatures are checked by their keys.
    pub earlier_cards: Vec<Blob>,
    /// All rekeys of the issuer.
    pub rekeys: Vec<Blob>,
    /// When the card was last asked for, by our clock.
    pub card_checked_at: UnixSeconds,
    /// The issuer's clock minus ours, in seconds, once it is known.
    pub clock_offset: Option<i64>,
    /// The host from which the card came, with its port if it is not 443: asked if the card's own endpoints fail.
    pub found_at: String,
    /// Number and hash of the newest statement that was checked.
    pub statement: Option<(i64, Digest)>,
    /// Set when this wallet owns the issuer: which founding key (`issuer` ‖ k) is its own, and of which generation.
    pub owned: Option<OwnedIssuer>,
    /// Set when the issuer was caught cheating: it is paid no more without a word of warning.
    pub distrusted_since: Option<UnixSeconds>,
    /// When the holder added it.
    pub added_at: UnixSeconds,
}

/// How the owner's wallet finds the founding key of its issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedIssuer {
    /// The index k.
    pub index: u32,
    /// The wallet seed's generation.
    pub generation: u32,
}
