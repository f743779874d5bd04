//! A ledger that was restored from an older copy: what it lost comes back from those who were promised it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;

use tallystick::event::Event;
use tallystick::money::Amount;
use tallystick_e2e::{Person, Town};
use tallystick_issuer::testing::put_back;

fn copy_of(town: &Town) -> PathBuf {
    let copy = town.host.folder().join("copy.sqlite");
    town.host.server().backup(&copy).unwrap();
    copy
}

async fn restore(town: &mut Town, copy: &std::path::Path) {
    town.host.down().await;
    put_back(town.host.folder(), copy).unwrap();
    town.host.up().await;
}

async fn code_of_sync(person: &Person, issuer: tallystick::keys::IssuerId) -> String {
    person.wallet.sync(issuer).await.unwrap_err().code().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_payments_are_handed_back_until_all_of_them_are_taken() {
    let mut town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let anna = town.holder_of(&owner, issuer, 300).await;
    let mut ben = town.holder(issuer).await;
    let copy = copy_of(&town);
    owner.give(&anna, issuer, 200).await;
    anna.give(&ben, issuer, 400).await;
    restore(&mut town, &copy).await;

    // Ben shows the issuer his head: it stops, until its owner declares a new epoch.
    assert_eq!(code_of_sync(&ben, issuer).await, "behind");
    assert_eq!(code_of_sync(&owner, issuer).await, "ledger_behind");
    owner.wallet.declare_restore(issuer, 0).await.unwrap();

    // Anna's 400 rest on 200 that have not come back yet.
    ben.wallet.sync(issuer).await.unwrap();
    assert_eq!(ben.balance(issuer).await, 0);
    ben.reopen().await;
    ben.wallet.sync(issuer).await.unwrap();
    assert_eq!(ben.balance(issuer).await, 0);
    owner.wallet.sync(issuer).await.unwrap();
    ben.wallet.sync(issuer).await.unwrap();
    assert_eq!(ben.balance(issuer).await, 400);

    anna.wallet.sync(issuer).await.unwrap();
    assert_eq!(anna.balance(issuer).await, 100);
    owner.wallet.sync(issuer).await.unwrap();
    assert_eq!(owner.balance(issuer).await, -500);
    // All is as it was, nothing is handed back twice, and life goes on.
    for person in [&ben, &anna, &owner] {
        person.wallet.sync(issuer).await.unwrap();
        assert!(person.wallet.evidence(issuer).await.unwrap().is_empty());
    }
    ben.give(&anna, issuer, 150).await;
    assert_eq!((ben.balance(issuer).await, anna.balance(issuer).await), (250, 250));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_restore_loses_nothing_either() {
    let mut town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let anna = town.holder_of(&owner, issuer, 300).await;
    let ben = town.holder(issuer).await;
    let copy = copy_of(&town);
    anna.give(&ben, issuer, 40).await;
    for epoch in 0..2 {
        restore(&mut town, &copy).await;
        assert_eq!(code_of_sync(&ben, issuer).await, "behind");
        owner.wallet.declare_restore(issuer, epoch).await.unwrap();
        // The second time, Ben has seen nothing of the epoch between but its card and what he handed back.
        ben.wallet.sync(issuer).await.unwrap();
        assert_eq!(ben.balance(issuer).await, 40);
    }
    anna.wallet.sync(issuer).await.unwrap();
    assert_eq!(anna.balance(issuer).await, 260);
    ben.give(&anna, issuer, 40).await;
    assert_eq!(anna.balance(issuer).await, 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_back_is_neither_told_nor_refunded_a_second_time() {
    let mut town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let anna = town.holder_of(&owner, issuer, 300).await;
    let ben = town.holder(issuer).await;
    let copy = copy_of(&town);
    let paid = anna.give(&ben, issuer, 100).await;
    let plan = ben.wallet.plan_refund(paid.payment, Some(Amount::new(30)), None).await.unwrap();
    ben.wallet.pay(plan, None).await.unwrap();
    anna.wallet.sync(issuer).await.unwrap();
    restore(&mut town, &copy).await;
    assert_eq!(code_of_sync(&ben, issuer).await, "behind");
    owner.wallet.declare_restore(issuer, 0).await.unwrap();
    for _ in 0..2 {
        for person in [&ben, &anna, &owner] {
            person.wallet.sync(issuer).await.unwrap();
        }
    }
    assert_eq!((anna.balance(issuer).await, ben.balance(issuer).await), (230, 70));
    for person in [&ben, &anna] {
        let shown = person.wallet.payment(paid.payment).await.unwrap().payment;
        assert_eq!((shown.refunded.minor(), shown.epoch), (30, Some(1)));
        let (mut after, mut received) = (0, Vec::new());
        while let Some(event) = person.wallet.try_next_event(after).await.unwrap() {
            after = event.sequence;
            if let Event::PaymentReceived { payment, .. } = event.event {
                assert!(!received.contains(&payment), "money comes in once");
                received.push(payment);
            }
        }
        assert!(!received.is_empty());
    }
}
