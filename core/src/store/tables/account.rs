//! Accounts, one at each issuer: the wallet's own, and those of others for which it acts with a granted key.

use serde::{Deserialize, Serialize};

use super::{Blob, Keyed};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId, PublicKey};
use crate::money::Amount;

/// Accounts by their issuer's id.
pub const ACCOUNTS: Keyed<AccountRecord> = Keyed::new("account");

/// All that is kept of an account, but its entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRecord {
    /// The issuer at which it is.
    pub issuer: IssuerId,
    /// The account.
    pub account: AccountId,
    /// How its founding key is derived. Says nothing where the wallet only acts for it.
    pub persona: Persona,
    /// The generation of the wallet seed from which comes the key that the wallet uses for it: the founding key, or the
    /// device key where it only acts for it.
    pub generation: u32,
    /// Its founding key in force.
    pub founding_key: PublicKey,
    /// Its opening.
    pub opening: Blob,
    /// All its rekeys.
    pub rekeys: Vec<Blob>,
    /// Whether the issuer has confirmed the opening.
    pub opened: bool,
    /// The role granted to it.
    pub role_grant: Option<Blob>,
    /// Roles that it had before: what was owed under them stays judged by them.
    pub earlier_role_grants: Vec<Blob>,
    /// Its attested name.
    pub attestation: Option<Blob>,
    /// Keys that it granted capabilities to.
    pub key_grants: Vec<Blob>,
    /// Where the verified chain ends.
    pub chain: ChainRecord,
    /// What speaks for that end.
    pub vouched: VouchedRecord,
    /// The newest founding key under which the issuer is known to have executed an order, if not the first.
    pub newest_key: Option<ShownKeyRecord>,
    /// The newest signed head that was verified.
    pub head: Option<Blob>,
    /// When the chain was last verified against a fresh head, by our clock.
    pub verified_at: Option<UnixSeconds>,
    /// Set while the issuer withholds entries or a proof.
    pub unproven_since: Option<UnixSeconds>,
    /// Set while a restored issuer is still to be handed back what it had promised.
    #[serde(default)]
    pub hand_back: Option<HandBackRecord>,
    /// Set if the account is somebody else's, for which this wallet acts with its device key.
    #[serde(default)]
    pub acting: Option<ActingRecord>,
}

impl AccountRecord {
    /// Notes the role granted to it now, and keeps the one before.
    pub fn set_role_grant(&mut self, grant: Option<Blob>) {
        if self.role_grant == grant {
            return;
        }
        let earlier = std::mem::replace(&mut self.role_grant, grant);
        self.earlier_role_grants.extend(earlier);
    }
}

/// By what right the wallet acts for an account that is not its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActingRecord {
    /// The newest grant that named the device key.
    pub grant: Blob,
    /// How it stood when the issuer was asked last.
    pub state: ActingState,
}

/// How the grant stands by which a wallet acts for somebody else's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum ActingState {
    /// It counts.
    InForce,
    /// Its time is over.
    Ended,
    /// The account's holder took it back.
    Cancelled,
    /// The key that gave it was replaced: the holder can grant anew.
    Void,
}

impl ActingState {
    /// A stable name, as errors have it.
    pub fn code(self) -> &'static str {
        match self {
            Self::InForce => "grant_in_force",
            Self::Ended => "grant_ended",
            Self::Cancelled => "grant_cancelled",
            Self::Void => "grant_void",
        }
    }
}

/// How the founding key of an account is derived (protocol §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Persona {
    /// `account` ‖ IssuerId ‖ k: nobody can link it to the holder's other accounts.
    Private {
        /// The index k.
        index: u32,
    },
    /// `public` ‖ k: one account id at every issuer, for shops.
    Public {
        /// The index k.
        index: u32,
    },
}

/// What a restored issuer is to be handed back: all that it had promised after a place of an older epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HandBackRecord {
    /// The epoch of the last entry that was carried over.
    pub after_epoch: u32,
    /// Its place.
    pub after_sequence: i64,
}

/// Where a verified chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainRecord {
    /// The ledger's epoch.
    pub epoch: u32,
    /// How many entries.
    pub sequence: i64,
    /// The hash after the last.
    pub hash: Digest,
    /// The balance after the last.
    pub balance: Amount,
    /// The time of the last.
    pub time: UnixSeconds,
}

/// What speaks for the end of a chain: something that the issuer signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VouchedRecord {
    /// The chain is empty.
    Empty,
    /// A head.
    Head {
        /// The head.
        head: Blob,
    },
    /// The last entry.
    Entry {
        /// The chain's hash before it.
        previous: Digest,
        /// The entry.
        entry: Blob,
        /// Its receipt, unless it carried a balance over.
        receipt: Option<Blob>,
    },
}

/// An executed order that shows that the issuer knew a rekey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownKeyRecord {
    /// The number of the founding key.
    pub number: u32,
    /// The receipt.
    pub receipt: Blob,
    /// The order.
    pub order: Blob,
}
