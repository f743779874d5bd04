//! The folder of a till: its wallet, and the key to it.
//!
//! A till starts by itself after a power cut, so nobody is there to give a passphrase. The wallet's key lies in a file
//! that only the till's user can read, behind a random passphrase in another. That guards against somebody who gets the
//! wallet's file alone, such as from a copy; against somebody who has the whole folder, the grant's limits do, and the
//! shop's owner, who cancels the key.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tallystick::clock::{Entropy, SystemClock, SystemEntropy};
use tallystick::error::WalletError;
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::keys::{PassphraseCost, PassphraseFileStore, SecretStoreError};
use tallystick::wallet::{Wallet, WalletOptions};
use zeroize::Zeroizing;

use crate::app::is_pin;
use crate::folder;

const KEY_FILE: &str = "wallet.key";
const PASSPHRASE_FILE: &str = "wallet.pass";
const PASSPHRASE_LENGTH: usize = 32;

/// A till stands behind a counter with people waiting: it asks soon again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Servers send something every 20 seconds.
const SILENCE: Duration = Duration::from_secs(25);
/// A cashier looks at "connected": it must not be said for long once it is not so.
const PING: Duration = Duration::from_secs(4);

/// Why a till's folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceError {
    /// There is no till in it.
    #[error("there is no till in {0}: make one with `tallystick-till init`")]
    NoTill(String),
    /// There is a till in it already.
    #[error("there is a till in {0} already")]
    Taken(String),
    /// A file could not be read or written.
    #[error("{file}: {source}")]
    File {
        /// The file.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The key cannot be made or opened.
    #[error("the key to the wallet cannot be used: {0}")]
    Key(#[from] SecretStoreError),
    /// The wallet cannot be made or opened.
    #[error(transparent)]
    Wallet(#[from] WalletError),
}

impl PlaceError {
    /// A stable name for this error.
    pub fn code(&self) -> &str {
        match self {
            Self::NoTill(_) => "no_till",
            Self::Taken(_) => "till_exists",
            Self::File { .. } => "folder_failed",
            Self::Key(error) => error.code(),
            Self::Wallet(error) => error.code(),
        }
    }
}

/// The folder of a till.
#[derive(Debug, Clone)]
pub struct Place {
    folder: PathBuf,
    trusted: Vec<PathBuf>,
}

impl Place {
    /// A folder, and PEM files of authorities to believe beside those of the web.
    pub fn new(folder: impl Into<PathBuf>, trusted: Vec<PathBuf>) -> Self {
        Self { folder: folder.into(), trusted }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the till's wallet. It owns nothing, so its recovery phrase is forgotten: a till that is lost is replaced by
    /// another, with a grant of its own.
    pub async fn init(&self) -> Result<Wallet, PlaceError> {
        let key = self.folder.join(KEY_FILE);
        if key.exists() {
            return Err(PlaceError::Taken(self.folder.display().to_string()));
        }
        let failed = |file: &Path, source| PlaceError::File { file: file.display().to_string(), source };
        folder::make_private(&self.folder).map_err(|error| failed(&self.folder, error))?;
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let random = Zeroizing::new(entropy.bytes::<PASSPHRASE_LENGTH>());
        let passphrase = Zeroizing::new(BASE64URL_NOPAD.encode(random.as_slice()));
        let file = self.folder.join(PASSPHRASE_FILE);
        folder::write_private(&file, passphrase.as_bytes()).map_err(|error| failed(&file, error))?;
        // Nobody guesses 256 random bits, however little a guess costs.
        let store = PassphraseFileStore::create(&key, &passphrase, PassphraseCost::LEAST, entropy)?;
        let (wallet, _phrase) = Wallet::create(&self.options_with(store)?).await?;
        Ok(wallet)
    }

    /// Whether somebody has to give a PIN before the wallet can be used.
    pub async fn has_pin(&self) -> Result<bool, PlaceError> {
        let wallet = Wallet::open(&self.options()?).await?;
        let lock = wallet.app_lock().await;
        wallet.close().await?;
        Ok(lock?.pin_set)
    }

    /// Opens the till's wallet, with its PIN if there is one.
    pub async fn open(&self, pin: Option<&str>) -> Result<Wallet, PlaceError> {
        let wallet = Wallet::open(&self.options()?).await?;
        if let Some(pin) = pin
            && let Err(error) = wallet.unlock_with_pin(pin).await
        {
            wallet.close().await?;
            return Err(error.into());
        }
        Ok(wallet)
    }

    /// Sets the PIN of page and refunds, 4 to 12 digits, or changes it: then the present one is needed.
    pub async fn set_pin(&self, new_pin: &str, present_pin: Option<&str>) -> Result<(), PlaceError> {
        if !is_pin(new_pin) {
            return Err(WalletError::invalid("pin", "bad_pin", "a PIN has 4 to 12 digits").into());
        }
        let wallet = self.open(present_pin).await?;
        let set = wallet.set_pin(new_pin, present_pin).await;
        wallet.close().await?;
        Ok(set?)
    }

    /// How the till's wallet is opened.
    pub fn options(&self) -> Result<WalletOptions, PlaceError> {
        let file = self.folder.join(PASSPHRASE_FILE);
        let read = folder::read_if_there(&file)
            .map_err(|source| PlaceError::File { file: file.display().to_string(), source })?;
        let passphrase =
            Zeroizing::new(read.ok_or_else(|| PlaceError::NoTill(self.folder.display().to_string()))?);
        let passphrase = std::str::from_utf8(&passphrase).map_err(|_| SecretStoreError::Corrupt)?;
        let key = self.folder.join(KEY_FILE);
        self.options_with(PassphraseFileStore::open(&key, passphrase.trim(), Arc::new(SystemEntropy))?)
    }

    fn options_with(&self, store: PassphraseFileStore) -> Result<WalletOptions, PlaceError> {
        let mut extra_roots = Vec::new();
        for file in &self.trusted {
            let failed = |error: rustls_pki_types::pem::Error| PlaceError::File {
                file: file.display().to_string(),
                source: io::Error::new(io::ErrorKind::InvalidData, error),
            };
            for certificate in CertificateDer::pem_file_iter(file).map_err(failed)? {
                extra_roots.push(certificate.map_err(failed)?.to_vec());
            }
        }
        let config = NativeConfig {
            extra_roots,
            longest_pause: LONGEST_PAUSE,
            silence_timeout: SILENCE,
            ping_interval: PING,
            ..NativeConfig::default()
        };
        let backend = NativeBackend::new(config, Arc::new(SystemClock), Arc::new(SystemEntropy))
            .map_err(|error| PlaceError::Wallet(WalletError::Internal { reason: error.to_string() }))?;
        Ok(WalletOptions::new(&self.folder, Arc::new(store), Arc::new(backend)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_till_is_made_once_and_opens_with_its_pin() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path().join("till"), Vec::new());
        assert_eq!(place.options().err().unwrap().code(), "no_till");
        place.init().await.unwrap().close().await.unwrap();
        assert_eq!(place.init().await.err().unwrap().code(), "till_exists");
        assert!(!place.has_pin().await.unwrap());
        for bad in ["", "123", "1234567890123", "12a4", "12 34", "١٢٣٤"] {
            assert_eq!(place.set_pin(bad, None).await.unwrap_err().code(), "bad_pin", "{bad}");
        }
        place.set_pin("2749", None).await.unwrap();
        assert!(place.has_pin().await.unwrap());
        assert_eq!(place.set_pin("1111", Some("2748")).await.unwrap_err().code(), "pin_wrong");
        place.set_pin("495127", Some("2749")).await.unwrap();
        assert_eq!(place.open(Some("2749")).await.err().unwrap().code(), "pin_wrong");
        place.open(Some("495127")).await.unwrap().close().await.unwrap();
    }
}
