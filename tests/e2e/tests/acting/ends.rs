//! The grant ends: what was read stays, and a new one goes on where the old one stopped.

use std::time::Duration;

use tallystick::event::Event;
use tallystick::money::Amount;
use tallystick::wallet::{ActingState, Payment, PaymentState, Wallet};
use tallystick_e2e::Person;

use crate::scene::{DAY, Scene, TILL, refund, scene, sync_code};

/// Waits until the till's wallet tells that its grant stands so.
async fn told(till: &Person, wanted: ActingState) {
    let heard = till.next(|event| match event {
        Event::ActingChanged { state, .. } if *state == wanted => Some(()),
        _ => None,
    });
    tokio::time::timeout(Duration::from_secs(20), heard).await.unwrap();
}

/// What was known is known still, and nothing more can be done, with or without a network.
async fn is_read_only(scene: &Scene, till: &Person, code: &str, sale: &Payment) {
    let error = till.wallet.request_payment(scene.wish(5)).await.unwrap_err();
    assert_eq!(error.code(), code);
    assert_eq!(refund(till, sale.payment, 1).await.unwrap_err().code(), code);
    assert_eq!(till.wallet.payment(sale.payment).await.unwrap().payment, *sale);
    assert_eq!(till.balance(scene.issuer).await, sale.amount.minor());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_taken_back_while_the_till_runs() {
    let scene = scene().await;
    let (till, grant) = scene.till(Some(500)).await;
    let sale = scene.sale(&till, 400).await;
    till.wallet.listen().await.unwrap();
    let open = scene.ask(&till, 100).await;
    scene.shop.wallet.cancel_grant(scene.issuer, grant.grant).await.unwrap();
    // Whatever comes now the till does not see; the line is closed.
    told(&till, ActingState::Cancelled).await;
    assert_eq!(scene.acting(&till).await.state, ActingState::Cancelled);
    is_read_only(&scene, &till, "grant_cancelled", &sale).await;
    assert_eq!(sync_code(&till, scene.issuer).await, "grant_cancelled");
    // The customer's wallet may not have heard of it; the issuer has.
    let refused = scene.pays(&open).await;
    assert_eq!(refused.refusal.as_deref(), Some("request_invalid"), "nobody pays what it asked for");

    scene.owner.give(&scene.shop, scene.issuer, 1_000).await;
    scene.grant(&till, TILL, Some(200), DAY).await;
    assert_eq!(sync_code(&till, scene.issuer).await, "in_step");
    told(&till, ActingState::InForce).await;
    assert_eq!(till.balance(scene.issuer).await, 1_400, "what came meanwhile is there");
    scene.sale(&till, 100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_ends_and_is_renewed() {
    let mut scene = scene().await;
    let till = scene.town.person().await;
    let first = scene.grant(&till, TILL, None, 3_600).await;
    till.wallet.act_for(&scene.link().await).await.unwrap();
    let sale = scene.sale(&till, 400).await;
    // Renewed before it ends.
    let second = scene.grant(&till, TILL, Some(300), 7_200).await;
    till.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(scene.acting(&till).await.grant, second.grant);
    assert_ne!(first.grant, second.grant);

    scene.town.clock.move_by(7_201);
    scene.town.host.down().await;
    assert_eq!(scene.acting(&till).await.state, ActingState::Ended, "the till knows by itself");
    is_read_only(&scene, &till, "grant_ended", &sale).await;
    scene.town.host.up().await;
    assert_eq!(sync_code(&till, scene.issuer).await, "grant_ended");
    told(&till, ActingState::Ended).await;

    scene.grant(&till, TILL, Some(300), DAY).await;
    // Scanning the link again is as good as waiting for the next synchronisation.
    let acting = till.wallet.act_for(&scene.link().await).await.unwrap().acting.unwrap();
    assert_eq!((acting.state, acting.left_today), (ActingState::InForce, Some(Amount::new(300))));
    scene.sale(&till, 100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_replaces_its_keys() {
    let scene = scene().await;
    let (till, _) = scene.till(None).await;
    let sale = scene.sale(&till, 400).await;
    assert!(scene.shop.wallet.rekey(&scene.shop.phrase).await.unwrap().complete);
    assert_eq!(sync_code(&till, scene.issuer).await, "grant_void");
    told(&till, ActingState::Void).await;
    is_read_only(&scene, &till, "grant_void", &sale).await;

    scene.grant(&till, TILL, None, DAY).await;
    assert_eq!(sync_code(&till, scene.issuer).await, "in_step");
    told(&till, ActingState::InForce).await;
    assert_eq!(refund(&till, sale.payment, 50).await.unwrap().state, PaymentState::Settled);
    assert_eq!(till.balance(scene.issuer).await, 350);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_were_replaced_unnoticed_accuse_nobody() {
    let scene = scene().await;
    let (mut till, _) = scene.till(None).await;
    scene.sale(&till, 400).await;
    // All of it while nobody looks: new keys, a new grant, a payment with the new key.
    till.reopen().await;
    assert!(scene.shop.wallet.rekey(&scene.shop.phrase).await.unwrap().complete);
    scene.grant(&till, TILL, None, DAY).await;
    scene.shop.wallet.sync(scene.issuer).await.unwrap();
    scene.shop.give(&scene.customer, scene.issuer, 150).await;

    scene.sale(&till, 30).await;
    assert_eq!(till.balance(scene.issuer).await, 280);
    assert!(till.wallet.evidence(scene.issuer).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_acts_for_is_on_no_list_of_its_own() {
    let scene = scene().await;
    let (till, _) = scene.till(None).await;
    scene.sale(&till, 400).await;
    assert!(till.wallet.exposure(None).await.unwrap().exposures.is_empty(), "it is the shop's money");
    assert!(till.wallet.balance(scene.issuer).await.unwrap().acted_for);

    // Its own keys are replaced: nothing of the shop's is, and the till goes on with the key that was granted.
    let before = till.wallet.device_key().unwrap();
    let report = till.wallet.rekey(&till.phrase).await.unwrap();
    assert!(report.complete && report.done.is_empty(), "{report:?}");
    let after = till.wallet.device_key().unwrap();
    assert_ne!(before, after);
    scene.sale(&till, 20).await;
    // The shop grants to the new key, and takes the old one back.
    let old = scene.acting(&till).await.grant;
    scene.grant(&till, TILL, None, DAY).await;
    scene.shop.wallet.cancel_grant(scene.issuer, old).await.unwrap();
    assert_eq!(sync_code(&till, scene.issuer).await, "in_step");
    assert_ne!(scene.acting(&till).await.grant, old);
    scene.sale(&till, 3).await;
    assert_eq!(till.balance(scene.issuer).await, 423);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phrase_of_a_device_brings_back_its_own_money_only() {
    let scene = scene().await;
    let other = scene.town.found(&scene.owner, "Florist").await;
    let phone = scene.town.holder_of(&scene.owner, other, 700).await;
    scene.grant(&phone, TILL, None, DAY).await;
    phone.wallet.act_for(&scene.link().await).await.unwrap();
    scene.sale(&phone, 400).await;
    assert_eq!(phone.wallet.exposure(None).await.unwrap().exposures.len(), 1);
    phone.wallet.sync(other).await.unwrap();
    phone.wallet.close().await.unwrap();

    let (options, _folder) = tallystick_e2e::options(scene.town.clock.clone());
    let card = format!("{}/c/{other}", scene.town.host.origin());
    let (wallet, report) = Wallet::restore(&options, &phone.phrase, &card).await.unwrap();
    assert!(report.complete, "{report:?}");
    assert_eq!(report.restored, [other], "the shop's money is not on the list");
    // The same key as before, so that the device takes over again as it is.
    let again = wallet.act_for(&scene.link().await).await.unwrap();
    assert_eq!(again.acting.unwrap().state, ActingState::InForce);
    assert_eq!(wallet.balance(scene.issuer).await.unwrap().balance, Amount::new(400));
    assert!(wallet.continue_restore().await.unwrap().complete);
}
