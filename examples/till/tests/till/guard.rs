//! Who may call at all: other pages, other names, other bodies, too much of everything.

use std::io::Read as _;

use reqwest::{Method, StatusCode, header};
use serde_json::json;
use tallystick_till::{Limits, StartError, Till, Transport};

use crate::counter::{Counter, PIN, Tablet};

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_others_can_do_nothing() {
    let counter = Counter::new().await;
    let tablet = counter.unlocked().await;
    let host = tablet.url.trim_start_matches("https://").to_owned();
    let lock = |tablet: &Tablet| tablet.call(Method::POST, "/api/lock").body("{}");
    let json = "application/json";

    // A form can send these kinds of bodies, and only these.
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let call = lock(&tablet).header(header::CONTENT_TYPE, kind);
        assert_eq!(tablet.send(call).await.problem(), (415, "wrong_content_type".into(), None), "{kind}");
    }
    assert_eq!(tablet.send(lock(&tablet)).await.code(), "wrong_content_type");
    for origin in [
        "https://evil.example",
        "null",
        &format!("http://{host}"),
        "https://127.0.0.1:1",
        "https://localhost",
    ] {
        let call = lock(&tablet).header(header::CONTENT_TYPE, json).header(header::ORIGIN, origin);
        assert_eq!(tablet.send(call).await.problem(), (403, "foreign_origin".into(), None), "{origin}");
    }
    for site in ["cross-site", "same-site"] {
        let call = lock(&tablet).header(header::CONTENT_TYPE, json).header("sec-fetch-site", site);
        assert_eq!(tablet.send(call).await.code(), "foreign_origin", "{site}");
    }
    assert_eq!(tablet.get("/api/state").await.ok()["unlocked"], json!(true));
    let call = lock(&tablet)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::ORIGIN, format!("https://{host}"))
        .header("sec-fetch-site", "same-origin");
    tablet.send(call).await.expect(StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_names_are_not_answered() {
    let mut counter = Counter::new().await;
    counter.down().await;
    counter.config.names = vec!["Till.local".into()];
    counter.config.transport = Transport::PlainHttp;
    counter.up().await;
    let tablet = counter.tablet();
    let state = |host: &str| tablet.call(Method::GET, "/api/state").header(header::HOST, host);
    for name in ["till.local", "TILL.local:7443", "localhost:1", "127.0.0.1"] {
        tablet.send(state(name)).await.ok();
    }
    for name in
        ["evil.example", "evil.example:7443", "till.local.evil.example", "127.0.0.2", "[::1]", "local"]
    {
        assert_eq!(tablet.send(state(name)).await.problem(), (421, "unknown_host".into(), None), "{name}");
        let page = tablet.send(tablet.call(Method::GET, "/").header(header::HOST, name)).await;
        assert_eq!(page.code(), "unknown_host");
    }
    // Without TLS, the cookie must do without it too.
    let answer = tablet.unlock(PIN).await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(!cookie.contains("Secure") && cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_are_told_what_to_keep_to() {
    let counter = Counter::new().await;
    let tablet = counter.tablet();
    for (path, cache) in [
        ("/", "no-cache"),
        ("/api/state", "no-store"),
        ("/nothing", "no-cache"),
        ("/api/nothing", "no-store"),
    ] {
        let answer = tablet.get(path).await;
        let is = |name: &str, value: &str| assert_eq!(answer.headers[name], value, "{path}");
        assert!(
            answer.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'; ")
        );
        is("x-content-type-options", "nosniff");
        is("referrer-policy", "no-referrer");
        is("x-frame-options", "DENY");
        is("cache-control", cache);
    }
    assert_eq!(tablet.get("/nothing").await.problem(), (404, "not_found".into(), None));
    assert_eq!(tablet.get("/api/unlock").await.problem(), (405, "wrong_method".into(), None));
    let cookie = tablet.unlock(PIN).await.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
    assert!(cookie.len() > 43, "32 random bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_travels_packed_and_once() {
    let counter = Counter::new().await;
    let tablet = counter.tablet();
    let plain = tablet.get("/main.js").await;
    assert!(!plain.headers.contains_key(header::CONTENT_ENCODING));
    let asking = tablet.call(Method::GET, "/main.js").header(header::ACCEPT_ENCODING, "br, gzip");
    let packed = tablet.send(asking).await;
    assert_eq!(packed.headers[header::CONTENT_ENCODING], "gzip");
    assert_eq!(packed.headers[header::CONTENT_TYPE], plain.headers[header::CONTENT_TYPE]);
    assert!(packed.body.len() * 2 < plain.body.len());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(packed.body.as_slice()).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);

    let tag = &plain.headers[header::ETAG];
    assert_eq!(&packed.headers[header::ETAG], tag);
    let again = tablet.call(Method::GET, "/main.js").header(header::IF_NONE_MATCH, tag);
    let again = tablet.send(again).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let other = tablet.call(Method::GET, "/style.css").header(header::IF_NONE_MATCH, tag);
    assert_eq!(tablet.send(other).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_there_is_nothing() {
    let counter = Counter::new().await;
    let (locked, open) = (counter.tablet(), counter.unlocked().await);
    let id = open.charge(counter.issuer, "1").await["id"].as_str().unwrap().to_owned();
    let charge = format!("/api/charge/{id}");
    let made_up = counter.tablet();
    *made_up.cookie.lock().unwrap() = Some("till=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into());
    for tablet in [&locked, &made_up] {
        for path in [&charge, &format!("{charge}/code.png"), "/api/day", "/api/events"] {
            assert_eq!(tablet.get(path).await.problem(), (401, "session_needed".into(), None), "{path}");
        }
        for (path, body) in [
            ("/api/lock", json!({})),
            ("/api/charge", crate::counter::charge(counter.issuer, "1")),
            (format!("{charge}/cancel").as_str(), json!({})),
            ("/api/find-receipt", json!({ "link": "x" })),
            ("/api/refund", json!({ "payment": "x", "pin": PIN, "idempotency_key": "x" })),
        ] {
            assert_eq!(
                tablet.post(path, body).await.problem(),
                (401, "session_needed".into(), None),
                "{path}"
            );
        }
        assert_eq!(tablet.get("/api/state").await.ok()["unlocked"], json!(false));
    }
    assert_eq!(open.get(&charge).await.ok()["state"], json!("waiting"), "nobody cancelled it");

    // Sessions end by wish, and by the clock; so do their streams.
    let mut events = open.events().await;
    events.next("state", |_| true).await;
    open.post("/api/lock", json!({})).await.expect(StatusCode::NO_CONTENT);
    while events.any().await.is_some() {}
    let open = counter.unlocked().await;
    counter.town.clock.move_by(12 * 3_600 + 1);
    assert_eq!(open.get(&charge).await.code(), "session_needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_can_be_too_much_of_everything() {
    let mut counter = Counter::new().await;
    counter.down().await;
    counter.config.limits = Limits {
        sessions: 2,
        streams_per_session: 1,
        body_bytes: 1_000,
        unlock_burst: 4,
        unlocks_per_minute: 1,
        ..Limits::default()
    };
    counter.up().await;
    let [first, second, third] = [counter.tablet(), counter.tablet(), counter.tablet()];
    for tablet in [&first, &second, &third] {
        tablet.unlock(PIN).await.expect(StatusCode::NO_CONTENT);
    }
    assert_eq!(first.get("/api/day").await.code(), "session_needed", "the oldest session made room");
    let stream = second.events().await;
    assert_eq!(second.get("/api/events").await.problem(), (429, "too_many_streams".into(), None));
    drop(stream);
    third.events().await;

    let large = json!({ "link": "x".repeat(1_000) });
    assert_eq!(third.post("/api/find-receipt", large).await.problem(), (413, "too_large".into(), None));
    third.unlock(PIN).await.expect(StatusCode::NO_CONTENT);
    let answer = third.unlock(PIN).await;
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(answer.problem(), (429, "rate_limited".into(), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_that_would_be_unsafe_does_not_start() {
    let mut counter = Counter::new().await;
    let taken = Till::start(counter.config.clone()).await.err().unwrap();
    assert_eq!(taken.code(), "listen_failed");
    counter.config.listen.set_port(0);
    counter.config.transport = Transport::PlainHttp;
    counter.config.listen.set_ip([0, 0, 0, 0].into());
    let heard = Till::start(counter.config.clone()).await.err().unwrap();
    assert!(matches!(heard, StartError::PlainHttpNotLoopback(_)), "{heard}");

    let open = counter.town.person().await;
    open.wallet.close().await.unwrap();
    let config = tallystick_till::Config::on_loopback(open.options.clone());
    assert_eq!(Till::start(config).await.err().unwrap().code(), "pin_not_set");
}
