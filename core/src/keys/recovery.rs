//! The public halves of the recovery keys: all that a phone keeps of them.

use super::derive::recovery_commitment;
use super::{Digest, KeyError, PublicKey, Seed};

/// How many recovery keys a phrase has: one for each id and each rekey.
pub const RECOVERY_KEYS: u32 = 1024;

/// The public recovery keys of a phrase, numbers 0 to 1023. They sign nothing; with them a phone can commit to a key
/// that only the phrase can bring back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryKeys(Vec<PublicKey>);

impl RecoveryKeys {
    /// Derives all of them: about 20 milliseconds of work.
    pub fn derive(seed: &Seed) -> Self {
        Self(seed.public_recovery_keys(RECOVERY_KEYS))
    }

    /// The key with this number, or none past the last.
    pub fn get(&self, number: u32) -> Option<&PublicKey> {
        self.0.get(usize::try_from(number).ok()?)
    }

    /// The commitment to the key with this number, or none past the last.
    pub fn commitment(&self, number: u32) -> Option<Digest> {
        self.get(number).map(recovery_commitment)
    }

    /// The number of the key that this commits to, or none if it is not one of these.
    pub fn number_of(&self, commitment: &Digest) -> Option<u32> {
        (0..RECOVERY_KEYS).find(|&number| self.commitment(number).as_ref() == Some(commitment))
    }

    /// All keys one after another: 32,768 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|key| *key.as_bytes()).collect()
    }

    /// From what [`Self::to_bytes`] gave.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        const EXPECTED: usize = RECOVERY_KEYS as usize * PublicKey::LENGTH;
        if bytes.len() != EXPECTED {
            return Err(KeyError::Length { what: "recovery keys", expected: EXPECTED, found: bytes.len() });
        }
        bytes.chunks_exact(PublicKey::LENGTH).map(PublicKey::from_slice).collect::<Result<_, _>>().map(Self)
    }
}
