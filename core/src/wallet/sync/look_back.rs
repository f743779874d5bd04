//! Looking back at a chain from its beginning, when the entries after ours do not lead to the issuer's head.
//!
//! An issuer that rewrote history and went on serves entries that do not follow from ours. By themselves they prove
//! nothing. But its chain, read from the beginning, must pass by the places for which we hold receipts: where it does
//! not, both are signed.

use std::sync::Arc;

use super::chain::{Arrival, MOST_PAGES, fetch_after};
use crate::error::WalletError;
use crate::issuer::ChainPosition;
use crate::issuer::answer::EntryBundle;
use crate::keys::IssuerId;
use crate::ledger::follow::{Base, FollowError, Follower, Item, Unproven};
use crate::operation::chain::{Ground, StoredPast};
use crate::operation::context::Context;
use crate::operation::trust;

/// What to make of a fault: fraud, if the chain was rewritten and the issuer shows how; otherwise what it was.
pub(super) async fn judge(
    context: &Arc<Context>,
    issuer: IssuerId,
    fault: FollowError,
) -> Result<Arrival, WalletError> {
    let may_be_rewritten =
        matches!(fault, FollowError::Unproven(Unproven::DoesNotLead | Unproven::DoesNotFollow(_)));
    let rewritten = if may_be_rewritten { from_the_beginning(context, issuer).await? } else { None };
    Ok(Arrival::Fault(Box::new(rewritten.unwrap_or(fault))))
}

/// The fraud that the whole chain of our epoch shows.
async fn from_the_beginning(
    context: &Arc<Context>,
    issuer: IssuerId,
) -> Result<Option<FollowError>, WalletError> {
    let account = context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
    let epoch = account.chain.epoch;
    let mut bundles: Vec<EntryBundle> = Vec::new();
    let mut head = None;
    for _ in 0..MOST_PAGES {
        let sequence = i64::try_from(bundles.len()).unwrap_or(i64::MAX);
        let page = fetch_after(context, &account, ChainPosition { epoch, sequence }).await?;
        let ends = !page.more || page.entries.is_empty();
        bundles.extend(page.entries);
        head = Some(page.head);
        if ends {
            break;
        }
    }
    let Some(head) = head else { return Ok(None) };
    context
        .read(move |connection, cipher| {
            let ground = Ground::of(connection, cipher, &account)?;
            let past = StoredPast::of(connection, cipher, &account)?;
            let base = Base::empty(issuer, account.account, epoch);
            let mut follower = Follower::new(ground.known(), &past, base);
            let items: Vec<Item<'_>> = bundles.iter().map(EntryBundle::item).collect();
            let judged = match follower.page(&items) {
                Ok(_) => follower.finish(&head).err(),
                Err(fault) => Some(fault),
            };
            past.check()?;
            Ok(judged.filter(|fault| matches!(fault, FollowError::Fraud { .. })))
        })
        .await
}
