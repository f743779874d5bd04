//! Paying back from a receipt.

use super::Wallet;
use super::payee;
use super::plan::{self, Draft, PaymentPlan, Target};
use crate::error::WalletError;
use crate::keys::Digest;
use crate::money::Amount;
use crate::store::tables::payment::{Direction, PaymentState};

impl Wallet {
    /// Plans to pay back a payment that came in: to its payer only, and with all earlier refunds at most what was paid.
    /// Without an amount, all that is left. Confirm it with [`pay`](Self::pay).
    pub async fn plan_refund(
        &self,
        payment: Digest,
        amount: Option<Amount>,
        memo: Option<String>,
    ) -> Result<PaymentPlan, WalletError> {
        let original = self.stored_payment(payment).await?;
        if original.direction != Direction::In || original.state != PaymentState::Settled {
            return Err(WalletError::invalid(
                "payment",
                "not_received",
                "only money that came in can be paid back",
            ));
        }
        if original.repays.is_some() {
            return Err(WalletError::invalid(
                "payment",
                "is_refund",
                "a refund cannot be paid back: pay anew",
            ));
        }
        let left = original.amount.checked_sub(original.refunded)?;
        let amount = amount.unwrap_or(left);
        if !amount.is_positive() || amount > left {
            return Err(WalletError::invalid(
                "amount",
                "refund_exceeds",
                format!("at most {left} can be paid back"),
            ));
        }
        let payee = payee::find(&self.context, original.issuer, original.counterpart).await?;
        let target = Target { issuer: original.issuer, payee: original.counterpart, request: None };
        let draft = Draft {
            key: plan::made_up_key(&self.context),
            payee,
            total: amount,
            tip: None,
            memo: memo.filter(|memo| !memo.is_empty()),
            repays: Some(payment),
        };
        plan::finish(&self.context, target, draft).await
    }
}
