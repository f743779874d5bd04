//! A payment is made once, whatever happens on the way.

#![allow(clippy::unwrap_used, clippy::panic)]

use tallystick::error::WalletError;
use tallystick::event::Event;
use tallystick::keys::IssuerId;
use tallystick::wallet::PaymentState;
use tallystick_e2e::{Person, Town};
use tallystick_issuer::faults::Fault;

struct Scene {
    town: Town,
    issuer: IssuerId,
    owner: Person,
    payer: Person,
    payee: Person,
}

/// An owner, a payer with 1,000, and a payee with nothing.
async fn scene() -> Scene {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let payer = town.holder_of(&owner, issuer, 1_000).await;
    let payee = town.holder(issuer).await;
    Scene { town, issuer, owner, payer, payee }
}

impl Scene {
    /// Everybody is in step, the payer has paid this much, the payee has it, and the sum is zero.
    async fn assert_paid(&self, minor: i64) {
        let mut sum = 0;
        for (person, expected) in [(&self.payer, 1_000 - minor), (&self.payee, minor), (&self.owner, -1_000)]
        {
            person.wallet.sync(self.issuer).await.unwrap();
            let balance = person.wallet.balance(self.issuer).await.unwrap();
            assert_eq!(balance.balance.minor(), expected);
            assert_eq!(balance.held.minor(), 0, "nothing is held any more");
            sum += balance.balance.minor();
        }
        assert_eq!(sum, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_lost_after_the_commit() {
    let scene = scene().await;
    let plan = scene.payer.plan(&scene.payee, scene.issuer, 250).await;
    scene.town.host.faults.once("POST", "/orders", Fault::LoseReply);
    let payment = scene.payer.wallet.pay(plan, None).await.unwrap();
    assert_eq!(payment.state, PaymentState::Settled);
    assert_eq!(scene.town.host.faults.remaining(), 0);
    scene.assert_paid(250).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_handled_twice_and_an_answer_of_500() {
    let scene = scene().await;
    for fault in [Fault::HandleTwice, Fault::FailBefore, Fault::FailAfter] {
        let plan = scene.payer.plan(&scene.payee, scene.issuer, 100).await;
        scene.town.host.faults.once("POST", "/orders", fault);
        let payment = scene.payer.wallet.pay(plan, None).await.unwrap();
        assert_eq!(payment.state, PaymentState::Settled);
    }
    scene.assert_paid(300).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_tap_from_two_threads() {
    let scene = scene().await;
    let plan = scene.payer.plan(&scene.payee, scene.issuer, 250).await;
    let taps: Vec<_> = (0..4)
        .map(|_| {
            let (wallet, plan) = (scene.payer.wallet.clone(), plan.clone());
            tokio::spawn(async move { wallet.pay(plan, None).await })
        })
        .collect();
    let mut payments = Vec::new();
    for tap in taps {
        payments.push(tap.await.unwrap().unwrap().payment);
    }
    payments.dedup();
    assert_eq!(payments.len(), 1, "all taps are one payment");
    scene.assert_paid(250).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_for_two_payments_is_a_conflict() {
    let scene = scene().await;
    let plan = scene.payer.plan(&scene.payee, scene.issuer, 250).await;
    scene.payer.wallet.pay(plan.clone(), None).await.unwrap();
    let mut other = plan;
    other.total = tallystick::money::Amount::new(251);
    let error = scene.payer.wallet.pay(other, None).await.unwrap_err();
    assert_eq!(error.code(), "conflict");
    scene.assert_paid(250).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_is_down_is_asked_again_after_a_restart_of_the_wallet() {
    let mut scene = scene().await;
    let plan = scene.payer.plan(&scene.payee, scene.issuer, 250).await;
    scene.town.host.kill().await;
    let payer = scene.payer.wallet.clone();
    let paying = tokio::spawn(async move { payer.pay(plan, None).await });
    let payment = scene
        .payer
        .next(|event| match event {
            Event::PaymentSubmitted { payment, .. } => Some(*payment),
            _ => None,
        })
        .await;
    paying.abort();
    let held = scene.payer.wallet.balance(scene.issuer).await.unwrap();
    assert_eq!((held.held.minor(), held.available.minor()), (250, 750), "its money is held, and only its");

    scene.payer.wallet.close().await.unwrap();
    scene.town.host.up().await;
    scene.payer.reopen().await;
    let settled = scene.payer.wallet.wait_for_payment(payment, 20_000).await.unwrap();
    assert_eq!(settled.state, PaymentState::Settled);
    scene.assert_paid(250).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_dies_after_the_commit_gives_the_same_answer_when_it_is_back() {
    let mut scene = scene().await;
    let plan = scene.payer.plan(&scene.payee, scene.issuer, 250).await;
    for _ in 0..3 {
        scene.town.host.faults.once("POST", "/orders", Fault::LoseReply);
    }
    let payer = scene.payer.wallet.clone();
    let paying = tokio::spawn(async move { payer.pay(plan, None).await });
    scene.payee.wallet.listen().await.unwrap();
    scene
        .payee
        .next(|event| match event {
            Event::PaymentReceived { .. } => Some(()),
            _ => None,
        })
        .await;
    scene.town.host.kill().await;
    scene.town.host.up().await;
    assert_eq!(paying.await.unwrap().unwrap().state, PaymentState::Settled);
    scene.assert_paid(250).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_refusal_frees_the_money() {
    let scene = scene().await;
    let plan = scene.payer.plan(&scene.payee, scene.issuer, 250).await;
    // The order arrives after it has expired.
    let payer = scene.payer.wallet.clone();
    let mut stopped = scene;
    stopped.town.host.kill().await;
    let paying = tokio::spawn(async move { payer.pay(plan, None).await });
    stopped.payer.next(|event| matches!(event, Event::PaymentSubmitted { .. }).then_some(())).await;
    stopped.town.clock.move_by(300);
    stopped.town.host.up().await;
    let payment = paying.await.unwrap().unwrap();
    assert_eq!((payment.state, payment.refusal.as_deref()), (PaymentState::Refused, Some("expired")));
    assert_eq!(stopped.payer.available(stopped.issuer).await, 1_000);
    stopped.assert_paid(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_there_is_is_refused_before_anything_is_signed() {
    let scene = scene().await;
    let plan = scene.payer.plan(&scene.payee, scene.issuer, 1_001).await;
    let error = scene.payer.wallet.pay(plan, None).await.unwrap_err();
    assert!(matches!(error, WalletError::InsufficientFunds { .. }), "{error:?}");
    scene.assert_paid(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_the_receipt_and_the_chain() {
    let mut scene = scene().await;
    let plan = scene.payer.plan(&scene.payee, scene.issuer, 250).await;
    // The second answer brings a receipt without its entry, and the chain cannot be asked for.
    scene.town.host.faults.once("POST", "/orders", Fault::LoseReply);
    for _ in 0..3 {
        scene.town.host.faults.once("GET", "/statements/latest", Fault::FailBefore);
    }
    let paid = scene.payer.wallet.pay(plan, None).await.unwrap();
    assert_eq!((paid.state, paid.sequence), (PaymentState::Settled, None));
    let balance = scene.payer.wallet.balance(scene.issuer).await.unwrap();
    assert_eq!(
        (balance.balance.minor(), balance.available.minor()),
        (750, 750),
        "spent, though not seen in the chain"
    );

    scene.payer.reopen().await;
    let balance = scene.payer.wallet.balance(scene.issuer).await.unwrap();
    assert_eq!((balance.held.minor(), balance.available.minor()), (250, 750), "and still so after a crash");
    scene.assert_paid(250).await;
}
