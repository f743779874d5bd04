//! Amounts as scenarios write them: exact decimal text in whole units of the currency.

use tallystick::keys::IssuerId;
use tallystick::money::Amount;

use crate::phone::{Failed, Phone};

impl Phone {
    pub async fn text(&self, issuer: IssuerId, amount: Amount) -> Result<String, Failed> {
        Ok(self.wallet().currency(issuer).await?.currency.decimal_text(amount))
    }

    pub async fn amount(&self, issuer: IssuerId, text: &str) -> Result<Amount, Failed> {
        Ok(self.wallet().currency(issuer).await?.currency.amount_of_text(text)?)
    }
}
