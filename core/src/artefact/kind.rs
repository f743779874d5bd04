//! The kinds of artefact.

/// What an artefact is: the value of its key 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[non_exhaustive]
pub enum Kind {
    /// An issuer's own description.
    Card,
    /// Opens an account.
    Opening,
    /// Replaces a founding key.
    Rekey,
    /// Gives a role or capabilities.
    Grant,
    /// A public name.
    Attestation,
    /// A request for payment.
    Request,
    /// Moves money.
    Order,
    /// An order was executed.
    Receipt,
    /// An order was refused.
    Refusal,
    /// The state of an account.
    Head,
    /// The state of all accounts.
    Statement,
    /// Voids something.
    Cancel,
}

impl Kind {
    /// All of them, by number.
    pub const ALL: [Self; 12] = [
        Self::Card,
        Self::Opening,
        Self::Rekey,
        Self::Grant,
        Self::Attestation,
        Self::Request,
        Self::Order,
        Self::Receipt,
        Self::Refusal,
        Self::Head,
        Self::Statement,
        Self::Cancel,
    ];

    /// The most bytes that any artefact may have.
    pub const MAX_SIZE: usize = 1 << 20;

    /// Its name, as the protocol's page has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Opening => "opening",
            Self::Rekey => "rekey",
            Self::Grant => "grant",
            Self::Attestation => "attestation",
            Self::Request => "request",
            Self::Order => "order",
            Self::Receipt => "receipt",
            Self::Refusal => "refusal",
            Self::Head => "head",
            Self::Statement => "statement",
            Self::Cancel => "cancel",
        }
    }

    /// Its number on the wire.
    pub fn value(self) -> u64 {
        self as u64 + 1
    }

    /// The kind with this number.
    pub fn from_value(value: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.value() == value)
    }

    /// The most bytes that an artefact of this kind may have.
    pub fn size_limit(self) -> usize {
        match self {
            Self::Request => 2_048,
            Self::Statement => Self::MAX_SIZE,
            _ => 1 << 16,
        }
    }
}
