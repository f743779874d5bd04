//! What a holder asks: accounts, orders, payees, statements, the list.

use http::Method;
use serde_json::json;

use super::super::server::{problem, status};
use super::super::*;
use super::{at, at_account, attestation, check, key_grant, one, rekey, role_grant, scripted, statement};
use crate::issuer::answer::{InclusionProof, PathStep, Side, StatementProof};
use crate::issuer::{
    ChainPosition, EntriesQuery, IssuerBackend as _, OrderAnswer, OrderSubmission, Rejection, Settlement,
};

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
async fn a_head_is_shown() {
    let (server, backend) = scripted(|_| status(204));
    backend.show_head(&head(4)).await.unwrap();
    let asked = check(&server, &Method::POST, &at("heads"), false);
    assert_eq!(asked.json(), json!({ "head": b64(head(4).bytes()) }));
}
