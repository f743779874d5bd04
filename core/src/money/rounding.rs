//! The one place where something is rounded.

use std::num::NonZero;

/// How a quotient of two whole numbers, both zero or more, becomes a whole number.
///
/// - What somebody must get for what they give is rounded *down*: one more would be more than the rate allows, and
///   everyone who checks the trade must come to the same number.
/// - What somebody must give to get something is rounded *up*: one less would not be enough.
/// - Tips are rounded *half up*, as people do by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Rounding {
    /// The largest whole number that is not above the quotient.
    Floor,
    /// The nearest whole number; from exactly between two, the larger.
    HalfUp,
    /// The smallest whole number that is not below the quotient.
    Ceiling,
}

impl Rounding {
    /// `numerator / denominator`, rounded. Exact for every pair: nothing overflows.
    pub fn divide(self, numerator: u128, denominator: NonZero<u64>) -> u128 {
        let denominator = u128::from(denominator.get());
        let quotient = numerator / denominator;
        let remainder = numerator % denominator;
        let up = match self {
            Self::Floor => false,
            Self::HalfUp => remainder >= denominator - remainder,
            Self::Ceiling => remainder > 0,
        };
        // A remainder means a denominator of at least 2, so the quotient is far from the top.
        quotient + u128::from(up)
    }
}
