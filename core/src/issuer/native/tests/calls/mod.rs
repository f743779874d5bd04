//! Every call: its path, its body, who signs it, and what its answer becomes.

mod holding;
mod owning;

use axum::response::Response;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::server::{Asked, Server, json as answer};
use super::*;
use crate::artefact::{Attestation, Capabilities, Grant, GrantGiven, Rekey, Role, Statement, Subject};
use crate::issuer::http_signature::verify;
use crate::issuer::{IssuerBackend as _, IssuerError};

/// Starts a server that gives one answer, and a driver that knows it.
fn one(body: Value) -> (Server, NativeBackend) {
    scripted(move |_| answer(&body))
}

fn scripted(script: impl Fn(&Asked) -> Response + Send + Sync + 'static) -> (Server, NativeBackend) {
    let server = Server::start(move |asked, _| script(asked));
    let backend = backend_for(&server);
    (server, backend)
}

/// The one request was this, and signed by the reader's key if `signed`.
fn check(server: &Server, method: &Method, path: &str, signed: bool) -> Asked {
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    let asked = asked[0].clone();
    assert_eq!(asked.method, *method);
    assert_eq!(asked.uri.path_and_query().unwrap().as_str(), path);
    if signed {
        let reader = verify(method.as_str(), &asked.target_uri(), &asked.headers, Some(&asked.body)).unwrap();
        assert_eq!(reader.key, key().public_key());
        assert_eq!(reader.created, NOW);
    } else {
        assert!(!asked.headers.contains_key("signature"));
    }
    asked
}

fn at(path: &str) -> String {
    format!("/v1/{ISSUER}/{path}")
}

fn at_account(path: &str) -> String {
    at(&format!("accounts/{ACCOUNT}{path}"))
}

fn rekey() -> Signed<Rekey> {
    sign(&Rekey {
        subject: Subject::Account(ACCOUNT, SealingKey::new([7; 32])),
        number: 1,
        previous: key().public_key(),
        founding_key: SigningKey::from_bytes(&[8; 32]).public_key(),
        commitment: Digest::of(&[b"next"]),
        signed_at: NOW,
    })
}

fn grant(given: GrantGiven) -> Signed<Grant> {
    sign(&Grant {
        issuer: ISSUER,
        account: ACCOUNT,
        given,
        limit: None,
        not_after: NOW + 500,
        signed_at: NOW,
        nonce: [1; 8],
    })
}

fn role_grant() -> Signed<Grant> {
    grant(GrantGiven::Role(Role::Worker))
}

fn key_grant() -> Signed<Grant> {
    grant(GrantGiven::Key(key().public_key(), Capabilities::RECEIVE))
}

fn attestation() -> Signed<Attestation> {
    sign(&Attestation {
        issuer: ISSUER,
        account: ACCOUNT,
        name: "Anna".to_owned(),
        role: Role::Customer,
        not_after: NOW + 500,
        signed_at: NOW,
    })
}

fn statement(number: i64) -> Signed<Statement> {
    sign(&Statement {
        issuer: ISSUER,
        number,
        previous: Some(Digest::of(&[b"before"])),
        time: NOW,
        epoch: 0,
        root: Digest::new([0; 32]),
        sum: 0,
        debtors: Vec::new(),
    })
}

#[tokio::test]
async fn what_is_not_an_artefact_is_named() {
    let mut spoilt = head(4).bytes().to_vec();
    *spoilt.last_mut().unwrap() ^= 1;
    for (head, words) in [
        (json!(b64(&spoilt)), "wrong signature"),
        (json!(b64(order().bytes())), "order"),
        (json!("!"), "invalid"),
        (json!(7), "invalid type"),
        (Value::Null, "invalid type"),
    ] {
        let (_server, backend) = one(json!({ "head": head }));
        let error = backend.head(reader(&key())).await.unwrap_err();
        let IssuerError::Malformed { reason, .. } = &error else { panic!("{error}") };
        assert!(reason.contains(words), "{reason}");
    }
    let long = "x".repeat(10_000);
    let (_server, backend) = scripted(move |_| {
        let mut response = answer(&json!({ "head": { (long.as_str()): 1 } }));
        *response.status_mut() = StatusCode::OK;
        response
    });
    assert!(backend.head(reader(&key())).await.unwrap_err().to_string().len() < 500);
}
