//! Every key from the phrase (protocol §2).
//!
//! `K(x, i)` is HKDF-SHA256 (RFC 5869): input key material `x`, salt `"tallystick-1"`, info `i`, 32 bytes out. Texts in
//! an info are their ASCII bytes without length or terminator; integers are 4 bytes, big endian. Byte for byte:
//!
//! | key | x | info | bytes of info |
//! | --- | --- | --- | --- |
//! | wallet seed `W_g` | `S`, 64 bytes | `"wallet" ‖ g` | 6 + 4 |
//! | recovery key `R_j`, Ed25519 | `S` | `"recovery" ‖ j` | 8 + 4 |
//! | founding key of an issuer, Ed25519 | `W_g`, 32 bytes | `"issuer" ‖ k` | 6 + 4 |
//! | founding key at one issuer, Ed25519 | `W_g` | `"account" ‖ IssuerId ‖ k` | 7 + 16 + 4 |
//! | founding key of a public persona, Ed25519 | `W_g` | `"public" ‖ k` | 6 + 4 |
//! | sealing key of an account, X25519 | `W_g` | `"sealing" ‖ F` | 7 + 32 |
//! | list key, XChaCha20-Poly1305 | `W_g` | `"list"` | 4 |
//! | device key, Ed25519 | `W_g` | `"device"` | 6 |
//!
//! The 32 bytes are an Ed25519 private key as in RFC 8032 §5.1.5, or an X25519 private key as in RFC 7748 §5 (clamped
//! when used). `W_g` of a phrase never changes, so nothing but the phrase need be kept.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{
    AccountId, Digest, IssuerId, KeyError, ListKey, PublicKey, SealingSecret, SecretBytes, Seed, SigningKey,
};

const SALT: &[u8] = b"tallystick-1";
const KEY_LENGTH: usize = 32;

/// Which founding key. `k` counts from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Founding {
    /// Of an issuer that the owner of the phrase founds.
    Issuer {
        /// The how-manieth.
        k: u32,
    },
    /// Of a private persona: an account at one issuer, which nobody can link to those at others.
    Account {
        /// Where the account is.
        issuer: IssuerId,
        /// The how-manieth there.
        k: u32,
    },
    /// Of a public persona, such as a shop: the same account at every issuer.
    Public {
        /// The how-manieth.
        k: u32,
    },
}

impl Seed {
    /// The wallet seed of a generation. Generation 0 is the first; each theft of a phone makes one more.
    pub fn wallet_seed(&self, generation: u32) -> WalletSeed {
        WalletSeed { generation, key: derive(self.as_bytes(), &[b"wallet", &generation.to_be_bytes()]) }
    }

    /// The recovery key with this number, to sign a rekey with.
    pub fn recovery_key(&self, number: u32) -> SigningKey {
        recovery_key(&extract(self.as_bytes()), number)
    }

    /// The public halves of the recovery keys with numbers below `count`. What they have in common is derived once.
    pub(super) fn public_recovery_keys(&self, count: u32) -> Vec<PublicKey> {
        let source = extract(self.as_bytes());
        (0..count).map(|number| recovery_key(&source, number).public_key()).collect()
    }
}

/// `W_g`: what a phone keeps, sealed, instead of the phrase. Wiped when dropped, and never printed.
pub struct WalletSeed {
    generation: u32,
    key: Zeroizing<[u8; KEY_LENGTH]>,
}

impl WalletSeed {
    /// How many bytes [`Self::to_secret`] gives.
    pub const SECRET_LENGTH: usize = 4 + KEY_LENGTH;

    /// How many wallet seeds this phrase had before.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// A founding key.
    pub fn founding_key(&self, which: Founding) -> SigningKey {
        let secret = match which {
            Founding::Issuer { k } => self.derive(&[b"issuer", &k.to_be_bytes()]),
            Founding::Account { issuer, k } => {
                self.derive(&[b"account", issuer.as_bytes(), &k.to_be_bytes()])
            }
            Founding::Public { k } => self.derive(&[b"public", &k.to_be_bytes()]),
        };
        SigningKey::from_bytes(&secret)
    }

    /// The sealing key of the account with this founding key.
    pub fn sealing_secret(&self, founding: &PublicKey) -> SealingSecret {
        SealingSecret::from_bytes(&self.derive(&[b"sealing", founding.as_bytes()]))
    }

    /// The device key: what this device signs with where it acts for an account of somebody else that granted it
    /// something. It is the same at every issuer, so that whoever grants scans it once.
    pub fn device_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.derive(&[b"device"]))
    }

    /// The key of the encrypted list of issuers.
    pub fn list_key(&self) -> ListKey {
        ListKey::new(self.derive(&[b"list"]))
    }

    /// The bytes to seal: generation (4 bytes, big endian), then the 32 of the seed.
    pub fn to_secret(&self) -> SecretBytes {
        let mut bytes = Vec::with_capacity(Self::SECRET_LENGTH);
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes.extend_from_slice(self.key.as_slice());
        SecretBytes::new(bytes)
    }

    /// From what [`Self::to_secret`] gave.
    pub fn from_secret(bytes: &[u8]) -> Result<Self, KeyError> {
        let wrong_length =
            KeyError::Length { what: "wallet seed", expected: Self::SECRET_LENGTH, found: bytes.len() };
        let (generation, key) = bytes.split_first_chunk().ok_or(wrong_length.clone())?;
        let key: &[u8; KEY_LENGTH] = key.try_into().map_err(|_| wrong_length)?;
        Ok(Self { generation: u32::from_be_bytes(*generation), key: Zeroizing::new(*key) })
    }

    fn derive(&self, purpose: &[&[u8]]) -> Zeroizing<[u8; KEY_LENGTH]> {
        derive(self.key.as_slice(), purpose)
    }
}

impl IssuerId {
    /// The id of the issuer with this first founding key and recovery commitment.
    pub fn derive(founding: &PublicKey, commitment: &Digest) -> Self {
        Self::new(founding_id(b"tallystick-issuer-1", founding, commitment))
    }
}

impl AccountId {
    /// The id of the account with this first founding key and recovery commitment.
    pub fn derive(founding: &PublicKey, commitment: &Digest) -> Self {
        Self::new(founding_id(b"tallystick-account-1", founding, commitment))
    }
}

/// C: promises, without naming it yet, the recovery key that may sign the next rekey.
pub fn recovery_commitment(recovery: &PublicKey) -> Digest {
    Digest::of(&[b"tallystick-recovery-1", recovery.as_bytes()])
}

fn founding_id(domain: &[u8], founding: &PublicKey, commitment: &Digest) -> [u8; 16] {
    Digest::of(&[domain, founding.as_bytes(), commitment.as_bytes()]).prefix()
}

pub(super) fn derive(material: &[u8], purpose: &[&[u8]]) -> Zeroizing<[u8; KEY_LENGTH]> {
    expand(&extract(material), purpose)
}

/// The first half of `K(x, i)`: all that depends on `x`.
fn extract(material: &[u8]) -> Hkdf<Sha256> {
    Hkdf::new(Some(SALT), material)
}

/// The second half.
#[allow(clippy::expect_used, reason = "HKDF-SHA256 gives up to 8,160 bytes (RFC 5869 §2.3)")]
fn expand(source: &Hkdf<Sha256>, purpose: &[&[u8]]) -> Zeroizing<[u8; KEY_LENGTH]> {
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    source.expand_multi_info(purpose, key.as_mut_slice()).expect("32 bytes are never too many");
    key
}

fn recovery_key(source: &Hkdf<Sha256>, number: u32) -> SigningKey {
    SigningKey::from_bytes(&expand(source, &[b"recovery", &number.to_be_bytes()]))
}
