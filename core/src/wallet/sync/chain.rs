//! Following the account's chain to a fresh head.

use std::sync::Arc;

use super::look_back;
use super::take::{self, Segment, Step};
use crate::error::WalletError;
use crate::issuer::answer::EntriesPage;
use crate::issuer::{AccountRef, ChainPosition, EntriesQuery, Reader};
use crate::keys::IssuerId;
use crate::ledger::follow::FollowError;
use crate::operation::context::Context;
use crate::operation::trust;
use crate::store::tables::account::AccountRecord;

/// How many entries are asked for at a time.
pub(super) const PAGE: u16 = 500;
/// How many pages are kept in memory at most, while something that is suspected waits for what would prove it.
pub(super) const MOST_PAGES: usize = 40;

/// Where following has arrived.
pub(super) enum Arrival {
    /// At a head that is trusted from now on.
    Head,
    /// At something that is not true, or not shown.
    Fault(Box<FollowError>),
}

/// Follows the chain from where it was verified to the head of now, page by page. What was verified is kept even if a
/// later page fails.
pub(super) async fn follow(context: &Arc<Context>, issuer: IssuerId) -> Result<Arrival, WalletError> {
    let mut segments: Vec<Segment> = Vec::new();
    for _ in 0..MOST_PAGES {
        let (position, page) = fetch(context, issuer, segments.last()).await?;
        let EntriesPage { entries, head, more } = page;
        // After an older epoch's last entry there is always more: the next epoch's.
        let ended = entries.is_empty() || !more;
        match segments.last_mut() {
            Some(segment) => segment.bundles.extend(entries),
            None => segments.push(Segment { epoch: position.epoch, bundles: entries }),
        }
        if ended && head.body().epoch > position.epoch {
            segments.push(Segment { epoch: position.epoch + 1, bundles: Vec::new() });
            continue;
        }
        if more && segments.len() > 1 {
            continue;
        }
        match take::take(context, issuer, segments, (!more).then_some(head)).await? {
            Step::Arrived(arrival) => {
                return match *arrival {
                    Arrival::Head => Ok(Arrival::Head),
                    Arrival::Fault(fault) => look_back::judge(context, issuer, *fault).await,
                };
            }
            Step::Taken => segments = Vec::new(),
            Step::Suspicious(kept) => segments = kept,
        }
    }
    Err(WalletError::untrusted("ledger", "too_many_pages", "does not come to an end"))
}

async fn fetch(
    context: &Context,
    issuer: IssuerId,
    segment: Option<&Segment>,
) -> Result<(ChainPosition, EntriesPage), WalletError> {
    let account = context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
    let stored = ChainPosition { epoch: account.chain.epoch, sequence: account.chain.sequence };
    let after = segment.map_or(stored, |segment| segment.end(stored));
    Ok((after, fetch_after(context, &account, after).await?))
}

/// The entries after a place.
pub(super) async fn fetch_after(
    context: &Context,
    account: &AccountRecord,
    after: ChainPosition,
) -> Result<EntriesPage, WalletError> {
    let key = context.keys()?.key_of(account)?;
    let issuer = account.issuer;
    let reader = Reader { account: AccountRef { issuer, account: account.account }, key: &key };
    context
        .backend
        .entries(reader, EntriesQuery { after, limit: PAGE })
        .await
        .map_err(|error| trust::network(&error))
}
