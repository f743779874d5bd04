//! Signed calls (protocol §1.3).

use serde_json::json;
use tallystick::artefact::Capabilities;

use super::people::{cancel, key, key_grant, sign};
use super::town::{Town, art};

#[tokio::test]
async fn a_signature_is_fresh_and_used_once() {
    let town = Town::start().await;
    // Some time ago, so that signatures of before the start are told apart from late ones.
    town.clock.advance(1_000);
    let anna = town.person("anna").await;
    let path = town.place(&format!("accounts/{}/head", anna.account));
    let at = async |seconds: i64| {
        let call = town.signed_request("GET", &path, None, &anna.key, town.now() + seconds);
        town.send(call).await.unwrap()
    };
    at(-290).await.ok();
    at(290).await.ok();
    for seconds in [-310, 310, 86_400] {
        let late = at(seconds).await;
        assert_eq!((late.status, late.code()), (401, "clock_skew"));
        assert!((late.json["now"].as_i64().unwrap() - town.now()).abs() <= 2);
    }
    let call = town.signed_request("GET", &path, None, &anna.key, town.now());
    let replay = call.try_clone().unwrap();
    town.send(call).await.unwrap().ok();
    let answer = town.send(replay).await.unwrap();
    assert_eq!((answer.status, answer.code()), (401, "signature_replayed"));
}

#[tokio::test]
async fn a_signature_covers_the_whole_call() {
    let town = Town::start().await;
    let anna = town.person("anna").await;
    let path = town.place(&format!("accounts/{}/list", anna.account));
    let body = |fill: u8| serde_json::to_vec(&json!({ "list": super::town::text(&[fill; 4_096]) })).unwrap();
    let signed = town.signed_request("PUT", &path, Some(body(1)), &anna.key, town.now()).build().unwrap();
    let with = async |method: &str, path: &str, body: Option<Vec<u8>>| {
        let mut call = town.request(method, path, body);
        for field in ["signature", "signature-input", "content-digest"] {
            call = call.header(field, signed.headers()[field].clone());
        }
        town.send(call).await.unwrap()
    };
    assert_eq!(with("PUT", &path, Some(body(2))).await.code(), "bad_signature", "another body");
    let query = format!("{path}?x=1");
    assert_eq!(with("PUT", &query, Some(body(1))).await.code(), "bad_signature", "another query");
    let bert = town.person("bert").await;
    let other = town.place(&format!("accounts/{}/list", bert.account));
    assert_eq!(with("PUT", &other, Some(body(1))).await.code(), "bad_signature", "another path");
    with("PUT", &path, Some(body(1))).await.ok();
}

#[tokio::test]
async fn only_hosts_that_the_card_names_are_served() {
    let town = Town::start().await;
    let anna = town.person("anna").await;
    let port = town.server().address().port();
    let path = town.place(&format!("accounts/{}/head", anna.account));
    let target = tallystick::issuer::http_signature::target_uri(&format!("localhost:{port}"), &path);
    let headers =
        tallystick::issuer::http_signature::sign("GET", &target, None, town.now(), &[9; 16], &anna.key)
            .unwrap();
    let mut fields = http::HeaderMap::new();
    headers.apply(&mut fields);
    let url = format!("https://localhost:{port}{path}");
    let answer = town.send(town.client.get(url).headers(fields)).await.unwrap();
    assert_eq!((answer.code(), answer.json["field"].as_str()), ("bad_request", Some("host")));
}

#[tokio::test]
async fn a_granted_key_sees_what_it_was_granted_until_it_is_not() {
    let town = Town::start().await;
    let anna = town.rich("anna", 30).await;
    let (viewer, payer) = (key("viewer"), key("payer"));
    let rest = format!("accounts/{}/head", anna.account);
    let sees = async |key| town.signed("GET", &rest, None, key).await.status;
    assert_eq!(sees(&viewer).await, 403);
    let grant =
        sign(&key_grant(town.issuer, &anna, &viewer, Capabilities::VIEW, None, town.now()), &anna.key);
    town.post("grants", json!({ "grant": art(&grant) })).await.ok();
    town.grant(&key_grant(town.issuer, &anna, &payer, Capabilities::PAY, None, town.now()), &anna.key)
        .await
        .ok();
    assert_eq!((sees(&viewer).await, sees(&payer).await), (200, 403));
    // What only the founding key may do stays so.
    let list = format!("accounts/{}/list", anna.account);
    assert_eq!(town.signed("GET", &list, None, &viewer).await.status, 403);
    let word = sign(&cancel(town.issuer, anna.account, grant.hash(), town.now()), &anna.key);
    town.post("cancels", json!({ "cancel": art(&word) })).await.ok();
    assert_eq!(sees(&viewer).await, 403);
}

#[tokio::test]
async fn nothing_signed_before_the_start_counts() {
    let mut town = Town::start().await;
    let anna = town.person("anna").await;
    let path = town.place(&format!("accounts/{}/head", anna.account));
    let call = town.signed_request("GET", &path, None, &anna.key, town.now());
    let replay = call.try_clone().unwrap();
    town.send(call).await.unwrap().ok();
    town.clock.advance(5);
    town.restart().await;
    let answer = town.send(town.client.execute_later(replay)).await.unwrap();
    assert_eq!(answer.code(), "clock_skew", "its nonce may have been seen before");
    town.head(&anna).await;
}

/// A request built for a client that trusted the server before its restart.
trait ExecuteLater {
    fn execute_later(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder;
}

impl ExecuteLater for reqwest::Client {
    fn execute_later(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let (_, request) = request.build_split();
        reqwest::RequestBuilder::from_parts(self.clone(), request.unwrap())
    }
}
