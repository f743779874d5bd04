//! A store of secrets for machines without a keystore of their own.

use std::path::PathBuf;
use std::sync::Arc;

use tallystick::clock::SystemEntropy;
use tallystick::error::WalletError;
use tallystick::keys::{PassphraseCost, PassphraseFileStore, SecretStore};
use zeroize::Zeroizing;

use crate::runtime;

/// Makes a store of secrets in a file behind a passphrase (Argon2id), for computers and servers. A phone has better: its
/// keystore. Fails if the file exists: secrets may be sealed under its key.
#[uniffi::export]
pub async fn create_passphrase_store(
    file: String,
    passphrase: String,
) -> Result<Arc<dyn SecretStore>, WalletError> {
    let passphrase = Zeroizing::new(passphrase);
    runtime::computed(move || {
        let (file, entropy) = (PathBuf::from(file), Arc::new(SystemEntropy));
        let store = PassphraseFileStore::create(&file, &passphrase, PassphraseCost::default(), entropy)?;
        Ok(Arc::new(store) as Arc<dyn SecretStore>)
    })
    .await
}

/// Opens the file of a store with its passphrase. Fails with `secrets_unavailable` if there is none,
/// `authentication_failed` if the passphrase is wrong, `secrets_corrupt` if it is damaged.
#[uniffi::export]
pub async fn open_passphrase_store(
    file: String,
    passphrase: String,
) -> Result<Arc<dyn SecretStore>, WalletError> {
    let passphrase = Zeroizing::new(passphrase);
    runtime::computed(move || {
        let store = PassphraseFileStore::open(&PathBuf::from(file), &passphrase, Arc::new(SystemEntropy))?;
        Ok(Arc::new(store) as Arc<dyn SecretStore>)
    })
    .await
}
