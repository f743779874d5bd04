//! The live connection.

use std::sync::Mutex;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::StreamExt as _;
use tokio::sync::{mpsc, oneshot};

use super::server::{Server, problem, problem_with, status, with_header};
use super::*;
use crate::issuer::http_signature::verify;
use crate::issuer::{
    AccountEvent, ChainPosition, ConnectFault, IssuerBackend as _, IssuerError, LiveEvent, LiveEvents,
};

const START: ChainPosition = ChainPosition { epoch: 1, sequence: 4 };

fn follow(backend: &NativeBackend) -> LiveEvents {
    backend.live_events(ACCOUNT_REF, Arc::new(key()), START).unwrap()
}

fn entry(sequence: i64) -> LiveEvent {
    let position = ChainPosition { epoch: 1, sequence };
    LiveEvent::Entry(AccountEvent { account: ACCOUNT, position })
}

/// An event as the protocol has it.
fn event(sequence: i64) -> String {
    format!(
        "event: entry\nid: 1.{sequence}\ndata: {{\"account\": \"{ACCOUNT}\", \"epoch\": 1, \"sequence\": {sequence}}}\n\n"
    )
}

fn event_stream(body: Body) -> Response {
    Response::builder().header("content-type", "text/event-stream").body(body).unwrap()
}

/// Sends these parts and then ends, cleanly or not.
fn parts(parts: &[String], clean: bool) -> Response {
    let chunks: Vec<_> = parts.iter().map(|part| Ok(Bytes::from(part.clone()))).collect();
    let end = (!clean).then_some(async {
        // Lets what came before leave the server.
        tokio::task::yield_now().await;
        Err(std::io::Error::other("cut"))
    });
    let end = futures_util::stream::iter(end).then(|cut| cut);
    event_stream(Body::from_stream(futures_util::stream::iter(chunks).chain(end)))
}

/// Sends one part and then stays open.
fn open_after(part: &str) -> Response {
    let first = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(part.to_owned()))]);
    event_stream(Body::from_stream(first.chain(futures_util::stream::pending())))
}

async fn expect(events: &mut LiveEvents, expected: LiveEvent) {
    assert_eq!(events.next().await, Some(expected));
}

async fn expect_interruption(events: &mut LiveEvents, code: &str) {
    match events.next().await {
        Some(LiveEvent::Interrupted(error)) => assert_eq!(error.code(), code),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn news_arrive_and_a_lost_connection_resumes() {
    // HTTP/2 would throw away what came before the cut.
    let server = Server::start_http1(|_, before| match before {
        0 => parts(&[": hello\n\n".to_owned(), event(5), event(6)], true),
        1 => parts(&[event(7), event(8)[..30].to_owned()], false),
        2 => status(503),
        _ => open_after(&format!("{}{}", event(6), event(9))),
    });
    let mut events = follow(&backend_for(&server));
    expect(&mut events, LiveEvent::Connected).await;
    expect(&mut events, entry(5)).await;
    expect(&mut events, entry(6)).await;
    expect_interruption(&mut events, "interrupted").await;
    expect(&mut events, LiveEvent::Connected).await;
    expect(&mut events, entry(7)).await;
    expect_interruption(&mut events, "interrupted").await;
    expect_interruption(&mut events, "http_error").await;
    expect(&mut events, LiveEvent::Connected).await;
    // Number 6 came before and is not told again.
    expect(&mut events, entry(9)).await;

    let asked = server.asked();
    let resumed: Vec<&str> = asked.iter().map(|asked| asked.header("last-event-id")).collect();
    assert_eq!(resumed, ["1.4", "1.6", "1.7", "1.7"]);
    for asked in &asked {
        assert_eq!(asked.uri.path(), format!("/v1/{ISSUER}/accounts/{ACCOUNT}/events"));
        assert_eq!(asked.header("accept"), "text/event-stream");
        verify("GET", &asked.target_uri(), &asked.headers, None).unwrap();
    }
}

#[tokio::test]
async fn split_bytes_and_all_line_ends_are_read() {
    let text = format!("{}{}", event(5).replace('\n', "\r"), event(6).replace('\n', "\r\n"));
    let single: Vec<String> = text.chars().map(String::from).collect();
    let server = Server::start(move |_, _| parts(&single, true));
    let mut events = follow(&backend_for(&server));
    expect(&mut events, LiveEvent::Connected).await;
    expect(&mut events, entry(5)).await;
    expect(&mut events, entry(6)).await;
}

#[tokio::test]
async fn silence_is_a_lost_connection() {
    let server = Server::start(|_, before| if before == 0 { open_after("") } else { open_after(&event(5)) });
    let backend = backend_with(NativeConfig { silence_timeout: Duration::from_millis(100), ..quick() });
    route(&backend, ISSUER, &[server.endpoint()]);
    let mut events = follow(&backend);
    expect(&mut events, LiveEvent::Connected).await;
    expect_interruption(&mut events, "timeout").await;
    expect(&mut events, LiveEvent::Connected).await;
    expect(&mut events, entry(5)).await;
}

#[tokio::test]
async fn comments_are_no_silence() {
    // Three seconds of nothing but comments, and then news, on one connection.
    let server = Server::start(|_, _| {
        let comments = futures_util::stream::unfold(0, |sent| async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Some((if sent < 60 { ": nothing new\n\n".to_owned() } else { event(5) }, sent + 1))
        });
        event_stream(Body::from_stream(comments.map(Ok::<_, std::io::Error>)))
    });
    let backend = backend_with(NativeConfig { silence_timeout: Duration::from_secs(2), ..quick() });
    route(&backend, ISSUER, &[server.endpoint()]);
    let mut events = follow(&backend);
    expect(&mut events, LiveEvent::Connected).await;
    expect(&mut events, entry(5)).await;
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_reader_that_may_not_is_told_once() {
    for (code, status) in [("not_authorised", 403), ("bad_signature", 401), ("unknown_account", 404)] {
        let server = Server::start(move |_, _| problem(status, code));
        let mut events = follow(&backend_for(&server));
        match events.next().await {
            Some(LiveEvent::Ended(error)) => assert!(error.is_problem(code)),
            other => panic!("{other:?}"),
        }
        assert_eq!(events.next().await, None);
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn an_unknown_issuer_is_told_at_once() {
    let backend = backend_with(quick());
    let result = backend.live_events(ACCOUNT_REF, Arc::new(key()), START);
    assert_eq!(result.err(), Some(IssuerError::NoRoute { issuer: ISSUER }));
}

#[tokio::test]
async fn a_wrong_clock_is_set_on_the_way() {
    let server = Server::start(|asked, _| {
        let reader = verify("GET", &asked.target_uri(), &asked.headers, None).unwrap();
        if reader.check_fresh(NOW + 86_400).is_ok() {
            return open_after(&event(5));
        }
        problem_with(401, &serde_json::json!({ "code": "clock_skew", "now": NOW + 86_400 }))
    });
    let mut events = follow(&backend_for(&server));
    expect(&mut events, LiveEvent::Connected).await;
    expect(&mut events, entry(5)).await;
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn junk_is_an_interruption_and_never_a_panic() {
    let of_another = event(5).replace(&ACCOUNT.to_string(), &AccountId::new([9; 16]).to_string());
    let junk = [
        of_another,
        event(5).replace("id: 1.5", "id: 1.6"),
        event(5).replace("id: 1.5\n", ""),
        event(5).replace("\"epoch\"", "\"epic\""),
        "event: entry\nid: 1.5\ndata: x\n\n".to_owned(),
        format!("data: {}\n\n", "x".repeat(20_000)),
        "data: x\n".repeat(5_000),
        ":".repeat(20_000),
    ];
    for part in junk {
        let server =
            Server::start(move |_, before| if before == 0 { open_after(&part) } else { status(404) });
        let mut events = follow(&backend_for(&server));
        expect(&mut events, LiveEvent::Connected).await;
        expect_interruption(&mut events, "malformed_answer").await;
        assert!(matches!(events.next().await, Some(LiveEvent::Ended(_))));
    }
}

#[tokio::test]
async fn what_is_not_ours_is_passed_over() {
    // A byte order mark spoils the line that it stands on, and nothing else.
    let other = format!(
        "\u{feff}: mark\n\nevent: quote\nid: 1.5\ndata: x\n\nretry: 1\n\n: still here\n\n{}",
        event(5)
    );
    let server = Server::start(move |_, _| open_after(&other));
    let mut events = follow(&backend_for(&server));
    expect(&mut events, LiveEvent::Connected).await;
    expect(&mut events, entry(5)).await;

    let server = Server::start(|_, before| match before {
        0 => event_stream(Body::from(&b"\xef\xbb\xbf\xff\xfe\n\n"[..])),
        1 => Response::builder().header("content-type", "text/html").body(Body::from(event(5))).unwrap(),
        _ => open_after(&event(6)),
    });
    let mut events = follow(&backend_for(&server));
    expect(&mut events, LiveEvent::Connected).await;
    expect_interruption(&mut events, "malformed_answer").await;
    expect_interruption(&mut events, "malformed_answer").await;
    expect(&mut events, LiveEvent::Connected).await;
    expect(&mut events, entry(6)).await;
}

#[tokio::test]
async fn the_next_endpoint_takes_over() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody =
        Endpoint { origin: format!("https://{}", listener.local_addr().unwrap()), tls_keys: Vec::new() };
    drop(listener);
    let good = Server::start(|_, _| open_after(&event(5)));
    let backend = backend_with(quick());
    route(&backend, ISSUER, &[nobody.clone(), good.endpoint()]);
    let mut events = follow(&backend);
    expect(&mut events, LiveEvent::Connected).await;
    expect(&mut events, entry(5)).await;

    route(&backend, ISSUER, &[nobody]);
    let mut events = follow(&backend);
    match events.next().await {
        Some(LiveEvent::Interrupted(IssuerError::Unreachable { fault, .. })) => {
            assert_eq!(fault, ConnectFault::Refused);
        }
        other => panic!("{other:?}"),
    }
    // The card of meanwhile names a server that is there.
    route(&backend, ISSUER, &[good.endpoint()]);
    expect(&mut events, LiveEvent::Connected).await;
}

/// The server's part is told, by a dropped sender, that nobody listens any more.
#[tokio::test]
async fn a_dropped_stream_closes_its_connection() {
    let (gone, closed) = oneshot::channel::<()>();
    let gone = Mutex::new(Some(gone));
    let server = Server::start(move |_, _| {
        let guard = gone.lock().unwrap().take();
        let (sender, mut receiver) = mpsc::unbounded_channel::<Bytes>();
        sender.send(Bytes::from(event(5))).unwrap();
        let body = futures_util::stream::poll_fn(move |context| {
            let _kept = (&guard, &sender);
            receiver.poll_recv(context).map(|bytes| bytes.map(Ok::<_, std::io::Error>))
        });
        event_stream(Body::from_stream(body))
    });
    let backend = backend_for(&server);
    let mut events = follow(&backend);
    expect(&mut events, LiveEvent::Connected).await;
    expect(&mut events, entry(5)).await;
    drop(events);
    assert!(closed.await.is_err(), "the server's sender was dropped, not used");
}

#[tokio::test]
async fn a_server_that_asks_for_peace_gets_it() {
    let server = Server::start(|_, before| match before {
        0 => with_header(problem(429, "rate_limited"), "retry-after", "1"),
        _ => open_after(&event(5)),
    });
    let backend = backend_with(NativeConfig { longest_pause: Duration::from_secs(2), ..quick() });
    route(&backend, ISSUER, &[server.endpoint()]);
    let mut events = follow(&backend);
    expect_interruption(&mut events, "rate_limited").await;
    let start = std::time::Instant::now();
    expect(&mut events, LiveEvent::Connected).await;
    assert!(start.elapsed() >= Duration::from_secs(1));
}

/// Passes on what comes, until it is told to say nothing any more, as a network does whose radio has gone.
async fn through(server: &Server, silent: tokio::sync::watch::Receiver<bool>) -> crate::artefact::Endpoint {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    let behind = server.address;
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut silent = silent.clone();
            tokio::spawn(async move {
                let mut far = tokio::net::TcpStream::connect(behind).await.unwrap();
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
                    told = silent.wait_for(|silent| *silent) => drop(told),
                }
                // Both stay open.
                std::future::pending::<()>().await;
            });
        }
    });
    crate::artefact::Endpoint { origin, tls_keys: vec![server.tls_key] }
}

#[tokio::test]
async fn a_network_that_falls_silent_is_noticed_by_asking() {
    let server = Server::start(|_, _| open_after(&event(5)));
    let (stop, silent) = tokio::sync::watch::channel(false);
    let hour = std::time::Duration::from_hours(1);
    let second = std::time::Duration::from_secs(1);
    let backend = backend_with(NativeConfig { silence_timeout: hour, ping_interval: second, ..quick() });
    route(&backend, ISSUER, &[through(&server, silent).await]);
    let mut events = follow(&backend);
    expect(&mut events, LiveEvent::Connected).await;
    expect(&mut events, entry(5)).await;
    stop.send_replace(true);
    let told = events.next().await;
    assert!(matches!(told, Some(LiveEvent::Interrupted(_))), "{told:?}");
}
