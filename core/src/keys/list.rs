//! The encrypted list of a wallet's issuers, of which each of them keeps a copy (protocol §2).
//!
//! Whoever has the phrase and one shop's card finds all other currencies again. Every copy has the same length and a
//! nonce of its own, so an issuer learns from it neither how many others there are nor what changed.

use zeroize::Zeroizing;

use super::{AccountId, IssuerId, aead};
use crate::clock::Entropy;

/// How many bytes an encrypted list has, always.
pub const LIST_LENGTH: usize = 4096;
/// How many bytes of content fit.
pub const LIST_CAPACITY: usize = LIST_LENGTH - aead::OVERHEAD - LENGTH_PREFIX;

const CONTEXT: &[u8] = b"tallystick-list-1";
const LENGTH_PREFIX: usize = 2;

/// Encrypts the list. Wiped when dropped, and never printed.
pub struct ListKey(Zeroizing<[u8; aead::KEY_LENGTH]>);

impl ListKey {
    pub(super) fn new(key: Zeroizing<[u8; aead::KEY_LENGTH]>) -> Self {
        Self(key)
    }

    /// Encrypts content for the place where it will lie: that issuer, under that account. Bound to
    /// `"tallystick-list-1" ‖ IssuerId ‖ AccountId`, so that no issuer can pass off another's copy as its own.
    pub fn seal(
        &self,
        issuer: &IssuerId,
        account: &AccountId,
        content: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, ListError> {
        let too_large = ListError::TooLarge { length: content.len(), limit: LIST_CAPACITY };
        if content.len() > LIST_CAPACITY {
            return Err(too_large);
        }
        let length = u16::try_from(content.len()).map_err(|_| too_large)?;
        let mut padded = Zeroizing::new([0; LENGTH_PREFIX + LIST_CAPACITY]);
        padded[..LENGTH_PREFIX].copy_from_slice(&length.to_be_bytes());
        padded[LENGTH_PREFIX..][..content.len()].copy_from_slice(content);
        Ok(aead::seal(&self.0, entropy.bytes(), &bound_to(issuer, account), padded.as_slice()))
    }

    /// The content of a list that lay at this issuer, under this account.
    pub fn open(&self, issuer: &IssuerId, account: &AccountId, sealed: &[u8]) -> Result<Vec<u8>, ListError> {
        if sealed.len() != LIST_LENGTH {
            return Err(ListError::NotOpened);
        }
        let padded = aead::open(&self.0, &bound_to(issuer, account), sealed).ok_or(ListError::NotOpened)?;
        let (length, rest) = padded.expose().split_first_chunk().ok_or(ListError::Malformed)?;
        let (content, zeros) =
            rest.split_at_checked(u16::from_be_bytes(*length).into()).ok_or(ListError::Malformed)?;
        if zeros.iter().any(|&byte| byte != 0) {
            return Err(ListError::Malformed);
        }
        Ok(content.to_vec())
    }
}

/// Why a list could not be encrypted or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// The content does not fit.
    #[error("a list of {length} bytes, but at most {limit} fit")]
    TooLarge {
        /// Its length, in bytes.
        length: usize,
        /// What fits.
        limit: usize,
    },
    /// Encrypted under another key, for another place, or damaged.
    #[error("the list does not open with this key in this place")]
    NotOpened,
    /// It opens, but its content is not padded as it must be.
    #[error("the list is malformed")]
    Malformed,
}

impl ListError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "list_too_large",
            Self::NotOpened => "list_not_opened",
            Self::Malformed => "list_malformed",
        }
    }
}

fn bound_to(issuer: &IssuerId, account: &AccountId) -> Vec<u8> {
    [CONTEXT, issuer.as_bytes(), account.as_bytes()].concat()
}
