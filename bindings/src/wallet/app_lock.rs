//! The app's PIN, and what may leave an account without it. PINs are wiped as soon as they were looked at.

use tallystick::error::WalletError;
use tallystick::keys::IssuerId;
use tallystick::wallet::{AppLock, Payment, PaymentPlan, SpendingLimits};
use zeroize::Zeroizing;

use super::Wallet;

#[uniffi::export]
impl Wallet {
    /// How the app lock stands. Can be asked while the wallet is locked.
    pub async fn app_lock(&self) -> Result<AppLock, WalletError> {
        self.run(|wallet| async move { wallet.app_lock().await }).await
    }

    /// Gets the keys from the secret store, which may ask the user, if the PIN is right. Of a wallet that is unlocked
    /// already, the PIN is checked all the same.
    ///
    /// Fails with `pin_wrong` or `pin_wait`, both `Denied`, which say after how many seconds the next try makes sense;
    /// with `pin_not_set` if there is none.
    pub async fn unlock_with_pin(&self, pin: String) -> Result<(), WalletError> {
        let pin = Zeroizing::new(pin);
        self.run(|wallet| async move { wallet.unlock_with_pin(&pin).await }).await
    }

    /// Checks the PIN of a wallet that is unlocked, for an app that has something of its own to guard. A wrong one counts
    /// and makes the next wait, as with `unlock_with_pin`, and the failures are the same.
    pub async fn check_pin(&self, pin: String) -> Result<(), WalletError> {
        let pin = Zeroizing::new(pin);
        self.run(|wallet| async move { wallet.check_pin(&pin).await }).await
    }

    /// Sets the PIN, or changes it: then the present one is needed. It takes at least 4 digits, or 8 characters if any
    /// of them is not a digit, and at most 128 (`pin_format`).
    ///
    /// From now on the wallet is locked when it is opened.
    #[uniffi::method(default(present_pin))]
    pub async fn set_pin(&self, new_pin: String, present_pin: Option<String>) -> Result<(), WalletError> {
        let (new, present) = (Zeroizing::new(new_pin), present_pin.map(Zeroizing::new));
        self.run(|wallet| async move { wallet.set_pin(&new, present.as_deref().map(String::as_str)).await })
            .await
    }

    /// Removes the PIN: from now on the secret store alone guards the wallet, and limits can be raised freely.
    pub async fn remove_pin(&self, pin: String) -> Result<(), WalletError> {
        let pin = Zeroizing::new(pin);
        self.run(|wallet| async move { wallet.remove_pin(&pin).await }).await
    }

    /// The limits on what may leave an account without the PIN.
    pub async fn spending_limits(&self, issuer: IssuerId) -> Result<SpendingLimits, WalletError> {
        self.run(|wallet| async move { wallet.spending_limits(issuer).await }).await
    }

    /// Sets the limits on what may leave an account without the PIN. To set one where there was none, or to lower one,
    /// is free; to raise or remove one needs the PIN if there is one (`pin_needed`).
    #[uniffi::method(default(pin))]
    pub async fn set_spending_limits(
        &self,
        issuer: IssuerId,
        limits: SpendingLimits,
        pin: Option<String>,
    ) -> Result<(), WalletError> {
        let pin = pin.map(Zeroizing::new);
        self.run(|wallet| async move {
            wallet.set_spending_limits(issuer, limits, pin.as_deref().map(String::as_str)).await
        })
        .await
    }

    /// `pay` for a plan over a spending limit: the PIN approves this one payment.
    #[uniffi::method(default(patience_ms))]
    pub async fn pay_over_limit(
        &self,
        plan: PaymentPlan,
        pin: String,
        patience_ms: Option<u32>,
    ) -> Result<Payment, WalletError> {
        let pin = Zeroizing::new(pin);
        self.run(|wallet| async move { wallet.pay_over_limit(plan, &pin, patience_ms).await }).await
    }
}
