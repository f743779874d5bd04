//! The way of the data key: made once, kept wrapped by the platform's secret store, in memory only while unlocked.

use std::sync::Arc;

use super::cipher::{Cipher, DataKey};
use super::database::Database;
use super::error::StoreError;
use super::tables::keyring;
use crate::clock::Entropy;
use crate::keys::{SecretBytes, SecretStore};

const DATA_KEY: &str = "data-key";

impl Database {
    /// Opens the data key with the platform's secret store and keeps it in memory until [`lock`](Self::lock). The
    /// first time there is none: one is made, wrapped and written.
    ///
    /// The secret store may show a prompt; it is asked on a thread of its own, with no transaction open. Its failures
    /// come as `StoreError::Secrets`. Does nothing if unlocked.
    pub async fn unlock_with(
        &self,
        secrets: Arc<dyn SecretStore>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<(), StoreError> {
        if self.cipher().is_ok() {
            return Ok(());
        }
        let times_locked = self.times_locked();
        let key = match self.read(keyring::get).await? {
            Some(wrapped) => self.unwrap_key(secrets, wrapped).await?,
            None => self.make_data_key(secrets, Arc::clone(&entropy)).await?,
        };
        self.unlock_unless_locked(Cipher::new(&key, entropy)?, times_locked)
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

    async fn make_data_key(
        &self,
        secrets: Arc<dyn SecretStore>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<DataKey, StoreError> {
        let (wrapped, key) = self.wrap_key(Arc::clone(&secrets), DataKey::generate(&*entropy)).await?;
        // Of two that unlock for the first time at once, the first one's key counts.
        let other = self
            .write(move |transaction| {
                let other = keyring::get(transaction)?;
                if other.is_none() {
                    keyring::put(transaction, &wrapped)?;
                }
                Ok(other)
            })
            .await?;
        match other {
            Some(other) => self.unwrap_key(secrets, other).await,
            None => Ok(key),
        }
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
