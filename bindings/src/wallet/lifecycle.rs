//! From a folder to an open wallet, and back.

use std::sync::Arc;

use tallystick::clock::{SystemClock, SystemEntropy};
use tallystick::error::WalletError;
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::keys::SecretStore;
use tallystick::wallet::{self as core, WalletOptions};

use super::Wallet;
use crate::phrase::RecoveryPhrase;
use crate::runtime;

/// Where a wallet lives and whom it believes.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct WalletSettings {
    /// The folder of the wallet's files. It is made if need be, and belongs to one wallet alone.
    pub folder: String,
    /// Certificates (DER) of authorities to believe beside those of the web: for a town with servers of its own.
    #[uniffi(default)]
    pub extra_roots: Vec<Vec<u8>>,
}

impl WalletSettings {
    pub(super) fn options(self, secrets: Arc<dyn SecretStore>) -> Result<WalletOptions, WalletError> {
        let config = NativeConfig { extra_roots: self.extra_roots, ..NativeConfig::default() };
        let backend = NativeBackend::new(config, Arc::new(SystemClock), Arc::new(SystemEntropy))
            .map_err(|error| WalletError::invalid("extra_roots", error.code(), &error))?;
        Ok(WalletOptions::new(self.folder, secrets, Arc::new(backend)))
    }
}

/// A wallet that was just made, and the phrase that belongs to it.
#[derive(Clone, uniffi::Record)]
pub struct NewWallet {
    /// The wallet, open and unlocked.
    pub wallet: Arc<Wallet>,
    /// All that helps if the phone is lost. Show it once; it is kept nowhere.
    pub phrase: Arc<RecoveryPhrase>,
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
        let (wallet, phrase) = core::Wallet::create(&settings.options(secrets)?).await?;
        Ok(NewWallet { wallet: Arc::new(Wallet::new(wallet)), phrase: Arc::new(RecoveryPhrase::new(phrase)) })
    })
    .await
}

#[uniffi::export]
impl Wallet {
    /// Opens the wallet of a folder, and takes up whatever was on its way when it was last closed or killed. If a PIN is
    /// set, the wallet is locked until `unlock_with_pin`.
    ///
    /// The secret store is called on a thread that may block, so it may ask the user.
    #[uniffi::constructor]
    pub async fn open(settings: WalletSettings, secrets: Arc<dyn SecretStore>) -> Result<Self, WalletError> {
        runtime::spawned(async move { Ok(Self::new(core::Wallet::open(&settings.options(secrets)?).await?)) })
            .await
    }

    /// Forgets all keys until `unlock` or `unlock_with_pin`.
    pub async fn lock(&self) -> Result<(), WalletError> {
        self.run(|wallet| async move {
            wallet.lock().await;
            Ok(())
        })
        .await
    }

    /// Gets the keys from the secret store, which may ask the user. Does nothing if the wallet is unlocked; fails with
    /// `pin_needed` if a PIN is set.
    pub async fn unlock(&self) -> Result<(), WalletError> {
        self.run(|wallet| async move { wallet.unlock().await }).await
    }

    /// Closes all files, so that the app may be suspended: call it when the app goes to the background.
    pub async fn pause(&self) -> Result<(), WalletError> {
        self.run(|wallet| async move { wallet.pause().await }).await
    }

    /// Opens the files again and takes up whatever was on its way: call it when the app comes to the front.
    pub async fn resume(&self) -> Result<(), WalletError> {
        self.run(|wallet| async move { wallet.resume().await }).await
    }

    /// Locks the wallet and closes its files, for good. Doing so again does nothing. (Freeing the object is another thing,
    /// and has the name `close` in Kotlin.)
    pub async fn shut_down(&self) -> Result<(), WalletError> {
        self.run(|wallet| async move { wallet.close().await }).await
    }
}
