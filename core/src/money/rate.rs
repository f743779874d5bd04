//! Exact rates: what a trade is bound to.

use std::cmp::Ordering;
use std::fmt;
use std::num::NonZero;
use std::str::FromStr;

use super::amount::too_large;
use super::{Amount, Currency, DisplayRate, MoneyError, Rounding};

/// How many smallest units of one currency somebody must get for each smallest unit of another that they give: the
/// fraction `n/d`, exact, positive, always in lowest terms.
///
/// It is what mandates and plans are checked against, so everyone comes to the same number: products are exact in 128
/// bits, and each result is rounded once, by a named rule.
///
/// As text it is `n/d`; so it is stored, and so it crosses the foreign-language line.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExactRate {
    n: NonZero<u64>,
    d: NonZero<u64>,
}

impl ExactRate {
    /// `n` for each `d`; both at least 1.
    pub fn new(n: u64, d: u64) -> Result<Self, MoneyError> {
        let (Some(n), Some(d)) = (NonZero::new(n), NonZero::new(d)) else { return Err(MoneyError::Rate) };
        let divisor = greatest_common_divisor(n, d);
        let reduced = |part: NonZero<u64>| NonZero::new(part.get() / divisor).ok_or(MoneyError::Rate);
        Ok(Self { n: reduced(n)?, d: reduced(d)? })
    }

    /// The rate at which `given` buys exactly `gotten`; both must be payable.
    pub fn between(given: Amount, gotten: Amount) -> Result<Self, MoneyError> {
        let positive =
            |amount: Amount| Amount::payable(amount.minor()).map(|amount| amount.minor().unsigned_abs());
        Self::new(positive(gotten)?, positive(given)?)
    }

    /// Smallest units gotten, for each [`d`](Self::d) given.
    pub fn n(self) -> u64 {
        self.n.get()
    }

    /// Smallest units given, for each [`n`](Self::n) gotten.
    pub fn d(self) -> u64 {
        self.d.get()
    }

    /// The same trade seen from the other side.
    pub fn inverse(self) -> Self {
        Self { n: self.d, d: self.n }
    }

    /// `rate × amount`, rounded once. The amount may be zero, not negative.
    pub fn apply(self, amount: Amount, rounding: Rounding) -> Result<Amount, MoneyError> {
        if amount.is_negative() {
            return Err(MoneyError::Negative);
        }
        // Below 2^63 × 2^64, so it fits.
        let product = u128::from(amount.minor().unsigned_abs()) * u128::from(self.n.get());
        i64::try_from(rounding.divide(product, self.d)).map(Amount::new).map_err(|_| too_large(0))
    }

    /// The least that somebody who gives this much must get: `floor(rate × given)` (protocol §6). It can be zero.
    pub fn least_gotten(self, given: Amount) -> Result<Amount, MoneyError> {
        self.apply(given, Rounding::Floor)
    }

    /// The least that must be given so that [`least_gotten`](Self::least_gotten) is at least `wanted`.
    pub fn least_given(self, wanted: Amount) -> Result<Amount, MoneyError> {
        self.inverse().apply(wanted, Rounding::Ceiling)
    }

    /// About the same as a price in whole units, to show: what one unit of `given` is worth in `gotten`.
    pub fn to_display(self, given: &Currency, gotten: &Currency) -> Result<DisplayRate, MoneyError> {
        DisplayRate::of_minor(self.n.get(), self.d.get(), given.decimals(), gotten.decimals())
    }
}

/// Euclid's.
fn greatest_common_divisor(n: NonZero<u64>, d: NonZero<u64>) -> u64 {
    let (mut a, mut b) = (n.get(), d.get());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// By value: the larger rate gives more.
impl Ord for ExactRate {
    fn cmp(&self, other: &Self) -> Ordering {
        let product = |n: NonZero<u64>, d: NonZero<u64>| u128::from(n.get()) * u128::from(d.get());
        product(self.n, other.d).cmp(&product(other.n, self.d))
    }
}

impl PartialOrd for ExactRate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for ExactRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.n, self.d)
    }
}

impl fmt::Debug for ExactRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExactRate({self})")
    }
}

/// Reads `n/d`, reduced or not.
impl FromStr for ExactRate {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let (n, d) = text.split_once('/').ok_or(MoneyError::Rate)?;
        let part = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            if plain { digits.parse::<u64>().ok() } else { None }.ok_or(MoneyError::Rate)
        };
        Self::new(part(n)?, part(d)?)
    }
}

impl serde::Serialize for ExactRate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ExactRate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "uniffi")]
uniffi::custom_type!(ExactRate, String, {
    lower: |rate| rate.to_string(),
    // As the wallet's own error, or the generated code would take it for a fault of the SDK.
    try_lift: |text| Ok(text.parse::<ExactRate>().map_err(crate::error::WalletError::from)?),
});
