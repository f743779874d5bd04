//! The host: health, metrics, rates, TLS, backup.

use serde_json::json;
use tallystick_issuer::{Issuer, StartError, Token};

use super::people::Person;
use super::town::{Town, art};

#[tokio::test]
async fn it_lives_is_ready_and_counts() {
    let town = Town::start().await;
    let anna = town.rich("anna", 10).await;
    town.order(&anna, &town.owner, 100).await;
    assert_eq!(town.call("GET", "/healthz", None).await.ok().text, "ok\n");
    assert_eq!(town.call("GET", "/readyz", None).await.ok().text, "ready\n");
    let metrics = town.call("GET", "/metrics", None).await.ok().text;
    for line in [
        "tallystick_orders_total{outcome=\"executed\"} 1",
        "tallystick_orders_total{outcome=\"insufficient_funds\"} 1",
        "tallystick_requests_total{method=\"POST\",route=\"/v1/{issuer}/orders\",status=\"200\"} 2",
        "tallystick_event_streams 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} in\n{metrics}");
    }
    assert!(!metrics.contains(&town.issuer.to_string()) && !metrics.contains(&anna.account.to_string()));
}

#[tokio::test]
async fn metrics_may_ask_for_a_token() {
    let town = Town::start_with(|config, _| config.metrics_token = Some(Token::new("count"))).await;
    assert_eq!(town.call("GET", "/metrics", None).await.status, 401);
    let call = town.request("GET", "/metrics", None).bearer_auth("count");
    town.send(call).await.unwrap().ok();
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_come_again() {
    let town = Town::start_with(|config, _| {
        config.limits.key_per_second = 1;
        config.limits.key_burst = 3;
    })
    .await;
    let anna = Person::new("anna");
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(town.post("accounts", json!({ "opening": art(&anna.opening(town.issuer)) })).await);
    }
    let limited = answers.iter().find(|answer| answer.status == 429).expect("never limited");
    assert_eq!(limited.code(), "rate_limited");
    assert!(limited.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    // Others are not held up by it.
    town.open(&Person::new("bert")).await;

    let town = Town::start_with(|config, _| {
        config.limits.address_per_second = 1;
        config.limits.address_burst = 30;
    })
    .await;
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(town.call("GET", "/healthz", None).await.status);
    }
    assert!(statuses.contains(&200) && statuses.contains(&429));
}

#[tokio::test]
async fn the_date_is_the_issuers_time() {
    let town = Town::start().await;
    town.clock.advance(-3_600 * 5);
    // Time never goes back, so the date is that of before.
    let date = |answer: super::town::Answer| answer.headers["date"].to_str().unwrap().to_owned();
    town.clock.advance(86_400 * 2);
    let shown = httpdate::parse_http_date(&date(town.call("GET", "/healthz", None).await)).unwrap();
    let shown = shown.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().cast_signed();
    assert!((shown - town.now()).abs() <= 2);
}

#[tokio::test]
async fn one_server_a_folder() {
    let town = Town::start().await;
    let config = super::town::config(town.folder.path());
    let error = Issuer::start(config).await.err().expect("two servers");
    assert!(matches!(error, StartError::InUse(_)), "{error}");
    assert_eq!(error.code(), "data_folder_in_use");
}

#[tokio::test]
async fn a_newer_database_is_left_alone() {
    let mut town = Town::start().await;
    town.stop().await;
    let file = town.data_folder().join("issuer.sqlite");
    let database = rusqlite::Connection::open(&file).unwrap();
    database.pragma_update(None, "user_version", 999).unwrap();
    drop(database);
    let config = super::town::config(town.folder.path());
    let error = Issuer::start(config).await.err().expect("it started");
    assert_eq!(error.code(), "database_too_new");
    let database = rusqlite::Connection::open(&file).unwrap();
    let version: i64 = database.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 999);
}

#[tokio::test]
async fn the_tls_key_stays_over_restarts() {
    let mut town = Town::start().await;
    let before = town.server().tls_key_hashes();
    town.restart().await;
    assert_eq!(town.server().tls_key_hashes(), before);
    town.get("card").await.ok();
}

#[tokio::test]
async fn origins_are_checked_at_the_start() {
    for origin in ["http://town.example", "https://town.example/", "town.example", "https://Town.example"] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = super::town::config(folder.path());
        config.origins = vec![origin.to_owned()];
        let error = Issuer::start(config).await.err().expect(origin);
        assert_eq!(error.code(), "bad_origin");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn secrets_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let town = Town::start().await;
    let data = town.data_folder();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("keys")), 0o700);
    assert_eq!(mode(&data.join("tls.key")), 0o600);
    let keys: Vec<_> =
        std::fs::read_dir(data.join("keys")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(mode(&keys[0]), 0o600);
    // And nowhere in the database.
    let secret = std::fs::read_to_string(&keys[0]).unwrap();
    let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let copy = town.folder.path().join("copy");
    town.server().backup(&copy).unwrap();
    assert_eq!(mode(&copy), 0o600);
    assert_eq!(town.server().backup(&copy).unwrap_err().code(), "copy_failed", "nothing is written over");
    let copy = std::fs::read(copy).unwrap();
    assert!(!copy.windows(32).any(|window| window == secret));
}
