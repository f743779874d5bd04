//! The counter: a shop's till, the page on its tablet, and customers in front of it.

use std::sync::{Arc, Mutex};

use eventsource_stream::Eventsource as _;
use futures_util::{Stream, StreamExt as _};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use tallystick::keys::{Digest, IssuerId, PassphraseCost};
use tallystick::wallet::{AccountKind, Payment, PaymentWish};
use tallystick_e2e::{Person, TestClock, Town, backend};
use tallystick_till::{Config, Running, Till};

/// The till's PIN.
pub const PIN: &str = "274951";

/// A town with one shop, whose till stands ready.
pub struct Counter {
    pub town: Town,
    pub owner: Person,
    /// The baker's money.
    pub issuer: IssuerId,
    /// Whose wallet the till has; its folder goes with it.
    _shop: Person,
    /// Said before the till is started.
    pub config: Config,
    pub till: Option<Running>,
}

impl Counter {
    /// A till that takes the baker's money.
    pub async fn new() -> Self {
        Self::with(1).await
    }

    /// A till that takes the money of so many issuers on one host.
    pub async fn with(issuers: usize) -> Self {
        let town = Town::new().await;
        let owner = town.person().await;
        let shop = town.person().await;
        let mut first = None;
        for number in 0..issuers {
            let issuer = town.found(&owner, &format!("Bakery {number}")).await;
            let link = format!("{}/c/{issuer}", town.host.origin());
            shop.wallet.add_currency(&link, AccountKind::Public).await.unwrap();
            shop.wallet.sync(issuer).await.unwrap();
            first.get_or_insert(issuer);
        }
        shop.wallet.set_pin(PIN, None).await.unwrap();
        shop.wallet.close().await.unwrap();
        let mut counter = Self {
            config: Config::on_loopback(shop.options.clone()),
            issuer: first.unwrap(),
            town,
            owner,
            _shop: shop,
            till: None,
        };
        counter.up().await;
        counter
    }

    /// Starts the till, where it was before.
    pub async fn up(&mut self) {
        self.up_by(Arc::clone(&self.town.clock)).await;
    }

    /// Starts the till by a clock of its own.
    pub async fn up_by(&mut self, clock: Arc<TestClock>) {
        self.config.wallet.backend = backend(Arc::clone(&clock));
        self.config.wallet.clock = clock;
        self.config.wallet.pin_cost = PassphraseCost::LEAST;
        let till = Till::start(self.config.clone()).await.unwrap();
        self.config.listen = till.address();
        self.till = Some(till);
    }

    /// Stops the till.
    pub async fn down(&mut self) {
        self.till.take().unwrap().shutdown().await;
    }

    /// A tablet on which nobody gave the PIN yet.
    pub fn tablet(&self) -> Tablet {
        Tablet::new(self.till.as_ref().unwrap())
    }

    /// A tablet on which somebody gave the PIN.
    pub async fn unlocked(&self) -> Tablet {
        let tablet = self.tablet();
        tablet.unlock(PIN).await.expect(StatusCode::NO_CONTENT);
        tablet
    }

    /// Somebody with some of the baker's money.
    pub async fn customer(&self, minor: i64) -> Person {
        self.town.holder_of(&self.owner, self.issuer, minor).await
    }
}

/// Pays a link as it asks.
pub async fn pay(customer: &Person, link: &str) -> Payment {
    let plan = customer.wallet.plan(PaymentWish::of_link(link)).await.unwrap();
    customer.wallet.pay(plan, None).await.unwrap()
}

/// What a call is answered.
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body, if the status is this.
    #[track_caller]
    pub fn expect(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body of a call that went well.
    #[track_caller]
    pub fn ok(self) -> Value {
        self.expect(StatusCode::OK)
    }

    /// The status, the code, and the field of a problem.
    #[track_caller]
    pub fn problem(self) -> (u16, String, Option<String>) {
        let status = self.status;
        assert!(!status.is_success(), "{}", String::from_utf8_lossy(&self.body));
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert!(body["text"].is_string(), "{body}");
        let field = body["field"].as_str().map(str::to_owned);
        (status.as_u16(), body["code"].as_str().unwrap().to_owned(), field)
    }

    /// The code of a problem.
    #[track_caller]
    pub fn code(self) -> String {
        self.problem().1
    }
}

/// A browser, as far as the till can tell.
pub struct Tablet {
    pub client: reqwest::Client,
    pub url: String,
    pub cookie: Mutex<Option<String>>,
}

impl Tablet {
    pub fn new(till: &Running) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        if let Some(certificate) = till.certificate_der() {
            roots.add(certificate.to_vec().into()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy().build().unwrap();
        Self { client, url: till.url(), cookie: Mutex::default() }
    }

    /// A call with whatever session there is.
    pub fn call(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let call = self.client.request(method, format!("{}{path}", self.url));
        match &*self.cookie.lock().unwrap() {
            Some(cookie) => call.header(header::COOKIE, cookie),
            None => call,
        }
    }

    /// Sends a call; keeps the session that it may begin.
    pub async fn send(&self, call: reqwest::RequestBuilder) -> Answer {
        let answer = call.send().await.unwrap();
        if let Some(cookie) = answer.headers().get(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            *self.cookie.lock().unwrap() = Some(cookie);
        }
        Answer {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.bytes().await.unwrap().to_vec(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.call(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.call(Method::POST, path).json(&body)).await
    }

    pub async fn unlock(&self, pin: &str) -> Answer {
        self.post("/api/unlock", json!({ "pin": pin })).await
    }

    /// Asks for an amount of one issuer's money.
    pub async fn charge(&self, issuer: IssuerId, amount: &str) -> Value {
        self.post("/api/charge", charge(issuer, amount)).await.ok()
    }

    pub async fn refund(&self, payment: Digest, amount: Option<&str>, key: &str) -> Answer {
        let body = json!({ "payment": payment, "amount": amount, "pin": PIN, "idempotency_key": key });
        self.post("/api/refund", body).await
    }

    /// The till's news.
    pub async fn events(&self) -> Events {
        let answer = self.call(Method::GET, "/api/events").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let stream = answer.bytes_stream().eventsource().map(|event| {
            let event = event.unwrap();
            (event.event, serde_json::from_str(&event.data).unwrap())
        });
        Events(Box::pin(stream))
    }
}

/// A charge of its own key.
pub fn charge(issuer: IssuerId, amount: &str) -> Value {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    json!({
        "prices": [{ "issuer": issuer, "amount": amount }],
        "tip": "none",
        "idempotency_key": format!("charge-{number}"),
    })
}

/// The till's news, one after the other.
pub struct Events(std::pin::Pin<Box<dyn Stream<Item = (String, Value)> + Send>>);

impl Events {
    /// The next event, whatever it is; none when the till has ended the stream.
    pub async fn any(&mut self) -> Option<(String, Value)> {
        self.0.next().await
    }

    /// The first event of a kind that fits.
    pub async fn next(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let (found, data) = self.any().await.expect("the till goes on");
            if found == kind && fits(&data) {
                return data;
            }
        }
    }
}
