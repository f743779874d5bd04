//! Nobody can make evidence against an honest issuer out of what it signed, however it is put together.

use proptest::prelude::*;
use proptest::sample::Index;

use super::support::{cases, run, steps};
use crate::artefact::{Head, Order, Receipt, Refusal, Signed};
use crate::keys::Digest;
use crate::ledger::evidence::{Contradiction, Evidence, Finding, Point, Run};
use crate::ledger::testing::{Chain, Issuer, Published};

/// Picks what evidence is made of.
struct Picker {
    picks: Vec<Index>,
    next: std::cell::Cell<usize>,
}

impl Picker {
    fn pick(&self, of: usize) -> usize {
        let at = self.next.get();
        self.next.set(at + 1);
        self.picks[at % self.picks.len()].index(of)
    }

    fn one<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.pick(of.len())]
    }

    fn maybe<T>(&self, value: impl FnOnce() -> T) -> Option<T> {
        (self.pick(2) == 0).then(value)
    }
}

/// All that the issuer ever signed, and the chains that it serves.
struct Pool {
    receipts: Vec<(Signed<Receipt>, Signed<Order>)>,
    refusals: Vec<Signed<Refusal>>,
    heads: Vec<Signed<Head>>,
    statements: Vec<Published>,
    cards: Vec<Vec<u8>>,
    chains: Vec<Line>,
    support: Vec<Vec<u8>>,
}

/// A chain, and what was signed for its places.
struct Line {
    chain: Chain,
    signed: Vec<(usize, Vec<u8>)>,
}

fn pool(mut issuer: Issuer) -> Pool {
    issuer.wait(1);
    issuer.publish();
    for account in 0..issuer.accounts.len() {
        issuer.wait(1);
        issuer.head(account);
    }
    let world = &issuer.world;
    let line = |chain: &Chain| {
        let at = |hash: &Digest| chain.states.iter().position(|state| state.hash == *hash);
        let heads = world.heads.iter().map(|head| (at(&head.body().chain_hash), head.bytes()));
        let receipts =
            world.receipts.iter().map(|(receipt, ..)| (at(&receipt.body().chain_hash), receipt.bytes()));
        let signed = heads.chain(receipts).filter_map(|(at, bytes)| Some((at?, bytes.to_vec()))).collect();
        Line { chain: chain.clone(), signed }
    };
    let chains = issuer.accounts.iter().flat_map(|holding| holding.chains.iter().map(line));
    Pool {
        chains: chains.filter(|line| !line.signed.is_empty()).collect(),
        receipts: world.receipts.iter().map(|(receipt, order, _)| (receipt.clone(), order.clone())).collect(),
        refusals: world.refusals.iter().map(|(refusal, _)| refusal.clone()).collect(),
        heads: world.heads.clone(),
        statements: world.statements.clone(),
        cards: world.cards.iter().map(|card| card.bytes().to_vec()).collect(),
        support: world.support(),
    }
}

impl Pool {
    /// A place of a chain that was signed.
    fn signed<'a>(&'a self, picker: &Picker) -> (&'a Line, usize, Vec<u8>) {
        let line = picker.one(&self.chains);
        let (at, bytes) = picker.one(&line.signed);
        (line, *at, bytes.clone())
    }

    fn point(&self, picker: &Picker) -> Point {
        let (line, at, artefact) = self.signed(picker);
        let carried = if picker.pick(3) == 0 { entries(line, 0, at) } else { Vec::new() };
        Point { artefact, carried }
    }

    /// A stretch of a chain that leads to something signed, but for a few; and the order of one of its entries.
    fn run(&self, picker: &Picker) -> (Run, &Line, usize, Option<Vec<u8>>) {
        let (line, end, mut artefact) = self.signed(picker);
        let start = if picker.pick(3) == 0 { 0 } else { picker.pick(end + 1) };
        let mut previous = line.chain.states[start].hash;
        match picker.pick(12) {
            0 => previous = Digest::of(&[b"elsewhere"]),
            1 => artefact = self.signed(picker).2,
            _ => {}
        }
        let named: Vec<Vec<u8>> = line.chain.records[start..end]
            .iter()
            .filter_map(|record| Some(record.order.as_ref()?.bytes().to_vec()))
            .collect();
        let order = if named.is_empty() { None } else { Some(picker.one(&named).clone()) };
        let run = Run { previous, entries: entries(line, start, end), anchor: Point::signed(&artefact) };
        (run, line, start, order)
    }

    fn contradiction(&self, kind: u8, picker: &Picker) -> Option<Contradiction> {
        Some(match kind {
            0 => Contradiction::TwoStates { one: self.point(picker), other: self.point(picker) },
            1 => {
                let (later, line, start, _) = self.run(picker);
                let at_start: Vec<&Vec<u8>> =
                    line.signed.iter().filter(|(at, _)| *at == start).map(|(_, bytes)| bytes).collect();
                let earlier = if at_start.is_empty() {
                    self.point(picker)
                } else {
                    Point::signed(picker.one::<&Vec<u8>>(&at_start))
                };
                Contradiction::Rewritten { earlier, later }
            }
            2 => {
                if self.refusals.is_empty() || self.receipts.is_empty() {
                    return None;
                }
                let (receipt, _) = picker.one(&self.receipts);
                let same =
                    self.refusals.iter().find(|refusal| refusal.body().subject == receipt.body().order);
                let refusal = same.unwrap_or_else(|| picker.one(&self.refusals));
                let (receipt, refusal) = (receipt.bytes().to_vec(), refusal.bytes().to_vec());
                Contradiction::ExecutedAndRefused { receipt, refusal }
            }
            3 => {
                let (one, _) = picker.one(&self.receipts);
                let same = |other: &&(Signed<Receipt>, _)| other.0.body().order == one.body().order;
                let of_order: Vec<_> = self.receipts.iter().filter(same).collect();
                let (other, _) = picker.one(&of_order);
                Contradiction::ExecutedTwice { one: one.bytes().to_vec(), other: other.bytes().to_vec() }
            }
            4 => {
                let name = || {
                    if picker.pick(2) == 0 {
                        picker.one(&self.heads).bytes().to_vec()
                    } else {
                        picker.one(&self.statements).statement.bytes().to_vec()
                    }
                };
                Contradiction::TwoStatements { one: name(), other: name() }
            }
            5 => Contradiction::TwoCards {
                one: picker.one(&self.cards).clone(),
                other: picker.one(&self.cards).clone(),
            },
            6 => {
                let (run, line, start, order) = self.run(picker);
                let before = line.chain.states[start].hash;
                let fits = |head: &&Signed<Head>| head.body().chain_hash == before;
                let head = self.heads.iter().find(fits).unwrap_or_else(|| picker.one(&self.heads));
                let base = picker.maybe(|| head.bytes().to_vec());
                let of_account = |pair: &&(Signed<Receipt>, Signed<Order>)| {
                    let state = line.chain.state();
                    let body = pair.0.body();
                    (body.account, body.epoch) == (state.account, state.epoch)
                        && pair.1.body().payer == state.account
                };
                let paid: Vec<_> = self.receipts.iter().filter(of_account).collect();
                let pair = |(receipt, order): &(Signed<Receipt>, Signed<Order>)| {
                    (receipt.bytes().to_vec(), order.bytes().to_vec())
                };
                let newer_key = picker.maybe(|| paid.first().map(|first| pair(first))).flatten();
                Contradiction::BadEntry { run, base, order, newer_key }
            }
            7 => {
                let (mut run, line, start, _) = self.run(picker);
                let state = line.chain.state();
                if picker.pick(3) > 0
                    && let Some((end, artefact)) = line.signed.iter().max_by_key(|(at, _)| *at)
                {
                    run = Run {
                        previous: line.chain.states[start].hash,
                        entries: entries(line, start, *end),
                        anchor: Point::signed(artefact),
                    };
                }
                let of_epoch = |published: &&Published| published.statement.body().epoch == state.epoch;
                let all: Vec<&Published> = self.statements.iter().filter(of_epoch).collect();
                let published = if all.is_empty() { picker.one(&self.statements) } else { picker.one(&all) };
                let mut leaves = published.tree.leaves().iter();
                let at = leaves.position(|leaf| leaf.account == state.account);
                let proof = at.and_then(|at| picker.maybe(|| published.tree.proof(at)).flatten());
                Contradiction::WrongPlace { statement: published.statement.bytes().to_vec(), proof, run }
            }
            _ => Contradiction::BadStatement {
                statement: picker.one(&self.statements).statement.bytes().to_vec(),
                previous: picker.maybe(|| picker.one(&self.statements).statement.bytes().to_vec()),
            },
        })
    }
}

fn entries(line: &Line, start: usize, end: usize) -> Vec<Vec<u8>> {
    line.chain.records[start..end].iter().map(|record| record.entry.clone()).collect()
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn honest_histories_give_no_evidence(
        steps in steps(),
        accusations in prop::collection::vec(
            (0_u8..9, prop::collection::vec(any::<Index>(), 24), prop::collection::vec(any::<bool>(), 64)),
            60,
        ),
    ) {
        let issuer = run(&steps);
        let id = issuer.id;
        let pool = pool(issuer);
        for (kind, picks, hidden) in accusations {
            let picker = Picker { picks, next: std::cell::Cell::new(0) };
            let Some(contradiction) = pool.contradiction(kind, &picker) else { continue };
            let full = Evidence { issuer: id, contradiction, support: pool.support.clone() };
            let verdict = full.verify();
            prop_assert_eq!(verdict.finding, Finding::Nothing, "{} {:?}", verdict.words, full.contradiction);
            // Whoever hides some of it can accuse, but never prove; and the issuer can answer.
            let shown = full.support.iter().zip(hidden.iter().cycle()).filter(|(_, hidden)| !**hidden);
            let support: Vec<Vec<u8>> = shown.map(|(bytes, _)| bytes.clone()).collect();
            let partial = Evidence { support, ..full.clone() };
            let verdict = partial.verify();
            prop_assert_ne!(verdict.finding, Finding::Fraud, "{} {:?}", verdict.words, partial.contradiction);
            prop_assert_eq!(partial.with(pool.support.clone()).verify().finding, Finding::Nothing);
            prop_assert_eq!(Evidence::decode(&full.encode()), Ok(full));
        }
    }
}
