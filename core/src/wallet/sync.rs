//! Following the chains of the wallet's own accounts, and checking them.

use super::Wallet;
use crate::error::WalletError;
use crate::keys::IssuerId;

impl Wallet {
    /// Asks an issuer for whatever is new, and checks all of it.
    pub async fn sync(&self, issuer: IssuerId) -> Result<(), WalletError> {
        let _alone = self.context.syncing.lock(issuer).await;
        Ok(())
    }
}
