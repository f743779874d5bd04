//! What the grant does not give is not even asked for.

use tallystick::artefact::Role;
use tallystick::clock::Clock as _;
use tallystick::error::WalletError;
use tallystick::money::Amount;
use tallystick::wallet::{AccountKind, KeyCapabilities, PaymentState, PaymentWish};

use crate::scene::{DAY, TILL, refund, scene};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_granted_fails_before_the_network() {
    let mut scene = scene().await;
    let viewer = scene.town.person().await;
    let view = KeyCapabilities { view: true, ..KeyCapabilities::default() };
    scene.grant(&viewer, view, None, DAY).await;
    viewer.wallet.act_for(&scene.link().await).await.unwrap();
    let (till, _) = scene.till(Some(100)).await;
    let sale = scene.sale(&till, 500).await;
    viewer.wallet.sync(scene.issuer).await.unwrap();
    let customer = scene.customer.account(scene.issuer).await;
    let mut plan = till.wallet.plan_refund(sale.payment, Some(Amount::new(1)), None).await.unwrap();
    scene.town.host.down().await;

    let not_granted = |error: WalletError, name: &str| match error {
        WalletError::NotGranted { capability } => assert_eq!(capability, name),
        error => panic!("{error:?}"),
    };
    let pay = PaymentWish::of_account(scene.issuer, customer, Amount::new(1));
    not_granted(till.wallet.plan(pay).await.unwrap_err(), "pay");
    not_granted(viewer.wallet.request_payment(scene.wish(5)).await.unwrap_err(), "receive");
    not_granted(refund(&viewer, sale.payment, 1).await.unwrap_err(), "refund");
    // A plan that an app makes up itself.
    plan.repays = None;
    not_granted(till.wallet.pay(plan, None).await.unwrap_err(), "pay");

    let until = scene.town.clock.now() + DAY;
    let (wallet, issuer) = (&till.wallet, scene.issuer);
    let key = wallet.device_key().unwrap();
    let granted = wallet.grant_key(issuer, key, TILL, None, until).await;
    assert_eq!(granted.unwrap_err().code(), "not_holder");
    assert_eq!(wallet.grant_link(issuer).await.unwrap_err().code(), "not_holder");
    let role = wallet.grant_role(issuer, customer, Role::Worker, None, until).await;
    assert_eq!(role.unwrap_err().code(), "not_holder");
    let named = wallet.attest(issuer, customer, "Me", Role::Customer, until).await;
    assert_eq!(named.unwrap_err().code(), "not_owner");
    let error = refund(&till, sale.payment, 101).await.unwrap_err();
    assert_eq!(error, WalletError::OverGrant { issuer, left: Amount::new(100) });
    assert_eq!(error.code(), "limit_exceeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_is_of_one_day_and_the_issuer_has_the_last_word() {
    let scene = scene().await;
    let (till, _) = scene.till(Some(100)).await;
    let sale = scene.sale(&till, 1_000).await;
    assert_eq!(refund(&till, sale.payment, 100).await.unwrap().state, PaymentState::Settled);
    let left = |minor| Some(Amount::new(minor));
    assert_eq!(scene.acting(&till).await.left_today, left(0));
    scene.town.clock.move_by(DAY);
    assert_eq!(scene.acting(&till).await.left_today, left(100), "the next day");

    // The shop allows more, and then less: the last grant is meant, as soon as the till hears of it.
    let more = scene.grant(&till, TILL, Some(500), 5 * DAY).await;
    till.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(scene.acting(&till).await.left_today, left(500));
    scene.shop.wallet.cancel_grant(scene.issuer, more.grant).await.unwrap();
    let refused = refund(&till, sale.payment, 101).await.unwrap();
    assert_eq!((refused.state, refused.refusal.as_deref()), (PaymentState::Refused, Some("limit_exceeded")));
    assert_eq!(scene.acting(&till).await.left_today, left(500), "nothing was paid");
    till.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(scene.acting(&till).await.left_today, left(100));
    assert_eq!(refund(&till, sale.payment, 100).await.unwrap().state, PaymentState::Settled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_takes_over_only_what_it_was_granted() {
    let scene = scene().await;
    let link = scene.link().await;
    let device = scene.town.person().await;
    let only = |can: KeyCapabilities| KeyCapabilities { view: false, ..can };
    assert_eq!(device.wallet.act_for(&link).await.unwrap_err().code(), "no_grant");
    scene.grant(&device, only(TILL), None, DAY).await;
    let error = device.wallet.act_for(&link).await.unwrap_err();
    assert_eq!(error, WalletError::NotGranted { capability: "view".into() });
    scene.grant(&device, TILL, None, 60).await;
    scene.town.clock.move_by(61);
    assert_eq!(device.wallet.act_for(&link).await.unwrap_err().code(), "not_granted", "that one has ended");
    assert!(device.wallet.currencies().await.unwrap().is_empty());

    for wrong in ["", "hello", &link.replace("/g/", "/c/"), "tallystick:g/AAAA?h=127.0.0.1"] {
        let error = device.wallet.act_for(wrong).await.unwrap_err();
        assert!(matches!(error, WalletError::InvalidInput { .. }), "{wrong}: {error:?}");
    }
    // There is one account at each issuer, own or acted for.
    scene.grant(&scene.customer, TILL, None, DAY).await;
    assert_eq!(scene.customer.wallet.act_for(&link).await.unwrap_err().code(), "conflict");
    scene.grant(&device, TILL, None, DAY).await;
    device.wallet.act_for(&link).await.unwrap();
    let card = format!("{}/c/{}", scene.town.host.origin(), scene.issuer);
    let error = device.wallet.add_currency(&card, AccountKind::Private).await.unwrap_err();
    assert_eq!(error.code(), "conflict");
    let owners = scene.owner.wallet.grant_link(scene.issuer).await.unwrap().text();
    assert_eq!(device.wallet.act_for(&owners).await.unwrap_err().code(), "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_phone_pays() {
    let scene = scene().await;
    scene.owner.give(&scene.shop, scene.issuer, 1_000).await;
    let phone = scene.town.person().await;
    let can = KeyCapabilities { pay: true, view: true, ..KeyCapabilities::default() };
    scene.grant(&phone, can, Some(300), DAY).await;
    phone.wallet.act_for(&scene.link().await).await.unwrap();
    let customer = scene.customer.account(scene.issuer).await;
    let wish = PaymentWish::of_account(scene.issuer, customer, Amount::new(200));
    let plan = phone.wallet.plan(wish.clone()).await.unwrap();
    assert_eq!(phone.wallet.pay(plan, None).await.unwrap().state, PaymentState::Settled);
    let error = phone.wallet.plan(wish).await.unwrap_err();
    assert_eq!(error, WalletError::OverGrant { issuer: scene.issuer, left: Amount::new(100) });
    scene.shop.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!((scene.shop.balance(scene.issuer).await, phone.balance(scene.issuer).await), (800, 800));
}
