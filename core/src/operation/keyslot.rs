//! The wallet's keys while it is unlocked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::error::WalletError;
use crate::keys::{Founding, IssuerId, RecoveryKeys, SigningKey, WalletSeed};
use crate::store::StoreError;
use crate::store::tables::account::{AccountRecord, Persona};

/// The wallet seeds of all generations still in use, and the public halves of the recovery keys.
pub(crate) struct WalletKeys {
    /// By generation, oldest first; the last is in force for whatever is new.
    seeds: Vec<WalletSeed>,
    recovery: RecoveryKeys,
}

impl WalletKeys {
    /// Of a wallet with at least one seed.
    pub(crate) fn new(seeds: Vec<WalletSeed>, recovery: RecoveryKeys) -> Self {
        Self { seeds, recovery }
    }

    /// The same keys and the seeds of later generations.
    pub(crate) fn with(&self, later: &[&WalletSeed]) -> Result<Self, WalletError> {
        let copy = |seed: &WalletSeed| WalletSeed::from_secret(seed.to_secret().expose());
        let seeds = self.seeds.iter().chain(later.iter().copied()).map(copy).collect::<Result<_, _>>()?;
        Ok(Self { seeds, recovery: self.recovery.clone() })
    }

    /// The seed of a generation.
    pub(crate) fn seed(&self, generation: u32) -> Result<&WalletSeed, WalletError> {
        self.seeds
            .iter()
            .find(|seed| seed.generation() == generation)
            .ok_or_else(|| WalletError::not_found("wallet seed of that generation"))
    }

    /// The seed for whatever is new.
    pub(crate) fn newest(&self) -> Result<&WalletSeed, WalletError> {
        self.seeds.last().ok_or_else(|| WalletError::not_found("wallet seed"))
    }

    /// All seeds, oldest first.
    pub(crate) fn seeds(&self) -> &[WalletSeed] {
        &self.seeds
    }

    /// The public halves of the recovery keys.
    pub(crate) fn recovery(&self) -> &RecoveryKeys {
        &self.recovery
    }

    /// The key that signs and reads for an account: its founding key if it is ours, or else the device key to which its
    /// holder granted something. What that allows is for [`acting`](super::acting) to say.
    pub(crate) fn key_of(&self, account: &AccountRecord) -> Result<SigningKey, WalletError> {
        match account.acting {
            None => self.founding_key(account),
            Some(_) => Ok(self.seed(account.generation)?.device_key()),
        }
    }

    /// The founding key in force of one of our own accounts. Fails with `not_holder` if we only act for it.
    pub(crate) fn founding_key(&self, account: &AccountRecord) -> Result<SigningKey, WalletError> {
        if account.acting.is_some() {
            return Err(WalletError::denied("not_holder", "only the holder of this account can do that"));
        }
        let key = self.seed(account.generation)?.founding_key(founding(&account.issuer, account.persona));
        if key.public_key() == account.founding_key {
            Ok(key)
        } else {
            Err(WalletError::Internal { reason: "a founding key is not the one that was stored".into() })
        }
    }

    /// The founding key of an issuer that this wallet owns.
    pub(crate) fn issuer_key(
        &self,
        owned: crate::store::tables::issuer::OwnedIssuer,
    ) -> Result<SigningKey, WalletError> {
        Ok(self.seed(owned.generation)?.founding_key(Founding::Issuer { k: owned.index }))
    }
}

/// Which founding key an account has.
pub(crate) fn founding(issuer: &IssuerId, persona: Persona) -> Founding {
    match persona {
        Persona::Private { index } => Founding::Account { issuer: *issuer, k: index },
        Persona::Public { index } => Founding::Public { k: index },
    }
}

/// Holds the keys between unlock and lock.
#[derive(Default)]
pub(crate) struct KeySlot(Mutex<Option<Arc<WalletKeys>>>);

impl KeySlot {
    /// Holds the keys if `allowed` says so. Nothing can come between the two.
    pub(crate) fn fill<E>(&self, keys: WalletKeys, allowed: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let mut slot = self.hold();
        allowed()?;
        *slot = Some(Arc::new(keys));
        Ok(())
    }

    /// Holds other keys from now on, if it holds any.
    pub(crate) fn replace(&self, keys: WalletKeys) {
        if let Some(held) = self.hold().as_mut() {
            *held = Arc::new(keys);
        }
    }

    /// Forgets the keys, and does what else belongs to it.
    pub(crate) fn empty(&self, also: impl FnOnce()) {
        let mut slot = self.hold();
        *slot = None;
        also();
    }

    pub(crate) fn get(&self) -> Result<Arc<WalletKeys>, WalletError> {
        self.hold().clone().ok_or(WalletError::Locked)
    }

    fn hold(&self) -> MutexGuard<'_, Option<Arc<WalletKeys>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The keys as they are sealed into the wallet's file.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredKeys {
    seeds: Vec<String>,
    recovery: String,
}

impl StoredKeys {
    pub(crate) fn from_keys(keys: &WalletKeys) -> Self {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        Self {
            seeds: keys.seeds.iter().map(|seed| text(seed.to_secret().expose())).collect(),
            recovery: text(&keys.recovery.to_bytes()),
        }
    }

    pub(crate) fn to_keys(&self) -> Result<WalletKeys, WalletError> {
        let bytes = |text: &String| {
            BASE64URL_NOPAD
                .decode(text.as_bytes())
                .map(Zeroizing::new)
                .map_err(|_| WalletError::from(StoreError::unreadable("setting.keys")))
        };
        let seeds = self
            .seeds
            .iter()
            .map(|seed| Ok(WalletSeed::from_secret(&bytes(seed)?)?))
            .collect::<Result<_, WalletError>>()?;
        Ok(WalletKeys { seeds, recovery: RecoveryKeys::from_bytes(&bytes(&self.recovery)?)? })
    }
}

impl Drop for StoredKeys {
    fn drop(&mut self) {
        self.seeds.zeroize();
    }
}
