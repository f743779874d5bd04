//! `grant`: gives a role to an account, or capabilities to a key (protocol §3.4).

use super::fields::{Fields, MapWriter};
use super::{ArtefactError, Body, Kind, NamesSigner, Role};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, IssuerId, PublicKey};
use crate::money::Amount;

/// Gives a role to an account, or capabilities to a key of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The issuer at which it counts.
    pub issuer: IssuerId,
    /// The account that is given the role, or for which the key may act.
    pub account: AccountId,
    /// What is given.
    pub given: GrantGiven,
    /// For the owner role: how far the account may go below zero. Otherwise: the most it may pay in a UTC day.
    pub limit: Option<Amount>,
    /// It ends after this.
    pub not_after: UnixSeconds,
    /// When it was signed.
    pub signed_at: UnixSeconds,
    /// Makes two otherwise equal grants differ.
    pub nonce: [u8; 8],
}

/// What a grant gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantGiven {
    /// A role, to the account.
    Role(Role),
    /// Capabilities, to a key.
    Key(PublicKey, Capabilities),
}

/// What a granted key may do: a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub struct Capabilities(u8);

impl Capabilities {
    /// May sign orders.
    pub const PAY: Self = Self(1);
    /// May sign requests.
    pub const RECEIVE: Self = Self(2);
    /// May sign orders that are refunds.
    pub const REFUND: Self = Self(4);
    /// May read the account.
    pub const VIEW: Self = Self(8);
    /// May sign attestations for the issuer.
    pub const ATTEST: Self = Self(16);

    /// Both sets together.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in this set.
    pub const fn allows(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The sum of the numbers on the wire.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// From the sum of the numbers on the wire; `None` if one is unknown or the set is empty.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits == 0 || bits > 31 { None } else { Some(Self(bits)) }
    }
}

impl From<Capabilities> for u8 {
    fn from(set: Capabilities) -> Self {
        set.bits()
    }
}

impl TryFrom<u8> for Capabilities {
    type Error = &'static str;

    fn try_from(bits: u8) -> Result<Self, Self::Error> {
        Self::from_bits(bits).ok_or("not a set of known capabilities")
    }
}

impl Grant {
    /// Whether it is in force at `time`, if nobody cancelled it.
    pub fn in_time(&self, time: UnixSeconds) -> bool {
        time <= self.not_after
    }

    /// The role that it gives.
    pub fn role(&self) -> Option<Role> {
        match self.given {
            GrantGiven::Role(role) => Some(role),
            GrantGiven::Key(..) => None,
        }
    }

    /// The key to which it gives capabilities.
    pub fn key(&self) -> Option<(&PublicKey, Capabilities)> {
        match &self.given {
            GrantGiven::Role(_) => None,
            GrantGiven::Key(key, capabilities) => Some((key, *capabilities)),
        }
    }
}

impl NamesSigner for Grant {}

impl Body for Grant {
    const KIND: Kind = Kind::Grant;

    fn write(&self, fields: &mut MapWriter) {
        fields.bytes(2, self.issuer).bytes(4, self.account);
        match &self.given {
            GrantGiven::Role(role) => fields.uint(6, role.value()),
            GrantGiven::Key(key, capabilities) => fields.bytes(5, key).uint(7, capabilities.bits()),
        };
        fields
            .put_some(8, self.limit, |item, limit| item.int(limit.minor()))
            .int(9, self.not_after)
            .int(10, self.signed_at)
            .bytes(11, self.nonce);
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        let key = fields.get(5, "key");
        let role = fields.get(6, "role");
        let capabilities = fields.get(7, "capabilities");
        let given = match (key, role, capabilities) {
            (None, Some(role), None) => match Role::read(role)? {
                Role::Customer => return Err(role.wrong("gives nothing")),
                given => GrantGiven::Role(given),
            },
            (Some(key), None, Some(capabilities)) => {
                let set = Capabilities::from_bits(capabilities.uint()?)
                    .ok_or_else(|| capabilities.wrong("is empty or unknown"))?;
                GrantGiven::Key(key.id()?, set)
            }
            _ => {
                return Err(ArtefactError::field(
                    "role",
                    "must be there alone, or else key and capabilities",
                ));
            }
        };
        let limit = fields.get(8, "limit").map(|limit| limit.amount_or_zero()).transpose()?;
        if limit.is_none() && matches!(given, GrantGiven::Role(Role::Owner)) {
            return Err(ArtefactError::Missing { field: "limit" });
        }
        Ok(Self {
            issuer: fields.need(2, "issuer")?.id()?,
            account: fields.need(4, "account")?.id()?,
            given,
            limit,
            not_after: fields.need(9, "not_after")?.time()?,
            signed_at: fields.need(10, "signed_at")?.time()?,
            nonce: fields.need(11, "nonce")?.array()?,
        })
    }
}
