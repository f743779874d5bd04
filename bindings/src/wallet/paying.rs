//! Money that goes.

use tallystick::error::WalletError;
use tallystick::keys::Digest;
use tallystick::money::Amount;
use tallystick::wallet::{Payment, PaymentChoices, PaymentPlan, PaymentPolicy, PaymentWish};

use super::Wallet;

#[uniffi::export]
impl Wallet {
    /// Plans a payment: finds the payee, the price, the balance, and what is worth a warning. Show the plan, then `pay` it.
    ///
    /// Where a request can be paid in several currencies of the wallet and the wish names none, the holder's policy
    /// chooses among the ways that `ways_to_pay` finds. It fails with `choose_issuer` if the policy leaves that to the
    /// holder, or if the wish has an amount or a tip, which count in one currency only.
    ///
    /// Fails if the request is broken or false, or names no currency of this wallet. Needs the network only for a
    /// request that its link does not hold, and for a payee that is new or was not looked up for a day.
    pub async fn plan(&self, wish: PaymentWish) -> Result<PaymentPlan, WalletError> {
        self.run(|wallet| async move { wallet.plan(wish).await }).await
    }

    /// All ways to pay a wish, ranked by the holder's policy, and the prices that cannot be paid so. To show what can be
    /// done with a scanned code: wish for its link alone.
    ///
    /// Of a request, a wish that names an issuer has one way at most. An amount and a tip count in one currency, so a wish
    /// with one of them must name the issuer if the wallet holds several of the request's (`choose_issuer`). For a
    /// payment to an account, what stands in the way is the error.
    ///
    /// Needs the network for a request that its link does not hold, and for payees that are new or were not looked up
    /// for a day: each issuer is asked once at most, all at once, and those that do not answer within seconds only
    /// obstruct their own way.
    pub async fn ways_to_pay(&self, wish: PaymentWish) -> Result<PaymentChoices, WalletError> {
        self.run(|wallet| async move { wallet.ways_to_pay(wish).await }).await
    }

    /// Confirms a plan: from here on the payment is made exactly once, whatever happens to the app or the network.
    ///
    /// Returns the payment: settled, or refused. `Pending` if the outcome is not known within `patience_ms`
    /// milliseconds, or 15 seconds if none are given: the wallet goes on asking, also after a restart, and tells by an
    /// event. Calling again with the same plan finds the same payment. A plan over a spending limit fails with
    /// `OverLimit`; see `pay_over_limit`.
    #[uniffi::method(default(patience_ms))]
    pub async fn pay(&self, plan: PaymentPlan, patience_ms: Option<u32>) -> Result<Payment, WalletError> {
        self.run(|wallet| async move { wallet.pay(plan, patience_ms).await }).await
    }

    /// Waits for the outcome of a payment that was confirmed. `Pending` if it is not known within `patience_ms`
    /// milliseconds.
    pub async fn wait_for_payment(&self, payment: Digest, patience_ms: u32) -> Result<Payment, WalletError> {
        self.run(|wallet| async move { wallet.wait_for_payment(payment, patience_ms).await }).await
    }

    /// The payment that was confirmed with this idempotency key, if there is one. Needs no network.
    ///
    /// Not for a request that can be paid once: it is its own key, whatever the plan's. Its payment is the
    /// `earlier_payment` of a new plan for it.
    pub async fn payment_with_key(&self, idempotency_key: String) -> Result<Option<Payment>, WalletError> {
        self.run(|wallet| async move { wallet.payment_with_key(&idempotency_key).await }).await
    }

    /// The payments whose outcome is not known yet, oldest first. Needs no network.
    pub async fn pending_payments(&self) -> Result<Vec<Payment>, WalletError> {
        self.run(|wallet| async move { wallet.pending_payments().await }).await
    }

    /// Plans to pay back a payment that came in: to its payer only, and with all earlier refunds at most what was paid.
    /// Without an amount, all that is left. Confirm it with `pay`.
    ///
    /// Fails with `not_received` for money that did not come in, `is_refund` for what is a refund itself,
    /// `already_refunded` if nothing is left, and `refund_exceeds` if less is left. Whoever has only a receipt finds its
    /// payment by `find_receipt`.
    #[uniffi::method(default(amount = None, memo = None))]
    pub async fn plan_refund(
        &self,
        payment: Digest,
        amount: Option<Amount>,
        memo: Option<String>,
    ) -> Result<PaymentPlan, WalletError> {
        self.run(|wallet| async move { wallet.plan_refund(payment, amount, memo).await }).await
    }

    /// With which money the holder likes to pay.
    pub async fn payment_policy(&self) -> Result<PaymentPolicy, WalletError> {
        self.run(|wallet| async move { wallet.payment_policy().await }).await
    }

    /// Sets with which money the holder likes to pay. Fails with `preference_twice`, `reserve_twice` or
    /// `negative_reserve`, and with `not_found` for the reserve of a currency that the wallet does not hold.
    pub async fn set_payment_policy(&self, policy: PaymentPolicy) -> Result<(), WalletError> {
        self.run(|wallet| async move { wallet.set_payment_policy(policy).await }).await
    }
}
