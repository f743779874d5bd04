//! Every way to break a rule that a wallet can see, and the evidence that it keeps.

use super::evil::{entry_of, evidence, force, forge_head, judge, judge_at, sign_receipt};
use super::support::{Kept, follow, is_lost, serve};
use crate::artefact::{Capabilities, Order, Signed, StatementRef};
use crate::keys::{AccountId, Digest, IssuerId, SigningKey};
use crate::ledger::chain::next_hash;
use crate::ledger::evidence::Finding;
use crate::ledger::follow::{Base, FollowError, NoPast, Unproven};
use crate::ledger::testing::{Issuer, Signer};
use crate::ledger::{Authority, Entry};
use crate::money::Amount;

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

/// The town restored from its own present, with what it carried for Anna changed.
fn carried(change: impl FnOnce(&mut Entry)) -> (Issuer, Base) {
    let mut issuer = town();
    let trusted = Base::of_head(issuer.head(ANNA));
    let copy = issuer.clone();
    issuer.wait(1);
    issuer.restore(&copy);
    let chain = &mut issuer.accounts[ANNA].chains[1];
    let mut entry = Entry::read(&chain.records[0].entry).unwrap();
    change(&mut entry);
    chain.states.truncate(1);
    chain.records.clear();
    force(&mut issuer, ANNA, &entry, None);
    (issuer, trusted)
}

#[test]
fn what_was_carried_is_not_what_was_there() {
    let (mut honest, trusted) = carried(|_| {});
    assert_eq!(judge(&mut honest, ANNA, &NoPast, trusted), Ok(()));

    let (mut poorer, trusted) = carried(|entry| {
        entry.amount = Amount::new(899);
        entry.balance = Amount::new(899);
    });
    let (_, finding, words) = evidence(judge(&mut poorer, ANNA, &NoPast, trusted));
    assert!(finding == Finding::Fraud && words.contains("balances 900 and 899"), "{words}");

    let other_chain = |entry: &mut Entry| {
        entry.authority = Authority::Carried { epoch: 0, sequence: 2, chain_hash: Digest::of(&[b"other"]) };
    };
    let (mut other, trusted) = carried(other_chain);
    let (_, finding, words) = evidence(judge(&mut other, ANNA, &NoPast, trusted.clone()));
    assert!(finding == Finding::Fraud && words.contains("two different chains"), "{words}");
    // With more entries after it, too.
    other.wait(200);
    other.pay(ANNA, BEN, 1).unwrap();
    let (_, finding, _) = evidence(judge(&mut other, ANNA, &NoPast, trusted));
    assert_eq!(finding, Finding::Fraud);

    let ahead = |entry: &mut Entry| {
        entry.authority = Authority::Carried { epoch: 0, sequence: 3, chain_hash: Digest::of(&[b"other"]) };
    };
    let (mut ahead, trusted) = carried(ahead);
    let result = judge(&mut ahead, ANNA, &NoPast, trusted);
    let missing = Unproven::OlderEpochIncomplete { epoch: 0, sequence: 3 };
    assert_eq!(result, Err(FollowError::Unproven(missing)));
}

#[test]
fn what_was_lost_is_told_and_checked() {
    let mut issuer = town();
    let copy = issuer.clone();
    issuer.pay(ANNA, BEN, 5).unwrap();
    let trusted = Base::of_head(issuer.head(ANNA));
    let world = issuer.world.clone();
    issuer.wait(1);
    issuer.restore(&copy);
    let head = issuer.head(ANNA);
    let kept = Kept { world: &world, account: issuer.accounts[ANNA].id };
    let knowledge = issuer.knowledge(ANNA);
    let served = serve(&issuer, ANNA, &trusted);
    let (_, followed) = follow(knowledge.known(), &kept, trusted, &served, 3, &head).unwrap();
    let lost = followed.hand_back.unwrap();
    assert_eq!((lost.after_epoch, lost.after_sequence), (0, 2));
    assert!(is_lost(lost, 0, 3) && !is_lost(lost, 0, 2));
}

/// Two payments of Anna's that a restore loses, by her till and by her first key. Before the restore the till's key is
/// cancelled and Anna's is replaced; after `wait` seconds and a payment with the new key, they are executed again.
fn replayed(wait: i64) -> (Issuer, Base) {
    let mut issuer = town();
    let copy = issuer.clone();
    issuer.grant_key(ANNA, 0, Capabilities::PAY);
    let by_till = issuer.sign_order(ANNA, BEN, 5, Signer::Till(0), None);
    issuer.submit(&by_till).unwrap();
    let by_first_key = issuer.sign_order(ANNA, BEN, 6, Signer::Founding, None);
    issuer.submit(&by_first_key).unwrap();
    let receipts: Vec<_> = issuer.world.receipts.iter().rev().take(4).cloned().collect();
    issuer.wait(1);
    issuer.cancel_keys(ANNA);
    issuer.rekey(ANNA);
    let base = beginning(&issuer, ANNA);
    issuer.wait(wait);
    issuer.restore(&copy);
    issuer.pay(ANNA, BEN, 1).unwrap();
    for (receipt, order, _) in receipts.iter().rev() {
        issuer.replay(receipt, order).unwrap();
    }
    (issuer, base)
}

#[test]
fn what_is_executed_again_after_a_restore_is_as_good_as_it_was() {
    // Within the orders' two minutes, and long after.
    for wait in [1, 60, 300] {
        let (mut issuer, base) = replayed(wait);
        assert_eq!(issuer.accounts[ANNA].state().balance, Amount::new(888));
        assert_eq!(judge(&mut issuer, ANNA, &NoPast, base), Ok(()));
    }
}

#[test]
fn a_replaced_key_does_not_come_back_in_a_later_epoch() {
    let (mut issuer, base) = replayed(300);
    issuer.wait(200);
    let stale = issuer.sign_order(ANNA, BEN, 50, Signer::Replaced, None);
    let entry = entry_of(&issuer, ANNA, &stale);
    force(&mut issuer, ANNA, &entry, Some(stale));
    let (_, finding, words) = evidence(judge(&mut issuer, ANNA, &NoPast, base));
    assert!(finding == Finding::Unanswered && words.contains("had been replaced"), "{words}");
}

#[test]
fn an_issuer_that_shows_less_than_it_had_signed_is_behind() {
    let mut issuer = town();
    let copy = issuer.clone();
    let older = issuer.head(ANNA);
    issuer.wait(10);
    issuer.pay(ANNA, BEN, 5).unwrap();
    let trusted = Base::of_head(issuer.head(ANNA));
    // An old head, kept by somebody, is only that.
    let result = judge_at(&issuer, ANNA, &NoPast, trusted.clone(), &older);
    assert_eq!(result, Err(FollowError::Unproven(Unproven::HeadOutOfTime)));
    let mut restored = copy.clone();
    restored.time = issuer.time + 10;
    let result = judge(&mut restored, ANNA, &NoPast, trusted);
    assert_eq!(result, Err(FollowError::Unproven(Unproven::Behind { ours: 3, theirs: 2 })));

    issuer.wait(10);
    issuer.restore(&copy);
    let trusted = Base::of_head(issuer.head(ANNA));
    restored.time = issuer.time + 10;
    let result = judge(&mut restored, ANNA, &NoPast, trusted.clone());
    assert_eq!(result, Err(FollowError::Unproven(Unproven::BehindEpoch { ours: 1, theirs: 0 })));
    let result = judge_at(&issuer, ANNA, &NoPast, trusted, &older);
    assert_eq!(result, Err(FollowError::Unproven(Unproven::HeadOutOfTime)));
    // From an older epoch, the newer one has to be begun first.
    let newer = issuer.head(ANNA);
    let result = judge_at(&copy, ANNA, &NoPast, beginning(&copy, ANNA), &newer);
    assert_eq!(result, Err(FollowError::Unproven(Unproven::OtherEpoch { epoch: 1 })));
}
