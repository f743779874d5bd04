//! Charges: every way to ask wrongly, and every way in which one ends.

use std::sync::Arc;

use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use tallystick::money::Amount;
use tallystick::wallet::PaymentWish;
use tallystick_e2e::TestClock;

use crate::counter::{Counter, Tablet, charge, pay};

/// A charge with one member changed.
fn with(counter: &Counter, member: &str, value: Value) -> Value {
    let mut body = charge(counter.issuer, "4.50");
    body[member] = value;
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_is_checked() {
    let counter = Counter::with(2).await;
    let tablet = counter.unlocked().await;
    let issuer = counter.issuer;
    let price = |amount: Value| json!([{ "issuer": issuer, "amount": amount }]);
    let line = |text: &str, quantity: &str, amount: &str| json!([{ "text": text, "quantity": quantity, "amount": amount }]);
    let cases = [
        ("prices", json!([]), "bad_prices", "prices"),
        (
            "prices",
            json!([{ "issuer": issuer, "amount": "1" }, { "issuer": issuer, "amount": "1" }]),
            "bad_prices",
            "prices",
        ),
        ("prices", json!(vec![json!({ "issuer": issuer, "amount": "1" }); 4]), "bad_prices", "prices"),
        ("prices", json!([{ "issuer": "x", "amount": "1" }]), "unknown_currency", "prices"),
        ("prices", json!([{ "issuer": "A".repeat(26), "amount": "1" }]), "unknown_currency", "prices"),
        ("prices", price(Value::Null), "amount_missing", "amount"),
        ("prices", price(json!("")), "bad_amount", "amount"),
        ("prices", price(json!("0")), "bad_amount", "amount"),
        ("prices", price(json!("0.00")), "bad_amount", "amount"),
        ("prices", price(json!("-4.50")), "bad_amount", "amount"),
        ("prices", price(json!("4.505")), "bad_amount", "amount"),
        ("prices", price(json!("4,50")), "bad_amount", "amount"),
        ("prices", price(json!("4.")), "bad_amount", "amount"),
        ("prices", price(json!("1e3")), "bad_amount", "amount"),
        ("prices", price(json!(" 4")), "bad_amount", "amount"),
        ("prices", price(json!("92233720368547758.08")), "bad_amount", "amount"),
        ("prices", price(json!("9".repeat(200))), "bad_amount", "amount"),
        ("tip", json!("some"), "bad_tip", "tip"),
        ("tip", json!([]), "bad_tip", "tip"),
        ("tip", json!([0]), "bad_tip", "tip"),
        ("tip", json!([101]), "bad_tip", "tip"),
        ("tip", json!([-5]), "bad_tip", "tip"),
        ("tip", json!([1, 2, 3, 4]), "bad_tip", "tip"),
        ("note", json!("x".repeat(201)), "too_long", "note"),
        ("note", json!("a\u{0}b"), "bad_text", "note"),
        ("reference", json!("123456789"), "too_long", "reference"),
        ("reference", json!("éééééé"), "too_long", "reference"),
        ("lines", line("", "1", "4.50"), "bad_lines", "lines"),
        ("lines", line(&"x".repeat(101), "1", "4.50"), "bad_lines", "lines"),
        ("lines", json!(vec![line("a", "1", "1")[0].clone(); 41]), "bad_lines", "lines"),
        ("lines", line("bun", "0", "4.50"), "bad_quantity", "lines"),
        ("lines", line("bun", "0.0001", "4.50"), "bad_quantity", "lines"),
        ("lines", line("bun", "1", "x"), "bad_amount", "lines"),
        ("idempotency_key", json!(""), "bad_idempotency_key", "idempotency_key"),
        ("idempotency_key", json!("a b"), "bad_idempotency_key", "idempotency_key"),
        ("idempotency_key", json!("x".repeat(65)), "bad_idempotency_key", "idempotency_key"),
    ];
    for (member, value, code, field) in cases {
        let answer = tablet.post("/api/charge", with(&counter, member, value.clone())).await.problem();
        assert_eq!(answer, (400, code.into(), Some(field.into())), "{member}: {value}");
    }
    for (member, value) in [
        ("prices", price(json!(4.5))),
        ("prices", json!("x")),
        ("tip", json!({})),
        ("tip", json!([0.5])),
        ("tip", Value::Null),
        ("note", json!(1)),
        ("lines", json!([{ "text": "x" }])),
        ("reusable", json!("yes")),
        ("idempotency_key", Value::Null),
        ("more", json!(1)),
    ] {
        let answer = tablet.post("/api/charge", with(&counter, member, value.clone())).await.problem();
        assert_eq!(answer, (400, "bad_body".into(), None), "{member}: {value}");
    }
    assert_eq!(tablet.get("/api/state").await.ok()["charge"], Value::Null, "nothing was made");
    for id in ["x", &"A".repeat(26), "..%2f"] {
        assert_eq!(
            tablet.get(&format!("/api/charge/{id}")).await.problem(),
            (404, "unknown_charge".into(), None),
            "{id}"
        );
    }
    for date in ["x", "2026-02-30", "2026-11-22T00:00:00Z", "2026-11-22&date=2026-11-23", ""] {
        let answer = tablet.get(&format!("/api/day?date={date}")).await.problem();
        assert_eq!(answer, (400, "bad_date".into(), Some("date".into())), "{date}");
    }
    for (link, code) in
        [("", "not_a_link"), ("hello", "not_a_link"), ("https://a.example/c/AA", "not_a_receipt")]
    {
        let answer = tablet.post("/api/find-receipt", json!({ "link": link })).await.problem();
        assert_eq!(answer, (400, code.into(), Some("link".into())), "{link}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_is_cancelled_or_runs_out_of_time() {
    let counter = Counter::new().await;
    let tablet = counter.unlocked().await;
    let customer = counter.customer(10_000).await;
    let mut events = tablet.events().await;
    let first = tablet.charge(counter.issuer, "1").await;
    let cancel = |charge: &Value| format!("/api/charge/{}/cancel", charge["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(tablet.post(&cancel(&first), json!({})).await.ok()["state"], json!("cancelled"));
    }
    events.next("charge", |charge| charge["state"] == "cancelled").await;
    let refused = pay(&customer, first["link"].as_str().unwrap()).await;
    assert_eq!(refused.refusal.as_deref(), Some("request_cancelled"));

    // Paid in the same moment: the issuer decides, and the cashier is told.
    let second = tablet.charge(counter.issuer, "2").await;
    pay(&customer, second["link"].as_str().unwrap()).await;
    assert_eq!(tablet.post(&cancel(&second), json!({})).await.problem(), (409, "already_paid".into(), None));
    let path = format!("/api/charge/{}", second["id"].as_str().unwrap());
    events.next("charge", |charge| charge["id"] == second["id"] && charge["state"] == "paid").await;
    assert_eq!(tablet.post(&cancel(&second), json!({})).await.code(), "already_paid");
    assert_eq!(tablet.get(&path).await.ok()["state"], json!("paid"));

    let third = tablet.charge(counter.issuer, "3").await;
    let lasts = third["ends_at"].as_i64().unwrap() - third["created_at"].as_i64().unwrap();
    assert!((595..=605).contains(&lasts), "{lasts}");
    counter.town.clock.move_by(660);
    let path = format!("/api/charge/{}", third["id"].as_str().unwrap());
    assert_eq!(tablet.get(&path).await.ok()["state"], json!("expired"));
    assert_eq!(tablet.get("/api/state").await.ok()["charge"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_whose_clock_is_off_by_a_day_charges_all_the_same() {
    let mut counter = Counter::new().await;
    let customer = counter.customer(1_000).await;
    for days in [-1, 1] {
        counter.down().await;
        let clock = Arc::new(TestClock::default());
        clock.move_by(days * 86_400);
        counter.up_by(Arc::clone(&clock)).await;
        let tablet = counter.unlocked().await;
        let mut events = tablet.events().await;
        // The clock was changed while the till was down: what it knew of the issuer's is wrong until they have spoken.
        events.next("state", |state| state["currencies"][0]["online"] == true).await;
        let asked = tablet.charge(counter.issuer, "1").await;
        assert_eq!(asked["state"], json!("waiting"));
        let state = tablet.get("/api/state").await.ok();
        assert_eq!(state["charge"]["id"], asked["id"]);
        let left = asked["ends_at"].as_i64().unwrap() - state["now"].as_i64().unwrap();
        assert!((590..=605).contains(&left), "{left}");
        pay(&customer, asked["link"].as_str().unwrap()).await;
        events.next("charge", |charge| charge["id"] == asked["id"] && charge["state"] == "paid").await;

        let late = tablet.charge(counter.issuer, "1").await;
        clock.move_by(660);
        let path = format!("/api/charge/{}", late["id"].as_str().unwrap());
        assert_eq!(tablet.get(&path).await.ok()["state"], json!("expired"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_charge_is_told() {
    let mut counter = Counter::new().await;
    counter.down().await;
    counter.config.charge_lifetime = std::time::Duration::from_secs(1);
    counter.up().await;
    let tablet = counter.unlocked().await;
    let mut events = tablet.events().await;
    let asked = tablet.charge(counter.issuer, "1").await;
    let ended = events.next("charge", |charge| charge["state"] == "expired").await;
    assert_eq!(ended["id"], asked["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sticker_is_paid_again_and_again() {
    let counter = Counter::new().await;
    let tablet = counter.unlocked().await;
    let mut events = tablet.events().await;
    let body = json!({
        "prices": [{ "issuer": counter.issuer, "amount": null }],
        "tip": "free", "reusable": true, "reference": "door", "idempotency_key": "sticker",
    });
    let sticker = tablet.post("/api/charge", body.clone()).await.ok();
    assert_eq!((&sticker["ends_at"], &sticker["reusable"]), (&Value::Null, &json!(true)));
    let customer = counter.customer(1_000).await;
    for (amount, tip) in [(100, 0), (200, 20)] {
        let mut wish = PaymentWish::of_link(sticker["link"].as_str().unwrap());
        wish.amount = Some(Amount::new(amount));
        wish.tip = (tip > 0).then(|| Amount::new(tip));
        let plan = customer.wallet.plan(wish).await.unwrap();
        let paid = customer.wallet.pay(plan, None).await.unwrap();
        let seen = events.next("charge", |charge| charge["payment"]["payment"] == json!(paid.payment)).await;
        assert_eq!(seen["state"], json!("waiting"));
    }
    let day = tablet.get("/api/day").await.ok();
    assert_eq!((&day["entries"][0]["amount"], &day["entries"][0]["tip"]), (&json!("2.20"), &json!("0.20")));
    assert_eq!((&day["totals"][0]["received"], &day["totals"][0]["count"]), (&json!("3.20"), &json!(2)));

    // For the printer.
    let id = sticker["id"].as_str().unwrap();
    let picture = tablet.get(&format!("/api/charge/{id}/code.png")).await;
    assert_eq!(
        (picture.status, &picture.headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &"image/png".parse().unwrap())
    );
    assert!(picture.body.starts_with(b"\x89PNG\r\n"));
    // The same key for something else is a mistake.
    let mut other = body;
    other["reference"] = json!("wall");
    assert_eq!(tablet.post("/api/charge", other).await.problem(), (409, "idempotency_conflict".into(), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_with_lines_is_kept_by_its_issuer() {
    let counter = Counter::new().await;
    let tablet = counter.unlocked().await;
    let mut body = charge(counter.issuer, "4.50");
    body["lines"] = json!([
        { "text": "Loaf", "quantity": "1", "amount": "3.00" },
        { "text": "Cheese, kg", "quantity": "0.125", "amount": "1.50" },
    ]);
    body["note"] = json!("  Thank you!  ");
    let asked = tablet.post("/api/charge", body.clone()).await.ok();
    assert_eq!(asked["note"], json!("Thank you!"));
    assert_eq!(tablet.post("/api/charge", body).await.ok()["id"], asked["id"]);
    let mut events = tablet.events().await;
    pay(&counter.customer(1_000).await, asked["link"].as_str().unwrap()).await;
    events.next("charge", |charge| charge["state"] == "paid").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_calls_with_one_key_make_one_charge() {
    let counter = Counter::new().await;
    let tablet = counter.unlocked().await;
    let body = charge(counter.issuer, "1");
    let call = |tablet: &Tablet| tablet.call(reqwest::Method::POST, "/api/charge").json(&body);
    let (one, other) = tokio::join!(tablet.send(call(&tablet)), tablet.send(call(&tablet)));
    assert_eq!(one.ok()["id"], other.ok()["id"]);
}
