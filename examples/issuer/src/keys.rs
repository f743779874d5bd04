//! The signing keys of the issuers on this host. They are made here, kept in files that only the server's user can
//! read, and never leave. A copy of the database holds none of them.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use data_encoding::BASE32_NOPAD;
use tallystick::clock::Entropy;
use tallystick::keys::{PublicKey, SigningKey};
use zeroize::Zeroizing;

use crate::faults::Faults;
use crate::folder;
use crate::problem::Problem;

/// All signing keys of this host.
pub(crate) struct KeyRing {
    folder: PathBuf,
    keys: RwLock<HashMap<PublicKey, Arc<SigningKey>>>,
}

impl KeyRing {
    /// Reads the keys in a folder. A file that is not one of ours is an error: better not to start than to miss a key.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        let mut keys = HashMap::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "key") {
                continue;
            }
            let text = Zeroizing::new(fs::read_to_string(&path)?);
            let key = read(&text)
                .filter(|key| path.file_stem().is_some_and(|stem| *stem == *key.public_key().to_string()))
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, path.display().to_string()))?;
            keys.insert(key.public_key(), Arc::new(key));
        }
        Ok(Self { folder, keys: RwLock::new(keys) })
    }

    /// Makes a key and keeps it durably.
    pub fn make(&self, entropy: &dyn Entropy, faults: &dyn Faults) -> io::Result<PublicKey> {
        let secret = Zeroizing::new(entropy.bytes::<32>());
        let key = SigningKey::from_bytes(&secret);
        let public = key.public_key();
        let text = Zeroizing::new(BASE32_NOPAD.encode(&*secret));
        folder::write_secret(&self.folder.join(format!("{public}.key")), text.as_bytes(), faults)?;
        self.keys.write().unwrap_or_else(PoisonError::into_inner).insert(public, Arc::new(key));
        Ok(public)
    }

    /// Removes a key that never signed anything.
    pub fn forget(&self, key: &PublicKey) {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).remove(key);
        if let Err(error) = fs::remove_file(self.folder.join(format!("{key}.key"))) {
            tracing::warn!(%error, "a key that is no longer needed could not be removed");
        }
    }

    /// Whether the private half of this key is here.
    pub fn holds(&self, key: &PublicKey) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }

    /// The private half of a key.
    pub fn get(&self, key: &PublicKey) -> Result<Arc<SigningKey>, Problem> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(key).cloned().ok_or_else(|| {
            Problem::unavailable(
                "The issuer's signing key is not on this machine: its owner must publish a card with a new one.",
                3_600,
            )
        })
    }
}

fn read(text: &str) -> Option<SigningKey> {
    let bytes = Zeroizing::new(BASE32_NOPAD.decode(text.trim().as_bytes()).ok()?);
    Some(SigningKey::from_bytes(bytes.as_slice().try_into().ok()?))
}
