//! Which signing key of an issuer counts when (protocol §3.1 and §4.4).
//!
//! The host signs with a key that the owner's card names for a while. When a card names another key, the old one's
//! signatures still count up to the last statement that the card stands for; later ones only if the chain that the new
//! key signs contains them. So a stolen signing key is worth nothing beyond that statement.

use super::{FoundingKeys, Holder, IdentityError};
use crate::artefact::{Card, Head, Receipt, Refusal, Signed, Statement, StatementRef};
use crate::clock::UnixSeconds;
use crate::keys::{Digest, IssuerId, PublicKey};

/// The signing keys of an issuer, by the cards that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeys {
    issuer: IssuerId,
    /// Ascending by rank.
    cards: Vec<Signed<Card>>,
    /// Hash and time of statements that cards stand for.
    last_statements: Vec<(Digest, UnixSeconds)>,
}

/// Whether a signature of the issuer's server counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Good,
    /// Its key was replaced, and it is later than the last statement that the owner stands for: it counts only if the
    /// chain that the new key signs contains it.
    Later,
    /// Its key was replaced. Whether it is later than this statement cannot be said without that statement.
    NeedsStatement(StatementRef),
    /// The key was not valid at that time.
    OutOfTime,
    /// No known card names this key.
    Unknown,
}

/// Why a set of cards is not one issuer's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CardsError {
    /// A card that the founding keys do not vouch for.
    #[error(transparent)]
    NotOwned(#[from] IdentityError),
    /// Two cards of one rank that differ: a contradiction.
    #[error("two different cards of one rank")]
    TwoOfOneRank {
        /// The one that came first.
        first: Box<Signed<Card>>,
        /// The other.
        second: Box<Signed<Card>>,
    },
    /// The founding keys are an account's, or there is no card at all.
    #[error("no card of an issuer")]
    NoIssuer,
}

impl CardsError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotOwned(error) => error.code(),
            Self::TwoOfOneRank { .. } => "two_cards",
            Self::NoIssuer => "no_issuer",
        }
    }
}

/// Something that an issuer's server signs.
pub trait ServerSigned {
    /// The issuer that it names.
    fn issuer(&self) -> IssuerId;
    /// When it was signed.
    fn time(&self) -> UnixSeconds;
}

impl SigningKeys {
    /// From the known cards of an issuer, in any order, each checked against the founding keys.
    pub fn build(founding: &FoundingKeys, cards: &[Signed<Card>]) -> Result<Self, CardsError> {
        let Holder::Issuer(issuer) = founding.holder() else { return Err(CardsError::NoIssuer) };
        let mut ranked: Vec<Signed<Card>> = Vec::new();
        for card in cards {
            founding.check_card(card)?;
            let rank = card.body().rank();
            match ranked.binary_search_by_key(&rank, |known| known.body().rank()) {
                Ok(at) if ranked[at].body() == card.body() => {}
                Ok(at) => {
                    return Err(CardsError::TwoOfOneRank {
                        first: Box::new(ranked[at].clone()),
                        second: Box::new(card.clone()),
                    });
                }
                Err(at) => ranked.insert(at, card.clone()),
            }
        }
        if ranked.is_empty() {
            return Err(CardsError::NoIssuer);
        }
        Ok(Self { issuer, cards: ranked, last_statements: Vec::new() })
    }

    /// The issuer.
    pub fn issuer(&self) -> &IssuerId {
        &self.issuer
    }

    /// The known cards, ascending by rank: the last is in force.
    pub fn cards(&self) -> &[Signed<Card>] {
        &self.cards
    }

    /// Takes note of a statement: if a card stands for it, its time ends what the replaced key signed.
    pub fn learn(&mut self, statement: &Signed<Statement>) {
        let named = |card: &Signed<Card>| {
            card.body().last_statement.is_some_and(|last| last.hash == statement.hash())
        };
        let known = self.last_statements.iter().any(|(hash, _)| *hash == statement.hash());
        if !known && self.cards.iter().any(named) {
            self.last_statements.push((statement.hash(), statement.body().time));
        }
    }

    /// Whether a signature of `key`, dated `time`, counts.
    pub fn standing(&self, key: &PublicKey, time: UnixSeconds) -> Standing {
        let names = |card: &&Signed<Card>| card.body().signing_key == *key;
        let Some(newest) = self.cards.iter().rposition(|card| names(&card)) else { return Standing::Unknown };
        let in_force = self.cards[newest].body();
        // A later card of the same key may end it earlier, but takes nothing back that was signed before that card.
        let ended = time > in_force.signing_key_until && time > in_force.signed_at;
        if ended || !self.cards.iter().filter(names).any(|card| card.body().signing_key_valid_at(time)) {
            return Standing::OutOfTime;
        }
        match self.cards.get(newest + 1) {
            None => Standing::Good,
            Some(next) => self.standing_before(next.body(), time),
        }
    }

    /// Whether what the server signed counts.
    pub fn standing_of<T: ServerSigned>(&self, signed: &Signed<T>) -> Standing {
        if signed.body().issuer() == self.issuer {
            self.standing(signed.signer(), signed.body().time())
        } else {
            Standing::Unknown
        }
    }

    /// Whether a signature of the key that this card replaced counts.
    fn standing_before(&self, replacing: &Card, time: UnixSeconds) -> Standing {
        let Some(last) = replacing.last_statement else {
            return if time <= replacing.signed_at { Standing::Good } else { Standing::Later };
        };
        match self.last_statements.iter().find(|(hash, _)| *hash == last.hash) {
            Some((_, end)) if time <= *end => Standing::Good,
            Some(_) => Standing::Later,
            None if time > replacing.signed_at => Standing::Later,
            None => Standing::NeedsStatement(last),
        }
    }
}

impl ServerSigned for Head {
    fn issuer(&self) -> IssuerId {
        self.issuer
    }
    fn time(&self) -> UnixSeconds {
        self.time
    }
}

impl ServerSigned for Receipt {
    fn issuer(&self) -> IssuerId {
        self.issuer
    }
    fn time(&self) -> UnixSeconds {
        self.time
    }
}

impl ServerSigned for Refusal {
    fn issuer(&self) -> IssuerId {
        self.issuer
    }
    fn time(&self) -> UnixSeconds {
        self.time
    }
}

impl ServerSigned for Statement {
    fn issuer(&self) -> IssuerId {
        self.issuer
    }
    fn time(&self) -> UnixSeconds {
        self.time
    }
}
