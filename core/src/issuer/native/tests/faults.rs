//! What the network and broken servers do, and what is sent again.

use std::time::{Duration, Instant};

use super::server::{Server, cut_short, json, problem, problem_with, silent, status, with_header};
use super::*;
use crate::issuer::http_signature::{HttpSignatureError, verify};
use crate::issuer::{
    Certainty, ConnectFault, IssuerBackend as _, IssuerError, OrderAnswer, OrderSubmission, Outcome,
    Settlement, Undecided,
};

fn executed() -> serde_json::Value {
    serde_json::json!({ "receipt": b64(receipt(order().hash()).bytes()), "entry": b64(b"entry") })
}

fn head_answer() -> serde_json::Value {
    serde_json::json!({ "head": b64(head(7).bytes()) })
}

async fn pay(backend: &NativeBackend) -> Result<OrderAnswer, IssuerError> {
    let order = order();
    let submission =
        OrderSubmission { order: &order, request: Some(b"request"), memo: Some(b"memo"), pin: None };
    backend.submit_order(submission).await
}

async fn read_head(backend: &NativeBackend) -> Result<Signed<Head>, IssuerError> {
    backend.head(reader(&key())).await
}

fn settled() -> OrderAnswer {
    let entry = Some(b"entry".to_vec());
    OrderAnswer::Executed(Settlement::Signed { receipt: receipt(order().hash()), entry })
}

/// A port where nobody listens.
fn nobody() -> Endpoint {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    Endpoint { origin, tls_keys: Vec::new() }
}

#[tokio::test]
async fn a_lost_reply_is_asked_for_again_with_the_same_order() {
    for fault in [|| cut_short(&executed()), || status(500), || problem(503, "unavailable")] {
        let server = Server::start(move |_, before| if before < 2 { fault() } else { json(&executed()) });
        assert_eq!(pay(&backend_for(&server)).await, Ok(settled()));
        let asked = server.asked();
        assert_eq!(asked.len(), 3);
        assert!(asked.iter().all(|again| again.body == asked[0].body));
        assert_eq!(asked[0].json()["order"], b64(order().bytes()));
        assert!(!asked[0].headers.contains_key("signature"), "an order proves itself");
    }
}

#[tokio::test]
async fn a_reply_that_stays_lost_leaves_the_order_undecided() {
    let servers =
        [Server::start(|_, _| cut_short(&executed())), Server::start_http1(|_, _| cut_short(&executed()))];
    for server in servers {
        let error = pay(&backend_for(&server)).await.unwrap_err();
        assert_eq!(error, IssuerError::Interrupted { host: server.host() });
        assert_eq!(server.asked().len(), 3);
        assert_eq!(Outcome::of(Err(error.clone())), Outcome::Unknown(Undecided::Failed(error)));
    }
}

#[tokio::test]
async fn answers_that_decide_nothing_leave_the_order_undecided() {
    let malformed: [fn() -> axum::response::Response; 6] = [
        || json(&serde_json::json!({})),
        || json(&serde_json::json!({ "receipt": "AAAA", "entry": "AA" })),
        || json(&serde_json::json!({ "receipt": b64(receipt(Digest::of(&[b"another"])).bytes()) })),
        || {
            json(
                &serde_json::json!({ "refusal": b64(refusal(Digest::of(&[b"another"]), "expired").bytes()) }),
            )
        },
        || json(&serde_json::json!([])),
        || status(204),
    ];
    for fault in malformed {
        let server = Server::start(move |_, _| fault());
        let error = pay(&backend_for(&server)).await.unwrap_err();
        assert_eq!((error.code(), error.certainty()), ("malformed_answer", Certainty::Unknown), "{error}");
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_problem_is_told_as_the_server_tells_it() {
    let server = Server::start(|_, _| {
        let body = serde_json::json!({
            "type": "urn:tallystick:problem:unknown_account", "title": "x", "status": 404,
            "code": "unknown_account", "detail": "no such\n account", "field": "order.payer",
        });
        problem_with(404, &body)
    });
    let error = pay(&backend_for(&server)).await.unwrap_err();
    let IssuerError::Problem(problem) = &error else { panic!("{error}") };
    assert_eq!((problem.status, problem.code.as_str()), (404, "unknown_account"));
    assert_eq!(problem.detail.as_deref(), Some("no such account"));
    assert_eq!(problem.field.as_deref(), Some("order.payer"));
    assert_eq!(error.certainty(), Certainty::Declined);
    assert_eq!(server.asked().len(), 1, "what the server has looked at is not sent again");
}

#[tokio::test]
async fn a_limit_is_waited_out() {
    let server = Server::start(|_, before| match before {
        0 => with_header(problem(429, "rate_limited"), "retry-after", "1"),
        _ => json(&head_answer()),
    });
    let start = Instant::now();
    assert_eq!(read_head(&backend_for(&server)).await, Ok(head(7)));
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_limit_beyond_patience_is_told() {
    let server = Server::start(|_, _| with_header(problem(429, "rate_limited"), "retry-after", "3600"));
    let backend = backend_for(&server);
    route(&backend, ISSUER, &[server.endpoint(), nobody()]);
    let error = read_head(&backend).await.unwrap_err();
    assert_eq!(error.retry_after_seconds(), Some(3600));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_ledger_that_is_behind_is_not_pressed() {
    let server = Server::start(|_, _| problem(503, "ledger_behind"));
    let error = pay(&backend_for(&server)).await.unwrap_err();
    assert!(error.is_problem("ledger_behind"));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_server_that_stays_silent_is_given_up() {
    let server = Server::start(|_, _| silent());
    let backend =
        backend_with(NativeConfig { call_timeout: Duration::from_millis(150), rounds: 2, ..quick() });
    route(&backend, ISSUER, &[server.endpoint()]);
    assert_eq!(pay(&backend).await, Err(IssuerError::Timeout { host: server.host() }));
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn nobody_there_is_certain() {
    let backend = backend_with(quick());
    let endpoint = nobody();
    let host = endpoint.origin.trim_start_matches("https://").to_owned();
    route(&backend, ISSUER, &[endpoint]);
    let error = pay(&backend).await.unwrap_err();
    assert_eq!(error, IssuerError::Unreachable { host, fault: ConnectFault::Refused });
    assert_eq!(error.certainty(), Certainty::NotSent);
}

/// The kernel takes the connection, but nobody answers the handshake: nothing of the order can have left.
#[tokio::test]
async fn a_handshake_that_hangs_is_certain() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let config = NativeConfig { connect_timeout: Duration::from_millis(100), rounds: 1, ..quick() };
    let backend = backend_with(config);
    route(&backend, ISSUER, &[Endpoint { origin: format!("https://{host}"), tls_keys: Vec::new() }]);
    let fault = ConnectFault::Timeout;
    assert_eq!(pay(&backend).await, Err(IssuerError::Unreachable { host, fault }));
}

#[tokio::test]
async fn the_next_endpoint_takes_over() {
    let broken = Server::start(|_, _| cut_short(&head_answer()));
    let unproved = Server::start(|_, _| panic!("not trusted, so not asked"));
    let good = Server::start(|_, _| json(&head_answer()));
    let backend = backend_with(quick());
    let endpoints = [nobody(), unproved.unpinned(), broken.endpoint(), good.endpoint()];
    route(&backend, ISSUER, &endpoints);
    assert_eq!(read_head(&backend).await, Ok(head(7)));
    assert_eq!((broken.asked().len(), good.asked().len()), (1, 1));
}

/// The first server may have executed the order; that the second was never reached does not make it undone.
#[tokio::test]
async fn doubt_is_never_hidden_by_a_later_certainty() {
    let lossy = Server::start(|_, _| cut_short(&executed()));
    let unproved = Server::start(|_, _| panic!("not trusted, so not asked"));
    for last in [nobody(), unproved.unpinned()] {
        let backend = backend_with(quick());
        route(&backend, ISSUER, &[lossy.endpoint(), last]);
        assert_eq!(pay(&backend).await, Err(IssuerError::Interrupted { host: lossy.host() }));
    }
}

#[tokio::test]
async fn what_must_not_be_done_twice_is_not_sent_twice() {
    let server = Server::start(|_, _| cut_short(&serde_json::json!({ "signing_key": "x" })));
    let backend = backend_for(&server);
    let error = backend.next_signing_key(&ISSUER, &key()).await.unwrap_err();
    assert_eq!(error, IssuerError::Interrupted { host: server.host() });
    assert_eq!(server.asked().len(), 1);

    route(&backend, ISSUER, &[nobody(), server.endpoint()]);
    assert!(backend.next_signing_key(&ISSUER, &key()).await.is_err());
    assert_eq!(server.asked().len(), 2, "what never left may go another way");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let target = Server::start(|_, _| json(&head_answer()));
    let location = format!("{}/elsewhere", target.origin());
    for code in [301, 302, 303, 307, 308] {
        let location = location.clone();
        let server = Server::start(move |_, _| with_header(status(code), "location", &location));
        let error = read_head(&backend_for(&server)).await.unwrap_err();
        assert_eq!(error.code(), "malformed_answer", "{code}");
        assert_eq!(server.asked().len(), 1);
    }
    assert!(target.asked().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read() {
    let large = serde_json::json!({ "head": "A".repeat(5_000) });
    let declared = large.clone();
    let servers = [
        Server::start(move |_, _| json(&declared)),
        Server::start(move |_, _| {
            let chunks = vec![Ok::<_, std::io::Error>(bytes::Bytes::from(large.to_string()))];
            axum::response::Response::new(axum::body::Body::from_stream(futures_util::stream::iter(chunks)))
        }),
    ];
    for server in servers {
        let backend = backend_with(NativeConfig { answer_limit_bytes: 4_000, ..quick() });
        route(&backend, ISSUER, &[server.endpoint()]);
        let error = read_head(&backend).await.unwrap_err();
        assert_eq!(
            error,
            IssuerError::Malformed { what: "body", reason: "is larger than 4000 bytes".to_owned() }
        );
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn the_issuers_clock_is_followed() {
    // The issuer is a day ahead of this phone.
    let issuer_time = NOW + 86_400;
    let server = Server::start(move |asked, before| {
        let reader = verify("GET", &asked.target_uri(), &asked.headers, None).unwrap();
        let date = "Sat, 16 Jan 2027 08:00:00 GMT";
        match reader.check_fresh(issuer_time) {
            Ok(()) => with_header(json(&head_answer()), "date", date),
            Err(HttpSignatureError::ClockSkew { now, .. }) => {
                assert_eq!(before, 0);
                // A proxy may have set the date: what the issuer itself says counts.
                let body = serde_json::json!({ "code": "clock_skew", "now": now });
                with_header(problem_with(401, &body), "date", "Thu, 01 Jan 1970 00:00:00 GMT")
            }
            Err(error) => panic!("{error}"),
        }
    });
    let backend = backend_for(&server);
    assert_eq!(backend.issuer_now(&ISSUER), NOW);
    assert_eq!(read_head(&backend).await, Ok(head(7)));
    assert_eq!(backend.issuer_now(&ISSUER), issuer_time);
    assert_eq!(backend.clock_offset_seconds(&ISSUER), Some(86_400));

    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert_ne!(asked[0].header("signature-input"), asked[1].header("signature-input"));

    read_head(&backend).await.unwrap();
    assert_eq!(server.asked().len(), 3, "from now on the first try is good");
    let other = backend_for(&server);
    other.set_clock_offset_seconds(&ISSUER, 86_400);
    assert_eq!(other.issuer_now(&ISSUER), issuer_time);
}

#[tokio::test]
async fn a_clock_that_cannot_be_met_is_told() {
    let server = Server::start(|_, _| {
        problem_with(401, &serde_json::json!({ "code": "clock_skew", "now": NOW + 1_000 }))
    });
    let error = read_head(&backend_for(&server)).await.unwrap_err();
    assert_eq!(error, IssuerError::ClockSkew { issuer_now: NOW + 1_000 });
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn each_try_of_a_signed_read_has_its_own_nonce() {
    let server = Server::start(|_, before| if before < 2 { status(502) } else { json(&head_answer()) });
    read_head(&backend_for(&server)).await.unwrap();
    let mut inputs: Vec<String> =
        server.asked().iter().map(|asked| asked.header("signature-input").to_owned()).collect();
    inputs.sort();
    inputs.dedup();
    assert_eq!(inputs.len(), 3);
}
