//! Entries of a chain (protocol §4.2).

use super::cbor::{self, Value};
use super::{Hash, Id};

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub sequence: i128,
    pub amount: i128,
    pub balance: i128,
    pub time: i128,
    pub allowed: Allowed,
}

/// What allows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// An order.
    Order { counterpart: Id, hash: Hash },
    /// Something that comes with the exchange.
    Other { hash: Hash },
    /// It carries the balance of an older epoch over.
    Carried { epoch: i128, sequence: i128, hash: Hash },
}

pub const LARGEST: i128 = i64::MAX as i128;

/// Reads an entry. Nothing, if it is none.
pub fn read(bytes: &[u8]) -> Option<Entry> {
    let fields = cbor::read(bytes)?;
    let kind = fields.int(1)?;
    let expected: &[i128] = if kind == 4 { &[0, 1, 2, 3, 4, 5, 8, 9, 10] } else { &[0, 1, 2, 3, 4, 5, 6, 7] };
    let blind: Option<Id> = fields.array(4);
    if fields.keys()? != expected || blind.is_none() {
        return None;
    }
    let (sequence, amount) = (fields.int(0)?, fields.int(2)?);
    let (balance, time) = (fields.int(3)?, fields.int(5)?);
    let in_range = (1..=LARGEST).contains(&sequence)
        && (-LARGEST - 1..=LARGEST).contains(&amount)
        && (-LARGEST - 1..=LARGEST).contains(&balance)
        && (0..=LARGEST).contains(&time)
        && (amount != 0 || kind == 4);
    let allowed = allowed(&fields, kind)?;
    in_range.then_some(Entry { sequence, amount, balance, time, allowed })
}

fn allowed(fields: &Value, kind: i128) -> Option<Allowed> {
    Some(match kind {
        1 => Allowed::Order { counterpart: fields.array(6)?, hash: fields.array(7)? },
        2 | 3 => Allowed::Other { hash: fields.array::<16>(6).and_then(|_| fields.array(7))? },
        4 => {
            let (epoch, sequence) = (fields.int(8)?, fields.int(9)?);
            if !(0..1 << 32).contains(&epoch) || !(1..=LARGEST).contains(&sequence) {
                return None;
            }
            Allowed::Carried { epoch, sequence, hash: fields.array(10)? }
        }
        _ => return None,
    })
}

impl Entry {
    /// The order, or whatever else allows it.
    pub fn hash(&self) -> Option<Hash> {
        match &self.allowed {
            Allowed::Order { hash, .. } | Allowed::Other { hash } => Some(*hash),
            Allowed::Carried { .. } => None,
        }
    }
}
