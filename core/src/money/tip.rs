//! Tips as a percentage of a price (protocol §5).

use std::num::NonZero;

use super::amount::too_large;
use super::{Amount, MoneyError, Rounding};

/// The highest percentage that a request can offer. A tip is never more than the price.
pub const MAX_TIP_PERCENT: u8 = 100;

const HUNDRED: NonZero<u64> = NonZero::new(100).unwrap();

/// `percent` of `price`, half up, in the same smallest units: 15 % of 1.50 is 0.23. The price must be payable, the
/// percentage in `1 ..= 100`. Of a very small price the tip can be zero.
pub fn tip(price: Amount, percent: u8) -> Result<Amount, MoneyError> {
    if !(1..=MAX_TIP_PERCENT).contains(&percent) {
        return Err(MoneyError::TipPercent { found: percent, maximum: MAX_TIP_PERCENT });
    }
    let price = Amount::payable(price.minor())?.minor().unsigned_abs();
    let hundredths = u128::from(price) * u128::from(percent);
    i64::try_from(Rounding::HalfUp.divide(hundredths, HUNDRED)).map(Amount::new).map_err(|_| too_large(0))
}
