//! The keys, from the artefacts that lie beside a contradiction.

use super::{Dismissed, Evidence};
use crate::artefact::{
    Body, Card, Grant, Kind, NamesSigner, Opening, Refusal, Rekey, Signed, Statement, Subject, kind_of,
};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, IssuerId};
use crate::ledger::signing_keys::{ServerSigned, SigningKeys, Standing};
use crate::ledger::{FoundingKeys, KnownGrant};

/// Everything that helps to judge.
pub(super) struct Court {
    pub issuer: IssuerId,
    pub founding: FoundingKeys,
    pub signing: SigningKeys,
    openings: Vec<Signed<Opening>>,
    rekeys: Vec<Signed<Rekey>>,
    grants: Vec<KnownGrant>,
}

impl Court {
    /// Reads the artefacts of a kind that is known here; others are of no use, and do no harm.
    pub fn of(evidence: &Evidence) -> Result<Self, Dismissed> {
        let mut cards: Vec<Signed<Card>> = Vec::new();
        let mut openings = Vec::new();
        let mut rekeys: Vec<Signed<Rekey>> = Vec::new();
        let mut grants: Vec<Signed<Grant>> = Vec::new();
        let mut statements: Vec<Signed<Statement>> = Vec::new();
        let mut refusals: Vec<Signed<Refusal>> = Vec::new();
        for bytes in &evidence.support {
            match kind_of(bytes)? {
                Kind::Card => cards.push(Signed::parse(bytes)?),
                Kind::Opening => openings.push(Signed::parse(bytes)?),
                Kind::Rekey => rekeys.push(Signed::parse(bytes)?),
                Kind::Grant => grants.push(Signed::parse(bytes)?),
                Kind::Statement => statements.push(Signed::parse(bytes)?),
                Kind::Refusal => refusals.push(Signed::parse(bytes)?),
                _ => {}
            }
        }
        let issuer = evidence.issuer;
        let of_issuer: Vec<_> =
            rekeys.iter().filter(|rekey| rekey.body().subject == Subject::Issuer(issuer)).cloned().collect();
        // A card without rekeys proves the first key; with rekeys none is needed for that.
        let first = cards.iter().find(|card| card.body().rekey_number == 0);
        let founding = FoundingKeys::of_issuer(issuer, first, &of_issuer)
            .map_err(|error| Dismissed(format!("the issuer's keys are not proven: {error}")))?;
        let mut signing = SigningKeys::build(&founding, &cards)
            .map_err(|error| Dismissed(format!("the issuer's cards are not proven: {error}")))?;
        statements.iter().for_each(|statement| signing.learn(statement));
        let grants = grants
            .into_iter()
            .map(|grant| {
                let is_of = |refusal: &&Signed<Refusal>| {
                    refusal.body().subject == grant.hash() && signing.standing_of(refusal) == Standing::Good
                };
                KnownGrant { cancelled: refusals.iter().find(is_of).cloned(), grant }
            })
            .collect();
        Ok(Self { issuer, founding, signing, openings, rekeys, grants })
    }

    /// An artefact of the issuer's server whose signature counts.
    pub fn server_signed<T: ServerSigned + Body + NamesSigner>(
        &self,
        bytes: &[u8],
    ) -> Result<Signed<T>, Dismissed> {
        let signed = Signed::<T>::parse(bytes)?;
        if signed.body().issuer() != self.issuer {
            return Dismissed::because("a signature in it is of another issuer");
        }
        match self.signing.standing_of(&signed) {
            Standing::Good => Ok(signed),
            Standing::Later => Dismissed::because(
                "a signature in it was made with a key that the owner had replaced, later than the owner stands for",
            ),
            Standing::NeedsStatement(_) => Dismissed::because(
                "a signature in it was made with a replaced key; the last statement that the owner stands for is missing",
            ),
            Standing::OutOfTime | Standing::Unknown => {
                Dismissed::because("a signature in it was not made with a signing key of the issuer")
            }
        }
    }

    /// The founding keys of an account.
    pub fn account(&self, id: AccountId) -> Result<FoundingKeys, Dismissed> {
        let of_account: Vec<_> = self
            .rekeys
            .iter()
            .filter(|rekey| matches!(rekey.body().subject, Subject::Account(account, _) if account == id))
            .cloned()
            .collect();
        let is_of = |opening: &&Signed<Opening>| {
            AccountId::derive(opening.signer(), &opening.body().commitment) == id
        };
        FoundingKeys::of_account(id, self.openings.iter().find(is_of), &of_account)
            .map_err(|error| Dismissed(format!("the account's keys are not proven: {error}")))
    }

    /// The grants that lie beside the evidence.
    pub fn grants(&self) -> &[KnownGrant] {
        &self.grants
    }

    /// Whether a known card of this epoch, or a later one, had been signed by then.
    pub fn epoch_had_begun(&self, epoch: u32, time: UnixSeconds) -> bool {
        epoch == 0
            || self
                .signing
                .cards()
                .iter()
                .any(|card| card.body().epoch >= epoch && card.body().signed_at < time)
    }
}
