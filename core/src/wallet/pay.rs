//! Confirming a payment and waiting for its outcome.

use std::sync::Arc;
use std::time::Duration;

use super::Wallet;
use super::plan::PaymentPlan;
use super::recheck;
use super::sync::Depth;
use crate::error::WalletError;
use crate::keys::Digest;
use crate::operation::acting;
use crate::operation::confirm;
use crate::operation::drive;
use crate::operation::limits::Approval;
use crate::store::tables::operation;
use crate::store::tables::payment::{self, Payment, PaymentState};

/// How long `pay` waits for the outcome if it is not told how long.
const PATIENCE_MS: u32 = 15_000;

impl Wallet {
    /// Confirms a plan: from here on the payment is made exactly once, whatever happens to the app or the network.
    ///
    /// Returns the payment: settled, or refused. `Pending` if the outcome is not known within `patience_ms`
    /// milliseconds, or 15 seconds if none are given: the wallet goes on asking, also after a restart, and tells by an
    /// event. Calling again with the same plan finds the same payment. A plan over a spending limit fails with
    /// `OverLimit`; see [`pay_over_limit`](Self::pay_over_limit).
    pub async fn pay(&self, plan: PaymentPlan, patience_ms: Option<u32>) -> Result<Payment, WalletError> {
        self.confirm(plan, Approval::WithinLimits, patience_ms).await
    }

    pub(crate) async fn confirm(
        &self,
        plan: PaymentPlan,
        approval: Approval,
        patience_ms: Option<u32>,
    ) -> Result<Payment, WalletError> {
        acting::require_at(&self.context, plan.issuer, acting::to_pay(plan.repays.is_some())).await?;
        let intent = Box::pin(recheck::intent(&self.context, plan)).await?;
        // Spawned, so that a caller who stops waiting stops nothing.
        let context = Arc::clone(&self.context);
        let payment = tokio::spawn(async move {
            let confirmed = confirm::confirm(&context, intent, approval).await?;
            let payment = confirmed.operation().record.payment;
            drive::begin(&context, confirmed);
            Ok::<_, WalletError>(payment)
        })
        .await
        .map_err(|_| WalletError::Internal { reason: "the confirmation was ended".into() })??;
        let payment = self.wait_for_payment(payment, patience_ms.unwrap_or(PATIENCE_MS)).await?;
        Box::pin(self.see_in_chain(payment)).await
    }

    /// An answer to a repeated order names no entry, so that its money stays held until the chain is followed.
    async fn see_in_chain(&self, payment: Payment) -> Result<Payment, WalletError> {
        if payment.state != PaymentState::Settled || payment.sequence.is_some() {
            return Ok(payment);
        }
        if let Err(error) = self.sync_to(payment.issuer, Depth::News).await {
            tracing::info!(code = error.code(), "a settled payment is not seen in the chain yet");
        }
        self.stored_payment(payment.payment).await
    }

    /// Waits for the outcome of a payment that was confirmed. `Pending` if it is not known within `patience_ms`.
    pub async fn wait_for_payment(&self, payment: Digest, patience_ms: u32) -> Result<Payment, WalletError> {
        let patience = Duration::from_millis(u64::from(patience_ms));
        let decided = self.outcome(payment);
        tokio::time::timeout(patience, decided).await.unwrap_or(Err(WalletError::Pending { payment }))
    }

    /// The payment that was confirmed with this idempotency key, if there is one. Needs no network.
    ///
    /// Not for a request that can be paid once: it is its own key, whatever the plan's. Its payment is the
    /// `earlier_payment` of a new plan for it.
    pub async fn payment_with_key(&self, idempotency_key: &str) -> Result<Option<Payment>, WalletError> {
        let key = idempotency_key.to_owned();
        self.context
            .read(move |connection, cipher| {
                let row = operation::key(cipher, &key);
                let Some(operation) = operation::get(connection, cipher, &row)? else { return Ok(None) };
                Ok(payment::get(connection, cipher, &operation.record.payment)?)
            })
            .await
    }

    /// The payments whose outcome is not known yet, oldest first. Needs no network.
    pub async fn pending_payments(&self) -> Result<Vec<Payment>, WalletError> {
        self.context
            .read(|connection, cipher| {
                let mut pending = Vec::new();
                for operation in operation::open(connection, cipher)? {
                    pending.extend(payment::get(connection, cipher, &operation.record.payment)?);
                }
                Ok(pending)
            })
            .await
    }

    async fn outcome(&self, payment: Digest) -> Result<Payment, WalletError> {
        let mut news = self.context.news();
        loop {
            let found = self.stored_payment(payment).await?;
            if found.state != PaymentState::Pending {
                return Ok(found);
            }
            if news.changed().await.is_err() {
                return Err(WalletError::Pending { payment });
            }
        }
    }
}
