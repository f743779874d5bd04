//! Where a wallet is and what it runs on.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::{Clock, Entropy, SystemClock, SystemEntropy};
use crate::issuer::IssuerBackend;
use crate::keys::{PassphraseCost, SecretStore};

/// Everything that a wallet is given: its folder, and the ports to the world.
#[derive(Clone)]
pub struct WalletOptions {
    /// The folder of the wallet's file. It is created if need be.
    pub folder: PathBuf,
    /// Seals the key to the wallet's file.
    pub secrets: Arc<dyn SecretStore>,
    /// Reaches the issuers.
    pub backend: Arc<dyn IssuerBackend>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// What one guess of the app's PIN costs, for PINs that are set from now on.
    pub pin_cost: PassphraseCost,
}

impl WalletOptions {
    /// A wallet in this folder, with the machine's own clock and randomness, and PINs at a phone's cost.
    pub fn new(
        folder: impl Into<PathBuf>,
        secrets: Arc<dyn SecretStore>,
        backend: Arc<dyn IssuerBackend>,
    ) -> Self {
        Self {
            folder: folder.into(),
            secrets,
            backend,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            pin_cost: PassphraseCost::PHONE,
        }
    }
}

impl fmt::Debug for WalletOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WalletOptions").field("folder", &self.folder).finish_non_exhaustive()
    }
}
