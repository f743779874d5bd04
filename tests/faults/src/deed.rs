//! What a wallet process is told to do: one deed, told as JSON, with the point at which it is to die.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tallystick::artefact::Role;
use tallystick::error::WalletError;
use tallystick::keys::{AccountId, Digest, IssuerId, PublicKey, RecoveryPhrase, RequestId};
use tallystick::money::{Amount, Currency};
use tallystick::wallet::{
    AccountKind, CardChanges, FoundingDraft, KeyCapabilities, PayTo, PaymentWish, PriceWish, RequestWish,
    TipWish, Wallet, WalletOptions,
};
use tallystick_e2e::Point;

use crate::programs::program;
use crate::town::options;

/// What a wallet process does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are the arguments of the wallet's function")]
pub enum Deed {
    /// `pay`, to an account. The payment is found by its key when the deed is done again.
    Pay { issuer: IssuerId, payee: AccountId, minor: i64, key: String },
    /// `pay`, to a request.
    PayLink { link: String },
    /// `plan_refund` and `pay`.
    Refund { payment: Digest },
    /// `request_payment`, once, for a day.
    Ask { issuer: IssuerId, minor: i64 },
    /// `cancel_request`.
    CancelRequest { request: RequestId },
    /// `grant_key`, to look and to receive.
    GrantKey { issuer: IssuerId, key: PublicKey, not_after: i64 },
    /// `cancel_grant`.
    CancelGrant { issuer: IssuerId, grant: Digest },
    /// `attest`.
    Attest { issuer: IssuerId, account: AccountId, name: String, not_after: i64 },
    /// `grant_role`, as a worker.
    Employ { issuer: IssuerId, account: AccountId, not_after: i64 },
    /// `update_card`, with another promise.
    Promise { issuer: IssuerId, promise: String },
    /// `rotate_signing_key`.
    RotateKey { issuer: IssuerId },
    /// `found_issuer`.
    Found { host: String, tls_key: Digest, name: String },
    /// `add_currency`.
    AddCurrency { link: String },
    /// `create`, and `add_currency`.
    CreateAndAdd { link: String },
    /// `rekey`, with these words.
    Rekey { phrase: String },
    /// `restore`, with these words.
    Restore { phrase: String, link: String },
    /// `sync`.
    Sync { issuer: IssuerId },
}

impl Deed {
    /// Does it, with the wallet of this folder.
    pub async fn on_options(&self, options: &WalletOptions) -> Result<(), WalletError> {
        if let Self::Restore { phrase, link } = self {
            let (wallet, _) = Wallet::restore(options, &words(phrase), link).await?;
            return wallet.close().await;
        }
        let wallet = match self {
            Self::CreateAndAdd { .. } => Wallet::create(options).await?.0,
            _ => Wallet::open(options).await?,
        };
        let done = self.with(&wallet).await;
        wallet.close().await?;
        done
    }

    /// Does it, with an open wallet.
    pub async fn with(&self, wallet: &Wallet) -> Result<(), WalletError> {
        match self.clone() {
            Self::Pay { issuer, payee, minor, key } => {
                let wish = PaymentWish {
                    to: PayTo::Account { issuer, account: payee },
                    issuer: Some(issuer),
                    amount: Some(Amount::new(minor)),
                    tip: None,
                    memo: Some("a loaf".into()),
                    idempotency_key: Some(key),
                };
                let plan = wallet.plan(wish).await?;
                wallet.pay(plan, None).await?;
            }
            Self::PayLink { link } => {
                let plan = wallet.plan(PaymentWish::of_link(&link)).await?;
                wallet.pay(plan, None).await?;
            }
            Self::Refund { payment } => {
                let plan = wallet.plan_refund(payment, None, None).await?;
                wallet.pay(plan, None).await?;
            }
            Self::Ask { issuer, minor } => {
                wallet.request_payment(asking(issuer, minor)).await?;
            }
            Self::CancelRequest { request } => {
                wallet.cancel_request(request).await?;
            }
            Self::GrantKey { issuer, key, not_after } => {
                let may = KeyCapabilities { view: true, receive: true, ..KeyCapabilities::default() };
                wallet.grant_key(issuer, key, may, None, not_after).await?;
            }
            Self::CancelGrant { issuer, grant } => {
                wallet.cancel_grant(issuer, grant).await?;
            }
            Self::Attest { issuer, account, name, not_after } => {
                wallet.attest(issuer, account, &name, Role::Customer, not_after).await?;
            }
            Self::Employ { issuer, account, not_after } => {
                wallet.grant_role(issuer, account, Role::Worker, None, not_after).await?;
            }
            Self::Promise { issuer, promise } => {
                let changes = CardChanges { promise: Some(promise), ..CardChanges::default() };
                wallet.update_card(issuer, changes).await?;
            }
            Self::RotateKey { issuer } => {
                wallet.rotate_signing_key(issuer).await?;
            }
            Self::Found { host, tls_key, name } => {
                wallet.found_issuer(founding(host, tls_key, &name), None).await?;
            }
            Self::AddCurrency { link } | Self::CreateAndAdd { link } => {
                wallet.add_currency(&link, AccountKind::Private).await?;
            }
            Self::Rekey { phrase } => {
                wallet.rekey(&words(&phrase)).await?;
            }
            Self::Restore { .. } => {}
            Self::Sync { issuer } => wallet.sync(issuer).await?,
        }
        Ok(())
    }
}

fn words(phrase: &str) -> RecoveryPhrase {
    RecoveryPhrase::parse(phrase).expect("a phrase")
}

/// Asks for this much, once, within a day.
pub fn asking(issuer: IssuerId, minor: i64) -> RequestWish {
    RequestWish {
        prices: vec![PriceWish { issuer, amount: Some(Amount::new(minor)) }],
        seconds: Some(86_400),
        reusable: false,
        reference: None,
        tip: TipWish::NoTip,
        lines: Vec::new(),
        note: None,
    }
}

/// An issuer of buns whose owners may owe a million.
pub fn founding(host: String, tls_key: Digest, name: &str) -> FoundingDraft {
    FoundingDraft {
        host,
        host_tls_keys: vec![tls_key],
        name: name.into(),
        currency: Currency::new("BUN", "Bun", "b", 2).expect("a currency"),
        promise: "A bun for a hundred.".into(),
        owners_limit: Amount::new(1_000_000),
        own_limit: None,
        logo: None,
        account: AccountKind::Private,
    }
}

/// A wallet process: its folder, its deed, and where it dies.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    /// The purse's folder.
    pub folder: PathBuf,
    /// What to do.
    pub deed: Deed,
    /// Where to die.
    pub die_at: Option<Point>,
}

/// What became of a wallet process.
#[derive(Debug)]
pub struct Lived {
    /// How it ended.
    pub status: ExitStatus,
    /// The points that it reached, if it lived to tell.
    pub reached: Vec<Point>,
    /// What else it told: the error's code, if the deed failed.
    pub fault: Option<String>,
}

/// What a wallet process prints at its end.
#[derive(Debug, Serialize, Deserialize)]
pub struct Told {
    /// The points that it reached.
    pub reached: Vec<Point>,
    /// The code of the error with which the deed failed.
    pub fault: Option<String>,
}

impl Order {
    /// Starts the process.
    pub fn start(&self) -> Child {
        self.command().spawn().expect("the wallet's process starts")
    }

    /// Starts the process with a library before all others, and more of an environment.
    pub fn start_with(&self, library: &Path, environment: &[(String, String)]) -> Child {
        let mut command = self.command();
        command.env("LD_PRELOAD", library).envs(environment.iter().cloned());
        command.spawn().expect("the wallet's process starts")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program("faults-wallet"));
        command.arg(serde_json::to_string(self).expect("an order"));
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }

    /// Runs the process to its end.
    pub async fn run(self) -> Lived {
        let ended = tokio::task::spawn_blocking(move || wait(self.start()));
        ended.await.expect("the process ends")
    }
}

/// Waits for a process to end.
pub fn wait(child: Child) -> Lived {
    let output = child.wait_with_output().expect("it ends");
    let told: Option<Told> = serde_json::from_slice(&output.stdout).ok();
    let (reached, fault) = told.map_or((Vec::new(), None), |told| (told.reached, told.fault));
    Lived { status: output.status, reached, fault }
}

/// Options of the wallet of a purse in this folder, by the machine's clock.
pub fn options_in(folder: &Path) -> WalletOptions {
    options(folder, Arc::new(tallystick::clock::SystemClock))
}
