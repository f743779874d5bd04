//! A server without a network: an issuer, its owner, a customer with money and one with a till.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use http::{Method, Request, Response};
use serde_json::{Value, json};
use tallystick::artefact::{
    Capabilities, Card, Endpoint, Grant, GrantGiven, NamesSigner, Opening, Order, Role, Seen, Signed,
};
use tallystick::issuer::http_signature;
use tallystick::keys::{AccountId, Digest, IssuerId, OrderId, SealingKey, SigningKey, recovery_commitment};
use tallystick::money::{Amount, Currency};
use tallystick_issuer::testing::{Inside, TestClock};
use tallystick_issuer::{Config, Issuer, Limits, Ports, RunningServer};
use tokio::runtime::{Builder, Runtime};

/// When everything happens.
pub const NOW: i64 = 1_800_000_000;
/// What the server calls itself.
pub const HOST: &str = "issuer.example";

/// Someone with keys.
pub struct Person {
    pub key: SigningKey,
    pub recovery: SigningKey,
}

impl Person {
    fn new(number: u8) -> Self {
        Self {
            key: SigningKey::from_bytes(&[number; 32]),
            recovery: SigningKey::from_bytes(&[number + 100; 32]),
        }
    }

    pub fn commitment(&self) -> Digest {
        recovery_commitment(&self.recovery.public_key())
    }

    pub fn account(&self) -> AccountId {
        AccountId::derive(&self.key.public_key(), &self.commitment())
    }

    pub fn opening(&self, issuer: IssuerId) -> Signed<Opening> {
        let opening = Opening {
            issuer,
            commitment: self.commitment(),
            sealing_key: SealingKey::new([7; 32]),
            signed_at: NOW,
        };
        Signed::sign(&opening, &self.key).expect("an opening")
    }
}

pub struct Town {
    runtime: Runtime,
    inside: Inside,
    _server: RunningServer,
    _folder: tempfile::TempDir,
    pub business: Person,
    pub owner: Person,
    pub anna: Person,
    pub bert: Person,
    /// The till's key.
    pub till: SigningKey,
    pub issuer: IssuerId,
    /// What no answer may repeat, in all the ways in which bytes are written.
    pub secrets: Vec<String>,
}

pub static TOWN: LazyLock<Town> = LazyLock::new(Town::found);

impl Town {
    fn found() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        // Every decision is a durable commit: in memory it costs nothing.
        let shared = std::path::Path::new("/dev/shm");
        let folder = if shared.is_dir() { tempfile::tempdir_in(shared) } else { tempfile::tempdir() };
        let folder = folder.expect("a folder");
        let config = Config {
            origins: vec![format!("https://{HOST}")],
            limits: Limits { unused_accounts: 100, requests_per_account: 20, ..Limits::without_rates() },
            ..Config::on_loopback(folder.path().join("data"))
        };
        let ports = Ports { clock: Arc::new(TestClock::standing_at(NOW)), ..Ports::default() };
        let server = runtime.block_on(Issuer::start_with(config, ports)).expect("a server");
        let business = Person::new(1);
        let issuer = IssuerId::derive(&business.key.public_key(), &business.commitment());
        let mut town = Self {
            inside: server.inside(),
            runtime,
            _server: server,
            _folder: folder,
            business,
            owner: Person::new(2),
            anna: Person::new(7),
            bert: Person::new(3),
            till: SigningKey::from_bytes(&[4; 32]),
            issuer,
            secrets: Vec::new(),
        };
        town.set_up();
        town
    }

    fn set_up(&mut self) {
        let taken = self.post(
            "/v1/issuers",
            &json!({
            "founding_key": self.business.key.public_key(), "commitment": self.business.commitment() }),
        );
        let signing_key = taken["signing_key"].as_str().and_then(|key| key.parse().ok()).expect("a key");
        let card = self.card(signing_key, 1);
        self.call("PUT", &self.place("card"), &json!({ "card": b64(&card), "rekeys": [] }));
        for person in [&self.owner, &self.anna, &self.bert] {
            self.post(&self.place("accounts"), &json!({ "opening": b64(&person.opening(self.issuer)) }));
        }
        let owner = Signed::sign(
            &self.grant(&self.owner, GrantGiven::Role(Role::Owner), Some(1 << 40)),
            &self.business.key,
        );
        self.post(&self.place("grants"), &json!({ "grant": b64(&owner.expect("a grant")) }));
        // All but attesting, which only owners have to give.
        let all = Capabilities::from_bits(15).expect("capabilities");
        let till = self.grant(&self.bert, GrantGiven::Key(self.till.public_key(), all), Some(1 << 20));
        let till = Signed::sign(&till, &self.bert.key).expect("a grant");
        self.post(&self.place("grants"), &json!({ "grant": b64(&till) }));
        let order = Signed::sign(&self.order(&self.owner, &self.anna, 1 << 30, 1), &self.owner.key);
        let answer = self.post(&self.place("orders"), &json!({ "order": b64(&order.expect("an order")) }));
        assert!(answer["receipt"].is_string(), "{answer}");
        let key = self.runtime.block_on(self.inside.signing_key(self.issuer)).expect("a key");
        let secret = key.to_secret();
        self.secrets = vec![
            data_encoding::HEXLOWER.encode(secret.expose()),
            data_encoding::BASE32_NOPAD.encode(secret.expose()),
            BASE64URL_NOPAD.encode(secret.expose()),
            data_encoding::BASE64_NOPAD.encode(secret.expose()),
        ];
    }

    pub fn card(&self, signing_key: tallystick::keys::PublicKey, serial: u32) -> Signed<Card> {
        let card = Card {
            issuer: self.issuer,
            commitment: self.business.commitment(),
            serial,
            rekey_number: 0,
            name: "Bread & Sons".to_owned(),
            currency: Currency::new("BREAD", "Bread", "b", 2).expect("a currency"),
            endpoints: vec![Endpoint { origin: format!("https://{HOST}"), tls_keys: Vec::new() }],
            signing_key,
            signing_key_from: NOW - 60,
            signing_key_until: NOW + 86_400 * 300,
            epoch: 0,
            promise: "Bread at the counter.".to_owned(),
            owners_limit: Amount::new(1 << 41),
            logo: None,
            last_statement: None,
            signed_at: NOW,
        };
        Signed::sign(&card, &self.business.key).expect("a card")
    }

    pub fn grant(&self, person: &Person, given: GrantGiven, limit: Option<i64>) -> Grant {
        Grant {
            issuer: self.issuer,
            account: person.account(),
            given,
            limit: limit.map(Amount::new),
            not_after: NOW + 86_400 * 30,
            signed_at: NOW,
            nonce: [3; 8],
        }
    }

    pub fn order(&self, payer: &Person, payee: &Person, amount: i64, id: u8) -> Order {
        Order {
            issuer: self.issuer,
            payer: payer.account(),
            payee: payee.account(),
            amount: Amount::new(amount),
            order_id: OrderId::new([id; 16]),
            not_after: NOW + 60,
            request: None,
            repays: None,
            memo: None,
            seen: Seen { head: Digest::new([1; 32]), statement_number: 0, statement: Digest::new([2; 32]) },
            tip: None,
        }
    }

    pub fn place(&self, rest: &str) -> String {
        format!("/v1/{}/{rest}", self.issuer)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.call("POST", path, body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = serde_json::to_vec(body).expect("JSON");
        let request = Request::builder().method(method).uri(path).header("host", HOST).body(body);
        let answer = self.answer(request.expect("a request"));
        assert!(answer.status().is_success(), "{answer:?}");
        serde_json::from_slice(answer.body()).expect("JSON")
    }

    pub fn answer(&self, request: Request<Vec<u8>>) -> Response<Bytes> {
        self.runtime.block_on(self.inside.answer(request)).expect("an answer")
    }

    /// The sums of all balances and of all entries.
    pub fn sums(&self) -> (i64, i64) {
        self.runtime.block_on(self.inside.sums(self.issuer)).expect("sums")
    }

    /// The header fields of a signed call.
    #[allow(clippy::unused_self, reason = "a call of this town")]
    pub fn signature(
        &self,
        method: &Method,
        path: &str,
        body: &[u8],
        nonce: [u8; 16],
        key: &SigningKey,
    ) -> http::HeaderMap {
        let target = http_signature::target_uri(HOST, path);
        let headers = http_signature::sign(method.as_str(), &target, Some(body), NOW, &nonce, key);
        let mut fields = http::HeaderMap::new();
        if let Ok(headers) = headers {
            headers.apply(&mut fields);
        }
        fields
    }
}

pub fn b64<T: NamesSigner>(artefact: &Signed<T>) -> String {
    BASE64URL_NOPAD.encode(artefact.bytes())
}
