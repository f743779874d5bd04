//! Keys: the recovery phrase, everything derived from it, signing, sealing, and where secrets are kept.
//!
//! A person writes down 24 words once. Everything else follows from them (protocol §2), so that a lost phone loses
//! nothing, and a phone keeps as little as it can: one sealed wallet seed, and the public halves of the recovery keys.
//!
//! - [`id`]: identifiers and public values, as distinct types.
//! - `phrase`: the 24 words, and the seed that they make; `derive`: from that seed to every key and id.
//! - `recovery`: the public recovery keys. `signing`: Ed25519. `secret`: bytes that nobody may see.

pub mod id;

mod derive;
mod phrase;
mod recovery;
mod secret;
mod signing;

pub use derive::{Founding, WalletSeed, recovery_commitment};
pub use id::{AccountId, Digest, IssuerId, KeyError, OrderId, PublicKey, RequestId, SealingKey};
pub use phrase::{PHRASE_WORDS, PhraseError, RecoveryPhrase, Seed, phrase_words_beginning};
pub use recovery::{RECOVERY_KEYS, RecoveryKeys};
pub use secret::SecretBytes;
pub use signing::{SIGNATURE_LENGTH, SigningKey};

#[cfg(test)]
mod tests;
