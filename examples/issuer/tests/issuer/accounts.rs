//! Accounts: opening, finding, forgetting, rekeys, lists.

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use tallystick::artefact::{Head, Opening, Rekey, Signed, Subject};
use tallystick::keys::SealingKey;
use tallystick::ledger::FoundingKeys;
use tallystick::ledger::chain::genesis_hash;

use super::people::{Person, key, sign};
use super::town::{Town, art, text};

#[tokio::test]
async fn opening_gives_a_signed_head_and_again_the_same_account() {
    let town = Town::start().await;
    let anna = Person::new("anna");
    let head = town.open(&anna).await;
    assert_eq!(head.signer(), &town.card.body().signing_key);
    let body = head.body();
    assert_eq!((body.epoch, body.sequence, body.balance.minor()), (0, 0, 0));
    assert_eq!(body.chain_hash, genesis_hash(&town.issuer, &anna.account, 0));
    assert_eq!(body.statement.number, 0);
    town.pay(&town.owner, &anna, 5).await;
    assert_eq!(town.open(&anna).await.body().balance.minor(), 5);
}

#[tokio::test]
async fn the_state_of_an_account_is_for_its_keys_alone() {
    let town = Town::start().await;
    let anna = town.rich("anna", 70).await;
    let rest = format!("accounts/{}", anna.account);
    let state = town.signed("GET", &rest, None, &anna.key).await.ok();
    assert_eq!(state.artefact::<Head>("head").body().balance.minor(), 70);
    assert_eq!(state.artefact::<Opening>("opening").signer(), &anna.public_key());
    assert!(!state.has("role_grant") && !state.has("attestation"));
    let owner =
        town.signed("GET", &format!("accounts/{}", town.owner.account), None, &town.owner.key).await.ok();
    assert!(owner.has("role_grant"));
    assert_eq!(town.signed("GET", &rest, None, &town.owner.key).await.code(), "not_authorised");
    assert_eq!(town.get(&rest).await.code(), "not_authorised");
}

#[tokio::test]
async fn openings_that_are_never_used_are_forgotten_oldest_first() {
    let town = Town::start_with(|config, _| config.limits.unused_accounts = 3).await;
    let used = town.rich("used", 10).await;
    let named = town.person("named").await;
    let attestation = super::people::attestation(town.issuer, &named, "Named", town.now());
    let attestation = sign(&attestation, &town.business.key);
    town.post("attestations", json!({ "attestation": art(&attestation) })).await.ok();
    let mut people = Vec::new();
    for number in 0..5 {
        people.push(town.person(&format!("unused {number}")).await);
    }
    for (person, known) in people.iter().zip([false, false, true, true, true]) {
        let answer = town.get(&format!("payees/{}", person.account)).await;
        assert_eq!(answer.status == 200, known, "{}", person.name);
    }
    for person in [&used, &named, &town.owner] {
        town.get(&format!("payees/{}", person.account)).await.ok();
    }
    // Whoever was forgotten posts its opening again, and nothing has happened.
    town.open(&people[0]).await;
    town.pay(&used, &people[0], 10).await;
}

#[tokio::test]
async fn a_rekey_counts_and_stays() {
    let town = Town::start().await;
    let mut anna = town.rich("anna", 70).await;
    let opening = anna.opening(town.issuer);
    let first_recovery = key("anna recovery 0");
    let first = anna.rekey_account();
    let second = anna.rekey_account();
    // In order only.
    assert_eq!(town.post("rekeys", json!({ "rekey": art(&second) })).await.code(), "rekey_conflict");
    town.post("rekeys", json!({ "rekey": art(&first) })).await.ok();
    let all = town.post("rekeys", json!({ "rekey": art(&second) })).await.ok();
    assert_eq!(all.json["rekeys"].as_array().unwrap().len(), 2);
    // Again: the same.
    assert_eq!(town.post("rekeys", json!({ "rekey": art(&first) })).await.ok().json, all.json);
    assert_eq!(town.balance(&anna).await, 70);

    // Another rekey of number 1, by the right key: the first seen stays.
    let other = Rekey { founding_key: key("thief").public_key(), ..first.body().clone() };
    let other = sign(&other, &first_recovery);
    assert_eq!(town.post("rekeys", json!({ "rekey": art(&other) })).await.code(), "rekey_conflict");
    // One by a key that was never promised.
    let forged = Rekey {
        subject: Subject::Account(anna.account, SealingKey::new([1; 32])),
        number: 3,
        previous: anna.public_key(),
        ..first.body().clone()
    };
    let forged = sign(&forged, &key("thief"));
    assert_eq!(town.post("rekeys", json!({ "rekey": art(&forged) })).await.code(), "rekey_conflict");

    // Whoever looks the account up can prove who speaks for it.
    let payee = town.get(&format!("payees/{}", anna.account)).await.ok();
    let rekeys: Vec<Signed<Rekey>> = payee.json["rekeys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|text| {
            Signed::parse(&BASE64URL_NOPAD.decode(text.as_str().unwrap().as_bytes()).unwrap()).unwrap()
        })
        .collect();
    let keys = FoundingKeys::of_account(anna.account, Some(&opening), &rekeys).unwrap();
    assert_eq!(keys.key(), &anna.public_key());
}

#[tokio::test]
async fn an_account_is_found_by_any_of_its_founding_keys() {
    let town = Town::start().await;
    let mut anna = town.rich("anna", 70).await;
    let first = key("anna");
    let rekey = anna.rekey_account();
    town.post("rekeys", json!({ "rekey": art(&rekey) })).await.ok();
    for key in [&first, &anna.key] {
        let rest = format!("keys/{}", key.public_key());
        let found = town.signed("GET", &rest, None, key).await.ok();
        assert_eq!(found.json["account"].as_str().unwrap(), anna.account.to_string());
        assert_eq!(found.json["rekeys"].as_array().unwrap().len(), 1);
    }
    let stranger = key("stranger");
    let rest = format!("keys/{}", stranger.public_key());
    assert_eq!(town.signed("GET", &rest, None, &stranger).await.code(), "unknown_account");
    let rest = format!("keys/{}", first.public_key());
    assert_eq!(town.signed("GET", &rest, None, &stranger).await.code(), "not_authorised");
}

#[tokio::test]
async fn opening_again_after_a_restore_elsewhere_brings_the_rekeys_along() {
    let town = Town::start().await;
    let mut anna = Person::new("anna");
    let opening = anna.opening(town.issuer);
    let rekey = anna.rekey_account();
    town.post("accounts", json!({ "opening": art(&opening), "rekeys": [art(&rekey)] })).await.ok();
    assert_eq!(town.balance(&anna).await, 0);
}

#[tokio::test]
async fn the_list_is_kept_for_its_owner() {
    let town = Town::start().await;
    let anna = town.person("anna").await;
    let rest = format!("accounts/{}/list", anna.account);
    assert!(!town.signed("GET", &rest, None, &anna.key).await.ok().has("list"));
    let put =
        async |list: &[u8], key| town.signed("PUT", &rest, Some(json!({ "list": text(list) })), key).await;
    assert_eq!(put(&[1; 4_095], &anna.key).await.code(), "bad_request");
    assert_eq!(put(&[1; 4_096], &town.owner.key).await.code(), "not_authorised");
    put(&[1; 4_096], &anna.key).await.ok();
    put(&[2; 4_096], &anna.key).await.ok();
    assert_eq!(town.signed("GET", &rest, None, &anna.key).await.ok().bytes("list"), [2; 4_096]);
    assert_eq!(town.signed("GET", &rest, None, &town.owner.key).await.code(), "not_authorised");
}

#[tokio::test]
async fn memos_are_removed_by_either_party() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 70).await, town.person("bert").await);
    let memo = b"sealed";
    let order = super::people::order(town.issuer, &anna, &bert, 7, town.now());
    let order = tallystick::artefact::Order { memo: Some(tallystick::keys::Digest::of(&[memo])), ..order };
    let order = sign(&order, &anna.key);
    town.post("orders", json!({ "order": art(&order), "memo": text(memo) })).await.ok();
    let rest = |person: &Person| format!("accounts/{}/memos/{}", person.account, order.hash());
    assert_eq!(
        town.signed("DELETE", &rest(&town.owner), None, &town.owner.key).await.code(),
        "unknown_order"
    );
    assert_eq!(town.signed("DELETE", &rest(&bert), None, &anna.key).await.code(), "not_authorised");
    assert_eq!(town.signed("DELETE", &rest(&bert), None, &bert.key).await.status, 204);
    let page = town.entries(&bert, 0, 0).await;
    assert!(page.json["entries"][0]["memo"].is_null());
    // The chain does not hang on it.
    assert_eq!(town.balance(&bert).await, 7);
}
