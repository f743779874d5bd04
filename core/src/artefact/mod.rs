//! Signed artefacts: whatever someone must be held to.
//!
//! An artefact is an untagged `COSE_Sign1` with a deterministic payload; its bytes are stored and hashed as received.
//! [`Signed`] is one whose signature is good, [`Unproven`] one whose signer must first be looked up. `docs/protocol.md`
//! §3 lists every field; here is one file a kind. Nothing in this module knows who *may* sign what: that is the
//! ledger's to say.
//!
//! - [`cbor`]: the walk that refuses all but deterministic encoding; [`fields`]: reading and writing the payload.
//! - `envelope`: the outer structure and the signature.
//! - `testing`: generators of artefacts of every kind, for property tests here and in other crates.

pub mod cbor;
mod envelope;
mod error;
pub mod fields;
mod kind;

mod attestation;
mod cancel;
mod card;
mod grant;
mod head;
mod opening;
mod order;
mod receipt;
mod refusal;
mod rekey;
mod request;
mod statement;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use attestation::Attestation;
pub use cancel::Cancel;
pub use card::{Card, Endpoint, StatementRef};
pub use envelope::{Body, EXTERNAL_AAD, NamesSigner, OmitsSigner, Signed, Unproven, VERSION, kind_of};
pub use error::ArtefactError;
pub use grant::{Capabilities, Grant, GrantGiven};
pub use head::Head;
pub use kind::Kind;
pub use opening::Opening;
pub use order::{Order, Seen};
pub use receipt::Receipt;
pub use refusal::Refusal;
pub use rekey::{Rekey, Subject};
pub use request::{Line, Price, Request, TipPolicy};
pub use statement::{Debtor, Statement};

/// The role of an account at an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Holds zero or more.
    Customer,
    /// May go below zero: new money comes from here.
    Owner,
    /// Holds zero or more, and acts for the business.
    Worker,
}

impl Role {
    /// Its number on the wire.
    pub fn value(self) -> u64 {
        match self {
            Self::Customer => 0,
            Self::Owner => 1,
            Self::Worker => 2,
        }
    }

    fn read(field: fields::Field<'_>) -> Result<Self, ArtefactError> {
        match field.uint::<u64>()? {
            0 => Ok(Self::Customer),
            1 => Ok(Self::Owner),
            2 => Ok(Self::Worker),
            _ => Err(field.wrong("is not a known role")),
        }
    }
}
