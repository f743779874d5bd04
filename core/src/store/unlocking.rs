//! The way of the data key: made once, kept wrapped by the platform's secret store, in memory only while unlocked.
//!
//! ```text
//! make_key ─┐
//!           ├──> OpenedKey ──use_key──> in memory ──lock──> forgotten
//! open_key ─┘
//! ```

use std::sync::Arc;

use super::cipher::{Cipher, DataKey};
use super::database::Database;
use super::error::StoreError;
use super::tables::keyring;
use crate::clock::Entropy;
use crate::keys::{SecretBytes, SecretStore};

const DATA_KEY: &str = "data-key";

/// A data key that was opened and not yet put to use.
pub struct OpenedKey {
    cipher: Arc<Cipher>,
    times_locked: u64,
}

impl OpenedKey {
    /// The key to the sealed values.
    pub fn cipher(&self) -> Arc<Cipher> {
        Arc::clone(&self.cipher)
    }
}

impl Database {
    /// Makes a data key, and gives it with its wrapping, which the caller must store with [`keyring::put`] beside the
    /// first values that are sealed under it.
    pub async fn make_key(
        &self,
        secrets: Arc<dyn SecretStore>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<(Vec<u8>, OpenedKey), StoreError> {
        let times_locked = self.times_locked();
        let (wrapped, key) = self.wrap_key(secrets, DataKey::generate(&*entropy)).await?;
        Ok((wrapped, OpenedKey { cipher: Arc::new(Cipher::new(&key, entropy)?), times_locked }))
    }

    /// Opens the data key with the platform's secret store, and leaves the store locked: there may be more to ask before
    /// the key is put to use. Fails with `WalletAbsent` if there is none.
    ///
    /// The secret store may show a prompt; it is asked on a thread of its own, with no transaction open. Its failures
    /// come as `StoreError::Secrets`.
    pub async fn open_key(
        &self,
        secrets: Arc<dyn SecretStore>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<OpenedKey, StoreError> {
        let times_locked = self.times_locked();
        let wrapped = self.read(keyring::get).await?.ok_or(StoreError::WalletAbsent)?;
        let key = self.unwrap_key(secrets, wrapped).await?;
        Ok(OpenedKey { cipher: Arc::new(Cipher::new(&key, entropy)?), times_locked })
    }

    /// Puts an opened key to use. Fails with `Locked` if the store was locked since the key was asked for: what took a
    /// prompt to come by must not undo a lock that was asked for meanwhile.
    pub fn use_key(&self, key: OpenedKey) -> Result<(), StoreError> {
        self.unlock_unless_locked(key.cipher, key.times_locked)
    }

    /// Wraps the data key by another secret store: another passphrase, another keystore. No sealed value changes.
    pub async fn rewrap(
        &self,
        from: Arc<dyn SecretStore>,
        to: Arc<dyn SecretStore>,
    ) -> Result<(), StoreError> {
        let wrapped = self
            .read(keyring::get)
            .await?
            .ok_or_else(|| StoreError::unreadable("a data key to wrap anew"))?;
        let key = self.unwrap_key(from, wrapped).await?;
        let wrapped = self.wrap_key(to, key).await?.0;
        self.write(move |transaction| keyring::put(transaction, &wrapped)).await
    }

    async fn wrap_key(
        &self,
        secrets: Arc<dyn SecretStore>,
        key: DataKey,
    ) -> Result<(Vec<u8>, DataKey), StoreError> {
        self.ask(move || {
            let wrapped = secrets.seal_secret(DATA_KEY, &SecretBytes::from(&key.as_bytes()[..]))?;
            Ok((wrapped, key))
        })
        .await
    }

    async fn unwrap_key(
        &self,
        secrets: Arc<dyn SecretStore>,
        wrapped: Vec<u8>,
    ) -> Result<DataKey, StoreError> {
        self.ask(move || DataKey::from_slice(secrets.unseal_secret(DATA_KEY, &wrapped)?.expose())).await
    }
}
