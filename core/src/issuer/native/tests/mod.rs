//! The driver against a scripted server on loopback, over TLS.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod calls;
mod events;
mod faults;
mod rules;
mod server;
mod trust;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::artefact::{
    Card, Endpoint, Head, NamesSigner, Opening, Order, Receipt, Refusal, Request, Seen, Signed, StatementRef,
    Unproven,
};
use crate::clock::{Clock, SystemEntropy, UnixSeconds};
use crate::issuer::native::{NativeBackend, NativeConfig};
use crate::issuer::{AccountRef, Reader};
use crate::keys::{AccountId, Digest, IssuerId, OrderId, SealingKey, SigningKey};
use crate::money::{Amount, Currency};

const NOW: UnixSeconds = 1_800_000_000;
const ISSUER: IssuerId = IssuerId::new([1; 16]);
const ACCOUNT: AccountId = AccountId::new([2; 16]);
const ACCOUNT_REF: AccountRef = AccountRef { issuer: ISSUER, account: ACCOUNT };

#[derive(Debug)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> UnixSeconds {
        self.0.load(Ordering::SeqCst)
    }
}

fn clock() -> Arc<TestClock> {
    Arc::new(TestClock(AtomicI64::new(NOW)))
}

/// Quick to give up, for tests wait in real time.
fn quick() -> NativeConfig {
    NativeConfig {
        connect_timeout: Duration::from_secs(5),
        call_timeout: Duration::from_secs(10),
        first_pause: Duration::from_millis(2),
        longest_pause: Duration::from_millis(4),
        ..NativeConfig::default()
    }
}

fn backend_with(config: NativeConfig) -> NativeBackend {
    NativeBackend::new(config, clock(), Arc::new(SystemEntropy)).unwrap()
}

/// A driver that knows the server by its TLS key.
fn backend_for(server: &server::Server) -> NativeBackend {
    let backend = backend_with(quick());
    route(&backend, ISSUER, &[server.endpoint()]);
    backend
}

fn route(backend: &NativeBackend, issuer: IssuerId, endpoints: &[Endpoint]) {
    backend.session.peers.set(&issuer, endpoints);
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[6; 32])
}

fn reader(key: &SigningKey) -> Reader<'_> {
    Reader { account: ACCOUNT_REF, key }
}

fn sign<T: NamesSigner>(body: &T) -> Signed<T> {
    Signed::sign(body, &signing_key()).unwrap()
}

fn statement_ref() -> StatementRef {
    StatementRef { number: 3, hash: Digest::of(&[b"statement"]) }
}

fn card() -> Signed<Card> {
    card_at(vec![Endpoint { origin: "https://bread.example".to_owned(), tls_keys: Vec::new() }])
}

fn card_at(endpoints: Vec<Endpoint>) -> Signed<Card> {
    sign(&Card {
        issuer: ISSUER,
        commitment: Digest::of(&[b"commitment"]),
        serial: 1,
        rekey_number: 0,
        name: "Bread".to_owned(),
        currency: Currency::new("BREAD", "Bread", "", 2).unwrap(),
        endpoints,
        signing_key: signing_key().public_key(),
        signing_key_from: NOW,
        signing_key_until: NOW + 86_400,
        epoch: 0,
        promise: String::new(),
        owners_limit: Amount::new(1_000),
        logo: None,
        last_statement: None,
        signed_at: NOW,
    })
}

fn opening() -> Signed<Opening> {
    sign(&Opening {
        issuer: ISSUER,
        commitment: Digest::of(&[b"commitment"]),
        sealing_key: SealingKey::new([7; 32]),
        signed_at: NOW,
    })
}

fn head(sequence: i64) -> Signed<Head> {
    sign(&Head {
        issuer: ISSUER,
        epoch: 0,
        account: ACCOUNT,
        sequence,
        chain_hash: Digest::of(&[b"chain"]),
        balance: Amount::new(20),
        held: Amount::new(0),
        time: NOW,
        statement: statement_ref(),
    })
}

fn order() -> Signed<Order> {
    let seen =
        Seen { head: Digest::of(&[b"head"]), statement_number: 3, statement: Digest::of(&[b"statement"]) };
    sign(&Order {
        issuer: ISSUER,
        payer: ACCOUNT,
        payee: AccountId::new([3; 16]),
        amount: Amount::new(5),
        order_id: OrderId::new([4; 16]),
        not_after: NOW + 100,
        request: None,
        repays: None,
        memo: None,
        seen,
        tip: None,
    })
}

fn receipt(order: Digest) -> Signed<Receipt> {
    sign(&Receipt {
        issuer: ISSUER,
        order,
        account: ACCOUNT,
        sequence: 8,
        chain_hash: Digest::of(&[b"chain"]),
        epoch: 0,
        time: NOW,
    })
}

fn refusal(subject: Digest, code: &str) -> Signed<Refusal> {
    sign(&Refusal { issuer: ISSUER, subject, code: code.to_owned(), time: NOW })
}

fn request() -> Signed<Request> {
    let request = Request {
        payee: AccountId::new([3; 16]),
        not_after: Some(NOW + 500),
        prices: vec![crate::artefact::Price { issuer_prefix: [1; 8], amount: Some(Amount::new(5)) }],
        nonce: [9; 8],
        reference: None,
        tip: None,
        reusable: false,
        lines: Vec::new(),
        note: None,
    };
    Unproven::sign(&request, &key()).unwrap()
}

fn b64(bytes: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(bytes)
}
