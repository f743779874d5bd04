//! The walk along a chain.

use std::collections::HashMap;

use super::check::{Trouble, check_carried, check_executed, newest_key};
use super::suspicion::{Charge, Suspicion, accuse};
use super::{Base, FollowError, HandBack, Item, Known, Movement, Past, Source, Unproven, Vouched};
use crate::artefact::{Head, Receipt, Signed};
use crate::keys::Digest;
use crate::ledger::evidence::{Contradiction, Point, Run};
use crate::ledger::{Authority, ChainState, Entry, LedgerError, Standing};

/// Follows a chain. Movements count once [`finish`](Self::finish) has accepted a head; a wallet that keeps them page by
/// page keeps [`base`](Self::base) with them and goes on from there.
#[derive(Debug)]
pub struct Follower<'a, P> {
    known: Known<'a>,
    past: &'a P,
    base: Base,
    /// The head at which we began.
    trusted: Option<Signed<Head>>,
    /// The end of the older epoch's chain, until its balance is seen to be carried.
    left: Option<Base>,
    hand_back: Option<HandBack>,
    /// Where each order of this epoch was executed, and the receipts of the present page.
    places: HashMap<Digest, i64>,
    receipts: HashMap<Digest, Signed<Receipt>>,
    suspicion: Option<Suspicion>,
}

/// Where a follower has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The new head, to be trusted from now on.
    pub base: Base,
    /// What a restored issuer must be handed back.
    pub hand_back: Option<HandBack>,
}

impl<'a, P: Past> Follower<'a, P> {
    /// Begins at what is trusted.
    pub fn new(known: Known<'a>, past: &'a P, base: Base) -> Self {
        let trusted = match &base.vouched {
            Vouched::Head(head) => Some(head.clone()),
            Vouched::Empty | Vouched::Entry { .. } => None,
        };
        Self {
            known,
            past,
            base,
            trusted,
            left: None,
            hand_back: None,
            places: HashMap::new(),
            receipts: HashMap::new(),
            suspicion: None,
        }
    }

    /// How far the chain has been followed without fault.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// Whether a broken rule waits for something signed that contains it. Until then `base` stands still.
    pub fn is_suspicious(&self) -> bool {
        self.suspicion.is_some()
    }

    /// Goes over to the chain of a newer epoch, whose entries come next from the first on.
    pub fn begin_epoch(&mut self, epoch: u32) -> Result<(), FollowError> {
        let state = self.base.state;
        if let Some(suspicion) = &self.suspicion {
            return Err(suspicion.unproven().into());
        }
        if epoch <= state.epoch {
            return Err(Unproven::OtherEpoch { epoch }.into());
        }
        let next = Base::empty(state.issuer, state.account, epoch);
        let old = std::mem::replace(&mut self.base, next);
        // An epoch in which nothing happened does not hide the one before.
        if old.state.sequence > 0 || self.left.is_none() {
            self.left = Some(old);
        }
        self.places.clear();
        self.receipts.clear();
        Ok(())
    }

    /// Takes the next entries, in order. Gives the movements of those that are without fault.
    pub fn page(&mut self, items: &[Item<'_>]) -> Result<Vec<Movement>, FollowError> {
        self.receipts.clear();
        let mut movements = Vec::new();
        for item in items {
            movements.extend(self.item(item)?);
        }
        Ok(movements)
    }

    /// Ends at this head.
    pub fn finish(mut self, head: &Signed<Head>) -> Result<Followed, FollowError> {
        let body = head.body();
        let state = self.base.state;
        if (body.issuer, body.account) != (state.issuer, state.account) {
            return Err(Unproven::NotOurHead.into());
        }
        match self.known.signing.standing_of(head) {
            Standing::Good => {}
            standing => return Err(Unproven::HeadDoesNotCount { standing }.into()),
        }
        if body.epoch > state.epoch {
            return Err(Unproven::OtherEpoch { epoch: body.epoch }.into());
        }
        if body.epoch < state.epoch {
            let (ours, theirs) = (state.epoch, body.epoch);
            let stale = body.time < state.time;
            let behind = Unproven::BehindEpoch { ours, theirs };
            return Err(if stale { Unproven::HeadOutOfTime } else { behind }.into());
        }
        if let Some(suspicion) = &self.suspicion {
            return Err(if suspicion.reached() == (body.sequence, body.chain_hash) {
                suspicion.accuse(&self.known, head.bytes())
            } else {
                suspicion.unproven().into()
            });
        }
        self.check_reached(head)?;
        self.check_against_trusted(head)?;
        if state.sequence == 0 {
            self.lost_all();
        }
        let newest_key = self.base.newest_key.take();
        let mut base = Base::of_head(head.clone());
        base.newest_key = newest_key;
        Ok(Followed { base, hand_back: self.hand_back })
    }

    fn item(&mut self, item: &Item<'_>) -> Result<Option<Movement>, FollowError> {
        if let Some(suspicion) = &mut self.suspicion {
            suspicion.add(item.entry);
            self.judge(item.receipt)?;
            return Ok(None);
        }
        let (state, entry) = match self.base.state.advance(item.entry) {
            Ok(advanced) => advanced,
            Err(LedgerError::NotAnEntry(_)) => {
                let sequence = self.base.state.sequence.saturating_add(1);
                return Err(Unproven::Unreadable { sequence }.into());
            }
            Err(fault) => {
                let charge = Charge::Entry {
                    base: None,
                    order: None,
                    newer_key: None,
                    grants: Vec::new(),
                    fault: Some(fault),
                };
                return self.suspect(Suspicion::of_entry(&self.base, item.entry, charge), item);
            }
        };
        // Something signed that we hold already, a receipt or an earlier head, must lie on this chain.
        let known = self.past.at(state.epoch, state.sequence).filter(|known| known.hash != state.hash);
        if let Some(known) = known {
            let rewritten = Suspicion::of_rewriting(known.artefact, state.sequence, state.hash);
            return self.suspect(rewritten, item);
        }
        match self.source(item, &entry, &state) {
            Ok(source) => {
                self.check_once(&state, &source)?;
                Ok(Some(self.take(item, entry, state, source)))
            }
            Err(Trouble::Unproven(unproven)) => Err(unproven.into()),
            Err(Trouble::Suspect(charge)) => {
                self.suspect(Suspicion::of_entry(&self.base, item.entry, *charge), item)
            }
            Err(Trouble::OtherChain(receipt)) => {
                let earlier = receipt.bytes().to_vec();
                self.suspect(Suspicion::of_rewriting(earlier, state.sequence, state.hash), item)
            }
        }
    }

    /// Checks what allows an entry.
    fn source(&mut self, item: &Item<'_>, entry: &Entry, state: &ChainState) -> Result<Source, Trouble> {
        match entry.authority {
            Authority::Order { hash, .. } => {
                if state.sequence == 1 {
                    self.lost_all();
                }
                let executed = check_executed(&self.known, &self.base, item, entry, &hash, state)?;
                Ok(Source::Order(Box::new(executed)))
            }
            Authority::Carried { epoch, sequence, chain_hash } => {
                let carried = (epoch, sequence, chain_hash);
                let lost = check_carried(self.past, self.left.as_ref(), entry, carried)?;
                self.hand_back = lost.or(self.hand_back);
                self.left = None;
                Ok(Source::Carried)
            }
            Authority::Acceptance { .. } | Authority::Mandate { .. } => {
                Err(Unproven::Unreadable { sequence: state.sequence }.into())
            }
        }
    }

    /// Nothing of the older chain was carried: all of it is to be handed back.
    fn lost_all(&mut self) {
        if self.left.take().is_some_and(|left| left.state.sequence > 0) {
            self.hand_back = Some(HandBack { after_epoch: 0, after_sequence: 0 });
        }
    }

    fn take(&mut self, item: &Item<'_>, entry: Entry, state: ChainState, source: Source) -> Movement {
        let (newest_key, receipt) = match &source {
            Source::Order(executed) => (newest_key(&self.base, executed), Some(executed.receipt.clone())),
            Source::Carried => (None, None),
        };
        let vouched = Vouched::Entry { previous: self.base.state.hash, entry: item.entry.to_vec(), receipt };
        self.base = Base { state, vouched, newest_key };
        Movement { entry, state, source }
    }

    /// An order is executed once in an epoch.
    fn check_once(&mut self, state: &ChainState, source: &Source) -> Result<(), FollowError> {
        let Source::Order(executed) = source else { return Ok(()) };
        let hash = executed.order.hash();
        let past = self.past.receipt_of(state.epoch, &hash);
        let earlier = self.receipts.get(&hash).cloned().or(past);
        if let Some(earlier) = earlier.filter(|earlier| earlier.body().sequence != state.sequence) {
            let contradiction = Contradiction::ExecutedTwice {
                one: earlier.bytes().to_vec(),
                other: executed.receipt.bytes().to_vec(),
            };
            return Err(accuse(&self.known, contradiction, []));
        }
        if self.places.insert(hash, state.sequence).is_some() {
            let words = "an order was executed twice, but the first receipt is not at hand".to_owned();
            return Err(Unproven::Unconvincing { words }.into());
        }
        self.receipts.insert(hash, executed.receipt.clone());
        Ok(())
    }

    fn suspect(&mut self, suspicion: Suspicion, item: &Item<'_>) -> Result<Option<Movement>, FollowError> {
        self.suspicion = Some(suspicion);
        self.judge(item.receipt)?;
        Ok(None)
    }

    /// Ends in fraud if this receipt leads through what is suspected.
    fn judge(&self, receipt: Option<&[u8]>) -> Result<(), FollowError> {
        let fraud = self
            .suspicion
            .as_ref()
            .zip(receipt)
            .and_then(|(suspicion, receipt)| suspicion.by_receipt(&self.known, &self.base, receipt));
        fraud.map_or(Ok(()), Err)
    }

    /// The head must be that of the chain as it was followed.
    fn check_reached(&self, head: &Signed<Head>) -> Result<(), FollowError> {
        let (body, state) = (head.body(), &self.base.state);
        if body.sequence > state.sequence {
            return Err(Unproven::Incomplete { have: state.sequence, need: body.sequence }.into());
        }
        if body.sequence < state.sequence {
            // An older head of the same chain is of no use, but nothing to worry about.
            let stale = body.time < state.time;
            return Err(if stale { Unproven::HeadOutOfTime.into() } else { self.behind(head) });
        }
        if (body.chain_hash, body.balance) != (state.hash, state.balance) {
            return Err(self.contradicts(head));
        }
        if body.time < state.time {
            return Err(Unproven::HeadOutOfTime.into());
        }
        Ok(())
    }

    /// The head is of an earlier place. Is it at least on our chain?
    fn behind(&self, head: &Signed<Head>) -> FollowError {
        let body = head.body();
        match self.past.at(body.epoch, body.sequence) {
            Some(known) if known.hash != body.chain_hash => self.two_states(&known.artefact, head),
            _ => Unproven::Behind { ours: self.base.state.sequence, theirs: body.sequence }.into(),
        }
    }

    /// The head says something else about the very place that we have reached.
    fn contradicts(&self, head: &Signed<Head>) -> FollowError {
        let state = &self.base.state;
        let run = |previous: Digest, entries: Vec<Vec<u8>>| {
            let run = Run { previous, entries, anchor: Point::signed(head.bytes()) };
            let contradiction = Contradiction::BadEntry { run, base: None, order: None, newer_key: None };
            accuse(&self.known, contradiction, [])
        };
        match &self.base.vouched {
            Vouched::Empty => run(head.body().chain_hash, Vec::new()),
            Vouched::Head(trusted) => self.two_states(trusted.bytes(), head),
            Vouched::Entry { previous, entry, .. } if head.body().chain_hash == state.hash => {
                run(*previous, vec![entry.clone()])
            }
            Vouched::Entry { receipt: Some(receipt), .. } => self.two_states(receipt.bytes(), head),
            Vouched::Entry { receipt: None, .. } => Unproven::DoesNotLead.into(),
        }
    }

    fn two_states(&self, one: &[u8], head: &Signed<Head>) -> FollowError {
        let contradiction =
            Contradiction::TwoStates { one: Point::signed(one), other: Point::signed(head.bytes()) };
        accuse(&self.known, contradiction, [])
    }

    /// The head must not go back behind the one at which we began, nor name another line of statements.
    fn check_against_trusted(&self, head: &Signed<Head>) -> Result<(), FollowError> {
        let Some(trusted) = &self.trusted else { return Ok(()) };
        let (old, new) = (trusted.body(), head.body());
        if old.epoch == new.epoch
            && old.statement.number == new.statement.number
            && old.statement.hash != new.statement.hash
        {
            let contradiction =
                Contradiction::TwoStatements { one: trusted.bytes().to_vec(), other: head.bytes().to_vec() };
            return Err(accuse(&self.known, contradiction, []));
        }
        if new.time < old.time { Err(Unproven::HeadOutOfTime.into()) } else { Ok(()) }
    }
}
