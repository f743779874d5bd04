//! Every way to break a rule that a wallet can see, and the evidence that it keeps.

mod chains;
mod orders;
mod restores;

use super::evil::{entry_of, evidence, force, judge};
use crate::artefact::{Order, Signed};
use crate::ledger::Entry;
use crate::ledger::evidence::Finding;
use crate::ledger::follow::{Base, NoPast};
use crate::ledger::testing::{Issuer, Signer};

const ANNA: usize = 1;

const BEN: usize = 2;

/// Anna has 900, Ben 100.
fn town() -> Issuer {
    let mut issuer = Issuer::found("bakery");
    issuer.open();
    issuer.open();
    issuer.pay(0, ANNA, 1000).unwrap();
    issuer.wait(10);
    issuer.pay(ANNA, BEN, 100).unwrap();
    issuer.wait(10);
    issuer
}

fn beginning(issuer: &Issuer, account: usize) -> Base {
    Base::empty(issuer.id, issuer.accounts[account].id, 0)
}

/// Forces an order into Anna's chain with an entry that is changed in one way, and asks what her wallet says, from the
/// beginning and from the head before.
fn with_entry(order: &Signed<Order>, issuer: &Issuer, change: impl Fn(&mut Entry)) -> Vec<(Finding, String)> {
    let mut issuer = issuer.clone();
    let trusted = issuer.head(ANNA);
    let mut entry = entry_of(&issuer, ANNA, order);
    change(&mut entry);
    force(&mut issuer, ANNA, &entry, Some(order.clone()));
    let from_beginning = beginning(&issuer, ANNA);
    [from_beginning, Base::of_head(trusted)]
        .map(|base| {
            let (_, finding, words) = evidence(judge(&mut issuer, ANNA, &NoPast, base));
            (finding, words)
        })
        .to_vec()
}

fn changed_order(issuer: &mut Issuer, change: impl FnOnce(&mut Order)) -> Signed<Order> {
    let mut order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None).body().clone();
    change(&mut order);
    Signed::sign(&order, &issuer.account_key(ANNA, 0)).unwrap()
}

fn assert_all(verdicts: &[(Finding, String)], finding: Finding, words: &str) {
    for (found, said) in verdicts {
        assert!(*found == finding && said.contains(words), "{found:?}: {said}");
    }
}

#[test]
fn the_helpers_themselves_are_honest() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    let entry = entry_of(&issuer, ANNA, &order);
    force(&mut issuer, ANNA, &entry, Some(order));
    let base = beginning(&issuer, ANNA);
    assert_eq!(judge(&mut issuer, ANNA, &NoPast, base), Ok(()));
}
