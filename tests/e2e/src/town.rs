//! Hosts and people.

use std::sync::Arc;
use std::time::Duration;

use tallystick::artefact::Role;
use tallystick::clock::{Clock as _, SystemEntropy};
use tallystick::event::Event;
use tallystick::issuer::IssuerBackend;
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::keys::{AccountId, IssuerId, MemorySecretStore, RecoveryPhrase, SecretStore};
use tallystick::money::{Amount, Currency};
use tallystick::wallet::{
    AccountKind, FoundingDraft, PayTo, Payment, PaymentPlan, PaymentState, PaymentWish, Wallet, WalletOptions,
};
use tallystick_issuer::faults::FaultScript;
use tallystick_issuer::{Config, Issuer, Limits, Ports, RunningServer};
use tempfile::TempDir;

use crate::{Liar, TestClock};

/// A host of issuers, and everybody's clock.
pub struct Town {
    /// Everybody's clock, the host's too.
    pub clock: Arc<TestClock>,
    /// The host.
    pub host: Host,
}

impl Town {
    /// A host without issuers.
    pub async fn new() -> Self {
        let clock = Arc::new(TestClock::default());
        Self { host: Host::start(Arc::clone(&clock)).await, clock }
    }

    /// Somebody with a new wallet.
    pub async fn person(&self) -> Person {
        Person::new(Arc::clone(&self.clock)).await
    }

    /// A new issuer on the host, owned by this person, who may owe up to 1,000,000.
    pub async fn found(&self, owner: &Person, name: &str) -> IssuerId {
        let draft = FoundingDraft {
            host: self.host.origin(),
            host_tls_keys: self.host.server().tls_key_hashes(),
            name: name.into(),
            currency: Currency::new("BUN", "Bun", "b", 2).expect("a currency"),
            promise: "A bun for a hundred.".into(),
            owners_limit: Amount::new(1_000_000),
            own_limit: None,
            logo: None,
            account: AccountKind::Private,
        };
        let owned = owner.wallet.found_issuer(draft, None).await.expect("the issuer is founded");
        owner.wallet.sync(owned.issuer).await.expect("the owner is in step");
        owned.issuer
    }

    /// Somebody who has added an issuer's currency.
    pub async fn holder(&self, issuer: IssuerId) -> Person {
        let person = self.person().await;
        person.add(&self.host, issuer).await;
        person
    }

    /// Somebody who was given some of an issuer's money by its owner.
    pub async fn holder_of(&self, owner: &Person, issuer: IssuerId, minor: i64) -> Person {
        let holder = self.holder(issuer).await;
        owner.give(&holder, issuer, minor).await;
        holder
    }
}

/// The reference issuer in this process.
pub struct Host {
    /// What goes wrong on it.
    pub faults: Arc<FaultScript>,
    /// What it says instead of the truth.
    pub liar: Arc<Liar>,
    clock: Arc<TestClock>,
    folder: TempDir,
    port: u16,
    server: Option<RunningServer>,
}

impl Host {
    /// A host beside others.
    pub async fn new(clock: Arc<TestClock>) -> Self {
        Self::start(clock).await
    }

    async fn start(clock: Arc<TestClock>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut host =
            Self { faults: Arc::default(), liar: Arc::default(), clock, folder, port: 0, server: None };
        host.up().await;
        host
    }

    /// Starts the server, on the port that it had before.
    pub async fn up(&mut self) {
        let limits = Limits {
            address_per_second: 100_000,
            address_burst: 100_000,
            key_per_second: 100_000,
            key_burst: 100_000,
            ..Limits::default()
        };
        let mut config = Config { limits, ..Config::on_loopback(self.folder.path()) };
        config.listen.set_port(self.port);
        let ports = Ports {
            clock: Arc::clone(&self.clock) as _,
            faults: Arc::clone(&self.faults) as _,
            front: Some(Arc::clone(&self.liar) as _),
            ..Ports::default()
        };
        let server = Issuer::start_with(config, ports).await.expect("the server starts");
        self.port = server.address().port();
        self.server = Some(server);
    }

    /// Stops the server, as an operator does.
    pub async fn down(&mut self) {
        if let Some(server) = self.server.take() {
            server.shutdown().await;
        }
    }

    /// Stops the server as a power cut does.
    pub async fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill().await;
        }
    }

    /// The running server.
    pub fn server(&self) -> &RunningServer {
        self.server.as_ref().expect("the server is up")
    }

    /// `https://127.0.0.1:port`.
    pub fn origin(&self) -> String {
        self.server().origin().to_owned()
    }

    /// The server's data.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// Somebody with a wallet.
pub struct Person {
    /// The wallet.
    pub wallet: Wallet,
    /// How to get everything back.
    pub phrase: RecoveryPhrase,
    /// How the wallet is opened.
    pub options: WalletOptions,
    /// The wallet's own clock.
    pub clock: Arc<TestClock>,
    _folder: Option<TempDir>,
}

impl Person {
    /// Somebody with a new wallet and a clock.
    pub async fn new(clock: Arc<TestClock>) -> Self {
        let (options, folder) = options(Arc::clone(&clock));
        let (wallet, phrase) = Wallet::create(&options).await.expect("a new wallet");
        Self { wallet, phrase, options, clock, _folder: Some(folder) }
    }

    /// Somebody whose wallet was made in another way.
    pub fn with(
        wallet: Wallet,
        phrase: &RecoveryPhrase,
        options: WalletOptions,
        clock: Arc<TestClock>,
    ) -> Self {
        let words: Vec<&str> = phrase.reveal().collect();
        let phrase = RecoveryPhrase::parse(&words.join(" ")).expect("a phrase");
        Self { wallet, phrase, options, clock, _folder: None }
    }

    /// Closes the wallet and opens it again, as after a crash of the app.
    pub async fn reopen(&mut self) {
        self.wallet.close().await.expect("the wallet closes");
        self.options.backend = backend(Arc::clone(&self.clock));
        self.wallet = Wallet::open(&self.options).await.expect("the wallet opens");
    }

    /// Adds the currency of an issuer on this host.
    pub async fn add(&self, host: &Host, issuer: IssuerId) {
        let link = format!("{}/c/{issuer}", host.origin());
        self.wallet.add_currency(&link, AccountKind::Private).await.expect("the currency is added");
        self.wallet.sync(issuer).await.expect("the wallet is in step");
    }

    /// This person's account at an issuer.
    pub async fn account(&self, issuer: IssuerId) -> AccountId {
        self.wallet.currency(issuer).await.expect("a currency").account
    }

    /// Pays an account; the payee is in step afterwards.
    pub async fn give(&self, payee: &Self, issuer: IssuerId, minor: i64) -> Payment {
        let plan = self.plan(payee, issuer, minor).await;
        let payment = self.wallet.pay(plan, None).await.expect("the payment is made");
        assert_eq!(payment.state, PaymentState::Settled, "refused: {:?}", payment.refusal);
        payee.wallet.sync(issuer).await.expect("the payee is in step");
        payment
    }

    /// Gives an account a public name, as the owner of its issuer.
    pub async fn attest(&self, person: &Self, issuer: IssuerId, name: &str) {
        let until = self.clock.now() + 86_400 * 365;
        let account = person.account(issuer).await;
        self.wallet.attest(issuer, account, name, Role::Customer, until).await.expect("the name is attested");
    }

    /// A plan to pay an account.
    pub async fn plan(&self, payee: &Self, issuer: IssuerId, minor: i64) -> PaymentPlan {
        let wish = PaymentWish {
            to: PayTo::Account { issuer, account: payee.account(issuer).await },
            issuer: Some(issuer),
            amount: Some(Amount::new(minor)),
            tip: None,
            memo: None,
            idempotency_key: None,
        };
        self.wallet.plan(wish).await.expect("a plan")
    }

    /// Waits for the first event that fits.
    pub async fn next<T>(&self, fits: impl Fn(&Event) -> Option<T>) -> T {
        let mut after = 0;
        loop {
            let event = self.wallet.next_event(after).await.expect("events").expect("the wallet stays open");
            after = event.sequence;
            if let Some(found) = fits(&event.event) {
                return found;
            }
        }
    }

    /// What can be spent, in smallest units.
    pub async fn available(&self, issuer: IssuerId) -> i64 {
        self.wallet.balance(issuer).await.expect("a balance").available.minor()
    }

    /// The balance, in smallest units.
    pub async fn balance(&self, issuer: IssuerId) -> i64 {
        self.wallet.balance(issuer).await.expect("a balance").balance.minor()
    }
}

/// Options for a new wallet in a folder of its own.
pub fn options(clock: Arc<TestClock>) -> (WalletOptions, TempDir) {
    let folder = TempDir::new().expect("a folder");
    let secrets: Arc<dyn SecretStore> = Arc::new(MemorySecretStore::new(Arc::new(SystemEntropy)));
    let mut options = WalletOptions::new(folder.path().join("wallet"), secrets, backend(Arc::clone(&clock)));
    options.clock = clock;
    (options, folder)
}

/// A driver with short pauses: tests lose replies on purpose.
pub fn backend(clock: Arc<TestClock>) -> Arc<dyn IssuerBackend> {
    let config = NativeConfig {
        first_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(50),
        ..NativeConfig::default()
    };
    Arc::new(NativeBackend::new(config, clock, Arc::new(SystemEntropy)).expect("a driver"))
}
