//! Payment requests (`PR0`) and digital coins of Swaptacular, recognised and checked, not yet paid.
//!
//! Sources: the documents `pr0-documents.rst` 1.0, `digital-coin-urls.rst` 1.2 and the `swpt` URI scheme of Swaptacular.
//! Unlike its own wallets, a checksum that is given must be right, as the document asks.

mod coin;
mod pr0;
mod uri;

pub use coin::SwaptacularCoin;
pub use pr0::Pr0;
pub(super) use pr0::is_pr0;

/// Why a text that begins like a document of Swaptacular is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SwaptacularError {
    /// The lines after the header are cut, too long or of another form.
    #[error("a part of this payment request is missing or malformed: {field}")]
    Malformed {
        /// Which line, by its name in the specification.
        field: &'static str,
    },
    /// The checksum does not fit the text.
    #[error("this payment request is damaged; scan or copy it again")]
    Checksum,
}

impl SwaptacularError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "pr0_malformed",
            Self::Checksum => "pr0_checksum",
        }
    }
}
