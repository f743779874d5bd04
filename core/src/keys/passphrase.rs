//! From something that a person can remember to a key: Argon2id (RFC 9106).

use argon2::{Algorithm, Argon2, Block, Params, Version};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::{Zeroize as _, Zeroizing};

/// How many bytes a passphrase is made into.
pub(crate) const STRETCHED_LENGTH: usize = 32;

/// What one guess of a passphrase costs (Argon2id, RFC 9106 §3.1). Stored beside what it protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassphraseCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes that could be filled at the same time; here they are filled one after another.
    pub lanes: u32,
}

impl Default for PassphraseCost {
    /// 64 MiB, three passes, one lane: a few tenths of a second on a computer of today. RFC 9106 §4 recommends this memory and these
    /// passes where memory is scarce.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 }
    }
}

impl PassphraseCost {
    /// The least that Argon2 can do: for tests, where a passphrase protects nothing.
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };

    /// 19 MiB, two passes, one lane: what OWASP's Password Storage Cheat Sheet asks for at least. About a tenth of a second
    /// on a phone of today, and little enough memory for an old one.
    pub const PHONE: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };

    /// A file may not ask for more than this, lest a forged one hang the program.
    const MOST: Self = Self { memory_kib: 1024 * 1024, passes: 32, lanes: 16 };

    fn params(self) -> Option<Params> {
        let within = self.memory_kib <= Self::MOST.memory_kib
            && self.passes <= Self::MOST.passes
            && self.lanes <= Self::MOST.lanes;
        within.then(|| Params::new(self.memory_kib, self.passes, self.lanes, Some(STRETCHED_LENGTH)).ok())?
    }
}

/// Why a passphrase could not be made into a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StretchError {
    /// The machine has not that much memory.
    #[error("no memory for a passphrase of {kib} KiB")]
    Memory {
        /// What was asked for.
        kib: u32,
    },
    /// Argon2 refused its input.
    #[error("{0}")]
    Argon2(String),
}

/// The bytes that this passphrase makes, or none if Argon2id has no such cost. Takes as long as the cost says.
pub(crate) fn stretch(
    passphrase: &str,
    salt: &[u8],
    cost: PassphraseCost,
) -> Result<Option<Zeroizing<[u8; STRETCHED_LENGTH]>>, StretchError> {
    let Some(params) = cost.params() else { return Ok(None) };

    // NFC makes a text at most three times as long (UAX #15 §9): it never grows, so it leaves no copy behind.
    let mut normal = Zeroizing::new(String::with_capacity(3 * passphrase.len()));
    normal.extend(passphrase.nfc());

    let mut memory = Vec::new();
    let blocks = params.block_count();
    memory.try_reserve_exact(blocks).map_err(|_| StretchError::Memory { kib: cost.memory_kib })?;
    memory.resize(blocks, Block::new());

    let mut key = Zeroizing::new([0; STRETCHED_LENGTH]);
    let outcome = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
        normal.as_bytes(),
        salt,
        key.as_mut_slice(),
        memory.as_mut_slice(),
    );
    memory.zeroize();
    outcome.map_err(|error| StretchError::Argon2(error.to_string()))?;
    Ok(Some(key))
}
