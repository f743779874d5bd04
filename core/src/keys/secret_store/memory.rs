//! Secrets in memory, for tests: behaves as a phone's keystore does, and fails when told to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::{SecretStore, SecretStoreError};
use crate::clock::Entropy;
use crate::keys::aead;

/// A store that lasts as long as the process. Each name has a key of its own, which `delete` destroys.
pub struct MemorySecretStore {
    entropy: Arc<dyn Entropy>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: HashMap<String, Zeroizing<[u8; aead::KEY_LENGTH]>>,
    failure: Option<SecretStoreError>,
}

impl MemorySecretStore {
    /// An empty store.
    pub fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { entropy, state: Mutex::default() }
    }

    /// From now on every call fails like this; with none, calls succeed again.
    pub fn fail_with(&self, failure: Option<SecretStoreError>) {
        self.lock().failure = failure;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn working(&self) -> Result<MutexGuard<'_, State>, SecretStoreError> {
        let state = self.lock();
        match &state.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(state),
        }
    }
}

impl SecretStore for MemorySecretStore {
    fn seal(&self, name: String, secret: Vec<u8>) -> Result<Vec<u8>, SecretStoreError> {
        let secret = Zeroizing::new(secret);
        let mut state = self.working()?;
        let bound_to = name.clone();
        let key = state.keys.entry(name).or_insert_with(|| Zeroizing::new(self.entropy.bytes()));
        Ok(aead::seal(key, self.entropy.bytes(), bound_to.as_bytes(), &secret))
    }

    fn unseal(&self, name: String, sealed: Vec<u8>) -> Result<Vec<u8>, SecretStoreError> {
        let state = self.working()?;
        let key = state.keys.get(&name).ok_or(SecretStoreError::KeyInvalidated)?;
        let secret = aead::open(key, name.as_bytes(), &sealed).ok_or(SecretStoreError::Corrupt)?;
        Ok(secret.expose().to_vec())
    }

    fn delete(&self, name: String) -> Result<(), SecretStoreError> {
        self.working()?.keys.remove(&name);
        Ok(())
    }
}
