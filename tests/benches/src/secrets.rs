//! Secrets that lie open in a file: a wallet that one process made can be opened by another, and what a keystore costs is
//! not measured here.

use tallystick::keys::{SecretStore, SecretStoreError};

/// Keeps nothing from anybody.
#[derive(Debug, Clone, Copy)]
pub struct OpenSecrets;

impl SecretStore for OpenSecrets {
    fn seal(&self, _: String, secret: Vec<u8>) -> Result<Vec<u8>, SecretStoreError> {
        Ok(secret)
    }

    fn unseal(&self, _: String, sealed: Vec<u8>) -> Result<Vec<u8>, SecretStoreError> {
        Ok(sealed)
    }

    fn delete(&self, _: String) -> Result<(), SecretStoreError> {
        Ok(())
    }
}
