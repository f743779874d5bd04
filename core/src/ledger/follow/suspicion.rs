//! Broken rules that nothing signed leads through yet, and how they become evidence.

use super::{Base, FollowError, Known, Unproven, Vouched};
use crate::artefact::{Receipt, Signed};
use crate::keys::Digest;
use crate::ledger::chain::next_hash;
use crate::ledger::evidence::{Contradiction, Evidence, Finding, Point, Run};
use crate::ledger::{LedgerError, Standing};

/// What is suspected.
#[derive(Debug, Clone)]
pub(super) enum Charge {
    /// An entry that does not follow, or that nobody allowed.
    Entry {
        /// A head right before the entries.
        base: Option<Vec<u8>>,
        /// The order of the entry.
        order: Option<Vec<u8>>,
        /// A receipt and order of a newer key.
        newer_key: Option<(Vec<u8>, Vec<u8>)>,
        /// Grants that came with the entry.
        grants: Vec<Vec<u8>>,
        /// How the chain breaks, if it does.
        fault: Option<LedgerError>,
    },
    /// The entries lead away from this earlier head or receipt.
    Rewritten(Vec<u8>),
    /// What was carried is not what this head or receipt of the older epoch says.
    Carried(Vec<u8>),
}

/// A charge, and the entries since; waiting for something signed that contains them.
#[derive(Debug, Clone)]
pub(super) struct Suspicion {
    charge: Charge,
    /// The chain's hash before the first of the entries.
    previous: Digest,
    entries: Vec<Vec<u8>>,
    /// Place and hash after the last of them.
    sequence: i64,
    hash: Digest,
}

impl Suspicion {
    /// An entry at fault, right after `base`.
    pub fn of_entry(base: &Base, entry: &[u8], mut charge: Charge) -> Self {
        let state = &base.state;
        let (previous, mut entries, sequence) = match (&base.vouched, &mut charge) {
            // The entry before belongs to it: without it, nobody sees what does not follow from what.
            (Vouched::Entry { previous, entry, .. }, Charge::Entry { .. }) => {
                (*previous, vec![entry.clone()], state.sequence)
            }
            (Vouched::Head(head), Charge::Entry { base, .. }) => {
                *base = Some(head.bytes().to_vec());
                (state.hash, Vec::new(), state.sequence)
            }
            _ => (state.hash, Vec::new(), state.sequence),
        };
        entries.push(entry.to_vec());
        Self {
            charge,
            previous,
            entries,
            sequence: sequence.saturating_add(1),
            hash: next_hash(&state.hash, entry),
        }
    }

    /// A chain that has left what was signed for this place.
    pub fn of_rewriting(earlier: Vec<u8>, sequence: i64, hash: Digest) -> Self {
        Self { charge: Charge::Rewritten(earlier), previous: hash, entries: Vec::new(), sequence, hash }
    }

    /// One more entry that follows.
    pub fn add(&mut self, entry: &[u8]) {
        self.hash = next_hash(&self.hash, entry);
        self.sequence = self.sequence.saturating_add(1);
        self.entries.push(entry.to_vec());
    }

    /// Where the entries have led to.
    pub fn reached(&self) -> (i64, Digest) {
        (self.sequence, self.hash)
    }

    /// The fraud, if this receipt of the account leads through what is suspected.
    pub fn by_receipt(&self, known: &Known<'_>, base: &Base, receipt: &[u8]) -> Option<FollowError> {
        let receipt = Signed::<Receipt>::parse(receipt).ok()?;
        let body = receipt.body();
        let leads = (body.account, body.epoch) == (base.state.account, base.state.epoch)
            && (body.sequence, body.chain_hash) == self.reached()
            && known.signing.standing_of(&receipt) == Standing::Good;
        let error = leads.then(|| self.accuse(known, receipt.bytes()))?;
        matches!(error, FollowError::Fraud { .. }).then_some(error)
    }

    /// The fraud, now that something signed leads through it.
    pub fn accuse(&self, known: &Known<'_>, anchor: &[u8]) -> FollowError {
        let anchor = Point::signed(anchor);
        let run = |anchor| Run { previous: self.previous, entries: self.entries.clone(), anchor };
        let (contradiction, grants) = match self.charge.clone() {
            Charge::Entry { base, order, newer_key, grants, .. } => {
                (Contradiction::BadEntry { run: run(anchor), base, order, newer_key }, grants)
            }
            Charge::Rewritten(earlier) => {
                let earlier = Point::signed(&earlier);
                (Contradiction::Rewritten { earlier, later: run(anchor) }, Vec::new())
            }
            Charge::Carried(earlier) => {
                let other = Point { carried: self.entries.clone(), ..anchor };
                (Contradiction::TwoStates { one: Point::signed(&earlier), other }, Vec::new())
            }
        };
        accuse(known, contradiction, grants)
    }

    /// What is left to say if nothing signed leads through it.
    pub fn unproven(&self) -> Unproven {
        match &self.charge {
            Charge::Entry { fault: Some(fault), .. } => Unproven::DoesNotFollow(fault.clone()),
            _ => Unproven::DoesNotLead,
        }
    }
}

/// Makes evidence and judges it as anyone else would: what would not convince them is no fraud.
pub(super) fn accuse(
    known: &Known<'_>,
    contradiction: Contradiction,
    more: impl IntoIterator<Item = Vec<u8>>,
) -> FollowError {
    let evidence = known.evidence(contradiction).with(more);
    let verdict = evidence.verify();
    match verdict.finding {
        Finding::Nothing => Unproven::Unconvincing { words: verdict.words }.into(),
        finding => FollowError::Fraud { evidence: Box::new(evidence), finding, words: verdict.words },
    }
}

impl Known<'_> {
    /// Evidence of a contradiction, with everything beside it that is known to prove whose keys these are, and what was
    /// granted. Judge it before it is called fraud ([`Evidence::verify`]).
    pub fn evidence(&self, contradiction: Contradiction) -> Evidence {
        let cards = self.signing.cards().iter().map(Signed::bytes);
        let rekeys = self.issuer.rekeys().iter().chain(self.account.rekeys()).map(Signed::bytes);
        let statements = self.statements.iter().map(Signed::bytes);
        let opening = self.opening.iter().map(|opening| opening.bytes());
        let granted = self.grants.iter().map(|known| known.grant.bytes());
        let of_grants = self.grants.iter().filter_map(|known| known.cancelled.as_ref());
        let others = self.cancels.iter().filter(|cancel| of_grants.clone().all(|known| known != *cancel));
        let cancelled = of_grants.clone().chain(others).map(Signed::bytes);
        let all = cards.chain(rekeys).chain(statements).chain(opening).chain(granted).chain(cancelled);
        let support = all.map(<[u8]>::to_vec).collect();
        Evidence { issuer: *self.signing.issuer(), contradiction, support }
    }
}
