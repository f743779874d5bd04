//! A wallet that is open for one command.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tallystick::clock::{Clock as _, SystemClock, SystemEntropy, UnixSeconds};
use tallystick::error::WalletError;
use tallystick::event::Event;
use tallystick::issuer::native::NativeBackend;
use tallystick::keys::{Digest, IssuerId, PassphraseCost, PassphraseFileStore, SecretStoreError};
use tallystick::store::StoreError;
use tallystick::wallet::{CurrencyInfo, HistoryQuery, MAX_PAGE, Payment, Wallet, WalletOptions};
use tokio::task::JoinSet;

use crate::arguments::Shared;
use crate::failure::Failure;
use crate::place::Place;
use crate::show::{Manner, Printer, Report, tame};
use crate::{ask, choice, network, news};

/// What every command is given.
pub struct App {
    /// What was said beside the command.
    pub shared: Shared,
    /// Where the wallet is.
    pub place: Place,
    /// How this person reads.
    pub manner: Manner,
    /// The way out.
    pub printer: Printer,
}

impl App {
    /// Prints what a command has to say.
    pub fn print(&self, report: &impl Report) -> Result<(), Failure> {
        self.printer.print(report, &self.manner)
    }

    /// What a wallet of this place runs on.
    pub fn options(&self, secrets: PassphraseFileStore) -> Result<(WalletOptions, NativeBackend), Failure> {
        let backend = network::backend(&self.shared.trust_cert)?;
        let options = WalletOptions::new(self.place.folder(), Arc::new(secrets), Arc::new(backend.clone()));
        Ok((options, backend))
    }

    /// Fails if this place holds nothing of a wallet, before anybody is asked for a passphrase.
    pub fn need_wallet(&self) -> Result<(), Failure> {
        if self.place.key_file().exists() || self.place.holds_wallet() {
            Ok(())
        } else {
            Err(WalletError::from(StoreError::WalletAbsent).into())
        }
    }

    /// The key file of the wallet of this place, opened with its passphrase.
    pub fn existing_secrets(&self) -> Result<PassphraseFileStore, Failure> {
        let passphrase = ask::existing(self.shared.passphrase_file.as_deref())?;
        Ok(PassphraseFileStore::open(&self.place.key_file(), &passphrase, Arc::new(SystemEntropy))?)
    }

    /// Opens the wallet of this place.
    pub async fn open(&self) -> Result<Session<'_>, Failure> {
        self.need_wallet()?;
        let (options, backend) = self.options(self.existing_secrets()?)?;
        let wallet = Wallet::open(&options).await?;
        if let Err(failure) = unlock(&wallet).await {
            wallet.close().await?;
            return Err(failure);
        }
        Ok(Session::on(self, wallet, backend))
    }

    /// The key file of a wallet that is about to be made. One that an interrupted start left behind is taken up again,
    /// if its passphrase is known.
    pub fn new_secrets(&self) -> Result<NewSecrets, Failure> {
        if self.place.holds_wallet() {
            let text = format!("There is a wallet in {} already", self.place.folder().display());
            return Err(Failure::new("wallet_exists", text));
        }
        let file = self.shared.passphrase_file.as_deref();
        let key_file = self.place.key_file();
        let entropy = Arc::new(SystemEntropy);
        if key_file.exists() {
            let passphrase = ask::existing(file)?;
            let store = PassphraseFileStore::open(&key_file, &passphrase, entropy)?;
            return Ok(NewSecrets { store, undo: Undo(None) });
        }
        let passphrase = ask::fresh(file)?;
        create_private(self.place.folder()).map_err(|error| {
            Failure::new("io", format!("cannot make {}: {error}", self.place.folder().display()))
        })?;
        let cost = PassphraseCost::default();
        let store =
            PassphraseFileStore::create(&key_file, &passphrase, cost, entropy).map_err(
                |error| match error {
                    SecretStoreError::Other { reason } => Failure::new("io", reason),
                    error => error.into(),
                },
            )?;
        Ok(NewSecrets { store, undo: Undo(Some(key_file)) })
    }
}

/// The secrets of a wallet that is about to be made.
pub struct NewSecrets {
    /// Its store.
    pub store: PassphraseFileStore,
    /// What takes the store away again if the wallet cannot be made.
    pub undo: Undo,
}

/// A key file that was made for a wallet that is not there yet.
pub struct Undo(Option<PathBuf>);

impl Undo {
    /// Removes it: nothing is sealed under its key.
    pub fn now(self) {
        // What stays is taken up by the next try.
        let _ = self.0.map(std::fs::remove_file);
    }
}

/// Asks for the PIN, if one is set.
async fn unlock(wallet: &Wallet) -> Result<(), Failure> {
    if wallet.app_lock().await?.locked {
        wallet.unlock_with_pin(&ask::pin().await?).await?;
    }
    Ok(())
}

fn create_private(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// The present, by this machine's clock.
pub fn now() -> UnixSeconds {
    SystemClock.now()
}

/// An open wallet.
pub struct Session<'a> {
    /// What every command is given.
    pub app: &'a App,
    /// The wallet.
    pub wallet: Wallet,
    /// What reaches the issuers.
    pub backend: NativeBackend,
    /// Payments and issuers' cards that this command has told about: they are no news.
    shown: Mutex<HashSet<String>>,
    stage: Mutex<Stage>,
}

/// How far a command is, for when somebody stops it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is on its way.
    Working,
    /// A payment may be on its way.
    Paying,
    /// It only shows what happens: to be stopped is its end.
    Watching,
}

/// An issuer that could not be asked.
pub struct Unreached {
    /// Which one.
    pub issuer: CurrencyInfo,
    /// Why.
    pub failure: Failure,
}

impl<'a> Session<'a> {
    /// On a wallet that is open.
    pub fn on(app: &'a App, wallet: Wallet, backend: NativeBackend) -> Self {
        Self { app, wallet, backend, shown: Mutex::default(), stage: Mutex::new(Stage::Working) }
    }
}

impl Session<'_> {
    /// From here on, whoever stops the program must be told this.
    pub fn set_stage(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    /// How the command ends when somebody stops it.
    pub fn stopped(&self) -> Result<(), Failure> {
        match *self.stage.lock().unwrap_or_else(PoisonError::into_inner) {
            Stage::Working => Err(Failure::new("stopped", "Stopped")),
            Stage::Paying => Err(Failure::stopped_paying()),
            Stage::Watching => Ok(()),
        }
    }

    /// The payment that a person means: by its id, or the first letters of it.
    pub async fn payment(&self, text: &str) -> Result<Payment, Failure> {
        if let Ok(payment) = text.trim().parse::<Digest>() {
            return Ok(self.wallet.payment(payment).await?.payment);
        }
        let mut query = HistoryQuery { limit: MAX_PAGE, ..HistoryQuery::default() };
        let mut found: Option<Payment> = None;
        loop {
            let page = self.wallet.history(query.clone()).await?;
            for payment in page.payments.into_iter().filter(|one| choice::begins(&one.payment, text)) {
                if found.replace(payment).is_some() {
                    let text = format!("`{}` fits several payments", tame(text));
                    return Err(Failure::new("ambiguous_payment", text));
                }
            }
            match page.next {
                Some(next) => query.before = Some(next),
                None => break,
            }
        }
        found.ok_or_else(|| {
            Failure::new("unknown_payment", format!("There is no payment `{}` in this wallet", tame(text)))
        })
    }

    /// This command has told about the payment, or the issuer's new card.
    pub fn mark_shown(&self, id: &impl ToString) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_string());
    }

    /// Whether an event is about something that this command has told about.
    pub fn has_shown(&self, event: &Event) -> bool {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        news::subject_of(event).is_some_and(|subject| shown.contains(&subject))
    }

    /// Prints what a command has to say.
    pub fn print(&self, report: &impl Report) -> Result<(), Failure> {
        self.app.print(report)
    }

    /// The currency that a person means.
    pub async fn currency(&self, wanted: Option<&str>) -> Result<CurrencyInfo, Failure> {
        let all = self.wallet.currencies().await?;
        choice::currency(&all, wanted).cloned()
    }

    /// A currency of this wallet.
    pub async fn currency_of(&self, issuer: IssuerId) -> Result<CurrencyInfo, Failure> {
        Ok(self.wallet.currency(issuer).await?)
    }

    /// Asks all these issuers for what is new, at once, unless the user wants no network. Tells whom it did not reach.
    pub async fn refresh(&self, currencies: &[CurrencyInfo]) -> Vec<Unreached> {
        if self.app.shared.offline {
            return Vec::new();
        }
        let mut asked = JoinSet::new();
        for (index, info) in currencies.iter().enumerate() {
            let (wallet, issuer) = (self.wallet.clone(), info.issuer);
            asked.spawn(async move { (index, wallet.sync(issuer).await) });
        }
        let mut unreached: Vec<(usize, WalletError)> = Vec::new();
        while let Some(answer) = asked.join_next().await {
            if let Ok((index, Err(error))) = answer {
                unreached.push((index, error));
            }
        }
        unreached.sort_by_key(|(index, _)| *index);
        unreached
            .into_iter()
            .map(|(index, error)| Unreached { issuer: currencies[index].clone(), failure: error.into() })
            .collect()
    }

    /// The same, for commands that go on with what is known: a person is told, a script sees it in the times.
    pub async fn refresh_quietly(&self, currencies: &[CurrencyInfo]) {
        let unreached = self.refresh(currencies).await;
        self.app.printer.tell(&self.app.manner, |page| {
            for Unreached { issuer, failure } in &unreached {
                page.careful(format!("{}: {} This shows what is known.", issuer.issuer_name, failure.text));
            }
        });
    }

    /// Tells a person what happened since the last time, and closes the wallet.
    pub async fn end(self) -> Result<(), Failure> {
        let told = if self.app.printer.is_json() { Ok(()) } else { news::tell(&self).await };
        self.wallet.close().await?;
        told
    }

    /// An error of the wallet with amounts as the user writes them.
    pub async fn explain(&self, error: WalletError) -> Failure {
        let (WalletError::InsufficientFunds { issuer, .. } | WalletError::OverGrant { issuer, .. }) = &error
        else {
            return error.into();
        };
        let Ok(info) = self.wallet.currency(*issuer).await else { return error.into() };
        let amount = |amount| self.app.manner.amount(amount, &info.currency);
        let text = match &error {
            WalletError::InsufficientFunds { needed, available, .. } => {
                format!("{} is needed, and {} can be spent", amount(*needed), amount(*available))
            }
            WalletError::OverGrant { left, .. } => {
                format!("{} is left of what this device may pay today", amount(*left))
            }
            _ => return error.into(),
        };
        Failure::new(error.code(), text)
    }
}
