//! Who is believed (protocol §8).

use std::sync::atomic::Ordering;

use super::server::{Server, certificate, json};
use super::*;
use crate::clock::SystemEntropy;
use crate::issuer::{ConnectFault, IssuerBackend as _, IssuerError, TrustFault};

fn bread() -> serde_json::Value {
    serde_json::json!({ "card": b64(card().bytes()), "rekeys": [], "unknown": 1 })
}

fn shop() -> Server {
    Server::start(|_, _| serve_request())
}

fn serve_request() -> axum::response::Response {
    json(&serde_json::json!({ "hash": request().hash(), "request": b64(request().bytes()) }))
}

async fn call(backend: &NativeBackend, issuer: &IssuerId) -> Result<Digest, IssuerError> {
    backend.keep_request(issuer, &request()).await
}

fn untrusted(server: &Server, fault: TrustFault) -> IssuerError {
    IssuerError::Untrusted { host: server.host(), fault, tls_key: Some(server.tls_key) }
}

#[tokio::test]
async fn a_certificate_of_nobody_is_refused() {
    let server = shop();
    let backend = backend_with(quick());
    route(&backend, ISSUER, &[server.unpinned()]);
    let error = call(&backend, &ISSUER).await.unwrap_err();
    assert_eq!(error, untrusted(&server, TrustFault::UnknownAuthority));
    assert_eq!(error.code(), "untrusted");
    assert!(server.asked().is_empty(), "nothing may be sent to a server that is not trusted");
}

#[tokio::test]
async fn a_pinned_key_is_believed_whatever_its_certificate_says() {
    let mut expired = certificate(&["elsewhere.example"]);
    expired.0.not_after = rcgen::date_time_ymd(2001, 1, 1);
    let server = Server::start_as(expired, |_, _| serve_request());
    assert_eq!(call(&backend_for(&server), &ISSUER).await, Ok(request().hash()));
    assert_eq!(server.asked()[0].version, http::Version::HTTP_2);
}

#[tokio::test]
async fn a_wrong_pin_is_refused() {
    let server = shop();
    let backend = backend_with(quick());
    let mut endpoint = server.endpoint();
    endpoint.tls_keys = vec![Digest::of(&[b"another key"])];
    route(&backend, ISSUER, &[endpoint]);
    assert_eq!(call(&backend, &ISSUER).await, Err(untrusted(&server, TrustFault::UnknownAuthority)));
}

#[tokio::test]
async fn an_own_root_is_believed_for_its_hosts_and_its_time() {
    let server = shop();
    let clock = clock();
    let config = NativeConfig { extra_roots: vec![server.certificate.clone()], ..quick() };
    let backend = NativeBackend::new(config, clock.clone(), Arc::new(SystemEntropy)).unwrap();
    route(&backend, ISSUER, &[server.unpinned()]);
    assert_eq!(call(&backend, &ISSUER).await, Ok(request().hash()));

    // A phone whose clock stands at its factory's setting.
    clock.0.store(0, Ordering::SeqCst);
    let other = IssuerId::new([8; 16]);
    let backend = NativeBackend::new(
        NativeConfig { extra_roots: vec![server.certificate.clone()], ..quick() },
        clock,
        Arc::new(SystemEntropy),
    )
    .unwrap();
    route(&backend, other, &[server.unpinned()]);
    assert_eq!(call(&backend, &other).await, Err(untrusted(&server, TrustFault::NotValidNow)));

    let elsewhere = Server::start_as(certificate(&["elsewhere.example"]), |_, _| serve_request());
    let backend = backend_with(NativeConfig { extra_roots: vec![elsewhere.certificate.clone()], ..quick() });
    route(&backend, ISSUER, &[elsewhere.unpinned()]);
    assert_eq!(call(&backend, &ISSUER).await, Err(untrusted(&elsewhere, TrustFault::WrongHost)));
}

#[tokio::test]
async fn a_root_must_be_a_certificate() {
    let config = NativeConfig { extra_roots: vec![vec![1, 2, 3]], ..quick() };
    let error = NativeBackend::new(config, clock(), Arc::new(SystemEntropy)).unwrap_err();
    assert_eq!(error.code(), "unsendable");
}

/// An issuer that names another's host and a key of its own wins nothing.
#[tokio::test]
async fn pins_count_for_their_issuer_alone() {
    let server = shop();
    let backend = backend_with(quick());
    let other = IssuerId::new([8; 16]);
    route(&backend, ISSUER, &[server.endpoint()]);
    route(&backend, other, &[server.unpinned()]);
    assert_eq!(call(&backend, &ISSUER).await, Ok(request().hash()));
    assert_eq!(call(&backend, &other).await, Err(untrusted(&server, TrustFault::UnknownAuthority)));
    // Nor does the pool of the first serve the second after it has a connection.
    assert_eq!(call(&backend, &ISSUER).await, Ok(request().hash()));
    assert_eq!(call(&backend, &other).await, Err(untrusted(&server, TrustFault::UnknownAuthority)));
}

#[tokio::test]
async fn only_a_card_is_taken_from_a_server_that_nobody_vouches_for() {
    let server = Server::start(|asked, _| match asked.uri.path() {
        path if path.starts_with("/c/") => json(&bread()),
        _ => serve_request(),
    });
    let backend = backend_with(quick());
    let bundle = backend.card(&ISSUER, Some(&server.host())).await.unwrap();
    assert_eq!(bundle.card, card());
    assert_eq!(server.asked()[0].uri.path(), format!("/c/{ISSUER}"));
    assert_eq!(backend.clock_offset_seconds(&ISSUER), None, "an unproved server does not set the clock");

    let wanted = request().hash();
    let error = backend.request(&server.host(), &wanted).await.unwrap_err();
    assert_eq!(error, untrusted(&server, TrustFault::UnknownAuthority));
    assert_eq!(server.asked().len(), 1);
    // Once a known issuer vouches for the host, requests are read there too.
    route(&backend, ISSUER, &[server.endpoint()]);
    assert_eq!(backend.request(&server.host(), &wanted).await.unwrap().bytes(), request().bytes());
    assert_eq!(server.asked()[1].uri.path(), format!("/p/{wanted}"));
}

#[tokio::test]
async fn a_server_with_a_new_key_still_gives_its_card() {
    let server = Server::start(|_, _| json(&bread()));
    let backend = backend_with(quick());
    let mut endpoint = server.endpoint();
    endpoint.tls_keys = vec![Digest::of(&[b"the key before"])];
    route(&backend, ISSUER, &[endpoint]);
    backend.card(&ISSUER, None).await.unwrap();
    assert_eq!(server.asked().len(), 1);
    assert_eq!(server.asked()[0].uri.path(), format!("/c/{ISSUER}"));
}

#[tokio::test]
async fn a_card_of_another_issuer_is_refused() {
    let server = Server::start(|_, _| json(&bread()));
    let backend = backend_with(quick());
    let other = IssuerId::new([8; 16]);
    let error = backend.card(&other, Some(&server.host())).await.unwrap_err();
    assert_eq!(error.code(), "malformed_answer");
}

#[tokio::test]
async fn without_a_card_there_is_no_way_to_an_issuer() {
    let backend = backend_with(quick());
    let error = IssuerError::NoRoute { issuer: ISSUER };
    assert_eq!(call(&backend, &ISSUER).await, Err(error.clone()));
    assert_eq!(backend.card(&ISSUER, None).await, Err(error));
    for host in
        ["", "a b", "user@host.example", "host.example/path", "host.example?x", "host.example#x", "host:x"]
    {
        let error = backend.card(&ISSUER, Some(host)).await.unwrap_err();
        assert_eq!(error.code(), "unsendable", "{host}");
        assert_eq!(backend.request(host, &Digest::of(&[])).await.unwrap_err().code(), "unsendable", "{host}");
    }
    for origin in
        ["http://bread.example", "https://bread.example/path", "ftp://bread.example", "bread.example"]
    {
        route(&backend, ISSUER, &[Endpoint { origin: origin.to_owned(), tls_keys: Vec::new() }]);
        let error = call(&backend, &ISSUER).await.unwrap_err();
        assert_eq!(error.code(), "unsendable", "{origin}");
    }
}

#[tokio::test]
async fn what_is_not_tls_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n").await;
        }
    });
    let backend = backend_with(quick());
    route(&backend, ISSUER, &[Endpoint { origin: format!("https://{address}"), tls_keys: Vec::new() }]);
    let error = call(&backend, &ISSUER).await.unwrap_err();
    assert_eq!(error, IssuerError::Unreachable { host: address.to_string(), fault: ConnectFault::Tls });
}
