//! The one error of this module.

/// Why something is not money, or cannot be reckoned with. No variant repeats what was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The text is not a number as this place writes them.
    #[error("amount is not a number; write it like {example}")]
    NotANumber {
        /// A number written as it would be accepted.
        example: String,
    },
    /// The separators between groups of digits do not stand where this place puts them, so a decimal separator may
    /// have been meant.
    #[error(
        "amount is grouped in an unusual way and could be misread; write it like {example}, or without separators"
    )]
    Grouping {
        /// A number written as it would be accepted.
        example: String,
    },
    /// The text means one number with one set of separators and another with the other.
    #[error("amount can be read in two ways; write it without separators between groups of digits")]
    Ambiguous,
    /// The text is longer than any amount needs.
    #[error("amount is over {limit} characters long; write a shorter one")]
    TooLong {
        /// The most characters that are read.
        limit: u32,
    },
    /// More decimals than the currency has.
    #[error("amount has {found} decimals; write at most {allowed}")]
    TooManyDecimals {
        /// How many were written.
        found: u32,
        /// How many the currency has.
        allowed: u8,
    },
    /// Zero or less, where only a positive amount can be paid.
    #[error("amount is zero or negative; give one of at least one smallest unit")]
    NotPositive,
    /// Below zero, where only credit makes sense.
    #[error("amount is negative; give zero or more")]
    Negative,
    /// Farther from zero than `2^63-1` smallest units.
    #[error("amount is too large; give at most {maximum}")]
    TooLarge {
        /// The largest amount, as plain decimal text.
        maximum: String,
    },
    /// A calculation whose result lies outside what an amount can hold.
    #[error("amount overflows in {operation}; use smaller amounts")]
    Overflow {
        /// What was calculated.
        operation: &'static str,
    },
    /// A currency's description breaks a rule.
    #[error("currency {field} is not acceptable; it must be {rule}")]
    Currency {
        /// Which part of it: `code`, `name`, `symbol` or `decimals`.
        field: &'static str,
        /// What the part must be.
        rule: &'static str,
    },
    /// The text is not a locale.
    #[error("locale is not a language tag; give one like de-CH (BCP 47)")]
    Locale,
    /// A rate that is zero, or whose parts do not fit 64 bits, or that is not written `n/d`.
    #[error("rate is not acceptable; give n/d with both from 1 to 18446744073709551615")]
    Rate,
    /// A price that cannot be shown: zero, negative or out of range.
    #[error("price is not acceptable; give a positive decimal of at most 28 digits")]
    Price,
    /// A tip's percentage is out of range.
    #[error("tip of {found} percent is not acceptable; choose from 1 to {maximum}")]
    TipPercent {
        /// What was asked for.
        found: u8,
        /// The most that can be asked for.
        maximum: u8,
    },
}

impl MoneyError {
    /// The value that is wrong.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Currency { .. } => "currency",
            Self::Locale => "locale",
            Self::Rate => "rate",
            Self::Price => "price",
            Self::TipPercent { .. } => "tip",
            _ => "amount",
        }
    }

    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotANumber { .. } => "amount_not_a_number",
            Self::Grouping { .. } => "amount_grouping",
            Self::Ambiguous => "amount_ambiguous",
            Self::TooLong { .. } => "amount_too_long",
            Self::TooManyDecimals { .. } => "amount_too_many_decimals",
            Self::NotPositive => "amount_not_positive",
            Self::Negative => "amount_negative",
            Self::TooLarge { .. } => "amount_too_large",
            Self::Overflow { .. } => "amount_overflow",
            Self::Currency { .. } => "currency_invalid",
            Self::Locale => "locale_invalid",
            Self::Rate => "rate_invalid",
            Self::Price => "price_invalid",
            Self::TipPercent { .. } => "tip_percent_invalid",
        }
    }
}
