//! A till that acts for a shop's account with a granted key, as it should.

use serde_json::{Value, json};
use tallystick::money::Amount;
use tallystick::wallet::{PriceWish, RequestWish, TipWish};

use crate::counter::pay;
use crate::shop::shop;

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_and_pays_back_as_far_as_it_was_granted() {
    let shop = shop().await;
    let (tablet, issuer) = (&shop.tablet, shop.issuer);
    let customer = shop.town.holder_of(&shop.owner, issuer, 10_000).await;
    let mut events = tablet.events().await;
    let state = events.next("state", |_| true).await;
    assert_eq!(state["shop"], json!("Corner Shop"));
    let currency = &state["currencies"][0];
    assert_eq!(currency["grant"]["state"], json!("in_force"));
    assert_eq!((&currency["may_charge"], &currency["may_refund"]), (&json!(true), &json!(true)));
    assert_eq!((&currency["refund_limit"], &currency["refund_left"]), (&json!("5.00"), &json!("5.00")));

    let asked = tablet.charge(issuer, "8").await;
    let paid = pay(&customer, asked["link"].as_str().unwrap()).await;
    events.next("charge", |charge| charge["state"] == "paid").await;
    assert_eq!(tablet.refund(paid.payment, Some("3"), "a").await.ok()["state"], json!("settled"));
    let over = tablet.refund(paid.payment, Some("2.01"), "b").await.problem();
    assert_eq!((over.0, over.1.as_str()), (409, "limit_exceeded"));
    events.next("state", |state| state["currencies"][0]["refund_left"] == "2.00").await;

    // What the holder does with the account shows, and is not taken for the till's.
    let wish = RequestWish {
        prices: vec![PriceWish { issuer, amount: Some(Amount::new(100)) }],
        seconds: Some(300),
        reusable: false,
        reference: None,
        tip: TipWish::NoTip,
        lines: Vec::new(),
        note: None,
    };
    let request = shop.holder.wallet.request_payment(wish).await.unwrap();
    let elsewhere = pay(&customer, &request.link).await;
    let mine =
        |entry: &Value| (entry["amount"].clone(), entry["direction"].clone(), entry["by_this_till"].clone());
    let day = loop {
        let day = tablet.get("/api/day").await.ok();
        if day["entries"][0]["payment"] == json!(elsewhere.payment) {
            break day;
        }
        events.next("state", |_| true).await;
    };
    let entries: Vec<_> = day["entries"].as_array().unwrap().iter().map(mine).collect();
    assert_eq!(
        entries,
        [
            (json!("1.00"), json!("in"), json!(false)),
            (json!("3.00"), json!("out"), json!(true)),
            (json!("8.00"), json!("in"), json!(true)),
        ]
    );
    shop.till.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_is_taken_back_shows() {
    let shop = shop().await;
    let mut events = shop.tablet.events().await;
    events.next("state", |state| state["currencies"][0]["online"] == true).await;
    shop.holder.wallet.cancel_grant(shop.issuer, shop.grant.grant).await.unwrap();
    // The line ends when something happens that the till may not see any more.
    let customer = shop.town.holder_of(&shop.owner, shop.issuer, 1_000).await;
    customer.give(&shop.holder, shop.issuer, 1).await;
    let state = events.next("state", |state| state["currencies"][0]["grant"]["state"] == "cancelled").await;
    let currency = &state["currencies"][0];
    assert_eq!((&currency["may_charge"], &currency["may_refund"]), (&json!(false), &json!(false)));
    let body = crate::counter::charge(shop.issuer, "1");
    assert_eq!(shop.tablet.post("/api/charge", body).await.code(), "grant_cancelled");
}
