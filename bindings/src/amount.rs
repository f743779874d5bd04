//! Amounts as text.

use tallystick::error::WalletError;
use tallystick::money::Amount;

use crate::runtime;

/// Reads plain decimal text in whole units: `10.50` with two decimals is 1050 smallest units. Fewer decimals may be
/// given, more may not.
#[uniffi::export]
pub async fn read_amount(text: String, decimals: u8) -> Result<Amount, WalletError> {
    runtime::spawned(async move { Ok(Amount::from_decimal_str(&text, decimals)?) }).await
}
