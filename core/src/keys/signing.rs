//! Ed25519 signatures (RFC 8032), checked strictly.

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};

use super::id::{KeyError, PublicKey};

/// A private signing key. It is erased from memory when dropped and has no text form.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// From the 32 private bytes of RFC 8032 §5.1.5.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(bytes))
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey::new(self.0.verifying_key().to_bytes())
    }

    /// Signs.
    pub fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.0.sign(text).to_bytes()
    }
}

impl PublicKey {
    /// Checks a signature strictly: canonical encodings, no small-order key or point, equation without the cofactor.
    /// Two checkers can then never disagree about a signature.
    pub fn verify(&self, text: &[u8], signature: &[u8; 64]) -> Result<(), KeyError> {
        let key = VerifyingKey::from_bytes(self.as_bytes()).map_err(|_| KeyError::NotAKey)?;
        if key.is_weak() {
            return Err(KeyError::NotAKey);
        }
        key.verify_strict(text, &Signature::from_bytes(signature)).map_err(|_| KeyError::BadSignature)
    }
}
