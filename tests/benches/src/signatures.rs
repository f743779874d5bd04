//! What signatures cost: made, and strictly checked.

use std::time::{Duration, Instant};

use tallystick::clock::SystemEntropy;
use tallystick::keys::{PublicKey, SigningKey};

/// A key, and something signed by it.
pub struct Signatures {
    key: SigningKey,
    public: PublicKey,
    bytes: [u8; 250],
    signature: [u8; 64],
}

impl Default for Signatures {
    fn default() -> Self {
        let key = SigningKey::generate(&SystemEntropy);
        let bytes = [7; 250];
        Self { public: key.public_key(), signature: key.sign(&bytes), key, bytes }
    }
}

impl Signatures {
    /// Makes one.
    pub fn sign(&self) {
        std::hint::black_box(self.key.sign(std::hint::black_box(&self.bytes)));
    }

    /// Checks one.
    pub fn verify(&self) {
        let checked = self.public.verify(std::hint::black_box(&self.bytes), &self.signature);
        assert!(std::hint::black_box(checked).is_ok(), "our own signature");
    }

    /// How long it takes to make so many and to check so many.
    pub fn time(&self, made: usize, checked: usize) -> Duration {
        let begun = Instant::now();
        (0..made).for_each(|_| self.sign());
        (0..checked).for_each(|_| self.verify());
        begun.elapsed()
    }
}
