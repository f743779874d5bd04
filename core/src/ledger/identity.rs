//! Who speaks for an id (protocol §2).
//!
//! An id is a hash over its first founding key and recovery commitment, so whatever reveals these two proves them: an
//! opening, a card of rekey number 0, or rekey 1 itself. From there every rekey proves the next pair. No authority is
//! asked, and it does not matter who handed the artefacts over.

use crate::artefact::{Card, Opening, Rekey, Signed, Subject};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId, PublicKey, SealingKey, recovery_commitment};

/// Whose keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// An issuer's.
    Issuer(IssuerId),
    /// An account's.
    Account(AccountId),
}

/// A founding key of an id, and what came with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundingKey {
    /// The number of the rekey that brought it; 0 for the first key.
    pub number: u32,
    /// The key.
    pub key: PublicKey,
    /// The hash of the key that may sign the next rekey.
    pub commitment: Digest,
    /// Accounts only: memos are sealed to this key. Unknown for the first key if no opening was at hand.
    pub sealing_key: Option<SealingKey>,
    /// When its rekey was signed, by the signer's clock; absent for the first key.
    pub rekeyed_at: Option<UnixSeconds>,
}

/// The founding keys that an id has had, proven from the id on. The newest is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundingKeys {
    holder: Holder,
    current: FoundingKey,
    earlier: Vec<FoundingKey>,
    rekeys: Vec<Signed<Rekey>>,
}

/// Why artefacts do not prove who speaks for an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// Nothing at hand reveals the first founding key: an opening, a card of rekey number 0, or rekey 1 is needed.
    #[error("nothing shows the first founding key")]
    NoBeginning,
    /// The first founding key and commitment do not hash to the id.
    #[error("the first founding key is not the one that the id was made from")]
    WrongId,
    /// A rekey of something else.
    #[error("rekey {number} is for another id")]
    WrongSubject {
        /// Its number.
        number: u32,
    },
    /// A rekey is missing.
    #[error("rekey {number} is missing")]
    Gap {
        /// The first that is missing.
        number: u32,
    },
    /// A rekey that does not follow: it replaces another key, or its signer is not the one that was committed to.
    #[error("rekey {number} is not by the recovery key that was promised, or replaces another key")]
    Forged {
        /// Its number.
        number: u32,
    },
    /// Two different rekeys of one number, both by the right recovery key. Whoever saw one first stays with it.
    #[error("two different rekeys of number {number}")]
    Conflict {
        /// Their number.
        number: u32,
        /// The one that came first.
        first: Box<Signed<Rekey>>,
        /// The other.
        second: Box<Signed<Rekey>>,
    },
    /// A card that is not signed by the founding key of its rekey number, or names another commitment.
    #[error("the card is not signed by founding key {number}")]
    CardNotSigned {
        /// The rekey number that the card names.
        number: u32,
    },
}

impl IdentityError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoBeginning => "no_beginning",
            Self::WrongId => "wrong_id",
            Self::WrongSubject { .. } => "wrong_subject",
            Self::Gap { .. } => "rekey_missing",
            Self::Forged { .. } => "rekey_forged",
            Self::Conflict { .. } => "rekey_conflict",
            Self::CardNotSigned { .. } => "card_not_signed",
        }
    }
}

impl FoundingKeys {
    /// The keys of an issuer, from any of its cards and all its rekeys, in any order.
    pub fn of_issuer(
        id: IssuerId,
        card: Option<&Signed<Card>>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<Self, IdentityError> {
        let first = match card {
            Some(card) if card.body().issuer != id => return Err(IdentityError::WrongId),
            Some(card) if card.body().rekey_number == 0 => {
                Some(first_key(*card.signer(), card.body().commitment, None))
            }
            _ => None,
        };
        let keys = Self::build(Holder::Issuer(id), first, rekeys)?;
        card.map_or(Ok(()), |card| keys.check_card(card))?;
        Ok(keys)
    }

    /// The keys of an account, from its opening and all its rekeys, in any order. Once there are rekeys, the opening adds
    /// nothing but the first sealing key.
    pub fn of_account(
        id: AccountId,
        opening: Option<&Signed<Opening>>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<Self, IdentityError> {
        let first = opening.map(|opening| {
            first_key(*opening.signer(), opening.body().commitment, Some(opening.body().sealing_key))
        });
        Self::build(Holder::Account(id), first, rekeys)
    }

    /// The same id with rekeys learnt later; those known already may be among them. A different rekey of a number known
    /// already is not taken: the first seen stays.
    pub fn with(&self, rekeys: &[Signed<Rekey>]) -> Result<Self, IdentityError> {
        let mut known = self.clone();
        known.extend(rekeys)?;
        Ok(known)
    }

    /// Whose keys they are.
    pub fn holder(&self) -> Holder {
        self.holder
    }

    /// The key in force, and what came with it.
    pub fn current(&self) -> &FoundingKey {
        &self.current
    }

    /// The key in force.
    pub fn key(&self) -> &PublicKey {
        &self.current.key
    }

    /// How often the key was replaced.
    pub fn number(&self) -> u32 {
        self.current.number
    }

    /// All keys with their numbers, from the first on.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &FoundingKey> {
        self.earlier.iter().chain(std::iter::once(&self.current))
    }

    /// The rekeys that lead from the first key to the one in force, in order.
    pub fn rekeys(&self) -> &[Signed<Rekey>] {
        &self.rekeys
    }

    /// The key of this number.
    pub fn numbered(&self, number: u32) -> Option<&FoundingKey> {
        self.all().find(|known| known.number == number)
    }

    /// The number of this key; the newest, if it came back.
    pub fn number_of(&self, key: &PublicKey) -> Option<u32> {
        self.all().rev().find(|known| known.key == *key).map(|known| known.number)
    }

    /// Whether what this key granted, asked or mandated is void: it was a founding key of this id and is not any more.
    pub fn is_void(&self, key: &PublicKey) -> bool {
        *key != self.current.key && self.number_of(key).is_some()
    }

    /// Checks that a card of this issuer is signed by the founding key of its rekey number, with that key's commitment.
    pub fn check_card(&self, card: &Signed<Card>) -> Result<(), IdentityError> {
        let number = card.body().rekey_number;
        if self.holder != Holder::Issuer(card.body().issuer) {
            return Err(IdentityError::WrongId);
        }
        match self.numbered(number) {
            Some(known) if known.key == *card.signer() && known.commitment == card.body().commitment => {
                Ok(())
            }
            Some(_) => Err(IdentityError::CardNotSigned { number }),
            None => Err(IdentityError::Gap { number: self.number() + 1 }),
        }
    }

    fn build(
        holder: Holder,
        first: Option<FoundingKey>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<Self, IdentityError> {
        let first = match first.or_else(|| first_of(rekeys)) {
            Some(first) => first,
            None if rekeys.is_empty() => return Err(IdentityError::NoBeginning),
            None => return Err(IdentityError::Gap { number: 1 }),
        };
        if !is_made_from(&holder, &first) {
            return Err(IdentityError::WrongId);
        }
        let mut keys = Self { holder, current: first, earlier: Vec::new(), rekeys: Vec::new() };
        keys.extend(rekeys)?;
        Ok(keys)
    }

    fn extend(&mut self, rekeys: &[Signed<Rekey>]) -> Result<(), IdentityError> {
        // A stable sort: of two with one number, the first given stays the first.
        let mut sorted: Vec<&Signed<Rekey>> = rekeys.iter().collect();
        sorted.sort_by_key(|rekey| rekey.body().number);
        for rekey in sorted {
            let number = rekey.body().number;
            let sealing_key = self.check_subject(rekey)?;
            let next = FoundingKey {
                number,
                key: rekey.body().founding_key,
                commitment: rekey.body().commitment,
                sealing_key,
                rekeyed_at: Some(rekey.body().signed_at),
            };
            // Readers refuse the number 0, so there always is one before.
            let Some(before) = self.numbered(number - 1) else {
                return Err(IdentityError::Gap { number: self.number() + 1 });
            };
            if before.key != rekey.body().previous || before.commitment != recovery_commitment(rekey.signer())
            {
                return Err(IdentityError::Forged { number });
            }
            match self.numbered(number) {
                Some(known) if known.says_the_same(&next) => {}
                Some(_) => return Err(self.conflict(rekey)),
                None => {
                    self.earlier.push(std::mem::replace(&mut self.current, next));
                    self.rekeys.push(rekey.clone());
                }
            }
        }
        Ok(())
    }

    fn check_subject(&self, rekey: &Signed<Rekey>) -> Result<Option<SealingKey>, IdentityError> {
        match (rekey.body().subject, self.holder) {
            (Subject::Issuer(id), Holder::Issuer(holder)) if id == holder => Ok(None),
            (Subject::Account(id, sealing_key), Holder::Account(holder)) if id == holder => {
                Ok(Some(sealing_key))
            }
            _ => Err(IdentityError::WrongSubject { number: rekey.body().number }),
        }
    }

    fn conflict(&self, second: &Signed<Rekey>) -> IdentityError {
        let number = second.body().number;
        match self.rekeys.iter().find(|rekey| rekey.body().number == number) {
            Some(first) => {
                IdentityError::Conflict { number, first: first.clone().into(), second: second.clone().into() }
            }
            None => IdentityError::Forged { number },
        }
    }
}

impl FoundingKey {
    /// A rekey signed again at another time changes nothing.
    fn says_the_same(&self, other: &Self) -> bool {
        (self.key, self.commitment, self.sealing_key) == (other.key, other.commitment, other.sealing_key)
    }
}

fn first_key(key: PublicKey, commitment: Digest, sealing_key: Option<SealingKey>) -> FoundingKey {
    FoundingKey { number: 0, key, commitment, sealing_key, rekeyed_at: None }
}

/// Rekey 1 names the first key and, by its signer, the first commitment.
fn first_of(rekeys: &[Signed<Rekey>]) -> Option<FoundingKey> {
    let rekey = rekeys.iter().find(|rekey| rekey.body().number == 1)?;
    Some(first_key(rekey.body().previous, recovery_commitment(rekey.signer()), None))
}

fn is_made_from(holder: &Holder, first: &FoundingKey) -> bool {
    match holder {
        Holder::Issuer(id) => *id == IssuerId::derive(&first.key, &first.commitment),
        Holder::Account(id) => *id == AccountId::derive(&first.key, &first.commitment),
    }
}
