//! Every call: its path, its body, who signs it, and what its answer becomes.

use axum::response::Response;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::server::{Asked, Server, json as answer, problem, status};
use super::*;
use crate::artefact::{
    Attestation, Cancel, Capabilities, Grant, GrantGiven, Rekey, Role, Statement, Subject,
};
use crate::issuer::answer::{InclusionProof, PathStep, Side, StatementProof};
use crate::issuer::http_signature::verify;
use crate::issuer::{
    ChainPosition, EntriesQuery, HostToken, IssuerBackend as _, IssuerError, OrderAnswer, OrderSubmission,
    Rejection, Settlement,
};

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
async fn the_card() {
    let (server, backend) = one(json!({ "card": b64(card().bytes()), "rekeys": [b64(rekey().bytes())] }));
    let bundle = backend.card(&ISSUER, None).await.unwrap();
    assert_eq!((bundle.card, bundle.rekeys), (card(), vec![rekey()]));
    check(&server, &Method::GET, &at("card"), false);
}

#[tokio::test]
async fn a_new_account() {
    let (server, backend) = one(json!({ "account": ACCOUNT, "head": b64(head(0).bytes()) }));
    let opened = backend.open_account(&opening(), &[rekey()]).await.unwrap();
    assert_eq!((opened.account, opened.head), (ACCOUNT, Some(head(0))));
    let asked = check(&server, &Method::POST, &at("accounts"), false);
    assert_eq!(asked.json(), json!({ "opening": b64(opening().bytes()), "rekeys": [b64(rekey().bytes())] }));
    assert_eq!(asked.header("content-type"), "application/json");
}

#[tokio::test]
async fn an_account_by_its_key() {
    let (server, backend) =
        one(json!({ "account": ACCOUNT, "opening": b64(opening().bytes()), "rekeys": [] }));
    let found = backend.find_account(&ISSUER, &key()).await.unwrap().unwrap();
    assert_eq!((found.account, found.opening, found.rekeys), (ACCOUNT, opening(), Vec::new()));
    check(&server, &Method::GET, &at(&format!("keys/{}", key().public_key())), true);

    let (_server, backend) = scripted(|_| problem(404, "unknown_account"));
    assert_eq!(backend.find_account(&ISSUER, &key()).await, Ok(None));
    // Another issuer's absence is not this account's.
    let (_server, backend) = scripted(|_| problem(404, "unknown_issuer"));
    assert!(backend.find_account(&ISSUER, &key()).await.unwrap_err().is_problem("unknown_issuer"));
}

#[tokio::test]
async fn the_state_of_an_account() {
    let whole = json!({
        "account": ACCOUNT, "opening": b64(opening().bytes()), "rekeys": [b64(rekey().bytes())],
        "head": b64(head(4).bytes()), "role_grant": b64(role_grant().bytes()),
        "attestation": b64(attestation().bytes()), "grants": [b64(key_grant().bytes())],
    });
    let (server, backend) = one(whole);
    let state = backend.account(reader(&key())).await.unwrap();
    assert_eq!((state.account, state.opening, state.rekeys), (ACCOUNT, opening(), vec![rekey()]));
    assert_eq!((state.head, state.role_grant), (head(4), Some(role_grant())));
    assert_eq!((state.attestation, state.grants), (Some(attestation()), vec![key_grant()]));
    check(&server, &Method::GET, &at_account(""), true);

    let (_server, backend) = one(json!({
        "account": ACCOUNT, "opening": b64(opening().bytes()), "rekeys": [], "head": b64(head(4).bytes()),
        "role_grant": null, "grants": [],
    }));
    let state = backend.account(reader(&key())).await.unwrap();
    assert_eq!((state.role_grant, state.attestation), (None, None));
}

#[tokio::test]
async fn the_head() {
    let (server, backend) = one(json!({ "head": b64(head(4).bytes()) }));
    assert_eq!(backend.head(reader(&key())).await, Ok(head(4)));
    check(&server, &Method::GET, &at_account("/head"), true);
}

#[tokio::test]
async fn entries() {
    let (server, backend) = one(json!({
        "entries": [
            { "entry": b64(b"one"), "order": b64(order().bytes()), "receipt": b64(receipt(order().hash()).bytes()),
              "grant": b64(b"grant"), "request": b64(request().bytes()), "memo": b64(b"memo") },
            { "entry": b64(b"two"), "order": null },
        ],
        "head": b64(head(9).bytes()), "more": true,
    }));
    let query = EntriesQuery { after: ChainPosition { epoch: 2, sequence: 7 }, limit: 500 };
    let page = backend.entries(reader(&key()), query).await.unwrap();
    assert!(page.more);
    assert_eq!(page.head, head(9));
    let [first, second] = &page.entries[..] else { panic!() };
    assert_eq!((&first.entry[..], first.order.as_deref()), (&b"one"[..], Some(order().bytes())));
    assert_eq!(first.receipt.as_deref(), Some(receipt(order().hash()).bytes()));
    assert_eq!(first.grant.as_deref(), Some(&b"grant"[..]));
    assert_eq!(first.request.as_deref(), Some(request().bytes()));
    assert_eq!(first.memo.as_deref(), Some(&b"memo"[..]));
    assert_eq!((&second.entry[..], &second.order, &second.memo), (&b"two"[..], &None, &None));
    check(&server, &Method::GET, &at_account("/entries?epoch=2&after=7&limit=500"), true);
}

#[tokio::test]
async fn an_order() {
    let hash = order().hash();
    let order = order();
    let submission =
        OrderSubmission { order: &order, request: Some(b"request"), memo: Some(b"memo"), pin: None };
    let settlement = Settlement::Signed { receipt: receipt(hash), entry: None };

    let (server, backend) = one(json!({ "receipt": b64(receipt(hash).bytes()) }));
    assert_eq!(backend.submit_order(submission).await, Ok(OrderAnswer::Executed(settlement.clone())));
    let asked = check(&server, &Method::POST, &at("orders"), false);
    let body = json!({ "order": b64(order.bytes()), "request": b64(b"request"), "memo": b64(b"memo") });
    assert_eq!(asked.json(), body);

    let (server, backend) = one(json!({ "receipt": b64(receipt(hash).bytes()) }));
    let plain = OrderSubmission { request: None, memo: None, ..submission };
    backend.replay(plain, &receipt(hash)).await.unwrap();
    let asked = check(&server, &Method::POST, &at("replays"), false);
    assert_eq!(asked.json(), json!({ "order": b64(order.bytes()), "receipt": b64(receipt(hash).bytes()) }));

    let earlier = receipt(Digest::of(&[b"earlier"]));
    let refused = refusal(hash, "already_paid");
    let (_server, backend) = one(json!({ "refusal": b64(refused.bytes()), "receipt": b64(earlier.bytes()) }));
    let rejection = Rejection::Signed { refusal: refused, receipt: Some(earlier) };
    assert_eq!(backend.submit_order(submission).await, Ok(OrderAnswer::Refused(rejection)));

    let (server, backend) = one(json!({ "receipt": b64(receipt(hash).bytes()) }));
    let outcome = backend.order_outcome(reader(&key()), &order).await;
    assert_eq!(outcome, Ok(Some(OrderAnswer::Executed(settlement))));
    check(&server, &Method::GET, &at(&format!("orders/{hash}")), true);

    let (_server, backend) = scripted(|_| problem(404, "unknown_order"));
    assert_eq!(backend.order_outcome(reader(&key()), &order).await, Ok(None));
}

#[tokio::test]
async fn a_payee() {
    let (server, backend) = one(json!({
        "opening": b64(opening().bytes()), "rekeys": [], "attestation": b64(attestation().bytes()),
        "grants": [b64(key_grant().bytes())],
    }));
    let payee = backend.payee(ACCOUNT_REF).await.unwrap();
    assert_eq!((payee.opening, payee.attestation), (opening(), Some(attestation())));
    assert_eq!((payee.rekeys, payee.grants), (Vec::new(), vec![key_grant()]));
    check(&server, &Method::GET, &at(&format!("payees/{ACCOUNT}")), false);
}

#[tokio::test]
async fn a_request_by_reference() {
    let hash = request().hash();
    let (server, backend) = one(json!({ "hash": hash }));
    assert_eq!(backend.keep_request(&ISSUER, &request()).await, Ok(hash));
    let asked = check(&server, &Method::POST, &at("requests"), false);
    assert_eq!(asked.json(), json!({ "request": b64(request().bytes()) }));

    let (server, backend) = one(json!({ "request": b64(request().bytes()) }));
    assert_eq!(backend.request(&server.host(), &hash).await.unwrap().bytes(), request().bytes());
    let asked = check(&server, &Method::GET, &format!("/p/{hash}"), false);
    assert_eq!(asked.header("accept"), "application/json");

    // What has another hash is another request, whatever its signature.
    let other = Digest::of(&[b"another"]);
    assert_eq!(backend.request(&server.host(), &other).await.unwrap_err().code(), "malformed_answer");
    let (_server, backend) = one(json!({ "hash": other }));
    assert_eq!(backend.keep_request(&ISSUER, &request()).await.unwrap_err().code(), "malformed_answer");
}

#[tokio::test]
async fn statements_and_proofs() {
    let (server, backend) = one(json!({ "statement": b64(statement(5).bytes()) }));
    assert_eq!(backend.statement(&ISSUER, None).await, Ok(statement(5)));
    check(&server, &Method::GET, &at("statements/latest"), false);
    assert_eq!(backend.statement(&ISSUER, Some(5)).await, Ok(statement(5)));
    assert_eq!(server.asked()[1].uri.path(), at("statements/5"));
    assert_eq!(backend.statement(&ISSUER, Some(6)).await.unwrap_err().code(), "malformed_answer");

    let hash = Digest::of(&[b"chain"]);
    let whole = json!({
        "sequence": 4, "chain_hash": hash, "balance": "9223372036854775807",
        "blind": data_encoding::BASE32_NOPAD.encode(&[3; 16]),
        "path": [{ "side": "left", "sum": "340282366920938463463374607431768211455", "hash": hash },
                 { "side": "right", "sum": "0", "hash": hash }],
    });
    let (server, backend) = one(whole.clone());
    let proof = backend.proof(reader(&key()), 5).await.unwrap();
    let path = vec![
        PathStep { side: Side::Left, sum: u128::MAX, hash },
        PathStep { side: Side::Right, sum: 0, hash },
    ];
    let expected = InclusionProof {
        sequence: 4,
        chain_hash: hash,
        balance: Amount::new(i64::MAX),
        blind: [3; 16],
        path,
    };
    assert_eq!(proof, StatementProof::Present(expected));
    check(&server, &Method::GET, &at_account("/proof/5"), true);

    let (_server, backend) = one(json!({ "absent": true }));
    assert_eq!(backend.proof(reader(&key()), 5).await, Ok(StatementProof::Absent));

    let mut bad_sum = whole.clone();
    bad_sum["path"][0]["sum"] = json!("340282366920938463463374607431768211456");
    let mut bad_side = whole.clone();
    bad_side["path"][0]["side"] = json!("up");
    let mut bad_balance = whole;
    bad_balance["balance"] = json!("9223372036854775808");
    for bad in [bad_sum, bad_side, bad_balance, json!({ "absent": false }), json!({})] {
        let (_server, backend) = one(bad);
        assert_eq!(backend.proof(reader(&key()), 5).await.unwrap_err().code(), "malformed_answer");
    }
}

#[tokio::test]
async fn the_list() {
    let (server, backend) = scripted(|_| status(204));
    backend.put_wallet_list(reader(&key()), &[1, 2, 3]).await.unwrap();
    let asked = check(&server, &Method::PUT, &at_account("/list"), true);
    assert_eq!(asked.json(), json!({ "list": "AQID" }));
    assert!(asked.headers.contains_key("content-digest"));

    let (server, backend) = one(json!({ "list": "AQID" }));
    assert_eq!(backend.wallet_list(reader(&key())).await, Ok(Some(vec![1, 2, 3])));
    check(&server, &Method::GET, &at_account("/list"), true);
    let (_server, backend) = one(json!({}));
    assert_eq!(backend.wallet_list(reader(&key())).await, Ok(None));
    let (_server, backend) = one(json!({ "list": "AQID=" }));
    assert_eq!(backend.wallet_list(reader(&key())).await.unwrap_err().code(), "malformed_answer");
}

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
async fn a_head_is_shown() {
    let (server, backend) = scripted(|_| status(204));
    backend.show_head(&head(4)).await.unwrap();
    let asked = check(&server, &Method::POST, &at("heads"), false);
    assert_eq!(asked.json(), json!({ "head": b64(head(4).bytes()) }));
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
