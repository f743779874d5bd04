//! What an issuer may make of its past when it restores its ledger, and what not.

use super::super::evil::{entry_of, evidence, force, judge, judge_at};
use super::super::support::{Kept, follow, is_lost, serve};
use super::{ANNA, BEN, beginning, town};
use crate::artefact::Capabilities;
use crate::keys::Digest;
use crate::ledger::evidence::Finding;
use crate::ledger::follow::{Base, FollowError, NoPast, Unproven};
use crate::ledger::testing::{Issuer, Signer};
use crate::ledger::{Authority, Entry};
use crate::money::Amount;

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
