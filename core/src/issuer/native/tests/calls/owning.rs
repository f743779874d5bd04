//! What an owner asks, and whoever gives keys, roles and names.

use http::Method;
use serde_json::json;

use super::super::server::{Server, json as answer, status};
use super::super::*;
use super::{at, at_account, attestation, check, key_grant, one, rekey, scripted, statement};
use crate::artefact::Cancel;
use crate::issuer::{HostToken, IssuerBackend as _};

#[tokio::test]
async fn keys_roles_and_names() {
    let (server, backend) = one(json!({ "rekeys": [b64(rekey().bytes())] }));
    assert_eq!(backend.post_rekey(&ISSUER, &rekey()).await, Ok(vec![rekey()]));
    let asked = check(&server, &Method::POST, &at("rekeys"), false);
    assert_eq!(asked.json(), json!({ "rekey": b64(rekey().bytes()) }));

    let (server, backend) = one(json!({ "grant": b64(key_grant().bytes()) }));
    assert_eq!(backend.post_grant(&key_grant()).await, Ok(key_grant()));
    let asked = check(&server, &Method::POST, &at("grants"), false);
    assert_eq!(asked.json(), json!({ "grant": b64(key_grant().bytes()) }));

    let (server, backend) = one(json!({ "attestation": b64(attestation().bytes()) }));
    assert_eq!(backend.post_attestation(&attestation()).await, Ok(attestation()));
    let asked = check(&server, &Method::POST, &at("attestations"), false);
    assert_eq!(asked.json(), json!({ "attestation": b64(attestation().bytes()) }));

    let (server, backend) = scripted(|_| status(204));
    backend.delete_name(reader(&key())).await.unwrap();
    check(&server, &Method::DELETE, &at_account("/name"), true);

    let (server, backend) = scripted(|_| status(204));
    backend.delete_memo(reader(&key()), &order().hash()).await.unwrap();
    check(&server, &Method::DELETE, &at_account(&format!("/memos/{}", order().hash())), true);
}

#[tokio::test]
async fn a_cancel() {
    let cancel = sign(&Cancel { issuer: ISSUER, target: request().hash(), signed_at: NOW, account: ACCOUNT });
    let refused = refusal(request().hash(), "cancelled");
    let (server, backend) = one(json!({ "refusal": b64(refused.bytes()) }));
    assert_eq!(backend.post_cancel(&cancel, Some(request().bytes())).await, Ok(refused));
    let asked = check(&server, &Method::POST, &at("cancels"), false);
    assert_eq!(asked.json(), json!({ "cancel": b64(cancel.bytes()), "request": b64(request().bytes()) }));

    let other = refusal(order().hash(), "cancelled");
    let (_server, backend) = one(json!({ "refusal": b64(other.bytes()) }));
    assert_eq!(backend.post_cancel(&cancel, None).await.unwrap_err().code(), "malformed_answer");
}

#[tokio::test]
async fn the_founding_of_an_issuer() {
    let tls_key = Digest::of(&[b"tls"]);
    let founding = json!({
        "issuer": ISSUER, "signing_key": signing_key().public_key(), "endpoint": "https://bread.example",
        "tls_keys": [tls_key],
    });
    let server = Server::start(move |_, _| answer(&founding));
    let backend = backend_with(quick());
    let token = HostToken(zeroize::Zeroizing::new("open sesame".to_owned()));
    let commitment = Digest::of(&[b"commitment"]);
    let founded = backend
        .found_issuer(&server.endpoint(), Some(&token), &key().public_key(), &commitment)
        .await
        .unwrap();
    assert_eq!((founded.issuer, founded.signing_key), (ISSUER, signing_key().public_key()));
    assert_eq!(founded.endpoint.origin, "https://bread.example");
    assert_eq!(founded.endpoint.tls_keys, vec![tls_key]);
    let asked = check(&server, &Method::POST, "/v1/issuers", false);
    assert_eq!(asked.json(), json!({ "founding_key": key().public_key(), "commitment": commitment }));
    assert_eq!(asked.header("authorization"), "Bearer open sesame");

    // A token that no header can hold shows in no error.
    let token = HostToken(zeroize::Zeroizing::new("open\nsesame".to_owned()));
    let error = backend
        .found_issuer(&server.endpoint(), Some(&token), &key().public_key(), &commitment)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "unsendable");
    assert!(!format!("{error} {error:?} {token:?}").contains("sesame"));
}

#[tokio::test]
async fn the_first_card_goes_where_it_says() {
    let server = Server::start(|asked, _| answer(&json!({ "card": asked.json()["card"], "rekeys": [] })));
    let backend = backend_with(quick());
    let first = card_at(vec![server.endpoint()]);
    let bundle = backend.put_card(&first, &[]).await.unwrap();
    assert_eq!(bundle.card, first);
    let asked = check(&server, &Method::PUT, &at("card"), false);
    assert_eq!(asked.json(), json!({ "card": b64(first.bytes()), "rekeys": [] }));

    // A later one goes where the issuer is, even if it moves away from there.
    backend.use_card(first.body());
    backend.put_card(&card(), &[]).await.unwrap();
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn the_next_signing_key() {
    let next = SigningKey::from_bytes(&[8; 32]).public_key();
    let (server, backend) = one(json!({ "signing_key": next, "statement": b64(statement(6).bytes()) }));
    let answered = backend.next_signing_key(&ISSUER, &key()).await.unwrap();
    assert_eq!((answered.signing_key, answered.statement), (next, statement(6)));
    check(&server, &Method::POST, &at("signing-keys"), true);
}
