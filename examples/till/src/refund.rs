//! Paying back: what a cashier asks for, with the PIN, and second payments of a charge, without being asked.
//!
//! The wallet knows a refund by its key, so that a call that is repeated, or a till that dies in between, pays nothing
//! twice.

use tallystick::error::WalletError;
use tallystick::keys::Digest;
use tallystick::money::Amount;
use tallystick::wallet::{Payment, PaymentPlan};

use crate::app::{App, News};
use crate::charge::second_refund_key;
use crate::problem::Problem;

/// Pays back so much of a payment, or finds the refund that the same call made.
pub(crate) async fn pay_back(
    app: &App,
    payment: Digest,
    amount: Option<Amount>,
    key: &str,
) -> Result<Payment, Problem> {
    let _alone = app.refunding.lock().await;
    let key = format!("till/refund/{key}");
    if let Some(made) = app.wallet.payment_with_key(&key).await? {
        let same = made.repays == Some(payment) && amount.is_none_or(|amount| amount == made.amount);
        return if same {
            Ok(made)
        } else {
            Err(Problem::conflict("idempotency_conflict", "This key was used for another refund."))
        };
    }
    let plan = app.wallet.plan_refund(payment, amount, None).await?;
    let refund = confirm(app, plan, key).await?;
    app.tell(News::State);
    Ok(refund)
}

/// Gives back a second payment, all of it. Tells whether there was anything to do.
pub(crate) async fn give_back_second(app: &App, second: &Digest) -> Result<bool, Problem> {
    let _alone = app.refunding.lock().await;
    let key = second_refund_key(second);
    if app.wallet.payment_with_key(&key).await?.is_some() {
        return Ok(false);
    }
    if app.wallet.payment(*second).await?.payment.refunded.is_positive() {
        // A person was faster; what is left of it is theirs to decide.
        return Ok(false);
    }
    let plan = app.wallet.plan_refund(*second, None, None).await?;
    let refund = confirm(app, plan, key).await?;
    tracing::info!(payment = %second, refund = %refund.payment, "a second payment is paid back");
    Ok(true)
}

/// Sends a refund off. If its outcome is not known soon, it is on its way, and the wallet goes on asking.
async fn confirm(app: &App, plan: PaymentPlan, key: String) -> Result<Payment, Problem> {
    let plan = PaymentPlan { idempotency_key: key, ..plan };
    match app.wallet.pay(plan, None).await {
        Ok(refund) => Ok(refund),
        Err(WalletError::Pending { payment }) => Ok(app.wallet.payment(payment).await?.payment),
        Err(error) => Err(error.into()),
    }
}
