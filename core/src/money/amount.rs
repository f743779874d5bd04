//! Amounts: how many smallest units.

use std::fmt;
use std::str::FromStr;

use super::MoneyError;

/// The most characters that are read as an amount; the longest that is ever written has 60.
pub(super) const MAX_TEXT: usize = 100;

/// An amount of money, counted in the smallest units of some currency. Which currency is known from where the amount
/// stands; two amounts of different currencies must never meet without a rate.
///
/// It may be negative: the balance of an owner is. What can be *paid* lies in `1 ..= 2^63-1`; see
/// [`payable`](Self::payable). There are no operators, so no sum can overflow unseen.
///
/// In JSON and across the foreign-language line it travels as exact text of the integer (`"-1050"`, protocol §1.1):
/// readers of JSON that take every number for a float would lose units above 2^53.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The most that can be paid: `2^63-1` smallest units.
    pub const MAX: Self = Self(i64::MAX);
    /// The lowest that can be held: `-2^63` smallest units.
    pub const MIN: Self = Self(i64::MIN);

    /// This many smallest units; may be zero or negative.
    pub const fn new(minor: i64) -> Self {
        Self(minor)
    }

    /// This many smallest units as something to pay: `1 ..= 2^63-1`.
    pub const fn payable(minor: i64) -> Result<Self, MoneyError> {
        if minor > 0 { Ok(Self(minor)) } else { Err(MoneyError::NotPositive) }
    }

    /// How many smallest units.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether it is exactly zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is above zero, and so could be paid.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The sum of both.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_add(other.0).map(Self).ok_or(MoneyError::Overflow { operation: "an addition" })
    }

    /// What is left of this one without the other; may go below zero.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_sub(other.0).map(Self).ok_or(MoneyError::Overflow { operation: "a subtraction" })
    }

    /// The same amount with the other sign.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        self.0.checked_neg().map(Self).ok_or(MoneyError::Overflow { operation: "a change of sign" })
    }

    /// The total of them all, in whatever order they come: only the total itself must fit.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        let overflow = MoneyError::Overflow { operation: "a sum" };
        // 128 bits hold 2^64 of them, so that no order of adding can overflow on the way.
        let total = amounts.into_iter().try_fold(0_i128, |total, amount| total.checked_add(amount.0.into()));
        total.and_then(|total| i64::try_from(total).ok()).map(Self).ok_or(overflow)
    }

    /// As plain decimal text in whole units, for files and command lines: `-1050` with two decimals is `-10.50`. The
    /// same everywhere: a full stop, ASCII digits, no groups. For people, see [`MoneyFormat`](super::MoneyFormat).
    pub fn to_decimal_string(self, decimals: u8) -> String {
        let decimals = usize::from(decimals);
        let digits = format!("{:0>width$}", self.0.unsigned_abs(), width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let sign = if self.is_negative() { "-" } else { "" };
        let point = if decimals == 0 { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }

    /// From plain decimal text in whole units, the inverse of [`to_decimal_string`](Self::to_decimal_string). Fewer
    /// decimals may be given (`10.5`, `10`), more may not, not even zeros.
    pub fn from_decimal_str(text: &str, decimals: u8) -> Result<Self, MoneyError> {
        if text.len() > MAX_TEXT {
            return Err(too_long());
        }
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return Err(not_decimal(decimals)),
            None => (unsigned, ""),
        };
        let digits = |part: &str| -> Option<Vec<u8>> {
            part.bytes().map(|byte| byte.is_ascii_digit().then(|| byte - b'0')).collect()
        };
        match (digits(whole), digits(fraction)) {
            (Some(whole), Some(fraction)) if !whole.is_empty() => {
                Self::from_digits(negative, &whole, &fraction, decimals)
            }
            _ => Err(not_decimal(decimals)),
        }
    }

    /// From the digits (each 0 to 9) before and after the decimal separator.
    pub(super) fn from_digits(
        negative: bool,
        whole: &[u8],
        fraction: &[u8],
        decimals: u8,
    ) -> Result<Self, MoneyError> {
        let missing =
            usize::from(decimals).checked_sub(fraction.len()).ok_or_else(|| MoneyError::TooManyDecimals {
                found: u32::try_from(fraction.len()).unwrap_or(u32::MAX),
                allowed: decimals,
            })?;
        whole
            .iter()
            .chain(fraction)
            .copied()
            .chain(std::iter::repeat_n(0, missing))
            .try_fold(0_i128, |value, digit| value.checked_mul(10)?.checked_add(digit.into()))
            .map(|value| if negative { -value } else { value })
            .and_then(|value| i64::try_from(value).ok())
            .map(Self)
            .ok_or_else(|| too_large(decimals))
    }
}

pub(super) fn too_large(decimals: u8) -> MoneyError {
    MoneyError::TooLarge { maximum: Amount::MAX.to_decimal_string(decimals) }
}

pub(super) fn too_long() -> MoneyError {
    MoneyError::TooLong { limit: u32::try_from(MAX_TEXT).unwrap_or(u32::MAX) }
}

fn not_decimal(decimals: u8) -> MoneyError {
    MoneyError::NotANumber { example: Amount(1050).to_decimal_string(decimals.min(2)) }
}

/// The number of smallest units.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({})", self.0)
    }
}

/// Reads the number of smallest units, in the one form that `Display` writes: no plus sign, no leading zero.
impl FromStr for Amount {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let amount = Self::from_decimal_str(text, 0)?;
        if amount.to_string() == text { Ok(amount) } else { Err(not_decimal(0)) }
    }
}

impl serde::Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "uniffi")]
uniffi::custom_type!(Amount, String, {
    lower: |amount| amount.to_string(),
    // As the wallet's own error, or the generated code would take it for a fault of the SDK.
    try_lift: |text| Ok(text.parse::<Amount>().map_err(crate::error::WalletError::from)?),
});
