//! Points that the issuer signed, and runs of entries that lead to them.

use super::cbor::Value;
use super::entry::{self, Allowed, Entry};
use super::keys::Court;
use super::signed::{Signed, kind};
use super::{Hash, Id, Stop, sha256};

/// A state of a chain that the issuer signed.
#[derive(Debug, Clone)]
pub struct Point {
    pub account: Id,
    pub epoch: i128,
    pub sequence: i128,
    pub hash: Hash,
    /// Heads only.
    pub balance: Option<i128>,
    /// When it held: heads only.
    pub at: Option<i128>,
    /// Receipts only: what was executed there.
    pub order: Option<Hash>,
}

/// The hash after an entry.
pub fn next(hash: &Hash, entry: &[u8]) -> Hash {
    sha256(&[hash, entry])
}

fn empty(issuer: &Id, account: &Id, epoch: i128) -> Option<Hash> {
    let epoch = u32::try_from(epoch).ok()?.to_be_bytes();
    Some(sha256(&[b"tallystick-chain-1", issuer, account, &epoch]))
}

impl Point {
    fn of_artefact(signed: &Signed) -> Option<Self> {
        let fields = &signed.fields;
        Some(if signed.kind == kind::HEAD {
            Self {
                epoch: fields.int(4)?,
                account: fields.array(5)?,
                sequence: fields.int(6)?,
                hash: fields.array(7)?,
                balance: Some(fields.int(8)?),
                at: Some(fields.int(10)?),
                order: None,
            }
        } else {
            Self {
                order: Some(fields.array(4)?),
                account: fields.array(5)?,
                sequence: fields.int(6)?,
                hash: fields.array(7)?,
                epoch: fields.int(8)?,
                balance: None,
                at: None,
            }
        })
    }

    /// A head or receipt.
    pub fn signed(court: &Court, bytes: &[u8]) -> Result<Self, Stop> {
        let signed = court.server_signed(bytes, &[kind::HEAD, kind::RECEIPT])?;
        Self::of_artefact(&signed).ok_or(Stop::Nothing)
    }

    /// `{0: head or receipt, 1: [entry …]}`.
    pub fn of(court: &Court, value: &Value) -> Result<Self, Stop> {
        let artefact = value.bytes(0).ok_or(Stop::Unreadable)?;
        let entries = entries(value.get(1).ok_or(Stop::Unreadable)?)?;
        let point = Self::signed(court, artefact)?;
        let Some(first) = entries.first() else { return Ok(point) };
        let beginning = empty(&court.issuer, &point.account, point.epoch).ok_or(Stop::Nothing)?;
        let reached = entries.iter().fold(beginning, |hash, entry| next(&hash, entry));
        let whole = reached == point.hash && point.sequence == length(&entries);
        match entry::read(first) {
            Some(Entry { amount, allowed: Allowed::Carried { epoch, sequence, hash }, .. }) if whole => {
                let account = point.account;
                Ok(Self { account, epoch, sequence, hash, balance: Some(amount), at: None, order: None })
            }
            _ => Err(Stop::Nothing),
        }
    }
}

fn entries(value: &Value) -> Result<Vec<Vec<u8>>, Stop> {
    let all = value.as_list().ok_or(Stop::Unreadable)?.iter();
    all.map(|entry| entry.as_bytes().map(<[u8]>::to_vec)).collect::<Option<_>>().ok_or(Stop::Unreadable)
}

fn length<T>(all: &[T]) -> i128 {
    i128::try_from(all.len()).unwrap_or(i128::MAX)
}

/// Entries that lead to a point.
pub struct Run {
    pub previous: Hash,
    pub entries: Vec<Vec<u8>>,
    pub anchor: Point,
    /// The place of the first entry.
    pub first: i128,
    pub is_from_beginning: bool,
}

impl Run {
    /// `{0: chain hash before it, 1: [entry …], 2: point}`.
    pub fn of(court: &Court, value: &Value) -> Result<Self, Stop> {
        let previous: Hash = value.array(0).ok_or(Stop::Unreadable)?;
        let entries = entries(value.get(1).ok_or(Stop::Unreadable)?)?;
        let anchor = Point::of(court, value.get(2).ok_or(Stop::Unreadable)?)?;
        let reached = entries.iter().fold(previous, |hash, entry| next(&hash, entry));
        let before = anchor.sequence - length(&entries);
        // The place after the anchor must be one that an entry can have.
        if reached != anchor.hash || before < 0 || anchor.sequence >= entry::LARGEST {
            return Err(Stop::Nothing);
        }
        let is_from_beginning = empty(&court.issuer, &anchor.account, anchor.epoch) == Some(previous);
        Ok(Self { previous, entries, first: before + 1, anchor, is_from_beginning })
    }

    /// Place, hash and entry after each, as far as it can be read.
    pub fn states(&self) -> Vec<(i128, Hash, Option<Entry>)> {
        let mut hash = self.previous;
        (self.first..)
            .zip(&self.entries)
            .map(|(place, bytes)| {
                hash = next(&hash, bytes);
                (place, hash, entry::read(bytes))
            })
            .collect()
    }
}
