//! Requests kept for payment by reference, and the links to them.

use data_encoding::BASE32_NOPAD;
use serde_json::json;
use tallystick::artefact::{Capabilities, Line, Request, Signed};
use tallystick::keys::Digest;
use tallystick::money::Amount;

use super::people::{cancel, key, key_grant, request, sign, sign_request};
use super::town::{Town, art};

fn with_lines(request: Request) -> Request {
    let line =
        Line { text: "Two <b>rolls</b>".into(), quantity_thousandths: 2_000, amount: Amount::new(450) };
    Request { lines: vec![line], note: Some("Thank you".into()), ..request }
}

async fn keep(town: &Town, request: &Signed<Request>) -> super::town::Answer {
    town.post("requests", json!({ "request": art(request) })).await
}

#[tokio::test]
async fn a_kept_request_is_found_by_its_hash() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    let asked = sign_request(&with_lines(request(town.issuer, &shop, 450, town.now())), &shop.key);
    let kept = keep(&town, &asked).await.ok();
    assert_eq!(kept.json["hash"].as_str().unwrap(), asked.hash().to_string());
    assert_eq!(keep(&town, &asked).await.ok().json, kept.json);
    let found = town.get(&format!("requests/{}", asked.hash())).await.ok();
    assert_eq!(found.bytes("request"), asked.bytes());
    assert_eq!(town.get(&format!("requests/{}", Digest::new([4; 32]))).await.code(), "unknown_request");
}

#[tokio::test]
async fn links_lead_to_json_or_to_a_page() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    let asked = sign_request(&with_lines(request(town.issuer, &shop, 450, town.now())), &shop.key);
    keep(&town, &asked).await.ok();
    let short = sign_request(&request(town.issuer, &shop, 450, town.now()), &shop.key);
    let by_value = BASE32_NOPAD.encode(short.bytes());
    let (hash, lower) = (asked.hash().to_string(), asked.hash().to_string().to_lowercase());
    for (code, expected) in [(&by_value, &short), (&hash, &asked), (&lower, &asked)] {
        let call = town.request("GET", &format!("/p/{code}"), None).header("accept", "application/json");
        assert_eq!(town.send(call).await.unwrap().ok().bytes("request"), expected.bytes());
    }
    let page = |code: &str| {
        town.send(town.request("GET", &format!("/p/{code}"), None).header("accept", "text/html,*/*"))
    };
    let by_reference = page(&hash).await.unwrap().ok();
    let host = town.server().origin().strip_prefix("https://").unwrap();
    assert!(by_reference.text.contains(&format!("tallystick:p/{}?h={host}", asked.hash())));
    assert!(by_reference.headers.contains_key("content-security-policy"));
    assert!(page(&by_value).await.unwrap().ok().text.contains(&format!("\"tallystick:p/{by_value}\"")));
    // Whatever has lines or a note does not travel by value.
    let long = BASE32_NOPAD.encode(asked.bytes());
    for code in ["AAAA", "not-base32", &"A".repeat(5_000), &long] {
        assert_eq!(page(code).await.unwrap().status, 400, "{}", code.len());
    }
}

#[tokio::test]
async fn only_whoever_receives_may_leave_requests() {
    let town = Town::start_with(|config, _| config.limits.requests_per_account = 2).await;
    let shop = town.person("shop").await;
    let till = key("till");
    let asked = |key| sign_request(&request(town.issuer, &shop, 450, town.now()), key);
    assert_eq!(keep(&town, &asked(&till)).await.code(), "bad_signature");
    let grant = key_grant(town.issuer, &shop, &till, Capabilities::RECEIVE, None, town.now());
    town.grant(&grant, &shop.key).await.ok();
    keep(&town, &asked(&till)).await.ok();
    keep(&town, &asked(&shop.key)).await.ok();
    assert_eq!(keep(&town, &asked(&till)).await.code(), "limit_exceeded");
    // Past their end they count no more.
    town.clock.advance(1_000);
    keep(&town, &asked(&till)).await.ok();
    let mut late = request(town.issuer, &shop, 450, town.now());
    late.not_after = Some(town.now() - 5);
    assert_eq!(
        keep(&town, &sign_request(&late, &shop.key)).await.json["field"].as_str(),
        Some("request.not_after")
    );
}

#[tokio::test]
async fn a_cancelled_request_is_gone() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    let asked = sign_request(&request(town.issuer, &shop, 450, town.now()), &shop.key);
    keep(&town, &asked).await.ok();
    let word = sign(&cancel(town.issuer, shop.account, asked.hash(), town.now()), &shop.key);
    town.post("cancels", json!({ "cancel": art(&word) })).await.ok();
    assert_eq!(town.get(&format!("requests/{}", asked.hash())).await.code(), "unknown_request");
    let link = || town.request("GET", &format!("/p/{}", asked.hash()), None);
    let json = town.send(link().header("accept", "application/json")).await.unwrap();
    assert_eq!(json.code(), "unknown_request");
    let page = town.send(link()).await.unwrap();
    assert_eq!(page.status, 404);
    assert!(page.text.contains("not kept here") && !page.text.contains("rolls"));
    assert_eq!(keep(&town, &asked).await.code(), "unknown_request");
}
