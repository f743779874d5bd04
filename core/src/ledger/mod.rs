//! Verification of an issuer's ledger: what wallets check and what issuers keep to. Values in, values out.
//!
//! - [`entry`], [`chain`]: what stands in an account's chain, and how one entry follows another.
//! - [`identity`]: who speaks for an issuer or account.
//! - [`signing_keys`]: which signing key of an issuer counts when.
//! - [`authority`]: who may sign what.
//! - [`receipts`], [`seen`]: what an order was answered, and what its payer had seen.
//! - [`merkle`]: the tree of a statement, built and proven.

pub mod authority;
pub mod chain;
pub mod entry;
mod error;
pub mod evidence;
pub mod follow;
pub mod identity;
pub mod merkle;
pub mod receipts;
pub mod seen;
pub mod signing_keys;
pub mod statement;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use authority::{KnownGrant, NotAllowed, Right, Tense};
pub use chain::ChainState;
pub use entry::{Authority, Entry};
pub use error::LedgerError;
pub use identity::{FoundingKey, FoundingKeys, Holder, IdentityError};
pub use merkle::{InclusionProof, Leaf, MerkleError, Node, PathStep, Side, Tree};
pub use seen::SeenStatement;
pub use signing_keys::{CardsError, SigningKeys, Standing};
