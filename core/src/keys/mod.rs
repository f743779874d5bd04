//! Keys: the recovery phrase, everything derived from it, signing, sealing, and where secrets are kept.
//!
//! - [`id`]: identifiers and public values, as distinct types.

pub mod id;
mod signing;
pub use signing::SigningKey;

pub use id::{AccountId, Digest, IssuerId, KeyError, OrderId, PublicKey, RequestId, SealingKey};
