//! Issuers: founding, cards, new signing keys, rekeys of the issuer.

use serde_json::json;
use tallystick::artefact::{Card, Role, Signed, Statement, Subject};
use tallystick::keys::PublicKey;
use tallystick::ledger::FoundingKeys;
use tallystick::money::{Amount, Currency};
use tallystick_issuer::Token;

use super::people::{Person, key, role_grant, sign};
use super::town::{Town, art, reference};

#[tokio::test]
async fn a_founded_issuer_serves_its_card_and_statement_0() {
    let town = Town::start().await;
    for path in [town.place("card"), format!("/c/{}", town.issuer)] {
        let card = town.call("GET", &path, None).await.ok().artefact::<Card>("card");
        assert_eq!(card, town.card);
        FoundingKeys::of_issuer(town.issuer, Some(&card), &[]).unwrap();
    }
    let statement = town.get("statements/0").await.ok().artefact::<Statement>("statement");
    assert_eq!(statement.signer(), &town.card.body().signing_key);
    assert_eq!((statement.body().number, statement.body().previous), (0, None));
    assert_eq!(town.get("statements/1").await.code(), "unknown_statement");
    // The same card again is the same answer.
    town.put_card(&town.card.clone(), &[]).await.ok();
    // And the founding as well.
    let again = town
        .call(
            "POST",
            "/v1/issuers",
            Some(json!({
            "founding_key": town.business.public_key(), "commitment": town.business.commitment() })),
        )
        .await
        .ok();
    assert_eq!(again.json["signing_key"].as_str().unwrap(), town.card.body().signing_key.to_string());
    assert_eq!(again.json["endpoint"].as_str().unwrap(), town.server().origin());
    assert_eq!(again.json["tls_keys"][0].as_str().unwrap(), town.server().tls_key_hashes()[0].to_string());
}

#[tokio::test]
async fn nothing_works_before_the_first_card() {
    let town = Town::start().await;
    let other = Person::new("other business");
    let id = tallystick::keys::IssuerId::derive(&other.public_key(), &other.commitment());
    let found = json!({ "founding_key": other.public_key(), "commitment": other.commitment() });
    let path = |rest: &str| format!("/v1/{id}/{rest}");
    assert_eq!(
        town.call("PUT", &path("card"), Some(json!({ "card": art(&town.card) }))).await.code(),
        "unknown_issuer"
    );
    let taken = town.call("POST", "/v1/issuers", Some(found.clone())).await.ok();
    assert_eq!(town.call("POST", "/v1/issuers", Some(found)).await.ok().json, taken.json);
    assert_eq!(taken.json["issuer"].as_str().unwrap(), id.to_string());
    assert_eq!(town.call("GET", &path("card"), None).await.code(), "unknown_issuer");
    let opening = Person::new("anna").opening(id);
    let answer = town.call("POST", &path("accounts"), Some(json!({ "opening": art(&opening) }))).await;
    assert_eq!(answer.code(), "unknown_issuer");
    // A first card that names another server, or begins with another epoch.
    let signing_key: PublicKey = taken.json["signing_key"].as_str().unwrap().parse().unwrap();
    let card = |change: &dyn Fn(&mut Card)| {
        let mut card = town.card.body().clone();
        (card.issuer, card.commitment, card.signing_key) = (id, other.commitment(), signing_key);
        change(&mut card);
        json!({ "card": art(&sign(&card, &other.key)) })
    };
    for (field, body) in [
        ("card.endpoints", card(&|card| card.endpoints[0].origin = "https://elsewhere.example".into())),
        ("card.epoch", card(&|card| card.epoch = 1)),
        ("card.signing_key", card(&|card| card.signing_key = key("other").public_key())),
        ("card.signing_key_until", card(&|card| card.signing_key_until = card.signing_key_from + 1)),
    ] {
        let answer = town.call("PUT", &path("card"), Some(body)).await;
        assert_eq!((answer.code(), answer.json["field"].as_str()), ("bad_request", Some(field)));
    }
    town.call("PUT", &path("card"), Some(card(&|_| {}))).await.ok();
}

#[tokio::test]
async fn a_host_may_ask_for_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = super::town::config(folder.path());
    config.admission_token = Some(Token::new("let me in"));
    let server = tallystick_issuer::Issuer::start(config).await.unwrap();
    let client = super::town::client(&server);
    let other = Person::new("other business");
    let found = json!({ "founding_key": other.public_key(), "commitment": other.commitment() });
    let call = |token: Option<&str>| {
        let call = client.post(format!("{}/v1/issuers", server.origin())).json(&found);
        token.map_or(call.try_clone().unwrap(), |token| call.bearer_auth(token)).send()
    };
    assert_eq!(call(None).await.unwrap().status(), 401);
    assert_eq!(call(Some("let me out")).await.unwrap().status(), 401);
    assert_eq!(call(Some("let me in")).await.unwrap().status(), 200);
    server.shutdown().await;
}

#[tokio::test]
async fn cards_follow_each_other() {
    let mut town = Town::start().await;
    let next = town.next_card(|card| card.promise = "Cake, too.".into());
    let answer = town.put_card(&next, &[]).await.ok();
    assert_eq!(answer.artefact::<Card>("card"), next);
    // Older ones, other ones of the same rank, and ones by somebody else.
    assert_eq!(town.put_card(&town.card, &[]).await.code(), "stale_card");
    let other = town.next_card(|card| card.promise = "No cake.".into());
    assert_eq!(town.put_card(&other, &[]).await.code(), "stale_card");
    town.card = next;
    let forged = sign(town.next_card(|_| {}).body(), &key("stranger"));
    assert_eq!(town.put_card(&forged, &[]).await.code(), "not_authorised");
    for change in [
        (|card| card.currency = Currency::new("BREAD", "Bread", "b", 3).unwrap()) as fn(&mut Card),
        |card| card.currency = Currency::new("CAKE", "Bread", "b", 2).unwrap(),
        |card| card.currency = Currency::new("BREAD", "Rolls", "b", 2).unwrap(),
    ] {
        let answer = town.put_card(&town.next_card(change), &[]).await;
        assert_eq!((answer.code(), answer.json["field"].as_str()), ("bad_request", Some("card.currency")));
    }
    let symbol = town.next_card(|card| card.currency = Currency::new("BREAD", "Bread", "B", 2).unwrap());
    town.put_card(&symbol, &[]).await.ok();
}

#[tokio::test]
async fn the_owners_limit_covers_all_owners() {
    let town = Town::start().await;
    // One owner may owe a million of the two.
    assert_eq!(
        town.put_card(&town.next_card(|card| card.owners_limit = Amount::new(999_999)), &[]).await.code(),
        "limit_exceeded"
    );
    let second = town.person("second owner").await;
    let grant = |limit| role_grant(town.issuer, &second, Role::Owner, Some(limit), town.now());
    assert_eq!(town.grant(&grant(1_000_001), &town.business.key).await.code(), "limit_exceeded");
    town.grant(&grant(1_000_000), &town.business.key).await.ok();
    town.put_card(&town.next_card(|card| card.owners_limit = Amount::new(2_000_000)), &[]).await.ok();
}

#[tokio::test]
async fn a_new_signing_key_starts_with_a_statement() {
    let mut town = Town::start().await;
    let anna = town.rich("anna", 10).await;
    assert_eq!(town.signed("POST", "signing-keys", None, &town.owner.key).await.code(), "not_authorised");
    let next = town.signed("POST", "signing-keys", None, &town.business.key).await.ok();
    let again = town.signed("POST", "signing-keys", None, &town.business.key).await.ok();
    assert_eq!(next.json, again.json);
    let new_key: PublicKey = next.json["signing_key"].as_str().unwrap().parse().unwrap();
    let last = next.artefact::<Statement>("statement");
    assert_ne!(new_key, town.card.body().signing_key);

    let without = town.next_card(|card| card.signing_key = new_key);
    assert_eq!(town.put_card(&without, &[]).await.code(), "stale_card", "names no statement");
    // A statement in between: the owner has to look again.
    town.inside().make_statement(town.issuer).await.unwrap();
    let stale = town.next_card(|card| {
        card.signing_key = new_key;
        card.last_statement = Some(reference(last.body().number, &last));
    });
    assert_eq!(town.put_card(&stale, &[]).await.code(), "stale_card");
    let next = town.signed("POST", "signing-keys", None, &town.business.key).await.ok();
    let last = next.artefact::<Statement>("statement");
    let card = town.next_card(|card| {
        card.signing_key = new_key;
        card.last_statement = Some(reference(last.body().number, &last));
    });
    town.put_card(&card, &[]).await.ok();
    town.card = card;
    let first = town.get("statements/latest").await.ok().artefact::<Statement>("statement");
    assert_eq!(first.signer(), &new_key);
    assert_eq!((first.body().number, first.body().previous), (last.body().number + 1, Some(last.hash())));
    assert_eq!(town.head(&anna).await.signer(), &new_key);
    town.restart().await;
    assert_eq!(town.head(&anna).await.signer(), &new_key);
}

#[tokio::test]
async fn a_signing_key_past_its_time_signs_nothing() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 10).await, town.person("bert").await);
    town.clock.advance(86_400 * 301);
    assert_eq!(town.order(&anna, &bert, 1).await.1.code(), "unavailable");
    let rest = format!("accounts/{}/head", anna.account);
    assert_eq!(town.signed("GET", &rest, None, &anna.key).await.code(), "unavailable");
    // A new key helps.
    let next = town.signed("POST", "signing-keys", None, &town.business.key).await.ok();
    let last = next.artefact::<Statement>("statement");
    let card = town.next_card(|card| {
        card.signing_key = next.json["signing_key"].as_str().unwrap().parse().unwrap();
        card.signing_key_from = town.now();
        card.signing_key_until = town.now() + 86_400;
        card.last_statement = Some(reference(last.body().number, &last));
    });
    town.put_card(&card, &[]).await.ok();
    town.pay(&anna, &bert, 1).await;
}

#[tokio::test]
async fn an_issuers_rekey_evicts_the_thief_of_its_key() {
    let mut town = Town::start().await;
    let old = key("business");
    let rogue = town.next_card(|card| card.serial = 99);
    town.put_card(&rogue, &[]).await.ok();
    let issuer = town.issuer;
    let rekey = town.business.rekey(|_| Subject::Issuer(issuer));
    let card = Card { rekey_number: 1, commitment: town.business.commitment(), ..town.card.body().clone() };
    let card = sign(&card, &town.business.key);
    assert_eq!(town.put_card(&card, &[]).await.code(), "rekey_conflict", "the rekey is missing");
    let answer = town.put_card(&card, &[art(&rekey)]).await.ok();
    assert_eq!(answer.json["rekeys"].as_array().unwrap().len(), 1);
    FoundingKeys::of_issuer(issuer, Some(&answer.artefact::<Card>("card")), &[rekey]).unwrap();
    let thief = sign(&Card { serial: 100, ..rogue.body().clone() }, &old);
    assert_eq!(town.put_card(&thief, &[]).await.code(), "stale_card");
    // What the old key granted is void: the owner can issue no more until the new one grants it again.
    let bert = town.person("bert").await;
    assert_eq!(town.order(&town.owner, &bert, 1).await.1.refusal(), "insufficient_funds");
    let grant = role_grant(issuer, &town.owner, Role::Owner, Some(100), town.now());
    assert_eq!(town.grant(&grant, &old).await.code(), "not_authorised");
    town.grant(&grant, &town.business.key).await.ok();
    town.pay(&town.owner, &bert, 100).await;
}

#[tokio::test]
async fn issuers_on_one_host_know_nothing_of_each_other() {
    let town = Town::start().await;
    let anna = town.rich("anna", 10).await;
    let other = Person::new("other business");
    let id = tallystick::keys::IssuerId::derive(&other.public_key(), &other.commitment());
    let found = json!({ "founding_key": other.public_key(), "commitment": other.commitment() });
    let taken = town.call("POST", "/v1/issuers", Some(found)).await.ok();
    let mut card = town.card.body().clone();
    (card.issuer, card.commitment) = (id, other.commitment());
    card.signing_key = taken.json["signing_key"].as_str().unwrap().parse().unwrap();
    let card = sign(&card, &other.key);
    town.call("PUT", &format!("/v1/{id}/card"), Some(json!({ "card": art(&card) }))).await.ok();
    // A card of one is none of the other.
    let crossed = town.call("PUT", &town.place("card"), Some(json!({ "card": art(&card) }))).await;
    assert_eq!(crossed.code(), "wrong_issuer");
    let path = format!("/v1/{id}/payees/{}", anna.account);
    assert_eq!(town.call("GET", &path, None).await.code(), "unknown_account");
    let opening = anna.opening(id);
    let opened = town
        .call("POST", &format!("/v1/{id}/accounts"), Some(json!({ "opening": art(&opening) })))
        .await
        .ok();
    let head: Signed<tallystick::artefact::Head> = opened.artefact("head");
    assert_eq!((head.body().issuer, head.body().balance.minor()), (id, 0));
}
