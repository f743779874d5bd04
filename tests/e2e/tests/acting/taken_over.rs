//! The till does its work.

use std::time::Duration;

use tallystick::clock::Clock as _;
use tallystick::error::WalletError;
use tallystick::event::Event;
use tallystick::money::Amount;
use tallystick::wallet::{ActingState, Direction, PaymentState, PaymentWish};
use tallystick_issuer::faults::Fault;

use crate::scene::{DAY, TILL, refund, scene};

#[tokio::test(flavor = "multi_thread")]
async fn a_till_takes_over_asks_is_paid_and_pays_back() {
    let scene = scene().await;
    scene.owner.give(&scene.shop, scene.issuer, 2_000).await;
    let till = scene.town.person().await;
    let link = scene.link().await;
    assert_eq!(till.wallet.act_for(&link).await.unwrap_err().code(), "no_grant");

    let grant = scene.grant(&till, TILL, Some(500), DAY).await;
    let currency = till.wallet.act_for(&link).await.unwrap();
    let acting = currency.acting.unwrap();
    assert_eq!(currency.account, scene.shop.account(scene.issuer).await);
    assert_eq!((acting.grant, acting.state, acting.capabilities), (grant.grant, ActingState::InForce, TILL));
    assert_eq!((acting.limit, acting.left_today), (Some(Amount::new(500)), Some(Amount::new(500))));
    assert_eq!(till.wallet.act_for(&link).await.unwrap().account, currency.account, "a second scan");
    // What was there before is there, and proven.
    assert_eq!(till.balance(scene.issuer).await, 2_000);

    let seen = scene.sale(&till, 450).await;
    assert_eq!((seen.amount, seen.direction), (Amount::new(450), Direction::In));
    assert_eq!(seen.memo, None, "the memo is sealed to the shop");
    assert_eq!(till.balance(scene.issuer).await, 2_450);
    assert!(till.wallet.balance(scene.issuer).await.unwrap().verified_at.is_some());

    let paid_back = refund(&till, seen.payment, 150).await.unwrap();
    assert_eq!((paid_back.state, paid_back.refusal), (PaymentState::Settled, None));
    assert!(paid_back.sequence.is_some(), "it is in the chain at once");
    assert_eq!(scene.acting(&till).await.left_today, Some(Amount::new(350)));
    assert_eq!(till.balance(scene.issuer).await, 2_300);

    // The shop sees both, the memo too, with a chain that it accepts.
    scene.shop.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(scene.shop.balance(scene.issuer).await, 2_300);
    let shown = scene.shop.wallet.payment(seen.payment).await.unwrap().payment;
    assert_eq!(shown.memo.as_deref(), Some("for the shop's eyes"));
    assert_eq!(shown.refunded, Amount::new(150));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tills_of_one_account_see_each_others_payments() {
    let scene = scene().await;
    let (one, _) = scene.till(None).await;
    let (other, _) = scene.till(Some(100)).await;
    let request = scene.ask(&one, 300).await;
    let second = scene.town.holder_of(&scene.owner, scene.issuer, 1_000).await;
    assert_eq!(scene.pays(&request).await.state, PaymentState::Settled);
    let plan = second.wallet.plan(PaymentWish::of_link(&request.link)).await.unwrap();
    assert_eq!(second.wallet.pay(plan, None).await.unwrap().refusal.as_deref(), Some("already_paid"));

    let seen = one.wallet.wait_for_request(request.request, 20_000).await.unwrap();
    other.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!((one.balance(scene.issuer).await, other.balance(scene.issuer).await), (300, 300));
    // What one till took in, the other pays back; each has a limit of its own.
    assert_eq!(refund(&other, seen.payment, 100).await.unwrap().state, PaymentState::Settled);
    one.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(one.balance(scene.issuer).await, 200);
    assert_eq!(one.wallet.payment(seen.payment).await.unwrap().payment.refunded, Amount::new(100));
    assert_eq!(scene.acting(&one).await.left_today, None);
    assert_eq!(scene.acting(&other).await.left_today, Some(Amount::ZERO));
    let error = refund(&one, seen.payment, 201).await.unwrap_err();
    assert_eq!(error.code(), "refund_exceeds", "they share what was paid back");
    assert_eq!(refund(&one, seen.payment, 200).await.unwrap().state, PaymentState::Settled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_by_a_granted_key_is_settled_once_whatever_happens_on_the_way() {
    let mut scene = scene().await;
    let (mut till, _) = scene.till(Some(400)).await;
    let sale = scene.sale(&till, 1_000).await;

    for fault in [Fault::LoseReply, Fault::HandleTwice, Fault::FailAfter] {
        scene.town.host.faults.once("POST", "/orders", fault);
        assert_eq!(refund(&till, sale.payment, 50).await.unwrap().state, PaymentState::Settled);
    }
    assert_eq!(till.balance(scene.issuer).await, 850);

    // The host goes down, the till's app dies, both come back.
    let plan = till.wallet.plan_refund(sale.payment, Some(Amount::new(100)), None).await.unwrap();
    scene.town.host.kill().await;
    let error = till.wallet.pay(plan.clone(), Some(50)).await.unwrap_err();
    let WalletError::Pending { payment } = error else { panic!("{error:?}") };
    assert_eq!(scene.acting(&till).await.left_today, Some(Amount::new(150)), "it may have been executed");
    till.reopen().await;
    scene.town.host.up().await;
    assert_eq!(till.wallet.wait_for_payment(payment, 20_000).await.unwrap().state, PaymentState::Settled);
    assert_eq!(till.wallet.pay(plan, None).await.unwrap().payment, payment, "a second tap finds the first");

    till.wallet.sync(scene.issuer).await.unwrap();
    scene.customer.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(till.balance(scene.issuer).await, 750);
    assert_eq!(scene.customer.balance(scene.issuer).await, 9_250);
    assert_eq!(scene.acting(&till).await.left_today, Some(Amount::new(150)));
    assert!(till.wallet.evidence(scene.issuer).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_cancels_its_own_request_and_hears_of_money_at_once() {
    let scene = scene().await;
    let (till, _) = scene.till(None).await;
    let request = scene.ask(&till, 300).await;
    assert!(till.wallet.cancel_request(request.request).await.unwrap().cancelled);
    assert_eq!(scene.pays(&request).await.refusal.as_deref(), Some("request_cancelled"));

    till.wallet.listen().await.unwrap();
    // One that its issuer keeps, with lines.
    let mut wish = scene.wish(300);
    wish.note = Some("Two loaves".into());
    let request = till.wallet.request_payment(wish).await.unwrap();
    let paid = scene.pays(&request).await;
    let seen = tokio::time::timeout(
        Duration::from_secs(20),
        till.next(|event| match event {
            Event::PaymentReceived { payment, request, .. } => Some((*payment, *request)),
            _ => None,
        }),
    );
    assert_eq!(seen.await.unwrap(), (paid.payment, Some(request.request)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_till_of_an_owner_follows_an_account_below_zero() {
    let scene = scene().await;
    let till = scene.town.person().await;
    let (key, until) = (till.wallet.device_key().unwrap(), scene.town.clock.now() + DAY);
    scene.owner.wallet.grant_key(scene.issuer, key, TILL, Some(Amount::new(500)), until).await.unwrap();
    let link = scene.owner.wallet.grant_link(scene.issuer).await.unwrap().text();
    till.wallet.act_for(&link).await.unwrap();
    till.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(till.balance(scene.issuer).await, -10_000);
    // Bread comes back to the baker, and money goes out anew with a refund.
    let sale = scene.sale(&till, 300).await;
    assert_eq!(refund(&till, sale.payment, 100).await.unwrap().state, PaymentState::Settled);
    assert_eq!(till.balance(scene.issuer).await, -9_800);
    // The owner gives itself more credit and spends it, while the till looks away.
    scene.town.clock.move_by(2 * DAY);
    assert_eq!(till.wallet.sync(scene.issuer).await.unwrap_err().code(), "grant_ended");
    let until = scene.town.clock.now() + DAY;
    scene.owner.wallet.grant_key(scene.issuer, key, TILL, None, until).await.unwrap();
    scene.owner.give(&scene.customer, scene.issuer, 50_000).await;
    till.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(till.balance(scene.issuer).await, -59_800);
    assert!(till.wallet.evidence(scene.issuer).await.unwrap().is_empty());
}
