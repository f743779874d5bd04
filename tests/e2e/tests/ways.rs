//! Several currencies in a request, several in the wallet: which is paid, and what stands in the way of the others.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use tallystick::clock::{Clock as _, SystemEntropy};
use tallystick::keys::{IssuerId, SigningKey};
use tallystick::money::Amount;
use tallystick::request::{PaymentRequest, RequestLink};
use tallystick::wallet::{
    CurrencyReserve, IssuerRisk, KeyCapabilities, Obstacle, PaymentChoices, PaymentPlan, PaymentPolicy,
    PaymentPreference, PaymentState, PaymentWay, PaymentWish, PlanWarning, PriceWish, RequestLine, TipWish,
};
use tallystick_e2e::Street;
use tallystick_issuer::faults::Fault;

fn plan_of(way: &PaymentWay) -> &PaymentPlan {
    match way {
        PaymentWay::Held { plan, .. } => plan,
        other => panic!("{other:?}"),
    }
}

fn plans(choices: &PaymentChoices) -> Vec<&PaymentPlan> {
    choices.ways.iter().map(plan_of).collect()
}

fn issuers(choices: &PaymentChoices) -> Vec<IssuerId> {
    plans(choices).iter().map(|plan| plan.issuer).collect()
}

fn obstacles(choices: &PaymentChoices) -> Vec<(Option<IssuerId>, &Obstacle)> {
    choices.obstructed.iter().map(|price| (price.issuer, &price.obstacle)).collect()
}

fn by(preferences: &[PaymentPreference]) -> PaymentPolicy {
    PaymentPolicy { preferences: preferences.to_vec(), reserves: Vec::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_ranks_what_the_request_leaves_open() {
    let street = Street::new(1_000, 1_000).await;
    let (wallet, bakery, greens) = (&street.customer.wallet, street.bakery, street.greens);
    let request = street.ask(street.both(450, 300)).await;
    let wish = Street::wish(&request);

    // The payee's own money first, though the payee asks for the other one first.
    let choices = wallet.ways_to_pay(wish.clone()).await.unwrap();
    assert_eq!(issuers(&choices), [bakery, greens]);
    assert!(choices.decided && choices.obstructed.is_empty() && choices.words.is_none());
    let totals: Vec<i64> = plans(&choices).iter().map(|plan| plan.total.minor()).collect();
    assert_eq!(totals, [450, 300]);
    for (way, own) in choices.ways.iter().zip([true, false]) {
        let PaymentWay::Held { plan, own_shop, risk } = way else { panic!("{way:?}") };
        assert_eq!((*own_shop, plan.payee.name.as_deref()), (own, Some("Bakery")));
        let report = wallet.exposure(None).await.unwrap();
        let exposure = report.exposures.iter().find(|exposure| exposure.issuer == plan.issuer).unwrap();
        assert_eq!(*risk, exposure.risk);
    }
    assert_eq!(wallet.plan(wish.clone()).await.unwrap().issuer, bakery);

    // Without a preference the payee's order ranks, and the wallet does not choose.
    wallet.set_payment_policy(by(&[])).await.unwrap();
    let choices = wallet.ways_to_pay(wish.clone()).await.unwrap();
    assert_eq!((issuers(&choices), choices.decided), (vec![greens, bakery], false));
    assert_eq!(wallet.plan(wish.clone()).await.unwrap_err().code(), "choose_issuer");
    let chosen = PaymentWish { issuer: Some(greens), ..wish.clone() };
    assert_eq!(wallet.plan(chosen.clone()).await.unwrap().issuer, greens);
    assert_eq!(issuers(&wallet.ways_to_pay(chosen).await.unwrap()), [greens]);

    // The riskiest first: the grocer's money was not verified for nine days.
    wallet.set_payment_policy(by(&[PaymentPreference::RiskiestFirst])).await.unwrap();
    street.town.clock.move_by(9 * 86_400);
    street.customer.wallet.sync(bakery).await.unwrap();
    let request = street.ask(street.both(450, 300)).await;
    let choices = wallet.ways_to_pay(Street::wish(&request)).await.unwrap();
    assert_eq!(issuers(&choices), [greens, bakery]);
    let PaymentWay::Held { risk, .. } = &choices.ways[0] else { panic!() };
    assert_eq!(*risk, IssuerRisk::Stale);
    let paid = wallet.pay(wallet.plan(Street::wish(&request)).await.unwrap(), None).await.unwrap();
    assert_eq!((paid.state, paid.issuer, paid.amount.minor()), (PaymentState::Settled, greens, 300));
    let seen = street.baker.wallet.wait_for_request(request.request, 20_000).await.unwrap();
    assert_eq!(seen.payment, paid.payment);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reserve_is_kept_where_it_can_be_and_forbids_nothing() {
    let street = Street::new(1_000, 100).await;
    let (wallet, bakery, greens) = (&street.customer.wallet, street.bakery, street.greens);
    let reserves = vec![CurrencyReserve { issuer: bakery, amount: Amount::new(600) }];
    wallet.set_payment_policy(PaymentPolicy { reserves, ..PaymentPolicy::default() }).await.unwrap();

    let request = street.ask(street.both(401, 100)).await;
    let choices = wallet.ways_to_pay(Street::wish(&request)).await.unwrap();
    assert_eq!(issuers(&choices), [greens, bakery], "the reserve outweighs the own shop");
    assert_eq!(plans(&choices)[1].warnings, [PlanWarning::FirstPayment, PlanWarning::BelowReserve]);

    // What breaks the reserve still comes before what fails.
    let request = street.ask(street.both(401, 101)).await;
    let choices = wallet.ways_to_pay(Street::wish(&request)).await.unwrap();
    assert_eq!(issuers(&choices), [bakery, greens]);
    assert_eq!(plans(&choices)[1].warnings, [PlanWarning::FirstPayment, PlanWarning::NotEnough]);
    let plan = wallet.plan(Street::wish(&request)).await.unwrap();
    assert_eq!(wallet.pay(plan, None).await.unwrap().amount, Amount::new(401));

    // Exactly down to the reserve is no breach.
    let request = street.ask(street.both(1, 101)).await;
    street.baker.give(&street.customer, bakery, 2).await;
    assert_eq!(wallet.plan(Street::wish(&request)).await.unwrap().warnings, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_issuer_that_is_away_spoils_its_own_way_only() {
    let mut street = Street::new(1_000, 1_000).await;
    let request = street.ask(street.both(450, 300)).await;
    let wish = Street::wish(&request);
    let payee = format!("/payees/{}", street.baker.account(street.bakery).await);

    // Each issuer is asked once.
    for host in [&street.town.host, &street.other_town.host] {
        host.faults.once("GET", &payee, Fault::Delay(Duration::ZERO));
        host.faults.once("GET", &payee, Fault::Delay(Duration::ZERO));
    }
    assert_eq!(street.customer.wallet.ways_to_pay(wish.clone()).await.unwrap().ways.len(), 2);
    for host in [&street.town.host, &street.other_town.host] {
        assert_eq!(host.faults.remaining(), 1);
    }
    // The second time nobody is.
    street.customer.wallet.ways_to_pay(wish.clone()).await.unwrap();
    assert_eq!(street.town.host.faults.remaining() + street.other_town.host.faults.remaining(), 2);

    // A payee who is known can be paid by whoever comes back; nobody is waited for.
    street.town.clock.move_by(2 * 86_400);
    street.other_town.host.down().await;
    let request = street.ask(street.both(450, 300)).await;
    let choices = street.customer.wallet.ways_to_pay(Street::wish(&request)).await.unwrap();
    assert_eq!(issuers(&choices), [street.bakery, street.greens]);

    // To somebody new the payee is unknown there.
    let stranger = street.town.holder_of(&street.baker, street.bakery, 1_000).await;
    street.other_town.host.up().await;
    stranger.add(&street.other_town.host, street.greens).await;
    street.other_town.host.down().await;
    let choices = stranger.wallet.ways_to_pay(Street::wish(&request)).await.unwrap();
    assert_eq!(issuers(&choices), [street.bakery]);
    let [price] = choices.obstructed.as_slice() else { panic!("{choices:?}") };
    assert_eq!((price.issuer, price.amount), (Some(street.greens), Some(Amount::new(300))));
    assert_eq!(price.currency.as_ref().map(|currency| currency.code()), Some("APPLE"));
    assert!(matches!(&price.obstacle, Obstacle::Unreachable { .. }), "{:?}", price.obstacle);
    let paid = stranger.wallet.pay(stranger.wallet.plan(Street::wish(&request)).await.unwrap(), None).await;
    assert_eq!(paid.unwrap().issuer, street.bakery);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_does_not_answer_is_not_waited_for() {
    let street = Street::new(1_000, 1_000).await;
    let request = street.ask(street.both(450, 300)).await;
    let payee = format!("/payees/{}", street.baker.account(street.bakery).await);
    street.other_town.host.faults.once("GET", &payee, Fault::Delay(Duration::from_secs(15)));
    let started = Instant::now();
    let choices = street.customer.wallet.ways_to_pay(Street::wish(&request)).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
    assert_eq!(issuers(&choices), [street.bakery]);
    let timeout = Obstacle::Unreachable { fault: "timeout".into() };
    assert_eq!(obstacles(&choices), [(Some(street.greens), &timeout)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_paid_in_one_currency_is_not_paid_in_another() {
    let street = Street::new(1_000, 1_000).await;
    let (wallet, bakery, greens) = (&street.customer.wallet, street.bakery, street.greens);
    let request = street.ask(street.both(450, 300)).await;
    let wish = Street::wish(&request);
    let paid = wallet.pay(wallet.plan(wish.clone()).await.unwrap(), None).await.unwrap();
    assert_eq!((paid.state, paid.issuer), (PaymentState::Settled, bakery));

    wallet.set_payment_policy(by(&[])).await.unwrap();
    let choices = wallet.ways_to_pay(wish.clone()).await.unwrap();
    assert_eq!(issuers(&choices), [bakery, greens], "as it was paid, whatever else ranks");
    assert_eq!((choices.decided, choices.earlier_payment), (true, Some(paid.payment)));
    for plan in plans(&choices) {
        assert_eq!(plan.warnings.iter().filter(|one| **one == PlanWarning::AlreadyPaid).count(), 1);
        assert_eq!(plan.earlier_payment, Some(paid.payment));
        assert_eq!(wallet.pay(plan.clone(), None).await.unwrap().payment, paid.payment);
    }
    assert_eq!(street.customer.available(greens).await, 1_000);
    assert_eq!(street.customer.available(bakery).await, 550);

    // Refused in one currency, it can be paid in the other.
    let request = street.ask(street.both(450, 300)).await;
    let plan = wallet.plan(PaymentWish { issuer: Some(bakery), ..Street::wish(&request) }).await.unwrap();
    let drained = street.customer.plan(&street.baker, bakery, 200).await;
    wallet.pay(drained, None).await.unwrap();
    assert_eq!(wallet.pay(plan, None).await.unwrap_err().code(), "insufficient_funds");
    let plan = wallet.plan(PaymentWish { issuer: Some(greens), ..Street::wish(&request) }).await.unwrap();
    assert_eq!(wallet.pay(plan, None).await.unwrap().issuer, greens);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_is_said_price_by_price() {
    let street = Street::new(1_000, 1_000).await;
    let both = street.ask(street.both(450, 300)).await;

    // A currency that the payer does not hold.
    let newcomer = street.town.holder_of(&street.baker, street.bakery, 1_000).await;
    let choices = newcomer.wallet.ways_to_pay(Street::wish(&both)).await.unwrap();
    assert_eq!(
        (issuers(&choices), obstacles(&choices)),
        (vec![street.bakery], vec![(None, &Obstacle::NotHeld)])
    );
    assert_eq!(choices.obstructed[0].issuer_prefix, street.greens.as_bytes()[..8]);
    assert!(choices.decided);
    let outsider = street.town.person().await;
    let choices = outsider.wallet.ways_to_pay(Street::wish(&both)).await.unwrap();
    assert!(choices.ways.is_empty() && !choices.decided && choices.obstructed.len() == 2);
    assert_eq!(outsider.wallet.plan(Street::wish(&both)).await.unwrap_err().code(), "not_found");

    // The payee itself.
    let choices = street.baker.wallet.ways_to_pay(Street::wish(&both)).await.unwrap();
    let own = &Obstacle::OwnAccount;
    assert_eq!(obstacles(&choices), [(Some(street.greens), own), (Some(street.bakery), own)]);

    // A request that names the baker and that the baker never made: nobody is asked twice about its signer.
    let account = street.baker.account(street.bakery).await;
    let forged = PaymentRequest::new(account)
        .price(street.bakery, Amount::new(450))
        .price(street.greens, Amount::new(300))
        .until(i64::from(i32::MAX))
        .sign(&SigningKey::generate(&SystemEntropy), &SystemEntropy)
        .unwrap();
    let forged = tallystick::artefact::Unproven::parse(forged.bytes()).unwrap();
    let link = RequestLink::by_value(forged, Some("forger.example")).unwrap().text();
    let payee = format!("/payees/{account}");
    for _ in 0..3 {
        street.town.host.faults.once("GET", &payee, Fault::Delay(Duration::ZERO));
    }
    let wish = PaymentWish::of_link(link);
    let choices = street.customer.wallet.ways_to_pay(wish.clone()).await.unwrap();
    let false_request = &Obstacle::Untrusted { rule: "request_invalid".into() };
    assert!(choices.ways.is_empty());
    assert_eq!(
        obstacles(&choices),
        [(Some(street.bakery), false_request), (Some(street.greens), false_request)]
    );
    assert_eq!(street.town.host.faults.remaining(), 2);
    let error = street.customer.wallet.plan(wish).await.unwrap_err();
    assert!(matches!(error, tallystick::error::WalletError::Untrusted { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_money_comes_last_and_only_as_far_as_it_is_granted() {
    let street = Street::new(1_000, 0).await;
    let request = street.ask(street.both(450, 300)).await;
    let until = street.town.clock.now() + 86_400;
    for (pay, second) in [(true, None), (false, Some(Obstacle::Other { code: "not_granted".into() }))] {
        let runner = street.town.holder_of(&street.baker, street.bakery, 1_000).await;
        let wallet = &runner.wallet;
        let can = KeyCapabilities { pay, receive: true, refund: false, view: true, attest: false };
        let key = wallet.device_key().unwrap();
        street.grocer.wallet.grant_key(street.greens, key, can, None, until).await.unwrap();
        let link = street.grocer.wallet.grant_link(street.greens).await.unwrap().text();
        wallet.act_for(&link).await.unwrap();
        wallet.set_payment_policy(by(&[])).await.unwrap();

        // The payee would rather have apples, but those are the grocer's.
        let choices = wallet.ways_to_pay(Street::wish(&request)).await.unwrap();
        assert_eq!(issuers(&choices)[0], street.bakery);
        assert_eq!((choices.ways.len(), choices.decided), (1 + usize::from(pay), !pay));
        assert_eq!(obstacles(&choices).first().map(|(_, obstacle)| (*obstacle).clone()), second);
        let wish = PaymentWish { issuer: Some(street.greens), ..Street::wish(&request) };
        match wallet.plan(wish).await {
            Ok(plan) if pay => assert_eq!(plan.total, Amount::new(300)),
            planned => assert_eq!(planned.unwrap_err().code(), "not_granted"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn open_amounts_and_tips_count_in_one_currency() {
    let street = Street::new(1_000, 1_000).await;
    let (wallet, bakery, greens) = (&street.customer.wallet, street.bakery, street.greens);
    let mut open = street.both(0, 0);
    open.prices =
        vec![PriceWish { issuer: greens, amount: None }, PriceWish { issuer: bakery, amount: None }];
    (open.reusable, open.tip) = (true, TipWish::Free);
    let sticker = street.ask(open).await;
    assert!(sticker.reusable && sticker.prices.iter().all(|price| price.amount.is_none()));
    let wish = Street::wish(&sticker);

    // Who is paid is known before an amount is typed.
    let choices = wallet.ways_to_pay(wish.clone()).await.unwrap();
    let missing = &Obstacle::AmountMissing;
    assert_eq!(obstacles(&choices), [(Some(greens), missing), (Some(bakery), missing)]);
    for price in &choices.obstructed {
        assert_eq!(price.payee.as_ref().unwrap().name.as_deref(), Some("Bakery"));
    }
    let with_amount = PaymentWish { amount: Some(Amount::new(200)), ..wish.clone() };
    assert_eq!(wallet.ways_to_pay(with_amount.clone()).await.unwrap_err().code(), "choose_issuer");
    assert_eq!(wallet.plan(with_amount.clone()).await.unwrap_err().code(), "choose_issuer");
    let chosen = PaymentWish { issuer: Some(greens), tip: Some(Amount::new(20)), ..with_amount };
    let choices = wallet.ways_to_pay(chosen.clone()).await.unwrap();
    let [plan] = plans(&choices)[..] else { panic!("{choices:?}") };
    assert_eq!((plan.total, plan.tip_up_to), (Amount::new(220), Some(Amount::new(200))));
    // A sticker is paid as often as one likes, by plans of their own.
    for _ in 0..2 {
        let plan = wallet.plan(chosen.clone()).await.unwrap();
        assert_eq!(
            (plan.earlier_payment, wallet.pay(plan, None).await.unwrap().amount),
            (None, Amount::new(220))
        );
    }
    assert_eq!(street.customer.available(greens).await, 560);
    let greedy = PaymentWish { tip: Some(Amount::new(201)), ..chosen };
    let choices = wallet.ways_to_pay(greedy).await.unwrap();
    let too_much = &Obstacle::DoesNotFit { rule: "tip_too_large".into() };
    assert_eq!(obstacles(&choices), [(Some(greens), too_much)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_payees_own_words_are_shown_as_such() {
    let street = Street::new(1_000, 1_000).await;
    let wallet = &street.customer.wallet;
    let mut asked = street.both(450, 300);
    asked.tip = TipWish::Percentages { percentages: vec![5, 10] };
    asked.reference = Some(b"T4".to_vec());
    asked.note = Some("Police, pay at once".into());
    asked.lines =
        vec![RequestLine { text: "Rye loaf".into(), quantity_thousandths: 2_000, amount: Amount::new(300) }];
    let request = street.ask(asked.clone()).await;
    assert_eq!((&request.lines, &request.note, &request.tip), (&asked.lines, &asked.note, &asked.tip));
    assert_eq!((&request.prices, &request.reference), (&asked.prices, &asked.reference));
    assert_eq!(request.code.to_string(), request.link);
    assert!(request.app_link.starts_with("tallystick:p/"));

    for link in [&request.link, &request.app_link] {
        let choices = wallet.ways_to_pay(PaymentWish::of_link(link)).await.unwrap();
        assert_eq!(issuers(&choices), [street.bakery, street.greens]);
        for (plan, tips) in plans(&choices).into_iter().zip([[23, 45], [15, 30]]) {
            let offered: Vec<i64> = plan.tips.iter().map(|tip| tip.amount.minor()).collect();
            assert_eq!((offered.as_slice(), plan.tip_up_to), (tips.as_slice(), None));
            assert_eq!(plan.words, choices.words);
            assert_eq!(plan.payee.name.as_deref(), Some("Bakery"), "never by its own word");
        }
        let words = choices.words.unwrap();
        assert_eq!((&words.lines, &words.note), (&asked.lines, &asked.note));
        assert_eq!(words.reference.as_deref(), Some(b"T4".as_slice()));
        // The lines are counted in apples, also for who pays in crusts.
        assert_eq!(words.lines_issuer, Some(street.greens));
        assert_eq!(words.lines_currency.unwrap().code(), "APPLE");
    }
    let tipped =
        PaymentWish { issuer: Some(street.bakery), tip: Some(Amount::new(45)), ..Street::wish(&request) };
    let paid = wallet.pay(wallet.plan(tipped).await.unwrap(), None).await.unwrap();
    let seen = street.baker.wallet.wait_for_request(request.request, 20_000).await.unwrap();
    assert_eq!((seen.payment, seen.amount.minor(), seen.tip), (paid.payment, 495, Some(Amount::new(45))));
}
