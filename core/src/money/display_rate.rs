//! Approximate prices: what a screen shows, and nothing is ever bound to.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Amount, Currency, MoneyError};

/// About what one whole unit of a currency is worth in whole units of another, for showing only.
///
/// It turns an amount into a bare decimal, never into an [`Amount`]: what it gives cannot be paid by mistake. What a
/// trade is bound to is an [`ExactRate`](super::ExactRate).
///
/// As text it is a plain decimal (`1.25`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DisplayRate(Decimal);

impl DisplayRate {
    /// This price, which must be above zero. Zeros at its end are dropped.
    pub fn new(price: Decimal) -> Result<Self, MoneyError> {
        if price > Decimal::ZERO { Ok(Self(price.normalize())) } else { Err(MoneyError::Price) }
    }

    /// The price of one whole unit.
    pub fn price(self) -> Decimal {
        self.0
    }

    /// About the same, seen from the other currency.
    pub fn inverse(self) -> Result<Self, MoneyError> {
        Decimal::ONE.checked_div(self.0).ok_or(MoneyError::Price).and_then(Self::new)
    }

    /// About how much an amount is in the other currency, in whole units, half up (away from zero) to the decimals of
    /// that currency.
    pub fn approximate(
        self,
        amount: Amount,
        from: &Currency,
        into: &Currency,
    ) -> Result<Decimal, MoneyError> {
        let overflow = || MoneyError::Overflow { operation: "an approximate price" };
        let whole = Decimal::try_from_i128_with_scale(amount.minor().into(), from.decimals().into());
        let product = whole.ok().and_then(|whole| whole.checked_mul(self.0)).ok_or_else(overflow)?;
        let strategy = RoundingStrategy::MidpointAwayFromZero;
        Ok(product.round_dp_with_strategy(into.decimals().into(), strategy))
    }

    /// From `n` smallest units gotten for each `d` given.
    pub(super) fn of_minor(
        n: u64,
        d: u64,
        given_decimals: u8,
        gotten_decimals: u8,
    ) -> Result<Self, MoneyError> {
        let scaled = |part: u64, decimals: u8| {
            let power = 10_u64.checked_pow(decimals.into()).map(Decimal::from)?;
            Decimal::from(part).checked_mul(power)
        };
        // Both products are exact (2^64 × 10^9 < 2^96), so only the quotient is approximate.
        scaled(n, given_decimals)
            .zip(scaled(d, gotten_decimals))
            .and_then(|(n, d)| n.checked_div(d))
            .ok_or(MoneyError::Price)
            .and_then(Self::new)
    }
}

impl fmt::Display for DisplayRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads a plain decimal: ASCII digits with at most one full stop between them.
impl FromStr for DisplayRate {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && text.starts_with(|first: char| first.is_ascii_digit())
            && text.ends_with(|last: char| last.is_ascii_digit());
        if !plain {
            return Err(MoneyError::Price);
        }
        Decimal::from_str_exact(text).map_err(|_| MoneyError::Price).and_then(Self::new)
    }
}

#[cfg(feature = "uniffi")]
uniffi::custom_type!(DisplayRate, String, {
    lower: |rate| rate.to_string(),
    // As the wallet's own error, or the generated code would take it for a fault of the SDK.
    try_lift: |text| Ok(text.parse::<DisplayRate>().map_err(crate::error::WalletError::from)?),
});
