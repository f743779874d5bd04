//! The host, and people with wallets.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tallystick::clock::SystemEntropy;
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::keys::{AccountId, Digest, IssuerId, PassphraseCost, PassphraseFileStore};
use tallystick::money::{Amount, Currency, MoneyFormat};
use tallystick::wallet::{
    AccountKind, CurrencyInfo, PayTo, Payment, PaymentPlan, PaymentState, PaymentWish, Wallet, WalletOptions,
};
use tallystick_issuer::faults::FaultScript;
use tallystick_issuer::{Config, Issuer, Ports, RunningServer};
use tempfile::TempDir;

use crate::clock::TownClock;
use crate::error::DemoError;

/// Everybody's passphrase: the demo's wallets protect nothing.
pub const PASSPHRASE: &str = "tallystick demo";

/// A host on loopback HTTPS, and a folder for it and everybody's wallets.
pub struct Town {
    /// Everybody's clock.
    pub clock: Arc<TownClock>,
    /// What goes wrong on the host.
    pub faults: Arc<FaultScript>,
    host: RunningServer,
    folder: PathBuf,
    /// Removes the folder at the end, unless it is to be kept.
    _temporary: Option<TempDir>,
}

impl Town {
    /// Starts the host.
    pub async fn start(kept: Option<PathBuf>) -> Result<Self, DemoError> {
        let temporary = match &kept {
            Some(_) => None,
            None => Some(TempDir::with_prefix("tallystick-demo-")?),
        };
        let folder = match (kept, &temporary) {
            (Some(folder), _) => empty(folder)?,
            (None, Some(temporary)) => temporary.path().to_owned(),
            (None, None) => std::env::temp_dir(),
        };
        let clock = Arc::new(TownClock::yesterday());
        let faults = Arc::new(FaultScript::default());
        let ports =
            Ports { clock: Arc::clone(&clock) as _, faults: Arc::clone(&faults) as _, ..Ports::default() };
        let host = Issuer::start_with(Config::on_loopback(folder.join("host")), ports).await?;
        Ok(Self { clock, faults, host, folder, _temporary: temporary })
    }

    /// `https://127.0.0.1:port`.
    pub fn origin(&self) -> &str {
        self.host.origin()
    }

    /// The keys by which the host is known without a certificate authority.
    pub fn tls_keys(&self) -> Vec<Digest> {
        self.host.tls_key_hashes()
    }

    /// Where everything is kept.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The host makes the statements that are due.
    pub async fn make_statements(&self) -> Result<(), DemoError> {
        Ok(self.host.do_chores().await?)
    }

    /// Somebody with a new wallet.
    pub async fn person(&self, name: &'static str, folder: &'static str) -> Result<Person, DemoError> {
        let folder = self.folder.join(folder);
        std::fs::create_dir_all(&folder)?;
        let entropy = Arc::new(SystemEntropy);
        // As `tally` keeps it, so that a person can take the wallet over.
        let key_file = folder.join("passphrase.key");
        let secrets = PassphraseFileStore::create(
            &key_file,
            PASSPHRASE,
            PassphraseCost::LEAST,
            Arc::clone(&entropy) as _,
        )?;
        let config = NativeConfig { first_pause: Duration::from_millis(100), ..NativeConfig::default() };
        let clock: Arc<TownClock> = Arc::clone(&self.clock);
        let backend = NativeBackend::new(config, Arc::clone(&clock) as _, entropy)?;
        let mut options = WalletOptions::new(&folder, Arc::new(secrets), Arc::new(backend));
        options.clock = clock;
        let (wallet, _phrase) = Wallet::create(&options).await?;
        Ok(Person { name, wallet, folder })
    }

    /// Stops the host. A temporary folder goes with the town.
    pub async fn close(self) {
        self.host.shutdown().await;
    }
}

/// A folder to keep, by its absolute path, if there is nothing in it yet.
fn empty(folder: PathBuf) -> Result<PathBuf, DemoError> {
    std::fs::create_dir_all(&folder)?;
    if std::fs::read_dir(&folder)?.next().is_some() {
        return Err(DemoError::FolderInUse(folder.display().to_string()));
    }
    Ok(std::path::absolute(folder)?)
}

/// Somebody with a wallet.
pub struct Person {
    /// What people call them.
    pub name: &'static str,
    /// The wallet.
    pub wallet: Wallet,
    /// Where it is.
    pub folder: PathBuf,
}

impl Person {
    /// Adds a shop's currency from the link on its door.
    pub async fn add(&self, shop: &Shop) -> Result<CurrencyInfo, DemoError> {
        let info = self.wallet.add_currency(&shop.link, AccountKind::Private).await?;
        self.wallet.sync(shop.issuer).await?;
        Ok(info)
    }

    /// This person's account at a shop.
    pub async fn account(&self, shop: &Shop) -> Result<AccountId, DemoError> {
        Ok(self.wallet.currency(shop.issuer).await?.account)
    }

    /// The proved balance at a shop.
    pub async fn balance(&self, shop: &Shop) -> Result<Amount, DemoError> {
        Ok(self.wallet.balance(shop.issuer).await?.balance)
    }

    /// Pays an account, and waits until the payee knows.
    pub async fn give(&self, payee: &Self, shop: &Shop, minor: i64) -> Result<Payment, DemoError> {
        let wish = PaymentWish {
            to: PayTo::Account { issuer: shop.issuer, account: payee.account(shop).await? },
            issuer: Some(shop.issuer),
            amount: Some(Amount::new(minor)),
            tip: None,
            memo: None,
            idempotency_key: None,
        };
        let plan = self.wallet.plan(wish).await?;
        let paid = self.confirm(plan).await?;
        payee.wallet.sync(shop.issuer).await?;
        Ok(paid)
    }

    /// Confirms a plan, which must be executed.
    pub async fn confirm(&self, plan: PaymentPlan) -> Result<Payment, DemoError> {
        let paid = self.wallet.pay(plan, None).await?;
        match paid.state {
            PaymentState::Settled => Ok(paid),
            _ => Err(DemoError::NotSo(format!("{}'s payment is executed", self.name))),
        }
    }
}

/// A shop that issues its own money, with its owner's wallet.
pub struct Shop {
    /// Whose wallet founded it.
    pub owner: Person,
    /// The issuer.
    pub issuer: IssuerId,
    /// Its name.
    pub name: &'static str,
    /// Its money.
    pub currency: Currency,
    /// The link on its door.
    pub link: String,
}

impl Shop {
    /// An amount of this shop's money, as people write it.
    pub fn amount(&self, amount: Amount) -> String {
        // No place in particular: the story reads the same everywhere.
        match MoneyFormat::for_locale("en") {
            Ok(format) => format.amount(amount, &self.currency),
            Err(_) => amount.to_decimal_string(self.currency.decimals()),
        }
    }
}
