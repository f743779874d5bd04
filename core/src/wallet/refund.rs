//! Paying back from a receipt.

use super::Wallet;
use super::payee;
use super::plan::{self, Draft, PaymentPlan, Target};
use crate::error::WalletError;
use crate::keys::Digest;
use crate::money::{Amount, Currency};
use crate::operation::{acting, trust};
use crate::store::tables::payment::{Direction, Payment, PaymentState};

impl Wallet {
    /// Plans to pay back a payment that came in: to its payer only, and with all earlier refunds at most what was paid.
    /// Without an amount, all that is left. Confirm it with [`pay`](Self::pay).
    ///
    /// Fails with `not_received` for money that did not come in, `is_refund` for what is a refund itself,
    /// `already_refunded` if nothing is left, and `refund_exceeds` if less is left. Whoever has only a receipt finds its
    /// payment by [`find_receipt`](Self::find_receipt).
    pub async fn plan_refund(
        &self,
        payment: Digest,
        amount: Option<Amount>,
        memo: Option<String>,
    ) -> Result<PaymentPlan, WalletError> {
        let original = self.stored_payment(payment).await?;
        let issuer = original.issuer;
        let known =
            self.context.read(move |connection, cipher| trust::issuer(connection, cipher, &issuer)).await?;
        let amount = amount.unwrap_or_else(|| original.refundable());
        check(&original, amount, &known.card().currency)?;
        acting::require_at(&self.context, issuer, acting::to_pay(true)).await?;
        let payee = Box::pin(payee::find(&self.context, issuer, original.counterpart)).await?;
        let target = Target { issuer, payee: original.counterpart, request: None };
        let draft = Draft {
            key: plan::made_up_key(&self.context),
            payee,
            total: amount,
            tip: None,
            memo: memo.filter(|memo| !memo.is_empty()),
            repays: Some(payment),
        };
        Box::pin(plan::finish(&self.context, target, draft)).await
    }
}

/// Whether this much of a payment can be paid back.
pub(super) fn check(original: &Payment, amount: Amount, currency: &Currency) -> Result<(), WalletError> {
    let wrong = |rule, reason| Err(WalletError::invalid("payment", rule, reason));
    if original.direction != Direction::In || original.state != PaymentState::Settled {
        return wrong("not_received", "only money that came in can be paid back");
    }
    if original.repays.is_some() {
        return wrong("is_refund", "a refund cannot be paid back: pay anew");
    }
    let left = original.refundable();
    if left.is_zero() {
        return wrong("already_refunded", "all of it was paid back already");
    }
    if !amount.is_positive() {
        return Err(WalletError::invalid(
            "amount",
            "amount_not_positive",
            "must be at least the smallest unit",
        ));
    }
    if amount > left {
        let left = left.to_decimal_string(currency.decimals());
        let reason = format!("at most {left} {} can be paid back", currency.code());
        return Err(WalletError::invalid("amount", "refund_exceeds", reason));
    }
    Ok(())
}
