//! The keys, from the artefacts that lie beside a contradiction.

use std::slice;

use super::{Dismissed, Evidence};
use crate::artefact::{
    Body, Card, Grant, NamesSigner, Opening, Refusal, Rekey, Signed, Statement, Subject, kind_of,
};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, IssuerId};
use crate::ledger::authority::CLOCK_TOLERANCE_SECONDS;
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
    /// Reads what lies beside the contradiction. What is of no use there does no harm either: otherwise the accused could
    /// spoil evidence by adding to it.
    pub fn of(evidence: &Evidence) -> Result<Self, Dismissed> {
        let issuer = evidence.issuer;
        let support = &evidence.support;
        let rekeys: Vec<Signed<Rekey>> = of_kind(support);
        let cards: Vec<Signed<Card>> = of_kind(support);
        let of_issuer: Vec<_> =
            rekeys.iter().filter(|rekey| rekey.body().subject == Subject::Issuer(issuer)).cloned().collect();
        // A first card shows the first key; the first rekey shows it too.
        let by_card = cards.iter().find_map(|card| FoundingKeys::of_issuer(issuer, Some(card), &[]).ok());
        let by_rekey = || {
            of_issuer
                .iter()
                .find_map(|rekey| FoundingKeys::of_issuer(issuer, None, slice::from_ref(rekey)).ok())
        };
        let founding = by_card.or_else(by_rekey).map(|first| with_all(first, &of_issuer));
        let Some(founding) = founding else {
            return Dismissed::because("the issuer's keys are not proven");
        };
        let mut owned: Vec<Signed<Card>> = Vec::new();
        for card in cards.into_iter().filter(|card| founding.check_card(card).is_ok()) {
            // Two that differ are a contradiction of their own; here the first one counts.
            if owned.iter().all(|known| known.body().rank() != card.body().rank()) {
                owned.push(card);
            }
        }
        let mut signing = SigningKeys::build(&founding, &owned)
            .map_err(|error| Dismissed(format!("the issuer's cards are not proven: {error}")))?;
        for statement in of_kind::<Statement>(support) {
            signing.learn(&statement);
        }
        let refusals: Vec<Signed<Refusal>> = of_kind(support);
        let cancelled = |grant: &Signed<Grant>| {
            let is_of = |refusal: &&Signed<Refusal>| {
                refusal.body().subject == grant.hash() && signing.standing_of(refusal) == Standing::Good
            };
            refusals.iter().find(is_of).cloned()
        };
        let grants = of_kind::<Grant>(support)
            .into_iter()
            .map(|grant| KnownGrant { cancelled: cancelled(&grant), grant })
            .collect();
        Ok(Self { issuer, openings: of_kind(support), rekeys, grants, founding, signing })
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
        let is_of = |rekey: &&Signed<Rekey>| matches!(rekey.body().subject, Subject::Account(account, _) if account == id);
        let rekeys: Vec<_> = self.rekeys.iter().filter(is_of).cloned().collect();
        let by_opening =
            self.openings.iter().find_map(|opening| FoundingKeys::of_account(id, Some(opening), &[]).ok());
        let by_rekey = || {
            rekeys.iter().find_map(|rekey| FoundingKeys::of_account(id, None, slice::from_ref(rekey)).ok())
        };
        match by_opening.or_else(by_rekey) {
            Some(first) => Ok(with_all(first, &rekeys)),
            None => Dismissed::because("the account's keys are not proven"),
        }
    }

    /// The grants that lie beside the evidence.
    pub fn grants(&self) -> &[KnownGrant] {
        &self.grants
    }

    /// Whether the owner had declared this epoch, or a later one, before that time; clocks may differ.
    pub fn epoch_had_begun(&self, epoch: u32, time: UnixSeconds) -> bool {
        let declared = |card: &Signed<Card>| {
            card.body().epoch >= epoch && card.body().signed_at.saturating_add(CLOCK_TOLERANCE_SECONDS) < time
        };
        epoch == 0 || self.signing.cards().iter().any(declared)
    }
}

/// The artefacts of one kind that can be read.
fn of_kind<T: Body + NamesSigner>(support: &[Vec<u8>]) -> Vec<Signed<T>> {
    let is_of = |bytes: &&Vec<u8>| kind_of(bytes).is_ok_and(|kind| kind == T::KIND);
    support.iter().filter(is_of).filter_map(|bytes| Signed::parse(bytes).ok()).collect()
}

/// The keys with all rekeys that follow; those that do not are left out.
fn with_all(first: FoundingKeys, rekeys: &[Signed<Rekey>]) -> FoundingKeys {
    let mut sorted: Vec<&Signed<Rekey>> = rekeys.iter().collect();
    sorted.sort_by_key(|rekey| rekey.body().number);
    sorted.into_iter().fold(first, |keys, rekey| keys.with(slice::from_ref(rekey)).unwrap_or(keys))
}
