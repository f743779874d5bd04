//! Points of a chain that the issuer signed, and entries that lead to them.

use super::court::Court;
use super::{Dismissed, Point, Run};
use crate::artefact::{Head, Kind, Receipt, Signed, kind_of};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest};
use crate::ledger::chain::{genesis_hash, next_hash};
use crate::ledger::{Authority, ChainState, Entry};
use crate::money::Amount;

/// What a point says.
pub(super) struct Stated {
    pub account: AccountId,
    pub epoch: u32,
    pub sequence: i64,
    pub hash: Digest,
    /// Receipts name none.
    pub balance: Option<Amount>,
    /// When the state held: heads only.
    pub at: Option<UnixSeconds>,
    /// Receipts only: the order that was executed there.
    pub order: Option<Digest>,
}

impl Stated {
    /// Reads a point.
    pub fn of(court: &Court, point: &Point) -> Result<Self, Dismissed> {
        let signed = Self::of_artefact(court, &point.artefact)?;
        if point.carried.is_empty() { Ok(signed) } else { signed.carried(court, &point.carried) }
    }

    fn of_artefact(court: &Court, bytes: &[u8]) -> Result<Self, Dismissed> {
        match kind_of(bytes)? {
            Kind::Head => {
                let head: Signed<Head> = court.server_signed(bytes)?;
                let head = head.body();
                Ok(Self {
                    account: head.account,
                    epoch: head.epoch,
                    sequence: head.sequence,
                    hash: head.chain_hash,
                    balance: Some(head.balance),
                    at: Some(head.time),
                    order: None,
                })
            }
            Kind::Receipt => {
                let receipt: Signed<Receipt> = court.server_signed(bytes)?;
                let receipt = receipt.body();
                Ok(Self {
                    account: receipt.account,
                    epoch: receipt.epoch,
                    sequence: receipt.sequence,
                    hash: receipt.chain_hash,
                    balance: None,
                    at: None,
                    order: Some(receipt.order),
                })
            }
            _ => Dismissed::because("a state of a chain is neither a head nor a receipt"),
        }
    }

    /// What the first entry of the chain under this point says about an older epoch.
    fn carried(&self, court: &Court, entries: &[Vec<u8>]) -> Result<Self, Dismissed> {
        let beginning = genesis_hash(&court.issuer, &self.account, self.epoch);
        self.check_reached(beginning, entries)?;
        let first = entries.first().and_then(|bytes| Entry::read(bytes).ok());
        match first {
            Some(Entry { amount, authority: Authority::Carried { epoch, sequence, chain_hash }, .. })
                if self.sequence == length(entries) =>
            {
                Ok(Self {
                    account: self.account,
                    epoch,
                    sequence,
                    hash: chain_hash,
                    balance: Some(amount),
                    at: None,
                    order: None,
                })
            }
            _ => Dismissed::because("the entries do not carry a balance over from an older epoch"),
        }
    }

    fn check_reached(&self, previous: Digest, entries: &[Vec<u8>]) -> Result<(), Dismissed> {
        let reached = entries.iter().fold(previous, |hash, entry| next_hash(&hash, entry));
        if reached == self.hash {
            Ok(())
        } else {
            Dismissed::because("the entries do not lead to what the issuer signed")
        }
    }

    /// As the state of a chain after an entry at `time`; the balance, if it is not known, as given.
    pub fn as_state(&self, court: &Court, balance: Amount, time: UnixSeconds) -> ChainState {
        ChainState {
            issuer: court.issuer,
            account: self.account,
            epoch: self.epoch,
            sequence: self.sequence,
            hash: self.hash,
            balance,
            time,
        }
    }
}

/// A run whose entries lead to its anchor.
pub(super) struct Proven<'a> {
    pub anchor: Stated,
    pub previous: Digest,
    /// The place of the first entry; one after the anchor's if there are no entries.
    pub first: i64,
    pub entries: &'a [Vec<u8>],
}

impl<'a> Proven<'a> {
    /// Reads a run.
    pub fn of(court: &Court, run: &'a Run) -> Result<Self, Dismissed> {
        let anchor = Stated::of(court, &run.anchor)?;
        anchor.check_reached(run.previous, &run.entries)?;
        // Entry 1 is the first: what hashes to the beginning of a chain is no entry of it.
        match anchor.sequence.checked_sub(length(&run.entries)) {
            Some(before) if before >= 0 && anchor.sequence < i64::MAX => {
                Ok(Self { anchor, previous: run.previous, first: before + 1, entries: &run.entries })
            }
            _ => Dismissed::because("there are more entries than the chain has or can have"),
        }
    }

    /// The hash of the empty chain that this one must have grown from.
    pub fn beginning(&self, court: &Court) -> Digest {
        genesis_hash(&court.issuer, &self.anchor.account, self.anchor.epoch)
    }

    /// Place, hash and entry after each entry that can be read.
    pub fn states(&self) -> Vec<(i64, Digest, Option<Entry>)> {
        let mut hash = self.previous;
        let step = |(place, bytes): (i64, &Vec<u8>)| {
            hash = next_hash(&hash, bytes);
            (place, hash, Entry::read(bytes).ok())
        };
        (self.first..).zip(self.entries).map(step).collect()
    }
}

fn length<T>(entries: &[T]) -> i64 {
    i64::try_from(entries.len()).unwrap_or(i64::MAX)
}
