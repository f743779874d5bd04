//! The wallet as other languages see it: making one, opening one, and what it holds.

use std::sync::Arc;

use tallystick::clock::{SystemClock, SystemEntropy};
use tallystick::error::WalletError;
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::keys::SecretStore;
use tallystick::wallet::{self as core, Balance, WalletOptions};

use crate::phrase::RecoveryPhrase;
use crate::runtime;

/// Where a wallet lives and whom it believes.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WalletSettings {
    /// The folder of the wallet's files. It is made if need be, and belongs to one wallet alone.
    pub folder: String,
    /// Certificates (DER) of authorities to believe beside those of the web: for a town with servers of its own.
    #[uniffi(default = [])]
    pub extra_roots: Vec<Vec<u8>>,
}

/// A wallet that was just made, and the phrase that belongs to it.
#[derive(Clone, uniffi::Record)]
pub struct NewWallet {
    /// The wallet, open and unlocked.
    pub wallet: Arc<Wallet>,
    /// All that helps if the phone is lost. Show it once; it is kept nowhere.
    pub phrase: Arc<RecoveryPhrase>,
}

/// A wallet: accounts at many issuers, their keys, and everything that was paid.
///
/// It may be used from any thread. A call that was cancelled goes on to its end inside; its outcome is stored.
#[derive(uniffi::Object)]
pub struct Wallet {
    core: core::Wallet,
}

/// Makes a new wallet. Fails if the folder holds one already.
///
/// The secret store is called on a thread that may block, so it may ask the user.
#[uniffi::export]
pub async fn create_wallet(
    settings: WalletSettings,
    secrets: Arc<dyn SecretStore>,
) -> Result<NewWallet, WalletError> {
    runtime::spawned(async move {
        let (core, phrase) = core::Wallet::create(&options(settings, secrets)?).await?;
        Ok(NewWallet { wallet: Arc::new(Wallet { core }), phrase: Arc::new(RecoveryPhrase::new(phrase)) })
    })
    .await
}

#[uniffi::export]
impl Wallet {
    /// Opens the wallet of a folder, and takes up whatever was on its way when it was last closed or killed.
    ///
    /// The secret store is called on a thread that may block, so it may ask the user.
    #[uniffi::constructor]
    pub async fn open(settings: WalletSettings, secrets: Arc<dyn SecretStore>) -> Result<Self, WalletError> {
        runtime::spawned(
            async move { Ok(Self { core: core::Wallet::open(&options(settings, secrets)?).await? }) },
        )
        .await
    }

    /// The balances of all currencies, in the order of their codes. Needs no network.
    pub async fn balances(&self) -> Result<Vec<Balance>, WalletError> {
        let core = self.core.clone();
        runtime::spawned(async move { core.balances().await }).await
    }

    /// Locks the wallet and closes its files, for good. Doing so again does nothing. (Freeing the object is another thing, and
    /// has the name `close` in Kotlin.)
    pub async fn shut_down(&self) -> Result<(), WalletError> {
        let core = self.core.clone();
        runtime::spawned(async move { core.close().await }).await
    }
}

fn options(settings: WalletSettings, secrets: Arc<dyn SecretStore>) -> Result<WalletOptions, WalletError> {
    let config = NativeConfig { extra_roots: settings.extra_roots, ..NativeConfig::default() };
    let backend = NativeBackend::new(config, Arc::new(SystemClock), Arc::new(SystemEntropy))
        .map_err(|error| WalletError::invalid("extra_roots", error.code(), &error))?;
    Ok(WalletOptions::new(settings.folder, secrets, Arc::new(backend)))
}
