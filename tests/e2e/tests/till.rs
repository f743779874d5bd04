//! Asking, paying what was asked, paying back, and all that can be wrong with a request.

#![allow(clippy::unwrap_used, clippy::panic)]

use tallystick::keys::IssuerId;
use tallystick::money::Amount;
use tallystick::wallet::{
    PayTo, PaymentState, PaymentWish, PlanWarning, PriceWish, RequestInfo, RequestLine, RequestWish, TipWish,
};
use tallystick_e2e::{Person, Town};
use tallystick_issuer::faults::Fault;

struct Scene {
    town: Town,
    issuer: IssuerId,
    owner: Person,
    shop: Person,
    customer: Person,
}

async fn scene() -> Scene {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let shop = town.holder(issuer).await;
    let customer = town.holder_of(&owner, issuer, 10_000).await;
    owner.attest(&shop, issuer, "Corner Shop").await;
    Scene { town, issuer, owner, shop, customer }
}

impl Scene {
    fn asked(&self, minor: Option<i64>) -> RequestWish {
        RequestWish {
            prices: vec![PriceWish { issuer: self.issuer, amount: minor.map(Amount::new) }],
            seconds: Some(300),
            reusable: minor.is_none(),
            reference: Some(b"T4".to_vec()),
            tip: TipWish::NoTip,
            lines: Vec::new(),
            note: None,
        }
    }

    async fn ask(&self, wish: RequestWish) -> RequestInfo {
        self.shop.wallet.request_payment(wish).await.unwrap()
    }
}

fn wish(link: &str) -> PaymentWish {
    PaymentWish {
        to: PayTo::Request { link: link.to_owned() },
        issuer: None,
        amount: None,
        tip: None,
        memo: None,
        idempotency_key: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_paid_once_and_both_sides_see_it() {
    let scene = scene().await;
    let request = scene.ask(scene.asked(Some(450))).await;
    let mut wish = wish(&request.link);
    wish.memo = Some("two loaves, thank you".into());
    let plan = scene.customer.wallet.plan(wish.clone()).await.unwrap();
    assert_eq!(plan.payee.name.as_deref(), Some("Corner Shop"));
    assert_eq!(plan.payee.vouched_by, "Bakery");
    assert_eq!(plan.warnings, [PlanWarning::FirstPayment]);
    let paid = scene.customer.wallet.pay(plan, None).await.unwrap();
    assert_eq!(paid.state, PaymentState::Settled);

    let seen = scene.shop.wallet.wait_for_request(request.request, 20_000).await.unwrap();
    assert_eq!((seen.payment, seen.amount), (paid.payment, Amount::new(450)));
    assert_eq!(seen.memo.as_deref(), Some("two loaves, thank you"));
    assert_eq!(scene.shop.balance(scene.issuer).await, 450);

    // The second scan finds the first payment; nothing is paid again.
    let again = scene.customer.wallet.plan(wish).await.unwrap();
    assert_eq!(again.warnings, [PlanWarning::AlreadyPaid], "a known payee");
    assert_eq!(again.earlier_payment, Some(paid.payment));
    assert_eq!(scene.customer.wallet.pay(again, None).await.unwrap().payment, paid.payment);
    assert_eq!(scene.customer.balance(scene.issuer).await, 9_550);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_finds_it_paid() {
    let scene = scene().await;
    let second = scene.town.holder_of(&scene.owner, scene.issuer, 1_000).await;
    let request = scene.ask(scene.asked(Some(450))).await;
    let plan = scene.customer.wallet.plan(wish(&request.link)).await.unwrap();
    scene.customer.wallet.pay(plan, None).await.unwrap();
    let plan = second.wallet.plan(wish(&request.link)).await.unwrap();
    let refused = second.wallet.pay(plan, None).await.unwrap();
    assert_eq!((refused.state, refused.refusal.as_deref()), (PaymentState::Refused, Some("already_paid")));
    assert_eq!(second.available(scene.issuer).await, 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn open_amounts_tips_and_requests_by_reference() {
    let scene = scene().await;
    let mut open = scene.asked(None);
    open.tip = TipWish::Percentages { percentages: vec![5, 10] };
    let sticker = scene.ask(open).await;
    let error = scene.customer.wallet.plan(wish(&sticker.link)).await.unwrap_err();
    assert_eq!(error.code(), "amount_missing");
    for (amount, tip, outcome) in
        [(200, Some(20), Ok(220)), (200, Some(21), Err("tip_not_offered")), (50, None, Ok(50))]
    {
        let mut chosen = wish(&sticker.link);
        (chosen.amount, chosen.tip) = (Some(Amount::new(amount)), tip.map(Amount::new));
        match (scene.customer.wallet.plan(chosen).await, outcome) {
            (Ok(plan), Ok(total)) => {
                assert_eq!(plan.total, Amount::new(total));
                let paid = scene.customer.wallet.pay(plan, None).await.unwrap();
                assert_eq!(paid.state, PaymentState::Settled, "{:?}", paid.refusal);
            }
            (planned, expected) => assert_eq!(planned.unwrap_err().code(), expected.unwrap_err()),
        }
    }

    let mut long = scene.asked(Some(300));
    long.lines =
        vec![RequestLine { text: "Rye loaf".into(), quantity_thousandths: 1_000, amount: Amount::new(300) }];
    long.note = Some("Thank you!".into());
    let request = scene.ask(long).await;
    assert!(request.link.len() < 110, "by reference the link is short: {}", request.link);
    let plan = scene.customer.wallet.plan(wish(&request.link)).await.unwrap();
    assert_eq!(scene.customer.wallet.pay(plan, None).await.unwrap().state, PaymentState::Settled);
    assert_eq!(
        scene.shop.wallet.wait_for_request(request.request, 20_000).await.unwrap().amount,
        Amount::new(300)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_and_cancelled_requests_are_not_paid() {
    let scene = scene().await;
    let request = scene.ask(scene.asked(Some(450))).await;
    let plan = scene.customer.wallet.plan(wish(&request.link)).await.unwrap();
    scene.town.clock.move_by(301);
    let error = scene.customer.wallet.pay(plan, None).await.unwrap_err();
    assert_eq!(error.code(), "expired");
    let plan = scene.customer.wallet.plan(wish(&request.link)).await.unwrap();
    assert!(plan.warnings.contains(&PlanWarning::Expired));

    let request = scene.ask(scene.asked(Some(450))).await;
    assert!(scene.shop.wallet.cancel_request(request.request).await.unwrap().cancelled);
    let plan = scene.customer.wallet.plan(wish(&request.link)).await.unwrap();
    let refused = scene.customer.wallet.pay(plan, None).await.unwrap();
    assert_eq!(refused.refusal.as_deref(), Some("request_cancelled"));
    assert_eq!(scene.customer.available(scene.issuer).await, 10_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_go_back_to_the_payer_and_not_beyond_what_was_paid() {
    let scene = scene().await;
    let request = scene.ask(scene.asked(Some(450))).await;
    let plan = scene.customer.wallet.plan(wish(&request.link)).await.unwrap();
    let paid = scene.customer.wallet.pay(plan, None).await.unwrap();
    scene.shop.wallet.wait_for_request(request.request, 20_000).await.unwrap();

    let shop = &scene.shop.wallet;
    let refund = shop.plan_refund(paid.payment, Some(Amount::new(150)), None).await.unwrap();
    scene.town.host.faults.once("POST", "/orders", Fault::LoseReply);
    assert_eq!(shop.pay(refund, None).await.unwrap().state, PaymentState::Settled);
    let error = shop.plan_refund(paid.payment, Some(Amount::new(301)), None).await.unwrap_err();
    assert_eq!(error.code(), "refund_exceeds");
    let rest = shop.plan_refund(paid.payment, None, None).await.unwrap();
    assert_eq!(rest.total, Amount::new(300));
    assert_eq!(shop.pay(rest, None).await.unwrap().state, PaymentState::Settled);

    scene.customer.wallet.sync(scene.issuer).await.unwrap();
    assert_eq!(scene.customer.balance(scene.issuer).await, 10_000);
    let error = scene.customer.wallet.plan_refund(paid.payment, None, None).await.unwrap_err();
    assert_eq!(error.code(), "not_received", "only the payee can pay back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_amount_and_a_strangers_request() {
    let scene = scene().await;
    let request = scene.ask(scene.asked(Some(450))).await;

    // The plan is the app's; what is signed is checked against the request's own bytes.
    let mut plan = scene.customer.wallet.plan(wish(&request.link)).await.unwrap();
    plan.total = Amount::new(1);
    let error = scene.customer.wallet.pay(plan, None).await.unwrap_err();
    assert_eq!(error.code(), "wrong_amount");

    // A flipped character anywhere in the link.
    for at in (request.link.len() - 200..request.link.len()).step_by(37) {
        let mut link = request.link.clone().into_bytes();
        link[at] = if link[at] == b'A' { b'B' } else { b'A' };
        let link = String::from_utf8(link).unwrap();
        assert!(scene.customer.wallet.plan(wish(&link)).await.is_err(), "character {at}");
    }

    // A payee whom nobody vouches for.
    let stranger = scene.town.holder(scene.issuer).await;
    let theirs = stranger.wallet.request_payment(scene.asked(Some(450))).await.unwrap();
    let plan = scene.customer.wallet.plan(wish(&theirs.link)).await.unwrap();
    assert_eq!(plan.warnings, [PlanWarning::UnnamedPayee, PlanWarning::FirstPayment]);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_none() {
    let scene = scene().await;
    for link in [
        "",
        "hello",
        "https://example.org/",
        "https://127.0.0.1/p/",
        "https://127.0.0.1/p/%%",
        "tallystick:p/AAAA",
    ] {
        let error = scene.customer.wallet.plan(wish(link)).await.unwrap_err();
        assert!(matches!(error, tallystick::error::WalletError::InvalidInput { .. }), "{link}: {error:?}");
    }
    for amount in [0, -1, i64::MIN] {
        let mut zero = wish("");
        zero.to = PayTo::Account { issuer: scene.issuer, account: scene.shop.account(scene.issuer).await };
        zero.amount = Some(Amount::new(amount));
        assert_eq!(scene.customer.wallet.plan(zero).await.unwrap_err().code(), "amount_not_positive");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_nobody_could_pay_are_not_made() {
    let scene = scene().await;
    let asked = || scene.asked(Some(450));
    let line = RequestLine { text: "Loaf".into(), quantity_thousandths: 1_000, amount: Amount::new(1) };
    let wrong = [
        (RequestWish { prices: Vec::new(), ..asked() }, "no_price"),
        (RequestWish { seconds: Some(0), ..asked() }, "already_over"),
        (RequestWish { seconds: None, ..asked() }, "bad_field"),
        (RequestWish { reusable: false, ..scene.asked(None) }, "bad_field"),
        (scene.asked(Some(0)), "amount_not_positive"),
        (scene.asked(Some(-1)), "amount_not_positive"),
        (RequestWish { reference: Some(Vec::new()), ..asked() }, "bad_field"),
        (RequestWish { reference: Some(vec![0; 9]), ..asked() }, "bad_field"),
        (RequestWish { tip: TipWish::Percentages { percentages: Vec::new() }, ..asked() }, "bad_field"),
        (RequestWish { tip: TipWish::Percentages { percentages: vec![101] }, ..asked() }, "bad_field"),
        (RequestWish { tip: TipWish::Percentages { percentages: vec![1, 2, 3, 4] }, ..asked() }, "bad_field"),
        (RequestWish { note: Some("x".repeat(201)), ..asked() }, "bad_field"),
        (RequestWish { note: Some("two\nlines".into()), ..asked() }, "bad_field"),
        (RequestWish { lines: vec![line; 41], ..asked() }, "bad_field"),
        (
            RequestWish { prices: vec![asked().prices[0].clone(), asked().prices[0].clone()], ..asked() },
            "bad_field",
        ),
    ];
    for (at, (wish, code)) in wrong.into_iter().enumerate() {
        let error = scene.shop.wallet.request_payment(wish).await.unwrap_err();
        assert_eq!(error.code(), code, "wish {at}: {error}");
    }
    assert!(scene.shop.wallet.requests(10).await.unwrap().is_empty());
}
