//! Public names.

use serde_json::json;
use tallystick::artefact::{Attestation, Capabilities};
use tallystick::keys::SigningKey;

use super::people::{Person, attestation, key, key_grant, sign};
use super::town::{Answer, Town, art};

async fn attest(town: &Town, attestation: &Attestation, key: &SigningKey) -> Answer {
    town.post("attestations", json!({ "attestation": art(&sign(attestation, key)) })).await
}

async fn name_of(town: &Town, person: &Person) -> Option<String> {
    let payee = town.get(&format!("payees/{}", person.account)).await.ok();
    payee.has("attestation").then(|| payee.artefact::<Attestation>("attestation").body().name.clone())
}

#[tokio::test]
async fn names_are_unique_to_the_eye() {
    let town = Town::start().await;
    let (anna, bert) = (town.person("anna").await, town.person("bert").await);
    let by = &town.business.key;
    attest(&town, &attestation(town.issuer, &anna, "Bakery", town.now()), by).await.ok();
    for name in ["Bakery", "bakery", "BAKERY", "B\u{430}kery"] {
        let answer = attest(&town, &attestation(town.issuer, &bert, name, town.now()), by).await;
        assert_eq!((answer.status, answer.code()), (409, "name_taken"), "{name}");
    }
    attest(&town, &attestation(town.issuer, &bert, "Other bakery", town.now()), by).await.ok();
    // The same account may change the looks of its own.
    attest(&town, &attestation(town.issuer, &anna, "BAKERY", town.now()), by).await.ok();
    assert_eq!(name_of(&town, &anna).await.as_deref(), Some("BAKERY"));
    // What is given up is free.
    attest(&town, &attestation(town.issuer, &anna, "Patisserie", town.now()), by).await.ok();
    attest(&town, &attestation(town.issuer, &bert, "Bakery", town.now()), by).await.ok();
}

#[tokio::test]
async fn only_the_issuer_and_whom_it_trusts_attest() {
    let town = Town::start().await;
    let anna = town.person("anna").await;
    let clerk = key("clerk");
    let name = |name| attestation(town.issuer, &anna, name, town.now());
    for stranger in [&anna.key, &town.owner.key, &clerk] {
        assert_eq!(attest(&town, &name("Anna"), stranger).await.code(), "not_authorised");
    }
    let grant = key_grant(town.issuer, &town.owner, &clerk, Capabilities::ATTEST, None, town.now());
    town.grant(&grant, &town.business.key).await.ok();
    attest(&town, &name("Anna"), &clerk).await.ok();
}

#[tokio::test]
async fn the_newest_name_counts_and_a_removed_one_stays_away() {
    let town = Town::start().await;
    let anna = town.person("anna").await;
    let by = &town.business.key;
    let old = attestation(town.issuer, &anna, "Old", town.now() - 10);
    let new = attestation(town.issuer, &anna, "New", town.now());
    attest(&town, &old, by).await.ok();
    attest(&town, &new, by).await.ok();
    assert_eq!(attest(&town, &old, by).await.code(), "bad_request");
    let rest = format!("accounts/{}/name", anna.account);
    assert_eq!(town.signed("DELETE", &rest, None, by).await.code(), "not_authorised");
    assert_eq!(town.signed("DELETE", &rest, None, &anna.key).await.status, 204);
    assert_eq!(town.signed("DELETE", &rest, None, &anna.key).await.status, 204);
    assert_eq!(name_of(&town, &anna).await, None);
    for gone in [&old, &new] {
        assert_eq!(attest(&town, gone, by).await.code(), "bad_request");
    }
    town.clock.advance(2);
    attest(&town, &attestation(town.issuer, &anna, "New", town.now()), by).await.ok();
}

#[tokio::test]
async fn a_name_past_its_end_is_free() {
    let town = Town::start().await;
    let (anna, bert) = (town.person("anna").await, town.person("bert").await);
    let by = &town.business.key;
    attest(&town, &attestation(town.issuer, &anna, "Bakery", town.now()), by).await.ok();
    town.clock.advance(86_400 + 2);
    assert_eq!(name_of(&town, &anna).await, None);
    attest(&town, &attestation(town.issuer, &bert, "bakery", town.now()), by).await.ok();
    assert_eq!(name_of(&town, &bert).await.as_deref(), Some("bakery"));
}
