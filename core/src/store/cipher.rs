//! Sealing: what is written to the file so that a thief with the file reads nothing and can move nothing.
//!
//! A value is sealed with XChaCha20-Poly1305 (RFC 8439 with a nonce of 24 random bytes) under a key derived from the
//! wallet's data key, and bound to its place: the same bytes in another row, column or table do not open. What
//! a sealed value still shows is its length, in steps of 32 bytes. What sealing cannot stop is an old value put back
//! in its own place; money is safe from that because heads and receipts are signed and checked.
//!
//! ```text
//! sealed  = 0x01 ‖ nonce (24) ‖ ciphertext and tag
//! inside  = value ‖ 0x80 ‖ zeros up to a multiple of 32
//! aad     = 0x01 ‖ for each of table, key, column: length (u32, big endian) ‖ bytes
//! subkeys = HKDF-SHA256(ikm data key, salt "tallystick-store-1", info "seal" | "index" | "search")
//! ```

use std::fmt;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::error::StoreError;
use crate::clock::Entropy;

/// The sealing format; a later one gets another number, and old values stay readable by theirs.
const FORMAT: u8 = 1;
const NONCE_LENGTH: usize = 24;
const BLOCK: usize = 32;
const SALT: &[u8] = b"tallystick-store-1";

/// The secret under which everything in the wallet's file is sealed: 32 random bytes, kept wrapped by the platform's
/// secret store. Wiped from memory when dropped.
pub struct DataKey(Box<Zeroizing<[u8; 32]>>);

impl DataKey {
    /// A new one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut key = Self(Box::default());
        entropy.fill(key.0.as_mut_slice());
        key
    }

    /// From its bytes, if they are 32.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut key = Self(Box::default());
        if bytes.len() != key.0.len() {
            return Err(StoreError::unreadable("a data key of 32 bytes"));
        }
        key.0.copy_from_slice(bytes);
        Ok(key)
    }

    /// Its bytes, to be wrapped.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}

/// Where a sealed value stands. All three parts are bound into it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The row's primary key. Columns of a key of several are joined by the table's own file, unambiguously.
    pub key: &'a [u8],
    /// The column.
    pub column: &'a str,
}

impl Place<'_> {
    fn bound(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        for part in [self.table.as_bytes(), self.key, self.column.as_bytes()] {
            append(&mut bytes, part);
        }
        bytes
    }

    fn refuse(&self) -> StoreError {
        StoreError::SealedValue { table: self.table.into(), column: self.column.into() }
    }
}

/// Seals and opens values, and makes the keyed hashes by which sealed values are found. Wiped from memory when
/// dropped.
pub struct Cipher {
    sealing: Box<Zeroizing<[u8; 32]>>,
    index: Box<Zeroizing<[u8; 64]>>,
    search: Box<Zeroizing<[u8; 64]>>,
    entropy: Arc<dyn Entropy>,
}

impl Cipher {
    /// Derives the subkeys of a data key.
    pub fn new(key: &DataKey, entropy: Arc<dyn Entropy>) -> Result<Self, StoreError> {
        let root = Hkdf::<Sha256>::new(Some(SALT), key.as_bytes());
        Ok(Self {
            sealing: subkey(&root, b"seal")?,
            index: subkey(&root, b"index")?,
            search: subkey(&root, b"search")?,
            entropy,
        })
    }

    /// Seals bytes for their place. Sealing the same bytes again gives others.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut padded = Zeroizing::new(Vec::with_capacity(plain.len() + BLOCK));
        padded.extend_from_slice(plain);
        padded.push(0x80);
        let length = padded.len().next_multiple_of(BLOCK);
        padded.resize(length, 0);

        let nonce: [u8; NONCE_LENGTH] = self.entropy.bytes();
        let sealed = self
            .aead()
            .encrypt(&XNonce::from(nonce), Payload { msg: &padded, aad: &place.bound() })
            .map_err(|_| place.refuse())?;
        let mut blob = Vec::with_capacity(1 + NONCE_LENGTH + sealed.len());
        blob.push(FORMAT);
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(&sealed);
        Ok(blob)
    }

    /// Opens what was sealed for this place, or says `SealedValue`.
    pub fn open(&self, place: Place<'_>, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        self.try_open(place, blob).ok_or_else(|| place.refuse())
    }

    fn try_open(&self, place: Place<'_>, blob: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (&[FORMAT], rest) = blob.split_first_chunk::<1>()? else { return None };
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LENGTH>()?;
        let plain =
            self.aead().decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &place.bound() }).ok()?;
        let mut plain = Zeroizing::new(plain);
        let end = plain.iter().rposition(|byte| *byte != 0)?;
        if plain[end] != 0x80 {
            return None;
        }
        plain.truncate(end);
        Some(plain)
    }

    /// Seals a value, as JSON.
    pub fn seal_value<T: Serialize + ?Sized>(
        &self,
        place: Place<'_>,
        value: &T,
    ) -> Result<Vec<u8>, StoreError> {
        let json = serde_json::to_vec(value).map_err(|_| StoreError::StorageDefect {
            detail: format!("a value for {}.{} has no JSON", place.table, place.column),
        })?;
        self.seal(place, &Zeroizing::new(json))
    }

    /// Opens a value that was sealed as JSON.
    pub fn open_value<T: DeserializeOwned>(&self, place: Place<'_>, blob: &[u8]) -> Result<T, StoreError> {
        let json = self.open(place, blob)?;
        serde_json::from_slice(&json)
            .map_err(|_| StoreError::unreadable(format!("{}.{}", place.table, place.column)))
    }

    /// A keyed hash of a value, to look it up by equality where it stands sealed. Equal values of one column show
    /// that they are equal, and nothing else.
    pub fn blind_index(&self, table: &str, column: &str, value: &[u8]) -> [u8; 16] {
        keyed_hash(&self.index, &[table.as_bytes(), column.as_bytes(), value])
    }

    /// A keyed hash of a word, for the search index.
    pub(super) fn search_token(&self, row_kind: i64, form: u8, word: &str) -> [u8; 8] {
        keyed_hash(&self.search, &[&row_kind.to_be_bytes(), &[form], word.as_bytes()])
    }

    fn aead(&self) -> XChaCha20Poly1305 {
        let key: &[u8; 32] = &self.sealing;
        XChaCha20Poly1305::new(key.into())
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher(..)")
    }
}

fn subkey<const N: usize>(root: &Hkdf<Sha256>, purpose: &[u8]) -> Result<Box<Zeroizing<[u8; N]>>, StoreError>
where
    [u8; N]: zeroize::Zeroize,
{
    let mut key = Box::new(Zeroizing::new([0; N]));
    root.expand(purpose, key.as_mut_slice()).map_err(|_| StoreError::StorageDefect {
        detail: "a subkey of that length cannot be derived".into(),
    })?;
    Ok(key)
}

/// HMAC-SHA256 over the parts, each with its length before it, cut to `N` bytes.
fn keyed_hash<const N: usize>(key: &[u8; 64], parts: &[&[u8]]) -> [u8; N] {
    let mut text = Zeroizing::new(Vec::new());
    for part in parts {
        append(&mut text, part);
    }
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new(key.into());
    mac.update(&text);
    let whole = mac.finalize().into_bytes();
    let mut cut = [0; N];
    cut.copy_from_slice(&whole[..N]);
    cut
}

fn append(bytes: &mut Vec<u8>, part: &[u8]) {
    // A part over 4 GiB does not fit in memory beside the rest of a phone.
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(part);
}
