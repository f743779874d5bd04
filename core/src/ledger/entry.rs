//! One entry of an account's chain (protocol §4.2).
//!
//! Entries are hashed, not signed one by one, so an entry has exactly one encoding: whatever [`Entry::encode`] would not
//! write, [`Entry::read`] refuses, unknown fields included.

use crate::artefact::fields::{Field, Fields, MapWriter};
use crate::artefact::{ArtefactError, cbor};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest};
use crate::money::Amount;

/// A movement of one account, as it stands in the account's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the chain, from 1.
    pub sequence: i64,
    /// What was added; negative for a debit.
    pub amount: Amount,
    /// The balance after it.
    pub balance: Amount,
    /// Random: without it, whoever is shown a chain hash could guess balances.
    pub blind: [u8; 16],
    /// When it was made, by the issuer's clock; never before the entry before it.
    pub time: UnixSeconds,
    /// What allows it.
    pub authority: Authority,
}

/// What allows an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// An order of the payer.
    Order {
        /// The account on the other side.
        counterpart: AccountId,
        /// Hash of the order.
        hash: Digest,
    },
    /// An acceptance of an exchange's quote.
    Acceptance {
        /// The account on the other side.
        counterpart: AccountId,
        /// Hash of the acceptance.
        hash: Digest,
    },
    /// A standing mandate to exchange.
    Mandate {
        /// The account on the other side.
        counterpart: AccountId,
        /// Hash of the mandate.
        hash: Digest,
    },
    /// The balance of the account's chain in an older epoch; entry 1 of an epoch after the first.
    Carried {
        /// The older epoch.
        epoch: u32,
        /// How many entries of that epoch's chain count.
        sequence: i64,
        /// Hash of that chain after them.
        chain_hash: Digest,
    },
}

impl Authority {
    /// The account on the other side.
    pub fn counterpart(&self) -> Option<&AccountId> {
        match self {
            Self::Order { counterpart, .. }
            | Self::Acceptance { counterpart, .. }
            | Self::Mandate { counterpart, .. } => Some(counterpart),
            Self::Carried { .. } => None,
        }
    }

    /// Hash of the order, acceptance or mandate.
    pub fn hash(&self) -> Option<&Digest> {
        match self {
            Self::Order { hash, .. } | Self::Acceptance { hash, .. } | Self::Mandate { hash, .. } => {
                Some(hash)
            }
            Self::Carried { .. } => None,
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Order { .. } => 1,
            Self::Acceptance { .. } => 2,
            Self::Mandate { .. } => 3,
            Self::Carried { .. } => 4,
        }
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        let kind = fields.need(1, "kind")?;
        let counterpart = || fields.need(6, "counterpart")?.id();
        let hash = || fields.need(7, "authority")?.id();
        match kind.uint::<u64>()? {
            1 => Ok(Self::Order { counterpart: counterpart()?, hash: hash()? }),
            2 => Ok(Self::Acceptance { counterpart: counterpart()?, hash: hash()? }),
            3 => Ok(Self::Mandate { counterpart: counterpart()?, hash: hash()? }),
            4 => Ok(Self::Carried {
                epoch: fields.need(8, "carried.epoch")?.uint()?,
                sequence: positive(fields.need(9, "carried.sequence")?)?,
                chain_hash: fields.need(10, "carried.chain_hash")?.id()?,
            }),
            _ => Err(kind.wrong("is not a known kind of entry")),
        }
    }
}

impl Entry {
    /// Its bytes: deterministic CBOR, exactly these fields.
    pub fn encode(&self) -> Vec<u8> {
        let mut fields = MapWriter::default();
        fields
            .int(0, self.sequence)
            .uint(1, self.authority.kind())
            .int(2, self.amount.minor())
            .int(3, self.balance.minor())
            .bytes(4, self.blind)
            .int(5, self.time);
        match &self.authority {
            Authority::Order { counterpart, hash }
            | Authority::Acceptance { counterpart, hash }
            | Authority::Mandate { counterpart, hash } => fields.bytes(6, counterpart).bytes(7, hash),
            Authority::Carried { epoch, sequence, chain_hash } => {
                fields.uint(8, *epoch).int(9, *sequence).bytes(10, chain_hash)
            }
        };
        fields.finish()
    }

    /// Reads an entry; refuses every encoding but the one that [`encode`](Self::encode) writes, and an amount of zero in
    /// anything but what was carried.
    pub fn read(bytes: &[u8]) -> Result<Self, ArtefactError> {
        cbor::check(bytes)?;
        let fields = Fields::parse(bytes)?;
        let amount = fields.need(2, "amount")?;
        let entry = Self {
            sequence: positive(fields.need(0, "sequence")?)?,
            amount: amount.balance()?,
            balance: fields.need(3, "balance")?.balance()?,
            blind: fields.need(4, "blind")?.array()?,
            time: fields.need(5, "time")?.time()?,
            authority: Authority::read(&fields)?,
        };
        if entry.amount.is_zero() && !matches!(entry.authority, Authority::Carried { .. }) {
            return Err(amount.wrong("moves nothing"));
        }
        if entry.encode() == bytes {
            Ok(entry)
        } else {
            Err(ArtefactError::Field { field: "entry", reason: "has fields that do not belong to its kind" })
        }
    }
}

fn positive(field: Field<'_>) -> Result<i64, ArtefactError> {
    match field.uint::<i64>()? {
        0 => Err(field.wrong("must be at least 1")),
        value => Ok(value),
    }
}
