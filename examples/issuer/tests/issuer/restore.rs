//! A server that was restored from an older copy: it is told, stops, and goes on in a new epoch.

use data_encoding::BASE32_NOPAD;
use serde_json::json;
use tallystick::artefact::{Head, Order, Signed, Statement};
use tallystick::ledger::{Authority, ChainState, Entry};

use super::people::{Person, order, request, sign, sign_request};
use super::town::{Answer, Town, art};

/// Stops the town and puts an older copy of its database in place.
async fn put_back(town: &mut Town, copy: &std::path::Path) {
    town.stop().await;
    tallystick_issuer::testing::put_back(&town.data_folder(), copy).unwrap();
    town.resume().await;
}

fn copy_of(town: &Town) -> std::path::PathBuf {
    let copy = town.folder.path().join("copy.sqlite");
    town.server().backup(&copy).unwrap();
    copy
}

async fn show(town: &Town, head: &Signed<Head>) -> Answer {
    town.post("heads", json!({ "head": art(head) })).await
}

async fn declare(town: &mut Town) {
    let signed_at = town.now();
    let card = town.next_card(|card| (card.epoch, card.signed_at) = (card.epoch + 1, signed_at));
    town.put_card(&card, &[]).await.ok();
    town.card = card;
}

async fn replay(town: &Town, order: &Signed<Order>, receipt: &[u8]) -> Answer {
    town.post("replays", json!({ "order": art(order), "receipt": super::town::text(receipt) })).await
}

#[tokio::test]
async fn a_known_head_is_nothing_new() {
    let town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    let old = town.head(&anna).await;
    town.pay(&anna, &bert, 10).await;
    for head in [&old, &town.head(&anna).await, &town.open(&Person::new("new")).await] {
        assert_eq!(show(&town, head).await.status, 204);
    }
    let forged = sign(old.body(), &anna.key);
    assert_eq!(show(&town, &forged).await.code(), "not_authorised");
    town.pay(&anna, &bert, 10).await;
}

#[tokio::test]
async fn a_head_that_it_lacks_stops_it_until_a_new_epoch() {
    let mut town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    let copy = copy_of(&town);
    let (lost, lost_answer) = town.order(&anna, &bert, 30).await;
    let head = town.head(&bert).await;
    put_back(&mut town, &copy).await;

    let answer = show(&town, &head).await;
    assert_eq!((answer.status, answer.code()), (503, "ledger_behind"));
    // Nothing is written, and nothing is signed: a head would lack what others hold receipts of.
    assert_eq!(town.order(&anna, &bert, 1).await.1.code(), "ledger_behind");
    let rest = format!("accounts/{}/head", anna.account);
    assert_eq!(town.signed("GET", &rest, None, &anna.key).await.code(), "ledger_behind");
    let same_epoch = town.next_card(|card| card.promise = "Sorry.".into());
    assert_eq!(town.put_card(&same_epoch, &[]).await.code(), "ledger_behind");
    town.restart().await;
    assert_eq!(town.order(&anna, &bert, 1).await.1.code(), "ledger_behind", "also after a restart");
    // Whoever opens a request of it without a wallet is told that it cannot be paid now, and offered nothing.
    let asked = sign_request(&request(town.issuer, &bert, 10, town.now()), &bert.key);
    let path = format!("/p/{}", BASE32_NOPAD.encode(asked.bytes()));
    let page = town.send(town.request("GET", &path, None).header("accept", "text/html")).await.unwrap().text;
    assert!(page.contains("Cannot be paid just now") && !page.contains("href=\"tallystick:"), "{page}");
    // A card of long ago, as it may lie about after an earlier restore, begins no epoch.
    let signed_at = town.now() - 601;
    let stale = town.next_card(|card| (card.epoch, card.signed_at) = (1, signed_at));
    assert_eq!(town.put_card(&stale, &[]).await.code(), "stale_card");

    let statement = town.get("statements/latest").await.ok().artefact::<Statement>("statement");
    declare(&mut town).await;
    let page = town.send(town.request("GET", &path, None).header("accept", "text/html")).await.unwrap().text;
    assert!(page.contains("href=\"tallystick:"), "{page}");
    let next = town.get("statements/latest").await.ok().artefact::<Statement>("statement");
    assert_eq!((next.body().number, next.body().epoch), (statement.body().number + 1, 1));
    assert_eq!(next.body().previous, Some(statement.hash()));
    assert_eq!(show(&town, &head).await.status, 204, "what the old epoch lost is known to be lost");

    // Each chain begins with what was carried.
    let page = town.entries(&anna, 1, 0).await;
    let bytes = data_encoding::BASE64URL_NOPAD
        .decode(page.json["entries"][0]["entry"].as_str().unwrap().as_bytes())
        .unwrap();
    let (end, entry) = ChainState::genesis(town.issuer, anna.account, 1).advance(&bytes).unwrap();
    assert!(matches!(entry.authority, Authority::Carried { epoch: 0, sequence: 1, .. }));
    assert_eq!((entry.amount.minor(), end.balance.minor()), (100, 100));
    assert_eq!(page.artefact::<Head>("head").body().chain_hash, end.hash);
    // Of the old epoch there is always more: the new one.
    let old = town.entries(&anna, 0, 1).await;
    assert_eq!((old.json["entries"].as_array().unwrap().len(), old.json["more"].as_bool()), (0, Some(true)));
    // Who had no entries has none now.
    assert_eq!(town.head(&bert).await.body().sequence, 0);

    // What was lost comes back, whoever brings it, however late, and once.
    town.clock.advance(50_000);
    let back = replay(&town, &lost, &lost_answer.bytes("receipt")).await.ok();
    assert_eq!(back.receipt().body().epoch, 1);
    assert_eq!(Entry::read(&back.bytes("entry")).unwrap().balance.minor(), 70);
    let again = replay(&town, &lost, &lost_answer.bytes("receipt")).await.ok();
    assert_eq!(again.bytes("receipt"), back.bytes("receipt"));
    assert_eq!(town.submit(&lost).await.bytes("receipt"), back.bytes("receipt"));
    assert_eq!((town.balance(&anna).await, town.balance(&bert).await), (70, 30));
    town.assert_sums_to_zero().await;
}

#[tokio::test]
async fn an_order_that_may_be_lost_is_never_refused() {
    let mut town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    let copy = copy_of(&town);
    let (lost, lost_answer) = town.order(&anna, &bert, 30).await;
    let head = town.head(&bert).await;
    put_back(&mut town, &copy).await;
    show(&town, &head).await;
    declare(&mut town).await;
    let poor = sign(&order(town.issuer, &bert, &anna, 5, town.now()), &bert.key);
    assert_eq!(town.submit(&poor).await.code(), "unavailable", "it could have been executed before");
    town.clock.advance(500);
    assert_eq!(town.submit(&lost).await.code(), "unavailable", "a refusal would contradict its receipt");
    replay(&town, &lost, &lost_answer.bytes("receipt")).await.ok();
    // Later orders are refused as ever.
    assert_eq!(town.order(&bert, &anna, 50).await.1.refusal(), "insufficient_funds");
}

#[tokio::test]
async fn an_order_of_the_lost_window_sent_again_in_time_is_executed_once() {
    let mut town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    let copy = copy_of(&town);
    let (lost, lost_answer) = town.order(&anna, &bert, 30).await;
    let head = town.head(&bert).await;
    put_back(&mut town, &copy).await;
    show(&town, &head).await;
    declare(&mut town).await;
    let payer = town.submit(&lost).await.ok();
    assert_eq!(payer.receipt().body().epoch, 1);
    let payee = replay(&town, &lost, &lost_answer.bytes("receipt")).await.ok();
    assert_eq!(payee.bytes("receipt"), payer.bytes("receipt"));
    assert_eq!(town.balance(&bert).await, 30);
}

#[tokio::test]
async fn a_replay_waits_for_the_funds_of_the_one_before() {
    let mut town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    let carl = town.person("carl").await;
    let copy = copy_of(&town);
    let (first, first_answer) = town.order(&anna, &bert, 80).await;
    let (second, second_answer) = town.order(&bert, &carl, 50).await;
    let head = town.head(&carl).await;
    put_back(&mut town, &copy).await;
    show(&town, &head).await;
    declare(&mut town).await;
    let early = replay(&town, &second, &second_answer.bytes("receipt")).await;
    assert_eq!(early.code(), "unavailable");
    assert!(early.headers.contains_key("retry-after"));
    replay(&town, &first, &first_answer.bytes("receipt")).await.ok();
    replay(&town, &second, &second_answer.bytes("receipt")).await.ok();
    assert_eq!(town.balance(&carl).await, 50);
    town.assert_sums_to_zero().await;
}

#[tokio::test]
async fn only_what_was_promised_is_replayed() {
    let mut town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 100).await, town.person("bert").await);
    let copy = copy_of(&town);
    let (lost, lost_answer) = town.order(&anna, &bert, 30).await;
    let (other, other_answer) = town.order(&anna, &bert, 20).await;
    let head = town.head(&bert).await;
    put_back(&mut town, &copy).await;
    // A receipt of the present epoch whose order is not here says as much as a head.
    let answer = replay(&town, &other, &other_answer.bytes("receipt")).await;
    assert_eq!(answer.code(), "ledger_behind");
    assert_eq!(show(&town, &head).await.code(), "ledger_behind");
    declare(&mut town).await;
    let crossed = replay(&town, &lost, &other_answer.bytes("receipt")).await;
    assert_eq!(crossed.code(), "bad_request");
    let forged = sign(lost_answer.receipt().body(), &anna.key);
    assert_eq!(replay(&town, &lost, forged.bytes()).await.code(), "not_authorised");
    // An order that somebody else signed, with a receipt of a server whose key was stolen.
    let theft = sign(&order(town.issuer, &anna, &bert, 7, town.now()), &bert.key);
    let mut receipt = lost_answer.receipt().body().clone();
    receipt.order = theft.hash();
    let key = town.inside().signing_key(town.issuer).await.unwrap();
    assert_eq!(replay(&town, &theft, sign(&receipt, &key).bytes()).await.code(), "not_authorised");
}

#[tokio::test]
async fn a_host_that_lost_its_signing_key_goes_on_with_a_new_one() {
    let mut town = Town::start().await;
    let anna = town.rich("anna", 100).await;
    town.stop().await;
    for key in std::fs::read_dir(town.data_folder().join("keys")).unwrap() {
        std::fs::remove_file(key.unwrap().path()).unwrap();
    }
    town.resume().await;
    let bert = Person::new("bert");
    let opening = town.post("accounts", json!({ "opening": art(&bert.opening(town.issuer)) })).await;
    assert_eq!(opening.code(), "unavailable");
    let next = town.signed("POST", "signing-keys", None, &town.business.key).await.ok();
    let last = next.artefact::<Statement>("statement");
    let card = town.next_card(|card| {
        card.signing_key = next.json["signing_key"].as_str().unwrap().parse().unwrap();
        card.last_statement = Some(super::town::reference(last.body().number, &last));
    });
    town.put_card(&card, &[]).await.ok();
    town.open(&bert).await;
    town.pay(&anna, &bert, 100).await;
}
