//! For somebody else's account, with a granted key: a till, a second phone.

use tallystick::error::WalletError;
use tallystick::keys::{IssuerId, PublicKey};
use tallystick::request::{GrantLink, KeyLink};
use tallystick::wallet::CurrencyInfo;

use super::Wallet;

#[uniffi::export]
impl Wallet {
    /// The key to which others grant what this device shall do for their accounts. It is the same at every issuer, so one
    /// scan of it is enough, and it changes when this wallet's keys are replaced. Show it by `device_key_link`.
    pub async fn device_key(&self) -> Result<PublicKey, WalletError> {
        self.run(|wallet| async move { wallet.device_key() }).await
    }

    /// What a device scans to act for this wallet's account, after `Owner.grant_key` has let it. The link allows nothing
    /// by itself. Fails with `not_holder` for an account for which this wallet only acts.
    pub async fn grant_link(&self, issuer: IssuerId) -> Result<GrantLink, WalletError> {
        self.run(|wallet| async move { wallet.grant_link(issuer).await }).await
    }

    /// Begins to act for somebody else's account, from its link (`https://host/g/…` or `tallystick:g/…`). Its holder has
    /// granted something to `device_key` before, `view` at least. Doing so again changes nothing.
    ///
    /// Card, account and grant are checked against the link, which is all that is trusted. Fails with `no_grant` if the
    /// issuer knows of no grant to this device that is in force, `not_granted` if it does not include `view`, and
    /// `conflict` if this wallet has an account at that issuer already.
    pub async fn act_for(&self, link: String) -> Result<CurrencyInfo, WalletError> {
        self.run(|wallet| async move { wallet.act_for(&link).await }).await
    }
}

/// The link that shows a device's key to whoever is to grant it something. Draw it as a code.
#[uniffi::export]
pub fn device_key_link(key: PublicKey) -> Result<KeyLink, WalletError> {
    Ok(KeyLink::new(key)?)
}
