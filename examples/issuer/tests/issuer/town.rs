//! A running issuer, and a client that speaks to it.

use std::path::PathBuf;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use tallystick::artefact::{
    Body, Card, Endpoint, Grant, Head, NamesSigner, Order, Receipt, Refusal, Role, Signed, StatementRef,
};
use tallystick::clock::Clock as _;
use tallystick::issuer::http_signature;
use tallystick::keys::{IssuerId, PublicKey, SigningKey};
use tallystick::money::{Amount, Currency};
use tallystick_issuer::testing::{Inside, TestClock};
use tallystick_issuer::{Config, Issuer, Limits, Ports, RunningServer};

use super::people::{self, Person, key, order, role_grant, sign};

/// An issuer that has been founded, with one owner.
pub struct Town {
    server: Option<RunningServer>,
    pub client: reqwest::Client,
    pub folder: Arc<tempfile::TempDir>,
    pub clock: Arc<TestClock>,
    pub ports: Ports,
    config: Config,
    /// Speaks for the issuer.
    pub business: Person,
    pub issuer: IssuerId,
    pub card: Signed<Card>,
    pub owner: Person,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub json: Value,
    pub text: String,
}

impl Answer {
    /// The code of a problem.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_else(|| panic!("no problem: {self:?}"))
    }

    /// The member must be there and, after it was an error, the whole answer is shown.
    pub fn bytes(&self, member: &str) -> Vec<u8> {
        let text = self.json[member].as_str().unwrap_or_else(|| panic!("no {member}: {self:?}"));
        BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
    }

    pub fn has(&self, member: &str) -> bool {
        !self.json[member].is_null()
    }

    pub fn artefact<T: NamesSigner>(&self, member: &str) -> Signed<T> {
        Signed::parse(&self.bytes(member)).unwrap()
    }

    pub fn receipt(&self) -> Signed<Receipt> {
        self.artefact("receipt")
    }

    /// The code of a refusal.
    pub fn refusal(&self) -> String {
        self.artefact::<Refusal>("refusal").body().code.clone()
    }

    pub fn ok(self) -> Self {
        assert!(self.status == 200 || self.status == 204, "{self:?}");
        self
    }
}

pub fn text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

pub fn art<T>(artefact: &Signed<T>) -> String {
    text(artefact.bytes())
}

pub fn client(server: &RunningServer) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(server.certificate_der().to_vec().into()).unwrap();
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy().build().unwrap()
}

/// Bounds so wide that no test meets them by accident.
pub fn config(folder: &std::path::Path) -> Config {
    Config { limits: Limits::without_rates(), ..Config::on_loopback(folder.join("data")) }
}

impl Town {
    pub async fn start() -> Self {
        Self::start_with(|_, _| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Config, &mut Ports)) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(TestClock::default());
        let mut config = config(folder.path());
        let mut ports = Ports { clock: clock.clone(), ..Ports::default() };
        change(&mut config, &mut ports);
        let server = Issuer::start_with(config.clone(), ports.clone()).await.unwrap();
        // So that a restart comes back to the same place.
        config.listen = server.address();

        let client = client(&server);
        let business = Person::new("business");
        let issuer = IssuerId::derive(&business.public_key(), &business.commitment());
        let placeholder = first_card(issuer, &business, &server, key("none").public_key(), clock.now());
        let mut town = Self {
            server: Some(server),
            client,
            folder,
            clock,
            ports,
            config,
            business,
            issuer,
            card: placeholder,
            owner: Person::new("owner"),
        };
        town.found().await;
        town
    }

    async fn found(&mut self) {
        let taken = self
            .call(
                "POST",
                "/v1/issuers",
                Some(json!({
                "founding_key": self.business.public_key(), "commitment": self.business.commitment() })),
            )
            .await
            .ok();
        let signing_key: PublicKey = taken.json["signing_key"].as_str().unwrap().parse().unwrap();
        self.card = first_card(self.issuer, &self.business, self.server(), signing_key, self.now());
        self.put_card(&self.card.clone(), &[]).await.ok();
        let owner = Person::new("owner");
        self.open(&owner).await;
        self.grant(
            &role_grant(self.issuer, &owner, Role::Owner, Some(1_000_000), self.now()),
            &self.business.key,
        )
        .await
        .ok();
    }

    pub fn server(&self) -> &RunningServer {
        self.server.as_ref().unwrap()
    }

    pub fn inside(&self) -> Inside {
        self.server().inside()
    }

    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    pub fn data_folder(&self) -> PathBuf {
        self.config.data_folder.clone()
    }

    pub fn place(&self, rest: &str) -> String {
        format!("/v1/{}/{rest}", self.issuer)
    }

    // Running

    pub async fn stop(&mut self) {
        self.server.take().unwrap().shutdown().await;
    }

    pub async fn kill(&mut self) {
        self.server.take().unwrap().kill().await;
    }

    pub async fn resume(&mut self) {
        let server = Issuer::start_with(self.config.clone(), self.ports.clone()).await.unwrap();
        self.client = client(&server);
        self.server = Some(server);
    }

    pub async fn restart(&mut self) {
        self.stop().await;
        self.resume().await;
    }

    // Calling

    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.try_call(method, path, body).await.unwrap()
    }

    pub async fn try_call(&self, method: &str, path: &str, body: Option<Value>) -> reqwest::Result<Answer> {
        let body = body.map(|body| serde_json::to_vec(&body).unwrap());
        self.send(self.request(method, path, body)).await
    }

    pub fn request(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.server().origin());
        let request = self.client.request(method.parse().unwrap(), url);
        match body {
            Some(body) => request.header("content-type", "application/json").body(body),
            None => request,
        }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        Ok(Answer { status, headers, json: serde_json::from_str(&text).unwrap_or(Value::Null), text })
    }

    pub async fn post(&self, rest: &str, body: Value) -> Answer {
        self.call("POST", &self.place(rest), Some(body)).await
    }

    pub async fn get(&self, rest: &str) -> Answer {
        self.call("GET", &self.place(rest), None).await
    }

    /// A signed call.
    pub async fn signed(&self, method: &str, rest: &str, body: Option<Value>, key: &SigningKey) -> Answer {
        let body = body.map(|body| serde_json::to_vec(&body).unwrap());
        let request = self.signed_request(method, &self.place(rest), body, key, self.now());
        self.send(request).await.unwrap()
    }

    pub fn signed_request(
        &self,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
        key: &SigningKey,
        created: i64,
    ) -> reqwest::RequestBuilder {
        let host = self.server().origin().strip_prefix("https://").unwrap();
        let target = http_signature::target_uri(host, path);
        let nonce = *people::fresh_id().as_bytes();
        let headers = http_signature::sign(method, &target, body.as_deref(), created, &nonce, key).unwrap();
        let mut fields = http::HeaderMap::new();
        headers.apply(&mut fields);
        self.request(method, path, body).headers(fields)
    }

    // What is often done

    pub async fn put_card(&self, card: &Signed<Card>, rekeys: &[String]) -> Answer {
        self.call("PUT", &self.place("card"), Some(json!({ "card": art(card), "rekeys": rekeys }))).await
    }

    /// A card that follows the one in force.
    pub fn next_card(&self, change: impl FnOnce(&mut Card)) -> Signed<Card> {
        let mut card = self.card.body().clone();
        card.serial += 1;
        change(&mut card);
        sign(&card, &self.business.key)
    }

    pub async fn open(&self, person: &Person) -> Signed<Head> {
        let opening = person.opening(self.issuer);
        self.post("accounts", json!({ "opening": art(&opening) })).await.ok().artefact("head")
    }

    pub async fn person(&self, name: &str) -> Person {
        let person = Person::new(name);
        self.open(&person).await;
        person
    }

    /// Someone with money from the owner.
    pub async fn rich(&self, name: &str, amount: i64) -> Person {
        let person = self.person(name).await;
        self.pay(&self.owner, &person, amount).await;
        person
    }

    pub async fn grant(&self, grant: &Grant, key: &SigningKey) -> Answer {
        self.post("grants", json!({ "grant": art(&sign(grant, key)) })).await
    }

    pub async fn submit(&self, order: &Signed<Order>) -> Answer {
        self.post("orders", json!({ "order": art(order) })).await
    }

    /// Signs an order with the payer's key and submits it.
    pub async fn order(&self, payer: &Person, payee: &Person, amount: i64) -> (Signed<Order>, Answer) {
        let order = sign(&order(self.issuer, payer, payee, amount, self.now()), &payer.key);
        let answer = self.submit(&order).await;
        (order, answer)
    }

    /// Pays; must succeed.
    pub async fn pay(&self, payer: &Person, payee: &Person, amount: i64) -> Signed<Order> {
        let (order, answer) = self.order(payer, payee, amount).await;
        assert!(answer.has("receipt"), "{answer:?}");
        order
    }

    pub async fn head(&self, person: &Person) -> Signed<Head> {
        let rest = format!("accounts/{}/head", person.account);
        self.signed("GET", &rest, None, &person.key).await.ok().artefact("head")
    }

    pub async fn balance(&self, person: &Person) -> i64 {
        self.head(person).await.body().balance.minor()
    }

    /// Entries, orders and so on after a place.
    pub async fn entries(&self, person: &Person, epoch: u32, after: i64) -> Answer {
        let rest = format!("accounts/{}/entries?epoch={epoch}&after={after}&limit=500", person.account);
        self.signed("GET", &rest, None, &person.key).await.ok()
    }

    /// The sums of all balances and all entries are zero.
    pub async fn assert_sums_to_zero(&self) {
        assert_eq!(self.inside().sums(self.issuer).await.unwrap(), (0, 0));
    }
}

fn first_card(
    issuer: IssuerId,
    business: &Person,
    server: &RunningServer,
    signing_key: PublicKey,
    now: i64,
) -> Signed<Card> {
    let card = Card {
        issuer,
        commitment: business.commitment(),
        serial: 1,
        rekey_number: 0,
        name: "Bread & Sons".to_owned(),
        currency: Currency::new("BREAD", "Bread", "b", 2).unwrap(),
        endpoints: vec![Endpoint { origin: server.origin().to_owned(), tls_keys: server.tls_key_hashes() }],
        signing_key,
        signing_key_from: now - 60,
        signing_key_until: now + 86_400 * 300,
        epoch: 0,
        promise: "Bread at the counter.".to_owned(),
        owners_limit: Amount::new(2_000_000),
        logo: None,
        last_statement: None,
        signed_at: now,
    };
    sign(&card, &business.key)
}

/// Number and hash of a statement.
pub fn reference<T: Body>(number: i64, statement: &Signed<T>) -> StatementRef {
    StatementRef { number, hash: statement.hash() }
}
