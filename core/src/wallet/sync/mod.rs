//! Following the chains of the wallet's own accounts, and checking them.

mod card;
mod open;

use super::Wallet;
use crate::error::WalletError;
use crate::keys::IssuerId;

impl Wallet {
    /// Asks an issuer for whatever is new, and checks all of it.
    pub async fn sync(&self, issuer: IssuerId) -> Result<(), WalletError> {
        let _alone = self.context.syncing.lock(issuer).await;
        card::refresh(&self.context, issuer, false).await?;
        open::ensure(&self.context, issuer).await?;
        Ok(())
    }
}
