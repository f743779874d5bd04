//! What was executed and nobody ordered, or not like this.

use super::super::evil::{entry_of, evidence, force, judge, judge_at};
use super::super::support::{Kept, follow, serve};
use super::{ANNA, BEN, assert_all, beginning, changed_order, town, with_entry};
use crate::artefact::{Capabilities, Signed};
use crate::keys::{AccountId, Digest, IssuerId, SigningKey};
use crate::ledger::Authority;
use crate::ledger::evidence::Finding;
use crate::ledger::follow::{Base, FollowError, NoPast, Unproven};
use crate::ledger::testing::Signer;
use crate::money::Amount;

#[test]
fn a_debit_that_its_holder_never_signed() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    let forged = Signed::sign(order.body(), &SigningKey::from_bytes(&[66; 32])).unwrap();
    assert_all(&with_entry(&forged, &issuer, |_| {}), Finding::Unanswered, "did not allow");
}

#[test]
fn a_debit_by_a_key_that_may_not_pay() {
    let mut issuer = town();
    issuer.grant_key(ANNA, 0, Capabilities::RECEIVE.and(Capabilities::VIEW));
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Till(0), None);
    assert_all(&with_entry(&order, &issuer, |_| {}), Finding::Unanswered, "was not granted this");

    // A key that may refund cannot pay for something new.
    issuer.grant_key(ANNA, 1, Capabilities::REFUND);
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Till(1), None);
    assert_all(&with_entry(&order, &issuer, |_| {}), Finding::Unanswered, "was not granted this");
}

#[test]
fn a_debit_by_a_grant_that_was_cancelled_or_has_ended() {
    let mut issuer = town();
    let grant = issuer.grant_key(ANNA, 0, Capabilities::PAY);
    let mut ended = issuer.clone();
    ended.time = grant.body().not_after + 1;
    ended.sign_card(None, 1_000_000);
    let order = ended.sign_order(ANNA, BEN, 50, Signer::Till(0), None);
    assert_all(&with_entry(&order, &ended, |_| {}), Finding::Unanswered, "has ended");

    issuer.wait(10);
    issuer.cancel_keys(ANNA);
    issuer.wait(10);
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Till(0), None);
    assert_all(&with_entry(&order, &issuer, |_| {}), Finding::Unanswered, "was cancelled");
}

#[test]
fn a_wallet_that_lost_its_grants_is_answered() {
    let mut issuer = town();
    issuer.grant_key(ANNA, 0, Capabilities::PAY);
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Till(0), None);
    issuer.submit(&order).unwrap();
    let base = beginning(&issuer, ANNA);
    let support = issuer.world.support();
    let mut forgetful = issuer.clone();
    forgetful.accounts[ANNA].grants.clear();
    // The issuer shows the grant beside the order.
    assert_eq!(judge(&mut forgetful, ANNA, &NoPast, base.clone()), Ok(()));
    // If it does not, it is accused, until it does.
    forgetful.accounts[ANNA].chains[0].records[2].grant = None;
    let (evidence, finding, _) = evidence(judge(&mut forgetful, ANNA, &NoPast, base));
    assert_eq!(finding, Finding::Unanswered);
    assert_eq!(evidence.with(support).verify().finding, Finding::Nothing);
}

#[test]
fn a_cancelled_grant_that_is_shown_again_is_no_less_cancelled() {
    let mut issuer = town();
    issuer.grant_key(ANNA, 0, Capabilities::PAY);
    issuer.wait(10);
    issuer.cancel_keys(ANNA);
    issuer.wait(10);
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Till(0), None);
    let base = beginning(&issuer, ANNA);
    // The issuer forgets the cancel, and executes the order as if the grant were in force.
    for known in &mut issuer.accounts[ANNA].grants {
        known.cancelled = None;
    }
    issuer.submit(&order).unwrap();
    issuer.accounts[ANNA].grants.clear();
    let (_, finding, words) = evidence(judge(&mut issuer, ANNA, &NoPast, base));
    assert_eq!(finding, Finding::Unanswered);
    assert!(words.contains("was cancelled"), "{words}");
}

#[test]
fn an_order_that_says_something_else() {
    let mut issuer = town();
    let more = changed_order(&mut issuer, |_| {});
    let verdicts = with_entry(&more, &issuer, |entry| {
        entry.amount = Amount::new(-60);
        entry.balance = Amount::new(840);
    });
    assert_all(&verdicts, Finding::Fraud, "is not what its order says");

    let other = issuer.accounts[0].id;
    let verdicts = with_entry(&more, &issuer, |entry| {
        entry.authority = Authority::Order { counterpart: other, hash: more.hash() };
    });
    assert_all(&verdicts, Finding::Fraud, "is not what its order says");

    let elsewhere = changed_order(&mut issuer, |order| order.issuer = IssuerId::new([9; 16]));
    assert_all(&with_entry(&elsewhere, &issuer, |_| {}), Finding::Fraud, "is not what its order says");

    let anna = issuer.accounts[ANNA].id;
    let to_herself = changed_order(&mut issuer, |order| order.payee = anna);
    assert_all(&with_entry(&to_herself, &issuer, |_| {}), Finding::Fraud, "is not what its order says");

    let stranger = changed_order(&mut issuer, |order| order.payer = AccountId::new([9; 16]));
    let verdicts = with_entry(&stranger, &issuer, |entry| {
        entry.authority = Authority::Order { counterpart: issuer.accounts[BEN].id, hash: stranger.hash() };
        entry.amount = Amount::new(-50);
        entry.balance = Amount::new(850);
    });
    assert_all(&verdicts, Finding::Fraud, "is not what its order says");
}

#[test]
fn an_order_executed_after_its_expiry() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    issuer.wait(121);
    assert_all(&with_entry(&order, &issuer, |_| {}), Finding::Fraud, "after its expiry");
}

#[test]
fn something_executed_that_is_no_order() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    let mut entry = entry_of(&issuer, ANNA, &order);
    let garbage = b"no order".to_vec();
    entry.authority =
        Authority::Order { counterpart: issuer.accounts[BEN].id, hash: Digest::of(&[&garbage]) };
    force(&mut issuer, ANNA, &entry, None);
    let mut head = issuer.head(ANNA);
    let knowledge = issuer.knowledge(ANNA);
    let base = beginning(&issuer, ANNA);
    let mut served = serve(&issuer, ANNA, &base);
    served[0].items[2].order = Some(&garbage);
    let result = follow(knowledge.known(), &NoPast, base.clone(), &served, 3, &head);
    let (_, finding, words) = evidence(result.map(drop));
    assert!(finding == Finding::Fraud && words.contains("is not an order"), "{words}");
    // Without those bytes it is only withheld.
    head = issuer.head(ANNA);
    let result = judge_at(&issuer, ANNA, &NoPast, base, &head);
    assert_eq!(result, Err(FollowError::Unproven(Unproven::OrderWithheld { sequence: 3 })));
}

#[test]
fn an_order_executed_twice() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    issuer.submit(&order).unwrap();
    let middle = issuer.head(ANNA);
    let between = issuer.sign_order(ANNA, BEN, 1, Signer::Founding, None);
    issuer.submit(&between).unwrap();
    let entry = entry_of(&issuer, ANNA, &order);
    force(&mut issuer, ANNA, &entry, Some(order));
    for base in [beginning(&issuer, ANNA), Base::of_head(middle)] {
        let world = issuer.world.clone();
        let kept = Kept { world: &world, account: issuer.accounts[ANNA].id };
        let (_, finding, words) = evidence(judge(&mut issuer, ANNA, &kept, base));
        assert!(finding == Finding::Fraud && words.contains("twice"), "{words}");
    }
}

#[test]
fn a_key_that_was_replaced() {
    let mut issuer = town();
    issuer.rekey(ANNA);
    issuer.pay(ANNA, BEN, 1).unwrap();
    let head = issuer.head(ANNA);
    let knowledge = issuer.knowledge(ANNA);
    let base = beginning(&issuer, ANNA);
    let served = serve(&issuer, ANNA, &base);
    let (_, followed) = follow(knowledge.known(), &NoPast, base.clone(), &served, 3, &head).unwrap();
    let stale = issuer.sign_order(ANNA, BEN, 50, Signer::Replaced, None);
    let entry = entry_of(&issuer, ANNA, &stale);
    force(&mut issuer, ANNA, &entry, Some(stale));
    for base in [base, followed.base] {
        let (_, finding, words) = evidence(judge(&mut issuer, ANNA, &NoPast, base));
        assert!(finding == Finding::Unanswered && words.contains("had been replaced"), "{words}");
    }
}

#[test]
fn a_till_that_was_granted_the_same_before_and_after_a_rekey_accuses_nobody() {
    for till_first in [true, false] {
        let mut issuer = town();
        issuer.grant_key(ANNA, 0, Capabilities::PAY);
        // The till pays, or Anna with her first key; then she replaces it, and grants the till the same again.
        let early = if till_first { Signer::Till(0) } else { Signer::Founding };
        for signer in [early, Signer::Founding] {
            let order = issuer.sign_order(ANNA, BEN, 1, signer, None);
            issuer.submit(&order).unwrap();
        }
        issuer.rekey(ANNA);
        issuer.grant_key(ANNA, 0, Capabilities::PAY);
        for signer in [Signer::Founding, Signer::Till(0), Signer::Founding] {
            let order = issuer.sign_order(ANNA, BEN, 1, signer, None);
            issuer.submit(&order).unwrap();
        }
        let base = beginning(&issuer, ANNA);
        assert_eq!(judge(&mut issuer, ANNA, &NoPast, base), Ok(()));
    }
}

#[test]
fn a_debit_below_zero() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 901, Signer::Founding, None);
    assert_all(&with_entry(&order, &issuer, |_| {}), Finding::Unanswered, "below zero");
    let base = beginning(&issuer, ANNA);
    let entry = entry_of(&issuer, ANNA, &order);
    force(&mut issuer, ANNA, &entry, Some(order));
    let (evidence, ..) = evidence(judge(&mut issuer, ANNA, &NoPast, base));
    issuer.grant_owner(ANNA, 10);
    assert_eq!(evidence.with(issuer.world.support()).verify().finding, Finding::Nothing);
}
