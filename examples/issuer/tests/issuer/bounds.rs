//! What strangers leave behind is bounded: anyone can open accounts, ask for money that nobody pays, grant and cancel.

use serde_json::json;
use tallystick::artefact::{Capabilities, Request, Signed};
use tallystick::keys::SigningKey;

use super::people::{Person, cancel, key, key_grant, order, paying, request, sign, sign_request};
use super::town::{Answer, Town, art};

async fn keep(town: &Town, request: &Signed<Request>) -> Answer {
    town.post("requests", json!({ "request": art(request) })).await
}

async fn rows(town: &Town, table: &'static str) -> i64 {
    let count = move |db: &rusqlite::Connection| {
        db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
    };
    town.inside().with_database(count).await.unwrap()
}

#[tokio::test]
async fn requests_that_ended_unpaid_make_room() {
    let town = Town::start_with(|config, _| config.limits.requests_per_account = 3).await;
    let shop = town.rich("shop", 5).await;
    let anna = town.rich("anna", 1_000).await;
    let asked = |until: i64| {
        let asked =
            Request { not_after: Some(town.now() + until), ..request(town.issuer, &shop, 450, town.now()) };
        sign_request(&asked, &shop.key)
    };
    // One is paid: it stays, and counts for nothing.
    let paid = asked(5);
    keep(&town, &paid).await.ok();
    let order = paying(&order(town.issuer, &anna, &shop, 450, town.now()), &paid);
    let body = json!({ "order": art(&sign(&order, &anna.key)), "request": art(&paid) });
    assert!(town.post("orders", body).await.has("receipt"));
    for _ in 0..5 {
        for until in [5, 6, 7] {
            keep(&town, &asked(until)).await.ok();
        }
        assert_eq!(keep(&town, &asked(8)).await.code(), "limit_exceeded");
        town.clock.advance(10);
    }
    assert_eq!(rows(&town, "request").await, 4);
    town.get(&format!("requests/{}", paid.hash())).await.ok();
}

#[tokio::test]
async fn an_account_that_was_never_used_leaves_little_and_takes_it_along() {
    let town = Town::start_with(|config, _| {
        config.limits.left_by_unused_account = 3;
        config.limits.unused_accounts = 1;
    })
    .await;
    let before = (rows(&town, "request").await, rows(&town, "grants").await, rows(&town, "cancelled").await);
    let stranger = town.person("stranger").await;
    let asked = || sign_request(&request(town.issuer, &stranger, 450, town.now()), &stranger.key);
    let give = |to: &SigningKey| {
        let grant = key_grant(town.issuer, &stranger, to, Capabilities::VIEW, None, town.now());
        sign(&grant, &stranger.key)
    };
    for number in 0..3 {
        keep(&town, &asked()).await.ok();
        let grant = give(&key(&format!("device {number}")));
        town.post("grants", json!({ "grant": art(&grant) })).await.ok();
        let word = sign(&cancel(town.issuer, stranger.account, grant.hash(), town.now()), &stranger.key);
        town.post("cancels", json!({ "cancel": art(&word) })).await.ok();
    }
    let one_more = asked();
    assert_eq!(keep(&town, &one_more).await.code(), "limit_exceeded");
    let grant = give(&key("one more"));
    assert_eq!(town.post("grants", json!({ "grant": art(&grant) })).await.code(), "limit_exceeded");
    let word = sign(&cancel(town.issuer, stranger.account, one_more.hash(), town.now()), &stranger.key);
    let body = json!({ "cancel": art(&word), "request": art(&one_more) });
    assert_eq!(town.post("cancels", body).await.code(), "limit_exceeded");
    // The next that comes takes its place, and nothing of it is left.
    town.person("another").await;
    let after = (rows(&town, "request").await, rows(&town, "grants").await, rows(&town, "cancelled").await);
    assert_eq!(before, after);
}

#[tokio::test]
async fn money_lifts_the_bounds_of_those_who_were_never_used() {
    let town = Town::start_with(|config, _| config.limits.left_by_unused_account = 1).await;
    let shop = town.person("shop").await;
    let asked = || sign_request(&request(town.issuer, &shop, 450, town.now()), &shop.key);
    keep(&town, &asked()).await.ok();
    assert_eq!(keep(&town, &asked()).await.code(), "limit_exceeded");
    town.pay(&town.owner, &shop, 1).await;
    keep(&town, &asked()).await.ok();
}

#[tokio::test]
async fn an_id_has_at_most_so_many_rekeys() {
    let town = Town::start().await;
    let mut restless = Person::new("restless");
    town.open(&restless).await;
    for number in 1..=64 {
        let rekey = restless.rekey_account();
        let answer = town.post("rekeys", json!({ "rekey": art(&rekey) })).await.ok();
        assert_eq!(answer.json["rekeys"].as_array().unwrap().len(), number);
    }
    let rekey = restless.rekey_account();
    assert_eq!(town.post("rekeys", json!({ "rekey": art(&rekey) })).await.code(), "limit_exceeded");
    assert_eq!(rows(&town, "rekey").await, 64);
}
