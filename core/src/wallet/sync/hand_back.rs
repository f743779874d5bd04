//! Handing back what a restored issuer lost: every receipt after what it carried over, oldest first.

use std::sync::Arc;

use super::fault;
use crate::artefact::{Order, Receipt, Signed};
use crate::error::WalletError;
use crate::issuer::{OrderAnswer, OrderSubmission, Rejection};
use crate::keys::IssuerId;
use crate::ledger::evidence::Contradiction;
use crate::operation::context::Context;
use crate::operation::trust;
use crate::store::tables::account::{ACCOUNTS, HandBackRecord};
use crate::store::tables::entry;
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::operation::{self, OperationState};

/// How many are read at a time.
const PAGE: u32 = 100;

/// Something that the issuer had promised.
struct Promise {
    receipt: Signed<Receipt>,
    order: Signed<Order>,
    request: Option<Vec<u8>>,
    memo: Option<Vec<u8>>,
}

/// Hands back whatever is still to be handed back to this issuer, and forgets it once all of it was taken. The issuer
/// knows what it has been given before, so this may be repeated. Gives whether there was anything.
pub(super) async fn give(context: &Arc<Context>, issuer: IssuerId) -> Result<bool, WalletError> {
    let account = context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
    let Some(lost) = account.hand_back else { return Ok(false) };
    let mut all_taken = true;
    for epoch in lost.after_epoch..account.chain.epoch {
        let mut after = if epoch == lost.after_epoch { lost.after_sequence } else { 0 };
        while let Some((last, promises)) = page(context, issuer, epoch, after).await? {
            after = last;
            for promise in promises {
                all_taken &= replay(context, issuer, promise).await?;
            }
        }
    }
    for promise in ahead(context, issuer, account.chain.epoch).await? {
        all_taken &= replay(context, issuer, promise).await?;
    }
    if all_taken {
        forget(context, issuer, lost).await?;
    }
    Ok(true)
}

/// Promises of an epoch after a place, with the place of the last entry looked at; `None` at its end.
async fn page(
    context: &Context,
    issuer: IssuerId,
    epoch: u32,
    after: i64,
) -> Result<Option<(i64, Vec<Promise>)>, WalletError> {
    context
        .read(move |connection, cipher| {
            let row = ISSUERS.key(cipher, issuer);
            let page = entry::Chain { connection, cipher, issuer: &row, epoch }.after(after, PAGE)?;
            let Some((last, _)) = page.last() else { return Ok(None) };
            let last = *last;
            let mut promises = Vec::new();
            // What was carried over has neither order nor receipt.
            for (_, record) in page.into_iter().filter(|(_, record)| !record.receipt.is_empty()) {
                let present = |bytes: Vec<u8>| (!bytes.is_empty()).then_some(bytes);
                promises.push(Promise {
                    receipt: trust::stored(&record.receipt.as_slice().into(), "entry.value")?,
                    order: trust::stored(&record.order.as_slice().into(), "entry.value")?,
                    request: present(record.request),
                    memo: present(record.memo),
                });
            }
            Ok(Some((last, promises)))
        })
        .await
}

/// Payments whose receipt came, but whose entry had not come before the restore.
async fn ahead(context: &Context, issuer: IssuerId, epoch: u32) -> Result<Vec<Promise>, WalletError> {
    context
        .read(move |connection, cipher| {
            let mut promises = Vec::new();
            for held in operation::holding(connection, cipher, &ISSUERS.key(cipher, issuer))? {
                let (OperationState::Settled, Some(answer)) = (held.state, &held.record.answer) else {
                    continue;
                };
                let receipt: Signed<Receipt> = trust::stored(answer, "operation.value")?;
                if receipt.body().epoch < epoch {
                    promises.push(Promise {
                        receipt,
                        order: trust::stored(&held.record.order, "operation.value")?,
                        request: held.record.request.map(|request| request.0),
                        memo: held.record.memo.map(|memo| memo.0),
                    });
                }
            }
            Ok(promises)
        })
        .await
}

/// Hands one promise back; gives whether it was taken.
async fn replay(context: &Arc<Context>, issuer: IssuerId, promise: Promise) -> Result<bool, WalletError> {
    let Promise { receipt, order, request, memo } = promise;
    let submission =
        OrderSubmission { order: &order, request: request.as_deref(), memo: memo.as_deref(), pin: None };
    match context.backend.replay(submission, &receipt).await {
        Ok(OrderAnswer::Executed(_)) => Ok(true),
        Ok(OrderAnswer::Refused(Rejection::Signed { refusal, .. })) => {
            let (receipt, refusal) = (receipt.bytes().to_vec(), refusal.bytes().to_vec());
            fault::accuse(context, issuer, Contradiction::ExecutedAndRefused { receipt, refusal }).await?;
            Ok(false)
        }
        Ok(OrderAnswer::Refused(Rejection::Stated { .. }) | OrderAnswer::Pending { .. }) => Ok(false),
        // The payer's money has not come back yet: the next synchronisation tries again.
        Err(error) if error.is_problem("unavailable") => Ok(false),
        Err(error) => Err(trust::network(&error)),
    }
}

async fn forget(context: &Context, issuer: IssuerId, given: HandBackRecord) -> Result<(), WalletError> {
    context
        .write(move |write| {
            let mut account = trust::account(write.transaction, write.cipher, &issuer)?;
            if account.hand_back == Some(given) {
                account.hand_back = None;
                ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
            }
            Ok(())
        })
        .await
}
