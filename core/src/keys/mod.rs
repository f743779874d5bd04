//! Keys: the recovery phrase, everything derived from it, signing, sealing, and where secrets are kept.
//!
//! A person writes down 24 words once. Everything else follows from them (protocol §2), so that a lost phone loses
//! nothing, and a phone keeps as little as it can: one sealed wallet seed, and the public halves of the recovery keys.
//!
//! - [`id`]: identifiers and public values, as distinct types.
//! - `phrase`: the 24 words, and the seed that they make; `derive`: from that seed to every key and id.
//! - `recovery`: the public recovery keys. `signing`: Ed25519. `secret`: bytes that nobody may see.
//! - `sealing`: memos that only the payee reads. `list`: the encrypted list of a wallet's issuers.
//! - `secret_store`: the port to the platform's keystore. `passphrase`: from what a person remembers to a key.

pub mod id;

mod aead;
mod derive;
mod list;
pub(crate) mod passphrase;
mod phrase;
mod recovery;
mod sealing;
mod secret;
mod secret_store;
mod signing;

pub use derive::{Founding, WalletSeed, recovery_commitment};
pub use id::{AccountId, Digest, IssuerId, KeyError, OrderId, PublicKey, RequestId, SealingKey};
pub use list::{LIST_CAPACITY, LIST_LENGTH, ListError, ListKey};
pub use passphrase::PassphraseCost;
pub use phrase::{PHRASE_WORDS, PhraseError, RecoveryPhrase, Seed, phrase_words_beginning};
pub use recovery::{RECOVERY_KEYS, RecoveryKeys};
pub use sealing::{MAX_MEMO_LENGTH, MAX_SEALED_MEMO_LENGTH, MemoContext, MemoError, SealingSecret};
pub use secret::SecretBytes;
pub use secret_store::{MemorySecretStore, PassphraseFileStore, SecretStore, SecretStoreError};
pub use signing::{SIGNATURE_LENGTH, SigningKey};

#[cfg(test)]
mod tests;
