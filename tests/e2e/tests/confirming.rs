//! What an app gives back to be confirmed is checked once more, and is paid once.

#![allow(clippy::unwrap_used, clippy::panic)]

use tallystick::artefact::Role;
use tallystick::clock::Clock as _;
use tallystick::money::{Amount, Currency};
use tallystick::wallet::{PaymentPlan, PaymentState, PaymentWish, PlanWarning, RequestWish};
use tallystick_e2e::Street;

/// What an app, or somebody in it, does to a plan.
type Change<'a> = Box<dyn Fn(&mut PaymentPlan) + 'a>;

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_plan_is_refused_and_says_why() {
    let street = Street::new(1_000, 1_000).await;
    let wallet = &street.customer.wallet;
    let request = street.ask(street.both(450, 300)).await;
    let other = street.ask(street.both(10, 10)).await;
    let stranger = street.town.holder(street.bakery).await;
    let stranger = stranger.account(street.bakery).await;
    let other_bytes = wallet.plan(Street::wish(&other)).await.unwrap().request_artefact;
    let plan = wallet.plan(Street::wish(&request)).await.unwrap();
    assert_eq!(plan.issuer, street.bakery);

    let changes: [(&str, Change<'_>); 10] = [
        ("wrong_amount", Box::new(|plan| plan.total = Amount::new(1))),
        ("wrong_amount", Box::new(|plan| plan.total = Amount::new(451))),
        ("amount_not_positive", Box::new(|plan| plan.total = Amount::ZERO)),
        ("no_tip", Box::new(|plan| (plan.total, plan.tip) = (Amount::new(451), Some(Amount::new(1))))),
        ("wrong_payee", Box::new(move |plan| plan.payee.account = stranger)),
        ("payee_changed", Box::new(|plan| plan.payee.name = Some("Greens".into()))),
        ("payee_changed", Box::new(|plan| plan.payee.name = None)),
        // 450 crusts are not 450 apples.
        ("wrong_amount", Box::new(|plan| plan.issuer = street.greens)),
        (
            "currency_changed",
            Box::new(|plan| plan.currency = Currency::new("CRUST", "Bakery", "", 0).unwrap()),
        ),
        // Another request of the same payee asks for less.
        ("wrong_amount", Box::new(|plan| plan.request_artefact.clone_from(&other_bytes))),
    ];
    for (at, (code, change)) in changes.iter().enumerate() {
        let mut changed = plan.clone();
        change(&mut changed);
        let error = wallet.pay(changed, None).await.unwrap_err();
        assert_eq!(error.code(), *code, "change {at}: {error}");
    }
    assert!(wallet.pending_payments().await.unwrap().is_empty());
    assert_eq!(street.customer.available(street.bakery).await, 1_000);
    assert_eq!(wallet.pay(plan, None).await.unwrap().state, PaymentState::Settled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_the_one_that_was_shown_is_not_paid() {
    let street = Street::new(1_000, 1_000).await;
    let wallet = &street.customer.wallet;
    let account = street.baker.account(street.bakery).await;
    let name = async |name, seconds| {
        let until = street.town.clock.now() + seconds;
        street.baker.wallet.attest(street.bakery, account, name, Role::Owner, until).await.unwrap();
    };
    let asked = RequestWish { reusable: true, seconds: None, ..street.both(450, 300) };
    let sticker = street.ask(asked).await;
    let wish = PaymentWish { issuer: Some(street.bakery), ..Street::wish(&sticker) };

    // Renamed after the plan was made, and seen when it is confirmed.
    let old = wallet.plan(wish.clone()).await.unwrap();
    assert_eq!(old.payee.name.as_deref(), Some("Bakery"));
    name("Baker & Sons", 86_400 + 4 * 3_600).await;
    street.town.clock.move_by(86_400 + 60);
    assert_eq!(wallet.pay(old, None).await.unwrap_err().code(), "payee_changed");
    let plan = wallet.plan(wish.clone()).await.unwrap();
    assert_eq!(plan.payee.name.as_deref(), Some("Baker & Sons"));
    let paid = wallet.pay(plan.clone(), None).await.unwrap();

    // A name ends for those too who looked it up a while ago, and the plan that was paid still finds its payment.
    street.town.clock.move_by(12 * 3_600);
    name("Bakery", 86_400).await;
    let late = wallet.plan(wish).await.unwrap();
    assert_eq!((late.payee.name.as_deref(), late.payee.role), (None, None));
    assert_eq!(late.warnings, [PlanWarning::UnnamedPayee, PlanWarning::NameChanged]);
    assert_eq!(wallet.pay(plan, None).await.unwrap().payment, paid.payment);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_paid_finds_its_payment_for_ever() {
    let street = Street::new(450, 1_000).await;
    let wallet = &street.customer.wallet;
    let request = street.ask(street.both(450, 300)).await;
    let plan = wallet.plan(Street::wish(&request)).await.unwrap();
    let paid = wallet.pay(plan.clone(), None).await.unwrap();
    assert_eq!(paid.state, PaymentState::Settled);

    // Long after the request has ended, and with nothing left: the same plan, one with another key, and a new scan.
    street.town.clock.move_by(3_600);
    let another = PaymentPlan { idempotency_key: "another".into(), ..plan.clone() };
    let scanned = wallet.plan(Street::wish(&request)).await.unwrap();
    assert_eq!((scanned.issuer, scanned.earlier_payment), (street.bakery, Some(paid.payment)));
    assert_eq!(scanned.warnings, [PlanWarning::AlreadyPaid]);
    for again in [plan, another, scanned] {
        assert_eq!(wallet.pay(again, Some(1_000)).await.unwrap().payment, paid.payment);
    }
    assert_eq!(street.customer.available(street.greens).await, 1_000);

    // What was never paid has ended.
    let unpaid = street.ask(street.both(1, 1)).await;
    let plan = wallet.plan(Street::wish(&unpaid)).await.unwrap();
    street.town.clock.move_by(3_600);
    assert_eq!(wallet.pay(plan, None).await.unwrap_err().code(), "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_patience_hears_that_the_payment_is_on_its_way() {
    let mut street = Street::new(1_000, 0).await;
    let wallet = street.customer.wallet.clone();
    let request = street.ask(street.both(450, 300)).await;
    let plan = wallet.plan(Street::wish(&request)).await.unwrap();
    street.town.host.down().await;
    let error = wallet.pay(plan.clone(), Some(50)).await.unwrap_err();
    let tallystick::error::WalletError::Pending { payment } = error else { panic!("{error:?}") };
    street.town.host.up().await;
    let settled = wallet.wait_for_payment(payment, 20_000).await.unwrap();
    assert_eq!(settled.state, PaymentState::Settled);
    assert_eq!(wallet.pay(plan, Some(0)).await.unwrap().payment, payment);
    assert_eq!(street.baker.wallet.wait_for_request(request.request, 20_000).await.unwrap().payment, payment);
}
