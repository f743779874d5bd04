//! Where a phone's secrets are kept: a port, because only the platform has a keystore.
//!
//! A [`SecretStore`] seals and opens small secrets: the wallet seed, the key of the database. The sealed blobs lie in
//! the wallet's database and are worth nothing without the store. On Android the store is the Keystore, on iOS the
//! Keychain with the Secure Enclave; here are [`PassphraseFileStore`] for computers without either, and
//! [`MemorySecretStore`] for tests.

mod memory;
mod passphrase_file;

pub use memory::MemorySecretStore;
pub use passphrase_file::PassphraseFileStore;

use super::SecretBytes;

/// Seals and opens small secrets with a key that never leaves the store.
///
/// **Threads.** The wallet calls it on a thread of its own that may block, never on the app's main thread and never
/// while it holds a lock or a database transaction. So `seal` and `unseal` may show a prompt and wait for the person's
/// answer. They must not call the wallet: it waits for them. Calls come one at a time.
///
/// **Names.** A name is a few ASCII letters, digits, `-`, `_`, `.` and `/`. What was sealed under one name opens under no other.
#[cfg_attr(feature = "uniffi", uniffi::export(with_foreign))]
pub trait SecretStore: Send + Sync {
    /// Seals a secret of at most a few kilobytes, and gives the bytes to keep. The secret is to be wiped from memory
    /// afterwards where the platform allows it.
    fn seal(&self, name: String, secret: Vec<u8>) -> Result<Vec<u8>, SecretStoreError>;

    /// Opens what `seal` gave for the same name.
    fn unseal(&self, name: String, sealed: Vec<u8>) -> Result<Vec<u8>, SecretStoreError>;

    /// Forgets whatever the store itself keeps for this name; what was sealed under it need never open again. Nothing
    /// kept is a success.
    fn delete(&self, name: String) -> Result<(), SecretStoreError>;
}

impl dyn SecretStore + '_ {
    /// [`SecretStore::seal`], from bytes that are wiped.
    pub fn seal_secret(&self, name: &str, secret: &SecretBytes) -> Result<Vec<u8>, SecretStoreError> {
        self.seal(name.to_owned(), secret.expose().to_vec())
    }

    /// [`SecretStore::unseal`], into bytes that are wiped.
    pub fn unseal_secret(&self, name: &str, sealed: &[u8]) -> Result<SecretBytes, SecretStoreError> {
        self.unseal(name.to_owned(), sealed.to_vec()).map(SecretBytes::new)
    }
}

/// Why a secret could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Error))]
#[non_exhaustive]
pub enum SecretStoreError {
    /// The store cannot be reached now: the device is locked, no screen lock is set, the file is not there. Trying later may help.
    #[error("the store of secrets is not available now")]
    Unavailable,
    /// The person closed the prompt. Ask again when they want to go on.
    #[error("cancelled")]
    UserCancelled,
    /// The wrong passphrase, finger or face. Ask again.
    #[error("wrong passphrase, or the person was not recognised")]
    AuthenticationFailed,
    /// The key is gone for good: a new finger was enrolled, the screen lock was removed, the phone was restored from a
    /// backup. Only the recovery phrase helps.
    #[error("the key that sealed this is gone; only the recovery phrase helps")]
    KeyInvalidated,
    /// The sealed bytes, or the store's own file, are damaged, or belong to another name.
    #[error("what was sealed is damaged")]
    Corrupt,
    /// Anything else.
    #[error("{reason}")]
    Other {
        /// For a developer's eyes; never a secret.
        reason: String,
    },
}

impl SecretStoreError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable => "secrets_unavailable",
            Self::UserCancelled => "user_cancelled",
            Self::AuthenticationFailed => "authentication_failed",
            Self::KeyInvalidated => "key_invalidated",
            Self::Corrupt => "secrets_corrupt",
            Self::Other { .. } => "secrets_other",
        }
    }
}

#[cfg(feature = "uniffi")]
impl From<uniffi::UnexpectedUniFFICallbackError> for SecretStoreError {
    /// A store that throws something else than it declared must not bring the wallet down. What it threw arrives with the
    /// whole stack trace of its language and may name secrets, so nothing of it goes on.
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Other { reason: "the store of secrets failed in a way that it does not declare".into() }
    }
}
