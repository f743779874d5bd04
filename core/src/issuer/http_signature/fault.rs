//! Why a signed read is turned away.

use crate::clock::UnixSeconds;

/// Why a signed read is turned away.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpSignatureError {
    /// The call needs a signature and has none with our label.
    #[error("the request is not signed: there is no {field} of ours")]
    Missing {
        /// The field that is absent, or lacks our label.
        field: &'static str,
    },
    /// A field is not a structured field (RFC 9651), or its value has the wrong type or length.
    #[error("{field} is malformed")]
    Malformed {
        /// The field, or the parameter of it.
        field: &'static str,
    },
    /// The signature covers other components than protocol §1.3 asks for, or in another order.
    #[error("the signature must cover exactly {expected}")]
    Components {
        /// What it must cover.
        expected: &'static str,
    },
    /// The signature has other parameters than protocol §1.3 asks for, or in another order.
    #[error("the signature's parameters must be created, nonce, keyid and tag, in this order")]
    Parameters,
    /// The body is not the one that was signed.
    #[error("the body does not match its digest")]
    Digest,
    /// The signature does not fit the request and the key.
    #[error("the signature does not fit")]
    Signature,
    /// `created` is too far from the issuer's clock.
    #[error("signed at {created}, but it is {now} here")]
    ClockSkew {
        /// When the request was signed, by the signer's clock.
        created: UnixSeconds,
        /// The issuer's time.
        now: UnixSeconds,
    },
}

impl HttpSignatureError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "signature_missing",
            Self::Malformed { .. } => "signature_malformed",
            Self::Components { .. } => "signature_components",
            Self::Parameters => "signature_parameters",
            Self::Digest => "digest_mismatch",
            Self::Signature => "signature_mismatch",
            Self::ClockSkew { .. } => "clock_skew",
        }
    }

    /// The HTTP status and the protocol's code (protocol §6) of the problem that a server answers with.
    pub fn problem(&self) -> (u16, &'static str) {
        match self {
            Self::Missing { .. } => (401, "not_authorised"),
            Self::Malformed { .. } | Self::Components { .. } | Self::Parameters => (400, "bad_request"),
            Self::Digest | Self::Signature => (401, "bad_signature"),
            Self::ClockSkew { .. } => (401, "clock_skew"),
        }
    }
}
