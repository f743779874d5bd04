//! Why bytes are not an artefact.

use super::Kind;

/// Why bytes were refused as an artefact, or a body could not be signed. Each text goes on from a subject:
/// "the request …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArtefactError {
    /// More bytes than this kind may have.
    #[error("has {size} bytes, where at most {limit} are allowed")]
    TooLarge {
        /// How many there are.
        size: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The bytes are not deterministic CBOR (RFC 8949 §4.2.1).
    #[error("is not deterministic CBOR at byte {at}: {reason}")]
    NotDeterministic {
        /// Where the fault was found.
        at: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The outer structure is not that of an artefact.
    #[error("{reason}")]
    Envelope {
        /// What is wrong.
        reason: &'static str,
    },
    /// An artefact, but of another kind than was asked for.
    #[error("{}", wrong_kind(*expected, *found))]
    WrongKind {
        /// What was asked for; absent if any known kind would have done.
        expected: Option<Kind>,
        /// The number in the artefact.
        found: u64,
    },
    /// Made by a newer version of the protocol.
    #[error("is of version {found}, which this software does not know; update it")]
    UnknownVersion {
        /// The version in the artefact.
        found: u64,
    },
    /// Holds a field that must be understood, and is not.
    #[error("holds the critical field {key}, which this software does not know; update it")]
    UnknownCritical {
        /// The key of the field.
        key: i128,
    },
    /// A field is missing.
    #[error("lacks the field `{field}`")]
    Missing {
        /// The name of the field.
        field: &'static str,
    },
    /// A field breaks its rule.
    #[error("has a field `{field}` that {reason}")]
    Field {
        /// The name of the field.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The signature is not that of the signer over these bytes.
    #[error("has a wrong signature")]
    BadSignature,
}

impl ArtefactError {
    pub(super) fn field(field: &'static str, reason: &'static str) -> Self {
        Self::Field { field, reason }
    }

    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::NotDeterministic { .. } => "not_deterministic",
            Self::Envelope { .. } => "bad_artefact",
            Self::WrongKind { .. } => "wrong_kind",
            Self::UnknownVersion { .. } => "unknown_version",
            Self::UnknownCritical { .. } => "unknown_critical",
            Self::Missing { .. } => "missing_field",
            Self::Field { .. } => "bad_field",
            Self::BadSignature => "bad_signature",
        }
    }

    /// The code of the problem (protocol §6) with which a server answers such bytes.
    pub fn problem_code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. }
            | Self::UnknownVersion { .. }
            | Self::UnknownCritical { .. }
            | Self::BadSignature => self.code(),
            _ => "bad_artefact",
        }
    }
}

fn wrong_kind(expected: Option<Kind>, found: u64) -> String {
    let one = |kind: Kind| match kind.name() {
        name @ ("opening" | "attestation" | "order") => format!("an {name}"),
        name => format!("a {name}"),
    };
    match (Kind::from_value(found), expected) {
        (Some(found), Some(expected)) => format!("is {}, where {} belongs", one(found), one(expected)),
        _ => format!("is of kind {found}, which this software does not know; update it"),
    }
}
