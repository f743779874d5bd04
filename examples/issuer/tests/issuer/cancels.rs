//! Cancels: who may, of what, and what can no longer be.

use serde_json::json;
use tallystick::artefact::{Capabilities, Refusal};

use super::people::{cancel, key, key_grant, order, paying, request, sign, sign_request};
use super::town::{Town, art};

#[tokio::test]
async fn a_grant_is_cancelled_by_its_account_or_its_signer() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    let device = key("device");
    let grant = sign(&key_grant(town.issuer, &anna, &device, Capabilities::PAY, None, town.now()), &anna.key);
    town.post("grants", json!({ "grant": art(&grant) })).await.ok();
    let word = |person: &super::people::Person| {
        sign(&cancel(town.issuer, person.account, grant.hash(), town.now()), &person.key)
    };
    let stranger = town.post("cancels", json!({ "cancel": art(&word(&bert)) })).await;
    assert_eq!(stranger.code(), "not_authorised");
    let answer = town.post("cancels", json!({ "cancel": art(&word(&anna)) })).await.ok();
    let refusal = answer.artefact::<Refusal>("refusal");
    assert_eq!((refusal.body().subject, refusal.body().code.as_str()), (grant.hash(), "cancelled"));
    assert_eq!(refusal.signer(), &town.card.body().signing_key);
    let again = town.post("cancels", json!({ "cancel": art(&word(&anna)) })).await.ok();
    assert_eq!(again.bytes("refusal"), answer.bytes("refusal"));
    let theft = sign(&order(town.issuer, &anna, &bert, 1, town.now()), &device);
    assert_eq!(town.submit(&theft).await.refusal(), "not_allowed");
    // Posted again it stays void.
    town.post("grants", json!({ "grant": art(&grant) })).await.ok();
    let theft = sign(&order(town.issuer, &anna, &bert, 1, town.now()), &device);
    assert_eq!(town.submit(&theft).await.refusal(), "not_allowed");
}

#[tokio::test]
async fn a_paid_request_cannot_be_cancelled() {
    let town = Town::start().await;
    let (anna, shop) = (town.rich("anna", 1_000).await, town.person("shop").await);
    let asked = sign_request(&request(town.issuer, &shop, 450, town.now()), &shop.key);
    let order = sign(&paying(&order(town.issuer, &anna, &shop, 450, town.now()), &asked), &anna.key);
    town.post("orders", json!({ "order": art(&order), "request": art(&asked) })).await.ok();
    let word = sign(&cancel(town.issuer, shop.account, asked.hash(), town.now()), &shop.key);
    let answer = town.post("cancels", json!({ "cancel": art(&word) })).await;
    assert_eq!((answer.status, answer.code()), (409, "already_paid"));
}

#[tokio::test]
async fn a_till_cancels_what_it_asked_for() {
    let town = Town::start().await;
    let (shop, bert) = (town.person("shop").await, town.person("bert").await);
    let (till, other) = (key("till"), key("other till"));
    for key in [&till, &other] {
        town.grant(&key_grant(town.issuer, &shop, key, Capabilities::RECEIVE, None, town.now()), &shop.key)
            .await
            .ok();
    }
    let asked = sign_request(&request(town.issuer, &shop, 450, town.now()), &till);
    let cancel_by = async |account, key, request: Option<&str>| {
        let word = sign(&cancel(town.issuer, account, asked.hash(), town.now()), key);
        town.post("cancels", json!({ "cancel": art(&word), "request": request })).await
    };
    let bytes = art(&asked);
    assert_eq!(cancel_by(shop.account, &till, None).await.code(), "unknown_request", "it was never posted");
    assert_eq!(cancel_by(shop.account, &other, Some(&bytes)).await.code(), "not_authorised");
    assert_eq!(cancel_by(bert.account, &bert.key, Some(&bytes)).await.code(), "not_authorised");
    cancel_by(shop.account, &till, Some(&bytes)).await.ok();
}

#[tokio::test]
async fn no_refusal_is_signed_for_what_may_be_an_order() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    let paid = town.pay(&anna, &bert, 10).await;
    for account in [&anna, &bert] {
        let word = sign(&cancel(town.issuer, account.account, paid.hash(), town.now()), &account.key);
        let answer = town.post("cancels", json!({ "cancel": art(&word) })).await;
        assert_eq!(answer.code(), "unknown_request", "it would contradict the receipt");
    }
}
