//! Verification of an issuer's ledger: what wallets check and what issuers keep to. Values in, values out.
//!
//! - [`entry`], [`chain`]: what stands in an account's chain, and how one entry follows another.
//! - [`merkle`]: the tree of a statement, built and proven.
//! - [`identity`]: who speaks for an issuer or account.

pub mod chain;
pub mod entry;
mod error;
pub mod identity;
pub mod merkle;
#[cfg(test)]
mod tests;

pub use chain::ChainState;
pub use entry::{Authority, Entry};
pub use error::LedgerError;
pub use identity::{FoundingKey, FoundingKeys, Holder, IdentityError};
pub use merkle::{InclusionProof, Leaf, MerkleError, Node, PathStep, Side, Tree};
