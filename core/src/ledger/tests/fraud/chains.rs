//! Chains that do not add up, were rewritten, or do not lead to what was signed of them.

use super::super::evil::{entry_of, evidence, force, forge_head, judge, judge_at, sign_receipt};
use super::super::support::Kept;
use super::{ANNA, BEN, assert_all, beginning, town, with_entry};
use crate::artefact::StatementRef;
use crate::keys::Digest;
use crate::ledger::Authority;
use crate::ledger::chain::next_hash;
use crate::ledger::evidence::Finding;
use crate::ledger::follow::{Base, FollowError, NoPast, Unproven};
use crate::ledger::testing::{Issuer, Signer};
use crate::money::Amount;

#[test]
fn a_chain_that_does_not_add_up() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    let verdicts = with_entry(&order, &issuer, |entry| entry.balance = Amount::new(849));
    assert_all(&verdicts, Finding::Fraud, "does not follow: balance 849 where the amounts make 850");
    let verdicts = with_entry(&order, &issuer, |entry| entry.sequence = 4);
    assert_all(&verdicts, Finding::Fraud, "does not follow: entry 4 where entry 3 belongs");
    let verdicts = with_entry(&order, &issuer, |entry| entry.time -= 11);
    assert_all(&verdicts, Finding::Fraud, "does not follow: entry of");
    let verdicts = with_entry(&order, &issuer, |entry| {
        entry.authority = Authority::Carried { epoch: 0, sequence: 1, chain_hash: order.hash() };
    });
    assert_all(&verdicts, Finding::Fraud, "a carried balance where none can be");
}

#[test]
fn a_broken_chain_is_proven_by_its_head_too() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    let mut entry = entry_of(&issuer, ANNA, &order);
    entry.balance = Amount::new(849);
    force(&mut issuer, ANNA, &entry, Some(order));
    let more = issuer.sign_order(ANNA, BEN, 1, Signer::Founding, None);
    let entry = entry_of(&issuer, ANNA, &more);
    force(&mut issuer, ANNA, &entry, Some(more));
    for record in &mut issuer.accounts[ANNA].chains[0].records[2..] {
        record.receipt = None;
    }
    let base = beginning(&issuer, ANNA);
    let (_, finding, words) = evidence(judge(&mut issuer, ANNA, &NoPast, base.clone()));
    assert!(finding == Finding::Fraud && words.contains("entry 3"), "{words}");
    // A head that does not contain it proves nothing.
    let head = forge_head(&mut issuer, ANNA, |head| head.chain_hash = Digest::of(&[b"elsewhere"]));
    let result = judge_at(&issuer, ANNA, &NoPast, base, &head);
    assert!(matches!(result, Err(FollowError::Unproven(Unproven::DoesNotFollow(_)))), "{result:?}");
}

#[test]
fn an_entry_older_than_a_head_before_it() {
    let mut issuer = town();
    let trusted = issuer.head(ANNA);
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    let mut entry = entry_of(&issuer, ANNA, &order);
    entry.time -= 5;
    force(&mut issuer, ANNA, &entry, Some(order));
    let (_, finding, words) = evidence(judge(&mut issuer, ANNA, &NoPast, Base::of_head(trusted)));
    assert!(finding == Finding::Fraud && words.contains("does not follow"), "{words}");
}

#[test]
fn a_receipt_for_another_order_than_its_entry() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    let entry = entry_of(&issuer, ANNA, &order);
    force(&mut issuer, ANNA, &entry, Some(order));
    let state = *issuer.accounts[ANNA].state();
    let receipt = sign_receipt(&issuer, &state, Digest::of(&[b"another order"]));
    issuer.accounts[ANNA].chains[0].records[2].receipt = Some(receipt);
    let base = beginning(&issuer, ANNA);
    let (_, finding, words) = evidence(judge(&mut issuer, ANNA, &NoPast, base));
    assert!(finding == Finding::Fraud && words.contains("names another order"), "{words}");
}

#[test]
fn heads_that_contradict_the_chain() {
    let mut issuer = town();
    let trusted = issuer.head(ANNA);
    let richer = forge_head(&mut issuer, ANNA, |head| head.balance = Amount::new(901));
    let elsewhere = forge_head(&mut issuer, ANNA, |head| head.chain_hash = Digest::of(&[b"elsewhere"]));
    for head in [&richer, &elsewhere] {
        for base in [beginning(&issuer, ANNA), Base::of_head(trusted.clone())] {
            let (_, finding, _) = evidence(judge_at(&issuer, ANNA, &NoPast, base, head));
            assert_eq!(finding, Finding::Fraud);
        }
    }
    let new = issuer.open();
    let base = beginning(&issuer, new);
    let balance = forge_head(&mut issuer, new, |head| head.balance = Amount::new(1));
    let hash = forge_head(&mut issuer, new, |head| head.chain_hash = Digest::of(&[b"elsewhere"]));
    for head in [&balance, &hash] {
        let (_, finding, _) = evidence(judge_at(&issuer, new, &NoPast, base.clone(), head));
        assert_eq!(finding, Finding::Fraud);
    }
    let line = forge_head(&mut issuer, ANNA, |head| {
        head.statement = StatementRef { hash: Digest::of(&[b"another"]), ..head.statement };
    });
    let (_, finding, words) = evidence(judge_at(&issuer, ANNA, &NoPast, Base::of_head(trusted), &line));
    assert!(finding == Finding::Fraud && words.contains("two different statements"), "{words}");
}

/// Anna's chain without its second entry, as if that payment had never been.
fn rewritten(issuer: &Issuer) -> Issuer {
    let mut evil = issuer.clone();
    let chain = &mut evil.accounts[ANNA].chains[0];
    chain.states.truncate(2);
    chain.records.truncate(1);
    evil
}

#[test]
fn a_rewritten_chain() {
    let mut issuer = town();
    let trusted = issuer.head(ANNA);
    let world = issuer.world.clone();
    let mut evil = rewritten(&issuer);
    // Shorter than what we hold: an issuer restored from a copy, or worse. Show it our head.
    let result = judge(&mut evil, ANNA, &NoPast, Base::of_head(trusted.clone()));
    assert_eq!(result, Err(FollowError::Unproven(Unproven::Behind { ours: 2, theirs: 1 })));
    // As long, and another.
    evil.pay(ANNA, BEN, 7).unwrap();
    let (_, finding, words) = evidence(judge(&mut evil, ANNA, &NoPast, Base::of_head(trusted.clone())));
    assert!(finding == Finding::Fraud && words.contains("two different chains"), "{words}");
    // Longer: what follows does not lead from our head to its own,
    evil.pay(ANNA, BEN, 8).unwrap();
    let result = judge(&mut evil, ANNA, &NoPast, Base::of_head(trusted));
    let unproven = |result: &Result<(), FollowError>| {
        matches!(result, Err(FollowError::Unproven(Unproven::DoesNotLead | Unproven::DoesNotFollow(_))))
    };
    assert!(unproven(&result), "{result:?}");
    // and from the beginning it passes by our head and receipts.
    let kept = Kept { world: &world, account: issuer.accounts[ANNA].id };
    let base = beginning(&evil, ANNA);
    let (_, finding, _) = evidence(judge(&mut evil, ANNA, &kept, base));
    assert_eq!(finding, Finding::Fraud);
}

#[test]
fn a_receipt_that_is_missing_from_the_chain_it_names() {
    let issuer = town();
    let mut world = issuer.world.clone();
    world.heads.clear();
    let mut evil = rewritten(&issuer);
    evil.pay(ANNA, BEN, 7).unwrap();
    evil.pay(ANNA, BEN, 8).unwrap();
    // The replacement of our receipt's entry is shown without its own receipt: only the next one proves it.
    evil.accounts[ANNA].chains[0].records[1].receipt = None;
    let kept = Kept { world: &world, account: issuer.accounts[ANNA].id };
    let base = beginning(&evil, ANNA);
    let (_, finding, words) = evidence(judge(&mut evil, ANNA, &kept, base));
    assert!(finding == Finding::Fraud && words.contains("is not the one that it had signed"), "{words}");
}

#[test]
fn a_receipt_beside_its_entry_that_names_another_chain() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    issuer.submit(&order).unwrap();
    let mut elsewhere = *issuer.accounts[ANNA].state();
    elsewhere.hash = next_hash(&elsewhere.hash, b"elsewhere");
    let receipt = sign_receipt(&issuer, &elsewhere, order.hash());
    issuer.accounts[ANNA].chains[0].records[2].receipt = Some(receipt);
    let base = beginning(&issuer, ANNA);
    let (_, finding, _) = evidence(judge(&mut issuer, ANNA, &NoPast, base.clone()));
    assert_eq!(finding, Finding::Fraud);
    // With one more entry, its receipt is the proof.
    issuer.pay(ANNA, BEN, 1).unwrap();
    let (_, finding, words) = evidence(judge(&mut issuer, ANNA, &NoPast, base));
    assert!(finding == Finding::Fraud && words.contains("is not the one that it had signed"), "{words}");
}
