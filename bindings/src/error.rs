//! The one error that crosses the line.

use crate::runtime::Stopped;

/// Why a call did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
#[uniffi::export(Display)]
pub enum WalletError {
    /// Something that was handed over breaks a rule. Nothing was done.
    #[error("{reason}")]
    InvalidInput {
        /// Which of the things handed over.
        field: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// A fault of the SDK itself.
    #[error("{reason}")]
    Internal {
        /// What can be said of it without showing what must stay secret.
        reason: String,
    },
}

impl From<Stopped> for WalletError {
    fn from(stopped: Stopped) -> Self {
        Self::Internal { reason: stopped.to_string() }
    }
}
