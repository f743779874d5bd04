//! A day at the counter.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tallystick::wallet::PaymentState;

use crate::counter::{Counter, PIN, charge, pay};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_pays_and_both_sides_see_it() {
    let counter = Counter::new().await;
    let tablet = counter.tablet();
    let locked = tablet.get("/api/state").await.ok();
    assert_eq!(locked["unlocked"], json!(false));
    assert!(locked.get("currencies").is_none() && locked["now"].is_i64());

    tablet.unlock(PIN).await.expect(StatusCode::NO_CONTENT);
    let mut events = tablet.events().await;
    let state = events.next("state", |_| true).await;
    assert_eq!(state["unlocked"], json!(true));
    assert_eq!(state["shop"], json!("Bakery 0"));
    assert_eq!(state["currencies"][0]["code"], json!("BUN"));
    assert_eq!(state["currencies"][0]["scale"], json!(2));

    let wish = charge(counter.issuer, "4.50");
    let asked = tablet.post("/api/charge", wish.clone()).await.ok();
    assert_eq!(asked["state"], json!("waiting"));
    assert_eq!(asked["prices"], json!([{ "issuer": counter.issuer, "amount": "4.50" }]));
    assert!(asked["svg"].as_str().unwrap().starts_with("<svg "));
    assert_eq!(
        tablet.post("/api/charge", wish).await.ok()["id"],
        asked["id"],
        "the same key, the same charge"
    );
    let shown = events.next("state", |state| !state["charge"].is_null()).await;
    assert_eq!(shown["charge"]["id"], asked["id"]);

    let customer = counter.customer(10_000).await;
    let paid = pay(&customer, asked["link"].as_str().unwrap()).await;
    let seen = events.next("charge", |charge| charge["state"] == "paid").await;
    assert_eq!(seen["id"], asked["id"]);
    assert_eq!(seen["payment"]["payment"], json!(paid.payment));
    assert_eq!(seen["payment"]["amount"], json!("4.50"));
    assert_eq!(seen["payment"]["by_this_till"], json!(true));
    let mark = tallystick::request::PaymentMark::of(&paid.payment);
    assert_eq!(seen["payment"]["mark"]["words"], json!(mark.words));
    assert_eq!(seen["payment"]["mark"]["hex"], json!(mark.hex));
    let state = events.next("state", |_| true).await;
    assert_eq!(state["charge"], Value::Null);

    // Who comes second is told.
    let second = counter.customer(10_000).await;
    let refused = pay(&second, asked["link"].as_str().unwrap()).await;
    assert_eq!((refused.state, refused.refusal.as_deref()), (PaymentState::Refused, Some("already_paid")));

    let day = tablet.get("/api/day").await.ok();
    assert_eq!(day["entries"].as_array().unwrap().len(), 1);
    assert_eq!(day["totals"][0]["received"], json!("4.50"));
    assert_eq!(day["totals"][0]["net"], json!("4.50"));

    // Paying back, found by the receipt that the customer shows.
    let link = json!({ "link": day["entries"][0]["receipt_link"] });
    let found = tablet.post("/api/find-receipt", link).await.ok();
    assert_eq!(found["payment"], json!(paid.payment));
    let over = tablet.refund(paid.payment, Some("4.51"), "over").await.problem();
    assert_eq!(over, (400, "refund_exceeds".into(), Some("amount".into())));
    let part = tablet.refund(paid.payment, Some("1.00"), "part").await.ok();
    assert_eq!((&part["state"], &part["amount"]), (&json!("settled"), &json!("1.00")));
    let again = tablet.refund(paid.payment, Some("1.00"), "part").await.ok();
    assert_eq!(again["payment"], part["payment"], "the same key, the same refund");
    let other = tablet.refund(paid.payment, Some("2.00"), "part").await.problem();
    assert_eq!(other.1, "idempotency_conflict");
    let rest = tablet.refund(paid.payment, None, "rest").await.ok();
    assert_eq!((&rest["state"], &rest["amount"]), (&json!("settled"), &json!("3.50")));
    customer.wallet.sync(counter.issuer).await.unwrap();
    assert_eq!(customer.balance(counter.issuer).await, 10_000);

    let day = tablet.get("/api/day").await.ok();
    assert_eq!(day["totals"][0]["refunded"], json!("4.50"));
    assert_eq!(day["totals"][0]["net"], json!("0.00"));
    assert_eq!(day["totals"][0]["count"], json!(1));
    assert_eq!(day["entries"].as_array().unwrap().len(), 3);
    assert_eq!(day["entries"][2]["refundable"], json!("0.00"));
    counter.till.unwrap().shutdown().await;
}
