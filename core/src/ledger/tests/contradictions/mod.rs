//! Contradictions that are found beside a chain.

mod answers;
mod doubt;
mod statements;

use crate::ledger::evidence::{Contradiction, Evidence, Finding, Point, Run};
use crate::ledger::testing::{Chain, Issuer};

const ANNA: usize = 1;

const BEN: usize = 2;

fn town() -> Issuer {
    let mut issuer = Issuer::found("bakery");
    issuer.open();
    issuer.open();
    issuer.pay(0, ANNA, 1000).unwrap();
    issuer.wait(10);
    issuer
}

fn verdict(issuer: &Issuer, contradiction: Contradiction) -> (Finding, String) {
    let evidence = Evidence { issuer: issuer.id, contradiction, support: issuer.world.support() };
    assert_eq!(Evidence::decode(&evidence.encode()), Ok(evidence.clone()));
    let verdict = evidence.verify();
    (verdict.finding, verdict.words)
}

fn assert_fraud(issuer: &Issuer, contradiction: Contradiction, words: &str) {
    let (finding, said) = verdict(issuer, contradiction);
    assert!(finding == Finding::Fraud && said.contains(words), "{finding:?}: {said}");
}

fn assert_nothing(issuer: &Issuer, contradiction: Contradiction, words: &str) {
    let (finding, said) = verdict(issuer, contradiction);
    assert!(finding == Finding::Nothing && said.contains(words), "{finding:?}: {said}");
}

/// Entries of a chain from a place on, and a head of now.
fn run(chain: &Chain, start: usize, head: &[u8]) -> Run {
    Run {
        previous: chain.states[start].hash,
        entries: chain.records[start..].iter().map(|record| record.entry.clone()).collect(),
        anchor: Point::signed(head),
    }
}
