//! Grants: who may give what.

use serde_json::json;
use tallystick::artefact::{Capabilities, Grant, Role};

use super::people::{Person, cancel, key, key_grant, role_grant, sign};
use super::town::{Town, art};

#[tokio::test]
async fn each_grant_has_its_signer() {
    let town = Town::start().await;
    let (anna, bert) = (town.person("anna").await, town.person("bert").await);
    let device = key("device");
    let now = town.now();
    let owner = |person: &Person| role_grant(town.issuer, person, Role::Owner, Some(5), now);
    let worker = |person: &Person| role_grant(town.issuer, person, Role::Worker, None, now);
    let keys =
        |person: &Person, capabilities| key_grant(town.issuer, person, &device, capabilities, None, now);
    let cases = [
        ("owner by the issuer", owner(&anna), &town.business.key, true),
        ("owner by an owner", owner(&anna), &town.owner.key, false),
        ("owner by oneself", owner(&anna), &anna.key, false),
        ("worker by an owner", worker(&bert), &town.owner.key, true),
        ("worker by the issuer, who is no owner", worker(&bert), &town.business.key, false),
        ("worker by a worker", worker(&anna), &bert.key, false),
        ("key by the account", keys(&bert, Capabilities::PAY), &bert.key, true),
        ("key by another account", keys(&bert, Capabilities::PAY), &town.owner.key, false),
        ("key by the issuer", keys(&bert, Capabilities::PAY), &town.business.key, false),
        ("key by a granted key", keys(&bert, Capabilities::VIEW), &device, false),
        ("attest by the issuer", keys(&bert, Capabilities::ATTEST), &town.business.key, true),
        ("attest by the account", keys(&bert, Capabilities::ATTEST), &bert.key, false),
        (
            "attest and pay by the issuer",
            keys(&bert, Capabilities::ATTEST.and(Capabilities::PAY)),
            &town.business.key,
            false,
        ),
    ];
    for (what, grant, signer, may) in cases {
        let answer = town.grant(&grant, signer).await;
        assert_eq!(answer.status, if may { 200 } else { 403 }, "{what}: {answer:?}");
    }
}

#[tokio::test]
async fn a_role_grant_replaces_the_one_before_and_never_the_one_after() {
    let town = Town::start().await;
    let (anna, bert) = (town.person("anna").await, town.person("bert").await);
    let now = town.now();
    let wide = Grant { signed_at: now - 10, ..role_grant(town.issuer, &anna, Role::Owner, Some(500), now) };
    let narrow = Grant { signed_at: now, ..role_grant(town.issuer, &anna, Role::Owner, Some(50), now) };
    let between =
        Grant { signed_at: now - 5, ..role_grant(town.issuer, &anna, Role::Owner, Some(5_000), now) };
    town.grant(&wide, &town.business.key).await.ok();
    town.grant(&narrow, &town.business.key).await.ok();
    assert_eq!(town.grant(&between, &town.business.key).await.code(), "bad_request");
    // Posted again it is answered as before, and stays replaced.
    town.grant(&wide, &town.business.key).await.ok();
    assert_eq!(town.order(&anna, &bert, 51).await.1.refusal(), "insufficient_funds");
    town.pay(&anna, &bert, 50).await;
    // A limit cannot fall below the debt.
    let zero = role_grant(town.issuer, &anna, Role::Owner, Some(49), town.now());
    assert_eq!(town.grant(&zero, &town.business.key).await.code(), "limit_exceeded");
}

#[tokio::test]
async fn an_owner_whose_grant_has_ended_stays_where_it_is_and_goes_up() {
    let town = Town::start().await;
    let (anna, bert) = (town.person("anna").await, town.person("bert").await);
    let grant = sign(&role_grant(town.issuer, &anna, Role::Owner, Some(500), town.now()), &town.business.key);
    town.post("grants", json!({ "grant": art(&grant) })).await.ok();
    town.pay(&anna, &bert, 300).await;
    let word = sign(&cancel(town.issuer, anna.account, grant.hash(), town.now()), &town.business.key);
    town.post("cancels", json!({ "cancel": art(&word) })).await.ok();
    assert_eq!(town.order(&anna, &bert, 1).await.1.refusal(), "insufficient_funds");
    town.pay(&bert, &anna, 100).await;
    assert_eq!(town.balance(&anna).await, -200);
    assert_eq!(town.order(&anna, &bert, 1).await.1.refusal(), "insufficient_funds");
    // What it owes still counts against the card's limit: two million, of which one is the first owner's.
    let carl = town.person("carl").await;
    let most = |limit| role_grant(town.issuer, &carl, Role::Owner, Some(limit), town.now());
    assert_eq!(town.grant(&most(999_801), &town.business.key).await.code(), "limit_exceeded");
    town.grant(&most(999_800), &town.business.key).await.ok();
}

#[tokio::test]
async fn keys_that_receive_are_few_and_seen_by_payers() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    let grant =
        |name: &str, capabilities| key_grant(town.issuer, &shop, &key(name), capabilities, None, town.now());
    for number in 0..8 {
        town.grant(&grant(&format!("till {number}"), Capabilities::RECEIVE), &shop.key).await.ok();
    }
    assert_eq!(town.grant(&grant("till 8", Capabilities::RECEIVE), &shop.key).await.code(), "limit_exceeded");
    town.grant(&grant("viewer", Capabilities::VIEW), &shop.key).await.ok();
    let payee = town.get(&format!("payees/{}", shop.account)).await.ok();
    assert_eq!(payee.json["grants"].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn grants_that_have_ended_or_are_from_the_future_are_refused() {
    let town = Town::start().await;
    let anna = town.person("anna").await;
    let grant = key_grant(town.issuer, &anna, &key("device"), Capabilities::PAY, None, town.now());
    let ended = Grant { not_after: town.now() - 2, ..grant.clone() };
    assert_eq!(town.grant(&ended, &anna.key).await.json["field"].as_str(), Some("grant.not_after"));
    let future = Grant { signed_at: town.now() + 400, ..grant };
    assert_eq!(town.grant(&future, &anna.key).await.json["field"].as_str(), Some("grant.signed_at"));
    let nobody = role_grant(town.issuer, &Person::new("nobody"), Role::Owner, Some(1), town.now());
    assert_eq!(town.grant(&nobody, &town.business.key).await.code(), "unknown_account");
}
