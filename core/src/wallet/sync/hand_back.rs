//! Handing back what a restored issuer lost: every receipt after what it carried over, oldest first.

use std::sync::Arc;

use crate::artefact::{Order, Receipt, Signed};
use crate::error::WalletError;
use crate::issuer::OrderSubmission;
use crate::keys::IssuerId;
use crate::ledger::follow::HandBack;
use crate::operation::context::Context;
use crate::operation::trust;
use crate::store::tables::entry::{self, EntryRecord};
use crate::store::tables::issuer::ISSUERS;

/// How many are read at a time.
const PAGE: u32 = 100;

/// Hands back everything after that place of the old epoch. The issuer knows what it has been given before, so this may
/// be repeated.
pub(super) async fn give(
    context: &Arc<Context>,
    issuer: IssuerId,
    lost: HandBack,
) -> Result<(), WalletError> {
    let mut after = lost.after_sequence;
    loop {
        let page = context
            .read(move |connection, cipher| {
                let row = ISSUERS.key(cipher, issuer);
                Ok(entry::after(connection, cipher, &row, lost.after_epoch, after, PAGE)?)
            })
            .await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        for (_, record) in &page {
            replay(context, record).await?;
        }
    }
}

async fn replay(context: &Context, record: &EntryRecord) -> Result<(), WalletError> {
    if record.order.is_empty() || record.receipt.is_empty() {
        return Ok(());
    }
    let order: Signed<Order> = trust::stored(&record.order.as_slice().into(), "entry.value")?;
    let receipt: Signed<Receipt> = trust::stored(&record.receipt.as_slice().into(), "entry.value")?;
    let present = |bytes: &'_ Vec<u8>| (!bytes.is_empty()).then(|| bytes.clone());
    let (request, memo) = (present(&record.request), present(&record.memo));
    let submission =
        OrderSubmission { order: &order, request: request.as_deref(), memo: memo.as_deref(), pin: None };
    match context.backend.replay(submission, &receipt).await {
        Ok(_) => Ok(()),
        // The payer's money has not come back yet: the next synchronisation tries again.
        Err(error) if error.is_problem("unavailable") => Ok(()),
        Err(error) => Err(trust::network(&error)),
    }
}
