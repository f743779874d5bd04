//! Ed25519 signatures (RFC 8032), made and strictly checked.

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};

use super::{KeyError, PublicKey, SecretBytes};
use crate::clock::Entropy;

/// How many bytes a signature has.
pub const SIGNATURE_LENGTH: usize = 64;

/// A private Ed25519 key. Wiped when dropped; it can be neither cloned nor printed.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// How many bytes the secret has.
    pub const SECRET_LENGTH: usize = 32;

    /// A fresh key, tied to no phrase: for a till, a second phone, an issuer's server.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let secret = zeroize::Zeroizing::new(entropy.bytes());
        Self::from_bytes(&secret)
    }

    /// From the 32 bytes that RFC 8032 §5.1.5 calls the private key.
    pub fn from_bytes(secret: &[u8; Self::SECRET_LENGTH]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(secret))
    }

    /// From what [`Self::to_secret`] gave.
    pub fn from_secret(secret: &[u8]) -> Result<Self, KeyError> {
        let secret = secret.try_into().map_err(|_| KeyError::Length {
            what: "signing key",
            expected: Self::SECRET_LENGTH,
            found: secret.len(),
        })?;
        Ok(Self::from_bytes(secret))
    }

    /// The 32 secret bytes, to be sealed at once.
    pub fn to_secret(&self) -> SecretBytes {
        SecretBytes::from(self.0.as_bytes().as_slice())
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey::new(self.0.verifying_key().to_bytes())
    }

    /// Signs exactly these bytes. The same bytes always give the same signature.
    pub fn sign(&self, bytes: &[u8]) -> [u8; SIGNATURE_LENGTH] {
        self.0.sign(bytes).to_bytes()
    }
}

/// Whether the y of an encoded point (RFC 8032 §5.1.2) is below p = 2²⁵⁵ − 19. For a point that is not of small order
/// that makes the encoding its only one: x = 0, whose sign is forgiven too, is of small order.
fn has_least_y(encoded: &[u8; 32]) -> bool {
    let [lowest, middle @ .., highest] = encoded;
    let is_p_or_more = *lowest >= 0xed && middle.iter().all(|byte| *byte == 0xff) && highest | 0x80 == 0xff;
    !is_p_or_more
}

impl PublicKey {
    /// Checks a signature as every party of the protocol must, so that all agree on every signature: the key and R in
    /// their one canonical encoding and not of small order, s reduced, and the equation without the cofactor.
    pub fn verify(&self, bytes: &[u8], signature: &[u8; SIGNATURE_LENGTH]) -> Result<(), KeyError> {
        self.usable()?
            .verify_strict(bytes, &Signature::from_bytes(signature))
            .map_err(|_| KeyError::BadSignature)
    }

    /// Whether signatures by this key can ever count. Ask before a key is granted or pinned.
    pub fn check(&self) -> Result<(), KeyError> {
        self.usable().map(drop)
    }

    fn usable(&self) -> Result<VerifyingKey, KeyError> {
        let key = VerifyingKey::from_bytes(self.as_bytes()).map_err(|_| KeyError::NotAKey)?;
        // A key of small order would "sign" nearly every message.
        if key.is_weak() {
            return Err(KeyError::WeakKey);
        }
        // Reading a point forgives y ≥ p; two encodings would be two keys to whoever compares bytes.
        if !has_least_y(self.as_bytes()) {
            return Err(KeyError::NotAKey);
        }
        Ok(key)
    }
}
