//! Secrets behind a passphrase, for computers without a keystore.
//!
//! A file holds a random master key, encrypted under a key that Argon2id (RFC 9106) makes from the passphrase. Secrets
//! are sealed under the master key, so a change of the passphrase touches no sealed secret. The file, integers big endian:
//!
//! | bytes | what |
//! | --- | --- |
//! | 16 | `tallystick-key-1` |
//! | 4 + 4 + 4 | cost: memory in KiB, passes, lanes |
//! | 16 | salt |
//! | 24 + 32 + 16 | nonce, encrypted master key, tag: XChaCha20-Poly1305, bound to all bytes before |
//! | 32 | SHA-256 of all bytes before: tells a damaged file from a wrong passphrase |
//!
//! A sealed secret is `0x01`, the first 8 bytes of K(master key, "id"), then nonce, ciphertext and tag under
//! K(master key, "seal"), bound to the name. K is that of protocol §2. The passphrase counts in Unicode's NFC, so
//! that it is the same from every keyboard.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::{SecretStore, SecretStoreError};
use crate::clock::Entropy;
use crate::keys::derive::derive;
use crate::keys::passphrase::{PassphraseCost, stretch};
use crate::keys::{Digest, aead};

const MAGIC: &[u8; 16] = b"tallystick-key-1";
const SALT_LENGTH: usize = 16;
const HEADER_LENGTH: usize = MAGIC.len() + 3 * 4 + SALT_LENGTH;
const FILE_LENGTH: usize = HEADER_LENGTH + aead::OVERHEAD + aead::KEY_LENGTH + Digest::LENGTH;
const SEALED_VERSION: u8 = 1;
const KEY_ID_LENGTH: usize = 8;

type Key = Zeroizing<[u8; aead::KEY_LENGTH]>;

/// A store whose key lies in a file, behind a passphrase. It never prompts: the passphrase is given when it is opened.
pub struct PassphraseFileStore {
    path: PathBuf,
    entropy: Arc<dyn Entropy>,
    master: Key,
}

impl PassphraseFileStore {
    /// Makes a new master key and its file, readable by this user alone. An existing file is left as it is and is an
    /// error: secrets may be sealed under its key.
    pub fn create(
        path: &Path,
        passphrase: &str,
        cost: PassphraseCost,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, SecretStoreError> {
        let master = Zeroizing::new(entropy.bytes());
        let bytes = encode(&master, passphrase, cost, &*entropy)?;
        write(path, &bytes, &*entropy, OnExisting::Refuse).map_err(|error| other("write", path, &error))?;
        Ok(Self { path: path.to_owned(), entropy, master })
    }

    /// Opens the file with its passphrase. No file: `Unavailable`. Wrong passphrase: `AuthenticationFailed`. Damaged:
    /// `Corrupt`.
    pub fn open(path: &Path, passphrase: &str, entropy: Arc<dyn Entropy>) -> Result<Self, SecretStoreError> {
        let master = decode(&read(path)?, passphrase)?;
        Ok(Self { path: path.to_owned(), entropy, master })
    }

    /// Puts the same master key behind another passphrase. What was sealed stays sealed, and opens as before. Whoever
    /// has a copy of the old file can still open that with the old passphrase.
    pub fn change_passphrase(
        &self,
        old: &str,
        new: &str,
        cost: PassphraseCost,
    ) -> Result<(), SecretStoreError> {
        let master = decode(&read(&self.path)?, old)?;
        // Some other store's file in this place would lock away all that this one sealed.
        if master != self.master {
            return Err(SecretStoreError::KeyInvalidated);
        }
        let bytes = encode(&master, new, cost, &*self.entropy)?;
        write(&self.path, &bytes, &*self.entropy, OnExisting::Replace)
            .map_err(|error| other("write", &self.path, &error))
    }

    fn key_id(&self) -> [u8; KEY_ID_LENGTH] {
        let mut id = [0; KEY_ID_LENGTH];
        id.copy_from_slice(&derive(self.master.as_slice(), &[b"id"])[..KEY_ID_LENGTH]);
        id
    }

    fn sealing_key(&self) -> Key {
        derive(self.master.as_slice(), &[b"seal"])
    }
}

impl SecretStore for PassphraseFileStore {
    fn seal(&self, name: String, secret: Vec<u8>) -> Result<Vec<u8>, SecretStoreError> {
        let secret = Zeroizing::new(secret);
        let sealed = aead::seal(&self.sealing_key(), self.entropy.bytes(), name.as_bytes(), &secret);
        Ok([[SEALED_VERSION].as_slice(), &self.key_id(), &sealed].concat())
    }

    fn unseal(&self, name: String, sealed: Vec<u8>) -> Result<Vec<u8>, SecretStoreError> {
        let (&SEALED_VERSION, rest) = sealed.split_first().ok_or(SecretStoreError::Corrupt)? else {
            return Err(SecretStoreError::Corrupt);
        };
        let (id, sealed) = rest.split_first_chunk().ok_or(SecretStoreError::Corrupt)?;
        if *id != self.key_id() {
            return Err(SecretStoreError::KeyInvalidated);
        }
        let secret =
            aead::open(&self.sealing_key(), name.as_bytes(), sealed).ok_or(SecretStoreError::Corrupt)?;
        Ok(secret.expose().to_vec())
    }

    fn delete(&self, _name: String) -> Result<(), SecretStoreError> {
        // Nothing is kept for a name: whoever drops the sealed bytes has dropped the secret.
        Ok(())
    }
}

fn encode(
    master: &Key,
    passphrase: &str,
    cost: PassphraseCost,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SecretStoreError> {
    let salt = entropy.bytes::<SALT_LENGTH>();
    let wrapping = key_of(passphrase, &salt, cost)?
        .ok_or_else(|| SecretStoreError::Other { reason: format!("Argon2id cannot do {cost:?}") })?;
    let mut bytes = Vec::with_capacity(FILE_LENGTH);
    bytes.extend_from_slice(MAGIC);
    for number in [cost.memory_kib, cost.passes, cost.lanes] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend_from_slice(&salt);
    let wrapped = aead::seal(&wrapping, entropy.bytes(), &bytes, master.as_slice());
    bytes.extend_from_slice(&wrapped);
    let checksum = Digest::of(&[&bytes]);
    bytes.extend_from_slice(checksum.as_bytes());
    Ok(bytes)
}

fn decode(bytes: &[u8], passphrase: &str) -> Result<Key, SecretStoreError> {
    let (content, checksum) =
        bytes.split_last_chunk::<{ Digest::LENGTH }>().ok_or(SecretStoreError::Corrupt)?;
    if bytes.len() != FILE_LENGTH || Digest::of(&[content]).as_bytes() != checksum {
        return Err(SecretStoreError::Corrupt);
    }
    let (header, wrapped) = content.split_at(HEADER_LENGTH);
    let numbers = header.strip_prefix(MAGIC).ok_or(SecretStoreError::Corrupt)?;
    let (memory_kib, numbers) = take_u32(numbers)?;
    let (passes, numbers) = take_u32(numbers)?;
    let (lanes, salt) = take_u32(numbers)?;

    let cost = PassphraseCost { memory_kib, passes, lanes };
    let wrapping = key_of(passphrase, salt, cost)?.ok_or(SecretStoreError::Corrupt)?;
    // The file is whole, so only the passphrase can be wrong.
    let master = aead::open(&wrapping, header, wrapped).ok_or(SecretStoreError::AuthenticationFailed)?;
    let mut key = Zeroizing::new([0; aead::KEY_LENGTH]);
    key.copy_from_slice(master.expose());
    Ok(key)
}

fn take_u32(bytes: &[u8]) -> Result<(u32, &[u8]), SecretStoreError> {
    let (number, rest) = bytes.split_first_chunk().ok_or(SecretStoreError::Corrupt)?;
    Ok((u32::from_be_bytes(*number), rest))
}

/// The key that this passphrase makes, or none if Argon2id has no such cost.
fn key_of(passphrase: &str, salt: &[u8], cost: PassphraseCost) -> Result<Option<Key>, SecretStoreError> {
    stretch(passphrase, salt, cost).map_err(|error| SecretStoreError::Other { reason: error.to_string() })
}

fn read(path: &Path) -> Result<Vec<u8>, SecretStoreError> {
    fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => SecretStoreError::Unavailable,
        _ => other("read", path, &error),
    })
}

#[derive(Clone, Copy)]
enum OnExisting {
    Refuse,
    Replace,
}

/// Writes a file whole or not at all: under another name first, then in one step to its place, each step durable.
fn write(path: &Path, bytes: &[u8], entropy: &dyn Entropy, on_existing: OnExisting) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let draft = directory.join(format!(".{}.draft", HEXLOWER.encode(&entropy.bytes::<8>())));

    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);

    let placed = (|| {
        let mut file = options.open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        match on_existing {
            // A link, unlike a rename, never replaces what is there.
            OnExisting::Refuse => fs::hard_link(&draft, path),
            OnExisting::Replace => fs::rename(&draft, path),
        }
    })();
    // After a rename nothing is left under this name, which is no fault.
    let _ = fs::remove_file(&draft);
    placed?;
    #[cfg(unix)]
    fs::File::open(directory)?.sync_all()?;
    Ok(())
}

fn other(verb: &str, path: &Path, error: &io::Error) -> SecretStoreError {
    SecretStoreError::Other { reason: format!("cannot {verb} {}: {error}", path.display()) }
}
