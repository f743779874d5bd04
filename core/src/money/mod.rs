//! Money: amounts, the currencies that they are counted in, and how they are rounded, exchanged, written and read.
//!
//! An [`Amount`] is an integer of a currency's smallest units, so nothing here is a float and nothing is rounded
//! unseen. Three families are kept apart so that one cannot stand in for another:
//! what is owed ([`Amount`], [`ExactRate`]: exact, checked, with one named [`Rounding`]), what is shown
//! ([`DisplayRate`]: approximate, and never payable), and what people write and read ([`MoneyFormat`], by locale).
//!
//! Every failure is a [`MoneyError`] that names the field and says what to do.

mod amount;
mod currency;
mod display_rate;
mod error;
#[cfg(feature = "uniffi")]
mod foreign;
mod format;
mod parse;
mod rate;
mod rounding;
mod symbols;
mod tip;

pub use amount::Amount;
pub use currency::Currency;
pub(crate) use currency::is_name;
pub use display_rate::DisplayRate;
pub use error::MoneyError;
pub use format::MoneyFormat;
pub use rate::ExactRate;
pub use rounding::Rounding;
pub use tip::{MAX_TIP_PERCENT, tip};

#[cfg(test)]
mod tests;
