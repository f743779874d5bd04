//! Amounts as text.

use tallystick::money::Amount;

use crate::error::WalletError;
use crate::runtime;

/// Reads plain decimal text in whole units: `10.50` with two decimals is 1050 smallest units. Fewer decimals may be
/// given, more may not.
#[uniffi::export]
pub async fn read_amount(text: String, decimals: u8) -> Result<Amount, WalletError> {
    runtime::spawned(async move {
        Amount::from_decimal_str(&text, decimals)
            .map_err(|wrong| WalletError::InvalidInput { field: "amount".into(), reason: wrong.to_string() })
    })
    .await
}
