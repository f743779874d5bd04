//! An issuer's process behind a proxy, and people with purses.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tallystick::clock::{Clock, SystemClock, SystemEntropy};
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::keys::{AccountId, IssuerId, PassphraseCost, PassphraseFileStore, RecoveryPhrase};
use tallystick::wallet::{AccountKind, PaymentState, PaymentWish, Wallet, WalletOptions};
use tempfile::TempDir;

use crate::deed::{Deed, Lived, Order, founding};
use crate::programs::{IssuerProgram, IssuerSetup};
use crate::proxy::Proxy;
use crate::truth::{Life, Witness};

/// An issuer behind a proxy.
pub struct Town {
    /// The network.
    pub proxy: Proxy,
    /// How the issuer is started next.
    pub setup: IssuerSetup,
    /// The issuer's process.
    pub program: Option<IssuerProgram>,
    folder: TempDir,
}

impl Town {
    /// The issuer's process runs, and nobody has founded anything.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, with a change to how the issuer is started.
    pub async fn with(change: impl FnOnce(&mut IssuerSetup)) -> Self {
        let folder = TempDir::new().expect("a folder");
        let proxy = Proxy::start().await;
        let crash_folder = folder.path().join("crash");
        std::fs::create_dir(&crash_folder).expect("a folder");
        let mut setup = IssuerSetup {
            data: folder.path().join("issuer"),
            origin: proxy.origin(),
            crash_folder,
            clock_offset: 0,
            preload: None,
            enter: None,
            environment: Vec::new(),
        };
        change(&mut setup);
        let mut town = Self { proxy, setup, program: None, folder };
        town.up();
        town
    }

    /// Starts the issuer again.
    pub fn up(&mut self) {
        self.try_up().expect("the issuer starts");
    }

    /// Starts the issuer again, which may die of it.
    pub fn try_up(&mut self) -> std::io::Result<()> {
        let program = IssuerProgram::start(&self.setup)?;
        self.proxy.show_key(&self.setup.data.join("tls.key"));
        self.proxy.lead_to(program.address);
        self.program = Some(program);
        Ok(())
    }

    /// Kills the issuer.
    pub fn kill(&mut self) {
        if let Some(program) = self.program.take() {
            program.kill();
        }
    }

    /// Stops the issuer in good order.
    pub fn stop(&mut self) {
        if let Some(program) = self.program.take() {
            assert!(program.stop().success(), "it stops in good order");
        }
    }

    /// The issuer dies at the `nth` point that it reaches from now on.
    pub fn die_at(&self, nth: usize) {
        // The second word makes each order another one.
        let order = format!("{nth} {}", self.points().len());
        std::fs::write(self.setup.crash_folder.join("die-at"), order).expect("the order");
    }

    /// The issuer lives on.
    pub fn live(&self) {
        std::fs::write(self.setup.crash_folder.join("die-at"), "").expect("the order");
    }

    /// All points that the issuer's processes have reached, by their names.
    pub fn points(&self) -> Vec<String> {
        let told = std::fs::read_to_string(self.setup.crash_folder.join("reached")).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }

    /// The issuer's database.
    pub fn database(&self) -> PathBuf {
        self.setup.data.join("issuer.sqlite")
    }

    /// A folder for a test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The link of an issuer's card.
    pub fn card_link(&self, issuer: IssuerId) -> String {
        format!("{}/c/{issuer}", self.setup.origin)
    }

    /// A new purse.
    pub async fn purse(&self, name: &str) -> Purse {
        let folder = self.folder.path().join(name);
        let (wallet, phrase) =
            Wallet::create(&options(&folder, Arc::new(SystemClock))).await.expect("a wallet");
        wallet.close().await.expect("it closes");
        Purse { folder, phrase: phrase.reveal().collect::<Vec<_>>().join(" ") }
    }

    /// Founds an issuer, with the owner's wallet open.
    pub async fn found(&self, owner: &Wallet, name: &str) -> IssuerId {
        let key = self.program.as_ref().expect("the issuer runs").tls_key;
        let owned =
            owner.found_issuer(founding(self.proxy.origin(), key, name), None).await.expect("founded");
        owner.sync(owned.issuer).await.expect("in step");
        owned.issuer
    }

    /// Somebody with an open wallet, in step, who was given some of the owner's money.
    pub async fn holder(&self, name: &str, owner: &Wallet, issuer: IssuerId, minor: i64) -> (Purse, Wallet) {
        let purse = self.purse(name).await;
        let wallet = purse.open().await;
        wallet.add_currency(&self.card_link(issuer), AccountKind::Private).await.expect("added");
        wallet.sync(issuer).await.expect("in step");
        if minor > 0 {
            give(owner, account(&wallet, issuer).await, issuer, minor).await;
            wallet.sync(issuer).await.expect("in step");
        }
        (purse, wallet)
    }

    /// Checks all that must hold, see [`truth`](crate::truth), once everything is settled.
    pub async fn check(&self, label: &str, issuer: IssuerId, wallets: &[&Wallet]) {
        let witnesses: Vec<_> = wallets.iter().map(|wallet| Witness { wallet, life: Life::Whole }).collect();
        crate::truth::check(label, &self.database(), issuer, &witnesses).await;
    }
}

/// Pays an account at once.
pub async fn give(payer: &Wallet, payee: AccountId, issuer: IssuerId, minor: i64) {
    let wish = PaymentWish::of_account(issuer, payee, tallystick::money::Amount::new(minor));
    let plan = payer.plan(wish).await.expect("a plan");
    let paid = payer.pay(plan, None).await.expect("a payment");
    assert_eq!(paid.state, PaymentState::Settled, "refused: {:?}", paid.refusal);
}

/// A wallet's account at an issuer.
pub async fn account(wallet: &Wallet, issuer: IssuerId) -> AccountId {
    wallet.currency(issuer).await.expect("a currency").account
}

/// A wallet that nobody has open, and its words.
#[derive(Debug, Clone)]
pub struct Purse {
    /// Its folder.
    pub folder: PathBuf,
    /// Its words.
    pub phrase: String,
}

impl Purse {
    /// Opens it in this process.
    pub async fn open(&self) -> Wallet {
        Wallet::open(&self.options()).await.expect("the wallet opens")
    }

    /// How it is opened.
    pub fn options(&self) -> WalletOptions {
        options(&self.folder, Arc::new(SystemClock))
    }

    /// Does a deed in a process of its own.
    pub async fn run(&self, deed: &Deed) -> Lived {
        self.order(deed).run().await
    }

    /// A process that does a deed.
    pub fn order(&self, deed: &Deed) -> Order {
        Order { folder: self.folder.clone(), deed: deed.clone(), die_at: None }
    }

    /// The words.
    pub fn words(&self) -> RecoveryPhrase {
        RecoveryPhrase::parse(&self.phrase).expect("a phrase")
    }
}

/// How the wallet of a purse in this folder is opened. Its driver is impatient: tests lose answers on purpose.
pub fn options(folder: &Path, clock: Arc<dyn Clock>) -> WalletOptions {
    let file = folder.join("secrets");
    let (passphrase, entropy) = ("correct horse", Arc::new(SystemEntropy));
    let secrets = if file.exists() {
        PassphraseFileStore::open(&file, passphrase, entropy)
    } else {
        std::fs::create_dir_all(folder).expect("a folder");
        PassphraseFileStore::create(&file, passphrase, PassphraseCost::LEAST, entropy)
    };
    let config = NativeConfig {
        call_timeout: Duration::from_secs(3),
        first_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(50),
        ..NativeConfig::default()
    };
    let backend = NativeBackend::new(config, Arc::clone(&clock), Arc::new(SystemEntropy)).expect("a driver");
    let secrets = Arc::new(secrets.expect("a secret store"));
    let mut options = WalletOptions::new(folder.join("wallet"), secrets, Arc::new(backend));
    options.clock = clock;
    options
}
