//! Two answers to one order, and two cards of one rank.

use super::super::evil::sign_receipt;
use super::{ANNA, BEN, assert_fraud, assert_nothing, town};
use crate::artefact::{Card, Refusal, Signed};
use crate::keys::{Digest, SigningKey};
use crate::ledger::evidence::Contradiction;
use crate::ledger::testing::{Issuer, Signer};
use crate::money::Amount;

fn refuse(issuer: &Issuer, order: Digest) -> Signed<Refusal> {
    let refusal = Refusal { issuer: issuer.id, subject: order, code: "expired".into(), time: issuer.time };
    Signed::sign(&refusal, &issuer.signing_key()).unwrap()
}

fn executed_and_refused(receipt: &[u8], refusal: &Signed<Refusal>) -> Contradiction {
    Contradiction::ExecutedAndRefused { receipt: receipt.to_vec(), refusal: refusal.bytes().to_vec() }
}

#[test]
fn an_order_that_was_executed_and_refused() {
    let mut issuer = town();
    let refused = issuer.sign_order(ANNA, BEN, 5, Signer::Founding, None);
    let before = refuse(&issuer, refused.hash());
    let order = issuer.pay(ANNA, BEN, 5).unwrap();
    let receipt = issuer.world.receipts.last().unwrap().0.bytes().to_vec();
    let after = refuse(&issuer, order);
    assert_fraud(&issuer, executed_and_refused(&receipt, &after), "was executed, and that it never will be");
    assert_nothing(&issuer, executed_and_refused(&receipt, &before), "of different orders");
    // Signed with a key that is not the issuer's.
    let forged = Signed::sign(after.body(), &SigningKey::from_bytes(&[66; 32])).unwrap();
    assert_nothing(&issuer, executed_and_refused(&receipt, &forged), "not made with a signing key");
}

#[test]
fn a_refusal_that_a_restore_lost() {
    let mut issuer = town();
    let copy = issuer.clone();
    let order = issuer.sign_order(ANNA, BEN, 5000, Signer::Founding, None);
    issuer.submit(&order).unwrap_err();
    let lost = issuer.world.refusals.last().unwrap().0.clone();
    issuer.wait(1);
    issuer.restore(&copy);
    // Now the money is there.
    issuer.pay(0, ANNA, 5000).unwrap();
    issuer.submit(&order).unwrap();
    let receipt = issuer.world.receipts.last().unwrap().0.bytes().to_vec();
    assert_nothing(&issuer, executed_and_refused(&receipt, &lost), "before a restore");
    // Refused anew within the epoch that executed it, it is fraud.
    issuer.wait(400);
    let again = refuse(&issuer, order.hash());
    assert_fraud(&issuer, executed_and_refused(&receipt, &again), "was executed");
    let later = issuer.pay(ANNA, BEN, 1).unwrap();
    let receipt = issuer.world.receipts.last().unwrap().0.bytes().to_vec();
    let mut early = refuse(&issuer, later).body().clone();
    early.time -= 50;
    let early = Signed::sign(&early, &issuer.signing_key()).unwrap();
    assert_fraud(&issuer, executed_and_refused(&receipt, &early), "was executed");
}

#[test]
fn two_receipts_for_one_order() {
    let mut issuer = town();
    let order = issuer.pay(ANNA, BEN, 5).unwrap();
    let mut state = *issuer.accounts[ANNA].state();
    let one = sign_receipt(&issuer, &state, order);
    state.sequence += 1;
    let other = sign_receipt(&issuer, &state, order);
    let twice =
        |one: &[u8], other: &[u8]| Contradiction::ExecutedTwice { one: one.to_vec(), other: other.to_vec() };
    assert_fraud(&issuer, twice(one.bytes(), other.bytes()), "executed order");
    assert_nothing(&issuer, twice(one.bytes(), one.bytes()), "one and the same entry");
    state.epoch = 1;
    let replayed = sign_receipt(&issuer, &state, order);
    assert_nothing(&issuer, twice(one.bytes(), replayed.bytes()), "different orders, accounts or epochs");
}

#[test]
fn two_cards_of_one_rank() {
    let mut issuer = town();
    let card = issuer.world.cards[0].clone();
    let sign = |change: &dyn Fn(&mut Card), key: &SigningKey| {
        let mut body = card.body().clone();
        change(&mut body);
        Signed::sign(&body, key).unwrap().bytes().to_vec()
    };
    let founding = issuer.issuer_key(0);
    let cards = |other: Vec<u8>| Contradiction::TwoCards { one: card.bytes().to_vec(), other };
    let richer = sign(&|card| card.owners_limit = Amount::new(5), &founding);
    assert_fraud(&issuer, cards(richer), "two different cards");
    let next = sign(&|card| card.serial = 2, &founding);
    assert_nothing(&issuer, cards(next), "different ranks");
    let stranger = sign(&|card| card.owners_limit = Amount::new(5), &SigningKey::from_bytes(&[66; 32]));
    assert_nothing(&issuer, cards(stranger), "not the issuer's");
    // The thief of a replaced key cannot speak for the newer one.
    issuer.rekey_issuer();
    let thief = sign(&|card| card.rekey_number = 1, &founding);
    assert_nothing(&issuer, cards(thief), "not the issuer's");
}
