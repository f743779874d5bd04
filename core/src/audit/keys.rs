//! Whose keys they are, from what lies beside a contradiction (protocol §2, §3.1, §4.4).

use super::signed::{self, Signed, kind};
use super::{Hash, Id, Stop, first_half, sha256};

/// A founding key with its recovery commitment. Its place in the list is its rekey number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Founding {
    pub key: [u8; 32],
    pub commitment: Hash,
}

/// What lies beside a contradiction and can be read, and the issuer's keys by it.
pub struct Court {
    pub issuer: Id,
    pub founding: Vec<Founding>,
    /// Cards of those keys, ascending by rank.
    pub cards: Vec<Signed>,
    support: Vec<Signed>,
}

fn id_of(domain: &[u8], founding: &Founding) -> Id {
    first_half(&sha256(&[domain, &founding.key, &founding.commitment]))
}

fn commitment_of(recovery: &[u8; 32]) -> Hash {
    sha256(&[b"tallystick-recovery-1", recovery])
}

/// Rank of a card.
pub fn rank(card: &Signed) -> (i128, i128) {
    (card.fields.int(6).unwrap_or(-1), card.fields.int(5).unwrap_or(-1))
}

impl Court {
    /// Reads what lies beside. What cannot be read is left out.
    pub fn of(issuer: Id, support: &[&[u8]]) -> Result<Self, Stop> {
        let support: Vec<Signed> = support.iter().filter_map(|bytes| signed::parse(bytes)).collect();
        let cards: Vec<Signed> = support.iter().filter(|one| one.kind == kind::CARD).cloned().collect();
        let first = cards
            .iter()
            .filter(|card| card.fields.int(6) == Some(0))
            .filter_map(|card| Some(Founding { key: card.signer, commitment: card.fields.array(4)? }));
        let founding = chain(b"tallystick-issuer-1", 0, issuer, first, &support).ok_or(Stop::Nothing)?;
        let mut court = Self { issuer, founding, cards: Vec::new(), support };
        let mut owned: Vec<Signed> = Vec::new();
        for card in cards.into_iter().filter(|card| court.owns(card)) {
            if owned.iter().all(|known| rank(known) != rank(&card)) {
                owned.push(card);
            }
        }
        if owned.is_empty() {
            return Err(Stop::Nothing);
        }
        owned.sort_by_key(rank);
        court.cards = owned;
        Ok(court)
    }

    /// What lies beside, of one kind.
    pub fn beside(&self, kind: i128) -> impl Iterator<Item = &Signed> {
        self.support.iter().filter(move |one| one.kind == kind)
    }

    /// Whether the owner signed a card with the founding key of its rekey number.
    pub fn owns(&self, card: &Signed) -> bool {
        let number = card.fields.int(6).and_then(|number| usize::try_from(number).ok());
        let founding = number.and_then(|number| self.founding.get(number));
        card.kind == kind::CARD
            && card.fields.array(2) == Some(self.issuer)
            && founding.is_some_and(|founding| {
                founding.key == card.signer && card.fields.array(4) == Some(founding.commitment)
            })
    }

    /// The founding keys of an account.
    pub fn account(&self, account: Id) -> Option<Vec<Founding>> {
        let first = self.beside(kind::OPENING).filter_map(|opening| {
            Some(Founding { key: opening.signer, commitment: opening.fields.array(4)? })
        });
        chain(b"tallystick-account-1", 1, account, first, &self.support)
    }

    /// An artefact that the issuer's server signed, with a key that counted when it was signed.
    pub fn server_signed(&self, bytes: &[u8], kinds: &[i128]) -> Result<Signed, Stop> {
        let signed = signed::parse(bytes).ok_or(Stop::Nothing)?;
        let fits = kinds.contains(&signed.kind) && signed.fields.array(2) == Some(self.issuer);
        if fits && self.counts(&signed) { Ok(signed) } else { Err(Stop::Nothing) }
    }

    /// Whether a signature of the server's counts.
    pub fn counts(&self, signed: &Signed) -> bool {
        time_of(signed).is_some_and(|time| self.counted(&signed.signer, time) == Some(true))
    }

    /// Whether a signing key counted at a time; nothing, if a statement that says so is missing.
    fn counted(&self, key: &[u8; 32], time: i128) -> Option<bool> {
        let names = |card: &&Signed| card.fields.array(10) == Some(*key);
        let Some(newest) = self.cards.iter().rposition(|card| names(&card)) else { return Some(false) };
        let until = self.cards[newest].fields.int(12)?;
        let signed_at = self.cards[newest].fields.int(18)?;
        let is_within = |card: &Signed| {
            card.fields.int(11).is_some_and(|from| from <= time)
                && card.fields.int(12).is_some_and(|until| time <= until)
        };
        if (time > until && time > signed_at) || !self.cards.iter().filter(names).any(is_within) {
            return Some(false);
        }
        let Some(next) = self.cards.get(newest + 1) else { return Some(true) };
        let replaced_at = next.fields.int(18)?;
        let Some(last) = next.fields.get(17) else { return Some(time <= replaced_at) };
        let last: Hash = last.array(1)?;
        match self.beside(kind::STATEMENT).find(|statement| statement.hash == last) {
            Some(statement) => Some(time <= statement.fields.int(6)?),
            None if time > replaced_at => Some(false),
            None => None,
        }
    }

    /// Whether the owner had declared this epoch, or a later one, five minutes before a time.
    pub fn epoch_had_begun(&self, epoch: i128, time: i128) -> bool {
        let declared = |card: &Signed| {
            let at = card.fields.int(13).zip(card.fields.int(18));
            at.is_some_and(|(declared, at)| declared >= epoch && at + CLOCK_TOLERANCE < time)
        };
        epoch == 0 || self.cards.iter().any(declared)
    }
}

/// How far clocks may differ, in seconds.
pub const CLOCK_TOLERANCE: i128 = 300;

/// When the server signed something.
fn time_of(signed: &Signed) -> Option<i128> {
    signed.fields.int(match signed.kind {
        kind::RECEIPT => 9,
        kind::REFUSAL | kind::STATEMENT => 6,
        kind::HEAD => 10,
        _ => return None,
    })
}

/// All founding keys of an id in order: the first is proven by the id, each other by the rekey before it.
fn chain(
    domain: &[u8],
    subject: i128,
    id: Id,
    first: impl Iterator<Item = Founding>,
    support: &[Signed],
) -> Option<Vec<Founding>> {
    let rekeys: Vec<&Signed> = support
        .iter()
        .filter(|one| one.kind == kind::REKEY)
        .filter(|one| one.fields.int(4) == Some(subject) && one.fields.array(5) == Some(id))
        .collect();
    // The first rekey shows the first key, too.
    let by_rekey = rekeys.iter().filter_map(|rekey| {
        Some(Founding { key: rekey.fields.array(7)?, commitment: commitment_of(&rekey.signer) })
    });
    let mut keys = vec![first.chain(by_rekey).find(|founding| id_of(domain, founding) == id)?];
    loop {
        let (number, last) = (i128::try_from(keys.len()).ok()?, *keys.last()?);
        let next = rekeys.iter().find(|rekey| {
            rekey.fields.int(6) == Some(number)
                && rekey.fields.array(7) == Some(last.key)
                && commitment_of(&rekey.signer) == last.commitment
        });
        let Some(next) = next else { return Some(keys) };
        keys.push(Founding { key: next.fields.array(8)?, commitment: next.fields.array(9)? });
    }
}
