//! The one error of the wallet's surface.
//!
//! Every module has its own error; each is converted here, once. An app can decide by variant, or finer by
//! [`WalletError::code`], and show the text.

use crate::artefact::ArtefactError;
use crate::keys::{Digest, IssuerId, KeyError, PhraseError, SecretStoreError};
use crate::money::{Amount, MoneyError};
use crate::request::{CodeError, LinkError, PictureError};
use crate::store::StoreError;

/// Why a call to the wallet failed. Nothing was done half.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Error), uniffi::export(Display))]
#[non_exhaustive]
pub enum WalletError {
    /// Something that was passed in breaks a rule.
    #[error("{field}: {reason}")]
    InvalidInput {
        /// Which value.
        field: String,
        /// Which rule, as a stable code.
        rule: String,
        /// What is wrong, in words.
        reason: String,
    },
    /// Something that a server or a code said is not what it claims to be.
    #[error("{subject}: {reason}")]
    Untrusted {
        /// What was checked: a card, an order, a receipt …
        subject: String,
        /// Which rule it broke, as a stable code.
        rule: String,
        /// What is wrong, in words.
        reason: String,
    },
    /// The account does not hold enough.
    #[error("the balance does not suffice for this payment")]
    InsufficientFunds {
        /// Whose money.
        issuer: IssuerId,
        /// How much the payment needs, in smallest units.
        needed: Amount,
        /// How much can be spent, in smallest units.
        available: Amount,
    },
    /// There is no such thing in this wallet, or at the issuer.
    #[error("there is no such {what}")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// It can no longer be used.
    #[error("the {what} has expired")]
    Expired {
        /// What has expired.
        what: String,
    },
    /// The issuer refused, for good.
    #[error("the issuer refused: {code}")]
    Refused {
        /// Why, as the protocol's stable code.
        code: String,
    },
    /// The payment is on its way and its outcome not known yet. Do not pay again: the wallet goes on asking.
    #[error("the payment is on its way; its outcome is not known yet")]
    Pending {
        /// The payment.
        payment: Digest,
    },
    /// The same idempotency key was used for something else, or the thing was changed meanwhile.
    #[error("{what} was already used for something else")]
    Conflict {
        /// What clashes.
        what: String,
    },
    /// The payment is over a spending limit and needs the app's PIN.
    #[error("over the spending limit for one {scope}")]
    OverLimit {
        /// Which limit: `payment`, the most for one, or `day`, the most in one UTC day.
        scope: String,
        /// The limit, in smallest units.
        limit: Amount,
    },
    /// The account is somebody else's, who did not grant this device's key what is needed for this.
    #[error("this device was not granted `{capability}` for this account")]
    NotGranted {
        /// What is missing: `pay`, `receive`, `refund` or `view`.
        capability: String,
    },
    /// The account is somebody else's, who lets this device's key pay less in one UTC day.
    #[error("{left} is left of what this device may pay today")]
    OverGrant {
        /// Whose money.
        issuer: IssuerId,
        /// What is left today, as far as this wallet knows, in smallest units.
        left: Amount,
    },
    /// The issuer cannot be reached, or does not answer as it should.
    #[error("{reason}")]
    Network {
        /// What went wrong, as a stable code.
        fault: String,
        /// Whether it may help to try again.
        retryable: bool,
        /// In words.
        reason: String,
    },
    /// The user, the secret store or the issuer did not let this through.
    #[error("{reason}")]
    Denied {
        /// Why, as a stable code.
        rule: String,
        /// In words.
        reason: String,
        /// When it makes sense to try again, in seconds from now; absent if at once or never.
        retry_after_seconds: Option<i64>,
    },
    /// The wallet is locked: unlock it first.
    #[error("the wallet is locked")]
    Locked,
    /// The wallet's file cannot be used.
    #[error("{reason}")]
    Storage {
        /// What is wrong with it, as a stable code.
        fault: String,
        /// In words.
        reason: String,
    },
    /// The program is at fault.
    #[error("internal error: {reason}")]
    Internal {
        /// What happened; holds nothing secret.
        reason: String,
    },
}

impl WalletError {
    /// A stable name for this error, finer than its variant.
    pub fn code(&self) -> &str {
        match self {
            Self::InvalidInput { rule, .. } | Self::Untrusted { rule, .. } | Self::Denied { rule, .. } => {
                rule
            }
            Self::InsufficientFunds { .. } => "insufficient_funds",
            Self::NotFound { .. } => "not_found",
            Self::Expired { .. } => "expired",
            Self::Refused { code } => code,
            Self::Pending { .. } => "pending",
            Self::Conflict { .. } => "conflict",
            Self::OverLimit { .. } => "over_limit",
            Self::NotGranted { .. } => "not_granted",
            // As the issuer would say it.
            Self::OverGrant { .. } => "limit_exceeded",
            Self::Network { fault, .. } | Self::Storage { fault, .. } => fault,
            Self::Locked => "locked",
            Self::Internal { .. } => "internal",
        }
    }

    /// An error about a value that was passed in.
    #[allow(clippy::needless_pass_by_value, reason = "texts and errors are passed as they are made")]
    pub fn invalid(field: &str, rule: &str, reason: impl ToString) -> Self {
        Self::InvalidInput { field: field.into(), rule: rule.into(), reason: reason.to_string() }
    }

    /// An error about something that was checked and failed.
    #[allow(clippy::needless_pass_by_value, reason = "texts and errors are passed as they are made")]
    pub fn untrusted(subject: &str, rule: &str, reason: impl ToString) -> Self {
        Self::Untrusted { subject: subject.into(), rule: rule.into(), reason: reason.to_string() }
    }

    /// An error about something that was not allowed.
    #[allow(clippy::needless_pass_by_value, reason = "texts and errors are passed as they are made")]
    pub fn denied(rule: &str, reason: impl ToString) -> Self {
        Self::Denied { rule: rule.into(), reason: reason.to_string(), retry_after_seconds: None }
    }

    /// An error about something that is not there.
    pub fn not_found(what: &str) -> Self {
        Self::NotFound { what: what.into() }
    }

    /// An error about an artefact.
    pub fn artefact(subject: &str, error: &ArtefactError) -> Self {
        Self::untrusted(subject, error.code(), error)
    }
}

// Not called `code` there: one variant has a field of that name, which Python would find in its place.
#[cfg(feature = "uniffi")]
#[uniffi::export]
impl WalletError {
    /// A stable name for this error, finer than its variant: to decide by, and for fault reports.
    pub fn stable_code(&self) -> String {
        self.code().to_owned()
    }

    /// What went wrong, in words of English that can be shown or logged: they hold nothing secret.
    pub fn text(&self) -> String {
        self.to_string()
    }
}

impl From<StoreError> for WalletError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Locked => Self::Locked,
            StoreError::Secrets(error) => error.into(),
            error => Self::Storage { fault: error.code().into(), reason: error.to_string() },
        }
    }
}

impl From<MoneyError> for WalletError {
    fn from(error: MoneyError) -> Self {
        Self::invalid(error.field(), error.code(), error)
    }
}

impl From<SecretStoreError> for WalletError {
    fn from(error: SecretStoreError) -> Self {
        Self::denied(error.code(), error)
    }
}

impl From<PhraseError> for WalletError {
    fn from(error: PhraseError) -> Self {
        Self::invalid("phrase", error.code(), error)
    }
}

impl From<LinkError> for WalletError {
    fn from(error: LinkError) -> Self {
        Self::invalid("link", error.code(), error)
    }
}

impl From<CodeError> for WalletError {
    fn from(error: CodeError) -> Self {
        Self::invalid("code", error.code(), error)
    }
}

impl From<PictureError> for WalletError {
    fn from(error: PictureError) -> Self {
        Self::invalid("picture", error.code(), error)
    }
}

impl From<KeyError> for WalletError {
    fn from(error: KeyError) -> Self {
        Self::invalid("key", error.code(), error)
    }
}
