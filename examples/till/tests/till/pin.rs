//! The PIN: right, wrong, too often wrong, and after a restart.

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::counter::{Counter, PIN};

#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_make_the_next_wait_also_over_restarts() {
    let mut counter = Counter::new().await;
    let tablet = counter.tablet();
    for left in [4, 3, 2, 1, 0] {
        let body = tablet.unlock("111111").await.expect(StatusCode::FORBIDDEN);
        assert_eq!((&body["code"], &body["left"]), (&json!("wrong_pin"), &json!(left)), "{body}");
    }
    for _ in 0..2 {
        // Also the right one has to wait; to try it meanwhile makes nothing worse.
        let body = tablet.unlock(PIN).await.expect(StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(body["code"], json!("pin_locked"));
        let seconds = body["retry_after"].as_i64().unwrap();
        assert!((50..=60).contains(&seconds), "{seconds}");
        counter.down().await;
        counter.up().await;
    }
    let tablet = counter.tablet();
    counter.town.clock.move_by(61);
    assert_eq!(tablet.unlock("111111").await.code(), "wrong_pin");
    let body = tablet.unlock(PIN).await.expect(StatusCode::TOO_MANY_REQUESTS);
    assert!(body["retry_after"].as_i64().unwrap() > 60, "longer each time: {body}");
    counter.town.clock.move_by(301);
    tablet.unlock(PIN).await.expect(StatusCode::NO_CONTENT);
    // A right one begins anew.
    assert_eq!(tablet.unlock("111111").await.expect(StatusCode::FORBIDDEN)["left"], json!(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_does_not_slip_in_beside_the_right_one() {
    let mut counter = Counter::new().await;
    for _ in 0..5 {
        let tablet = counter.tablet();
        // While the first PIN after a start unlocks the wallet, others are tried.
        let (right, one, two, three) = tokio::join!(
            tablet.unlock(PIN),
            tablet.unlock("111111"),
            tablet.unlock("222222"),
            tablet.unlock("333333")
        );
        right.expect(StatusCode::NO_CONTENT);
        for wrong in [one, two, three] {
            assert_eq!(wrong.code(), "wrong_pin");
        }
        tablet.unlock(PIN).await.expect(StatusCode::NO_CONTENT);
        counter.down().await;
        counter.up().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_pin_is_not_counted() {
    let counter = Counter::new().await;
    let tablet = counter.tablet();
    for pin in ["", "123", "1234567890123", "abcd", "12 34", " 274951", "２７４９５１", "274951\n"] {
        assert_eq!(tablet.unlock(pin).await.problem(), (400, "bad_pin".into(), Some("pin".into())), "{pin}");
    }
    for body in [
        json!({}),
        json!([]),
        json!({ "pin": 274_951 }),
        json!({ "pin": null }),
        json!({ "pin": PIN, "more": 1 }),
        Value::Null,
    ] {
        assert_eq!(
            tablet.post("/api/unlock", body.clone()).await.problem(),
            (400, "bad_body".into(), None),
            "{body}"
        );
    }
    for body in ["", "{", "{\"pin\":\"274951\"", "\u{0}"] {
        let call = tablet.call(Method::POST, "/api/unlock").header(header::CONTENT_TYPE, "application/json");
        let answer = tablet.send(call.body(body)).await;
        assert!(!String::from_utf8_lossy(&answer.body).contains("274951"), "a PIN is never said again");
        assert_eq!(answer.code(), "bad_body");
    }
    tablet.unlock(PIN).await.expect(StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_ask_for_the_pin_again() {
    let counter = Counter::new().await;
    let tablet = counter.unlocked().await;
    let customer = counter.customer(1_000).await;
    let mut events = tablet.events().await;
    let asked = tablet.charge(counter.issuer, "2").await;
    let paid = crate::counter::pay(&customer, asked["link"].as_str().unwrap()).await;
    events.next("charge", |charge| charge["state"] == "paid").await;
    let refund = |pin: &str, payment: Value, amount: Value, key: &str| json!({ "payment": payment, "amount": amount, "pin": pin, "idempotency_key": key });
    let paid = json!(paid.payment);
    let body = tablet.post("/api/refund", refund("111111", paid.clone(), json!("1"), "a")).await;
    assert_eq!(body.expect(StatusCode::FORBIDDEN)["left"], json!(4));

    // What is wrong with the call is said without trying the PIN.
    for (payment, amount, key, problem) in [
        (json!("x"), json!("1"), "b", (400, "bad_payment", Some("payment"))),
        (json!("A".repeat(52)), json!("1"), "b", (404, "unknown_receipt", None)),
        (paid.clone(), json!("x"), "b", (400, "bad_amount", Some("amount"))),
        (paid.clone(), json!("0"), "b", (400, "bad_amount", Some("amount"))),
        (paid.clone(), json!("-1"), "b", (400, "bad_amount", Some("amount"))),
        (paid.clone(), json!("0.001"), "b", (400, "bad_amount", Some("amount"))),
        (paid.clone(), json!(1), "b", (400, "bad_body", None)),
        (paid.clone(), json!("1"), "", (400, "bad_idempotency_key", Some("idempotency_key"))),
    ] {
        let answer = tablet.post("/api/refund", refund("111111", payment, amount, key)).await.problem();
        let (status, code, field) = problem;
        assert_eq!(answer, (status, code.to_owned(), field.map(str::to_owned)));
    }
    let body = tablet.post("/api/refund", refund("111111", paid.clone(), Value::Null, "c")).await;
    assert_eq!(body.expect(StatusCode::FORBIDDEN)["left"], json!(3));
    let done = tablet.post("/api/refund", refund(PIN, paid, Value::Null, "c")).await.ok();
    assert_eq!((&done["state"], &done["amount"]), (&json!("settled"), &json!("2.00")));
}
