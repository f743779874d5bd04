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
    let by_value = BASE32_NOPAD.encode(asked.bytes());
    for code in [by_value.clone(), asked.hash().to_string(), asked.hash().to_string().to_lowercase()] {
        let call = town.request("GET", &format!("/p/{code}"), None).header("accept", "application/json");
        assert_eq!(town.send(call).await.unwrap().ok().bytes("request"), asked.bytes());
    }
    let page = |code: String| {
        town.send(town.request("GET", &format!("/p/{code}"), None).header("accept", "text/html,*/*"))
    };
    let by_reference = page(asked.hash().to_string()).await.unwrap().ok();
    assert!(by_reference.text.contains("4.50 BREAD") && by_reference.text.contains("Bread &amp; Sons"));
    let host = town.server().origin().strip_prefix("https://").unwrap();
    assert!(by_reference.text.contains(&format!("tallystick:p/{}?h={host}", asked.hash())));
    assert!(!by_reference.text.contains("rolls"), "a request's own words are not shown");
    assert!(by_reference.headers.contains_key("content-security-policy"));
    let by_value_page = page(by_value.clone()).await.unwrap().ok();
    assert!(by_value_page.text.contains(&format!("\"tallystick:p/{by_value}\"")));
    for code in ["AAAA", "not-base32", &"A".repeat(5_000)] {
        assert_eq!(page(code.to_owned()).await.unwrap().status, 400, "{}", code.len());
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
    let link = town.request("GET", &format!("/p/{}", asked.hash()), None);
    assert_eq!(town.send(link).await.unwrap().code(), "unknown_request");
    assert_eq!(keep(&town, &asked).await.code(), "unknown_request");
}
