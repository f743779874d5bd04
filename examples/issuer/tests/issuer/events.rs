//! Events: what is new comes, nothing twice, nothing missing, and it ends when it should.

use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::json;
use tallystick::artefact::Capabilities;
use tallystick::keys::SigningKey;

use super::people::{Person, cancel, key, key_grant, sign};
use super::town::{Town, art};

/// Reads a stream event by event.
struct Listener {
    body: std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    buffer: String,
}

impl Listener {
    async fn open(town: &Town, person: &Person, key: &SigningKey, after: Option<&str>) -> Self {
        let path = town.place(&format!("accounts/{}/events", person.account));
        let call = town.signed_request("GET", &path, None, key, town.now());
        let call = match after {
            Some(id) => call.header("last-event-id", id),
            None => call,
        };
        let response = call.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: Box::pin(response.bytes_stream()), buffer: String::new() }
    }

    /// Id and data of the next event; `None`: the stream has ended.
    async fn next(&mut self) -> Option<(String, serde_json::Value)> {
        let read = async {
            loop {
                if let Some((event, rest)) = self.buffer.split_once("\n\n") {
                    let (event, rest) = (event.to_owned(), rest.to_owned());
                    self.buffer = rest;
                    let line = |name: &str| {
                        event.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned))
                    };
                    if let Some(data) = line("data: ") {
                        assert_eq!(line("event: ").as_deref(), Some("entry"));
                        return Some((line("id: ").unwrap(), serde_json::from_str(&data).unwrap()));
                    }
                    continue;
                }
                match self.body.next().await {
                    Some(Ok(bytes)) => self.buffer.push_str(std::str::from_utf8(&bytes).unwrap()),
                    _ => return None,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), read).await.expect("nothing came")
    }
}

#[tokio::test]
async fn money_is_announced_as_it_comes() {
    let town = Town::start().await;
    let (anna, shop) = (town.rich("anna", 100).await, town.person("shop").await);
    let mut listener = Listener::open(&town, &shop, &shop.key, None).await;
    for sequence in 1..4 {
        town.pay(&anna, &shop, 10).await;
        let (id, data) = listener.next().await.unwrap();
        assert_eq!(id, format!("0.{sequence}"));
        assert_eq!(data, json!({ "account": shop.account, "epoch": 0, "sequence": sequence }));
    }
}

#[tokio::test]
async fn a_listener_goes_on_where_it_stopped() {
    let town = Town::start().await;
    let (anna, shop) = (town.rich("anna", 1_000).await, town.person("shop").await);
    for _ in 0..5 {
        town.pay(&anna, &shop, 10).await;
    }
    let mut listener = Listener::open(&town, &shop, &shop.key, Some("0.2")).await;
    for sequence in 3..6 {
        assert_eq!(listener.next().await.unwrap().0, format!("0.{sequence}"));
    }
    town.pay(&anna, &shop, 10).await;
    assert_eq!(listener.next().await.unwrap().0, "0.6");
    // Whoever does not say where it stopped hears of what is new alone.
    let mut fresh = Listener::open(&town, &shop, &shop.key, None).await;
    town.pay(&anna, &shop, 10).await;
    assert_eq!(fresh.next().await.unwrap().0, "0.7");
    // Far more than is read at one look.
    let mut all = Listener::open(&town, &town.owner, &town.owner.key, Some("0.0")).await;
    assert_eq!(all.next().await.unwrap().0, "0.1");
}

#[tokio::test]
async fn more_than_one_look_holds_comes_whole() {
    let town = Town::start().await;
    let (anna, shop) = (town.rich("anna", 1_000).await, town.person("shop").await);
    for _ in 0..130 {
        town.pay(&anna, &shop, 1).await;
    }
    let mut listener = Listener::open(&town, &shop, &shop.key, Some("0.0")).await;
    for sequence in 1..131 {
        assert_eq!(listener.next().await.unwrap().0, format!("0.{sequence}"));
    }
}

#[tokio::test]
async fn it_ends_when_its_key_is_cancelled() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    let till = key("till");
    let grant = sign(&key_grant(town.issuer, &shop, &till, Capabilities::VIEW, None, town.now()), &shop.key);
    town.post("grants", json!({ "grant": art(&grant) })).await.ok();
    let mut listener = Listener::open(&town, &shop, &till, None).await;
    town.pay(&town.owner, &shop, 1).await;
    assert!(listener.next().await.is_some());
    let word = sign(&cancel(town.issuer, shop.account, grant.hash(), town.now()), &shop.key);
    town.post("cancels", json!({ "cancel": art(&word) })).await.ok();
    assert!(listener.next().await.is_none());
}

#[tokio::test]
async fn it_ends_with_a_rekey() {
    let town = Town::start().await;
    let mut shop = town.person("shop").await;
    let mut listener = Listener::open(&town, &shop, &key("shop"), None).await;
    let rekey = shop.rekey_account();
    town.post("rekeys", json!({ "rekey": art(&rekey) })).await.ok();
    assert!(listener.next().await.is_none());
}

#[tokio::test]
async fn it_ends_after_its_time() {
    let lifetime = Duration::from_millis(300);
    let town = Town::start_with(|config, _| config.limits.stream_lifetime = lifetime).await;
    let shop = town.person("shop").await;
    assert!(Listener::open(&town, &shop, &shop.key, None).await.next().await.is_none());
    // And with the end of the key's grant.
    let town = Town::start().await;
    let shop = town.person("shop").await;
    let till = key("till");
    let mut grant = key_grant(town.issuer, &shop, &till, Capabilities::VIEW, None, town.now());
    grant.not_after = town.now() + 1;
    town.grant(&grant, &shop.key).await.ok();
    assert!(Listener::open(&town, &shop, &till, None).await.next().await.is_none());
}

#[tokio::test]
async fn it_ends_when_the_server_stops() {
    let mut town = Town::start().await;
    let shop = town.person("shop").await;
    let mut listener = Listener::open(&town, &shop, &shop.key, None).await;
    let started = std::time::Instant::now();
    town.stop().await;
    assert!(listener.next().await.is_none());
    assert!(started.elapsed() < Duration::from_secs(8), "it did not wait for the stream");
}

#[tokio::test]
async fn an_account_holds_so_many_streams() {
    let town = Town::start_with(|config, _| config.limits.streams_per_account = 2).await;
    let shop = town.person("shop").await;
    let first = Listener::open(&town, &shop, &shop.key, None).await;
    let _second = Listener::open(&town, &shop, &shop.key, None).await;
    let rest = format!("accounts/{}/events", shop.account);
    assert_eq!(town.signed("GET", &rest, None, &shop.key).await.code(), "unavailable");
    drop(first);
    // The server notices that it is gone when it next writes to it.
    for _ in 0..50 {
        town.pay(&town.owner, &shop, 1).await;
        let path = town.place(&rest);
        let again = town.signed_request("GET", &path, None, &shop.key, town.now()).send().await.unwrap();
        if again.status() == 200 {
            return;
        }
    }
    panic!("the place was never freed");
}

#[tokio::test]
async fn ids_that_are_none_are_refused() {
    let town = Town::start().await;
    let shop = town.person("shop").await;
    let path = town.place(&format!("accounts/{}/events", shop.account));
    for id in ["x", "1", "0.x", "-1.2"] {
        let call = town.signed_request("GET", &path, None, &shop.key, town.now()).header("last-event-id", id);
        assert_eq!(town.send(call).await.unwrap().code(), "bad_request", "{id}");
    }
}
