//! Memos that only the payee can read (protocol §5.3).
//!
//! HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. A memo is bound to its
//! order, so that nobody can hang it on another one, and padded, so that its length tells next to nothing.

use std::convert::Infallible;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable as _, HpkeError, Kem, OpModeR, OpModeS, Serializable as _};
use zeroize::Zeroizing;

use super::{AccountId, IssuerId, OrderId, SealingKey};
use crate::clock::Entropy;

/// The longest text of a memo, in bytes of UTF-8.
pub const MAX_MEMO_LENGTH: usize = PADDED_LENGTHS[2] - LENGTH_PREFIX;
/// How long the longest sealed memo is.
pub const MAX_SEALED_MEMO_LENGTH: usize = ENCAPSULATED_LENGTH + PADDED_LENGTHS[2] + TAG_LENGTH;

const INFO: &[u8] = b"tallystick-memo-1";
const PADDED_LENGTHS: [usize; 3] = [64, 256, 1024];
const LENGTH_PREFIX: usize = 2;
const ENCAPSULATED_LENGTH: usize = 32;
const TAG_LENGTH: usize = 16;

/// The order that a memo belongs to. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoContext {
    /// Where the order is executed.
    pub issuer: IssuerId,
    /// Who is paid, and may read the memo.
    pub payee: AccountId,
    /// The order's id.
    pub order: OrderId,
}

/// The private half of a sealing key. Wiped when dropped; it can be neither cloned nor printed.
pub struct SealingSecret(<X25519HkdfSha256 as Kem>::PrivateKey);

impl SealingSecret {
    /// From the 32 bytes of an X25519 private key (RFC 7748 §5), clamped here.
    #[allow(clippy::expect_used, clippy::missing_panics_doc, reason = "every 32 bytes are a private key")]
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        Self(<X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret).expect("32 bytes"))
    }

    /// The public half.
    pub fn public_key(&self) -> SealingKey {
        SealingKey::new(X25519HkdfSha256::sk_to_pk(&self.0).to_bytes().into())
    }

    /// Opens a memo that was sealed to this key for this order.
    pub fn open_memo(&self, sealed: &[u8], context: &MemoContext) -> Result<String, MemoError> {
        let (encapsulated, ciphertext) =
            sealed.split_first_chunk::<ENCAPSULATED_LENGTH>().ok_or(MemoError::NotOpened)?;
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated)
            .map_err(|_| MemoError::NotOpened)?;
        let padded = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.0,
            &encapsulated,
            INFO,
            ciphertext,
            &context.bytes(),
        )
        .map_err(|_| MemoError::NotOpened)?;
        unpad(&Zeroizing::new(padded)).ok_or(MemoError::Malformed)
    }
}

impl SealingKey {
    /// Seals a memo to this key for one order.
    pub fn seal_memo(
        &self,
        text: &str,
        context: &MemoContext,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, MemoError> {
        let padded = pad(text)?;
        let recipient = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(self.as_bytes())
            .map_err(|_| MemoError::UnusableKey)?;
        let (encapsulated, ciphertext) =
            hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
                &OpModeS::Base,
                &recipient,
                INFO,
                &padded,
                &context.bytes(),
                &mut EntropyRng(entropy),
            )
            .map_err(|error| match error {
                // The shared secret is zero: anyone could read the memo.
                HpkeError::EncapError => MemoError::UnusableKey,
                _ => MemoError::Malformed,
            })?;
        Ok([encapsulated.to_bytes().as_slice(), &ciphertext].concat())
    }
}

impl MemoContext {
    fn bytes(&self) -> [u8; 48] {
        let mut bytes = [0; 48];
        bytes[..16].copy_from_slice(self.issuer.as_bytes());
        bytes[16..32].copy_from_slice(self.payee.as_bytes());
        bytes[32..].copy_from_slice(self.order.as_bytes());
        bytes
    }
}

/// Why a memo could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemoError {
    /// The text is too long.
    #[error("a memo of {length} bytes, but at most {limit} are possible")]
    TooLong {
        /// Its length, in bytes of UTF-8.
        length: usize,
        /// The longest possible.
        limit: usize,
    },
    /// The payee's sealing key is a point of small order: a memo sealed to it would be open to everyone.
    #[error("the payee's sealing key is not usable")]
    UnusableKey,
    /// Sealed to another key, for another order, or damaged.
    #[error("the memo does not open with this key for this order")]
    NotOpened,
    /// It opens, but what is inside is no padded text.
    #[error("the memo is not a text")]
    Malformed,
}

impl MemoError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "memo_too_long",
            Self::UnusableKey => "memo_unusable_key",
            Self::NotOpened => "memo_not_opened",
            Self::Malformed => "memo_malformed",
        }
    }
}

/// Length in two bytes, big endian, text, zeros up to the next of the padded lengths.
fn pad(text: &str) -> Result<Zeroizing<Vec<u8>>, MemoError> {
    let too_long = MemoError::TooLong { length: text.len(), limit: MAX_MEMO_LENGTH };
    let length = u16::try_from(text.len()).map_err(|_| too_long)?;
    let padded_length = PADDED_LENGTHS.into_iter().find(|padded| LENGTH_PREFIX + text.len() <= *padded);
    let mut padded = Zeroizing::new(Vec::with_capacity(MAX_MEMO_LENGTH + LENGTH_PREFIX));
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(text.as_bytes());
    padded.resize(padded_length.ok_or(too_long)?, 0);
    Ok(padded)
}

fn unpad(padded: &[u8]) -> Option<String> {
    if !PADDED_LENGTHS.contains(&padded.len()) {
        return None;
    }
    let (length, rest) = padded.split_first_chunk()?;
    let (text, zeros) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    // Bytes behind the text could be used to smuggle what no reader is shown.
    if zeros.iter().any(|&byte| byte != 0) {
        return None;
    }
    std::str::from_utf8(text).ok().map(str::to_owned)
}

/// Our port, as the HPKE library wants it.
struct EntropyRng<'a>(&'a dyn Entropy);

impl TryRng for EntropyRng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes(self.0.bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes(self.0.bytes()))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(target);
        Ok(())
    }
}

impl TryCryptoRng for EntropyRng<'_> {}
