//! Judging entries and letting them in, in one transaction.

use std::sync::Arc;

use super::chain::Arrival;
use crate::artefact::{Head, Signed};
use crate::error::WalletError;
use crate::issuer::ChainPosition;
use crate::issuer::answer::EntryBundle;
use crate::keys::{Digest, IssuerId, MemoContext};
use crate::ledger::follow::{FollowError, Followed, Follower, Item, Movement};
use crate::operation::apply::{self, VerifiedEntry};
use crate::operation::chain::{self as stored_chain, Ground, StoredPast};
use crate::operation::context::{Context, Write};
use crate::operation::deliver::{self, Unpaid};
use crate::operation::keyslot::WalletKeys;
use crate::operation::trust;
use crate::store::tables::account::{AccountRecord, HandBackRecord};
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::operation;
use crate::store::tables::payee::{self, PAYEES};

/// Entries of one epoch, in order.
#[derive(Debug, Default)]
pub(super) struct Segment {
    pub(super) epoch: u32,
    pub(super) bundles: Vec<EntryBundle>,
}

impl Segment {
    /// The place after its last entry, if it begins where the stored chain ends, or with its epoch.
    pub(super) fn end(&self, stored: ChainPosition) -> ChainPosition {
        let before = if self.epoch == stored.epoch { stored.sequence } else { 0 };
        let count = i64::try_from(self.bundles.len()).unwrap_or(i64::MAX);
        ChainPosition { epoch: self.epoch, sequence: before.saturating_add(count) }
    }
}

/// What became of a stretch of entries.
pub(super) enum Step {
    /// It is in the wallet; there is more.
    Taken,
    /// A rule was broken, and what comes next may prove it: none of it is in the wallet.
    Suspicious(Vec<Segment>),
    /// The end.
    Arrived(Box<Arrival>),
}

/// Judges entries and lets in what is without fault.
pub(super) async fn take(
    context: &Context,
    issuer: IssuerId,
    segments: Vec<Segment>,
    head: Option<Signed<Head>>,
) -> Result<Step, WalletError> {
    let now = context.now();
    let keys = context.keys()?;
    context
        .write(move |write| {
            let account = trust::account(write.transaction, write.cipher, &issuer)?;
            let ground = Ground::of(write.transaction, write.cipher, &account)?;
            let past = StoredPast::of(write.transaction, write.cipher, &account)?;
            let mut follower = Follower::new(ground.known(), &past, stored_chain::base(&account)?);
            let judged = walk(&mut follower, &segments);
            past.check()?;
            let movements = match judged {
                Ok(movements) => movements,
                Err(fault) => return Ok(Step::Arrived(Box::new(Arrival::Fault(Box::new(fault))))),
            };
            let Some(head) = head else {
                if follower.is_suspicious() {
                    return Ok(Step::Suspicious(segments));
                }
                let base = follower.base().clone();
                let entries = entries(write, &ground, &account, &keys, movements, segments)?;
                apply::apply(write, &mut account.clone(), &entries, &base, now)?;
                return Ok(Step::Taken);
            };
            let followed = follower.finish(&head);
            past.check()?;
            let followed = match followed {
                Ok(followed) => followed,
                Err(fault) => return Ok(Step::Arrived(Box::new(Arrival::Fault(Box::new(fault))))),
            };
            let entries = entries(write, &ground, &account, &keys, movements, segments)?;
            arrive(write, account, &entries, &followed, &head, now)?;
            Ok(Step::Arrived(Box::new(Arrival::Head)))
        })
        .await
}

fn walk(
    follower: &mut Follower<'_, StoredPast<'_>>,
    segments: &[Segment],
) -> Result<Vec<Movement>, FollowError> {
    let mut movements = Vec::new();
    for segment in segments {
        if segment.epoch != follower.base().state.epoch {
            follower.begin_epoch(segment.epoch)?;
        }
        let items: Vec<Item<'_>> = segment.bundles.iter().map(EntryBundle::item).collect();
        movements.extend(follower.page(&items)?);
    }
    Ok(movements)
}

/// The chain is verified up to this head: it is trusted from now on, and frees what it proves was never executed.
fn arrive(
    write: &Write<'_>,
    mut account: AccountRecord,
    entries: &[VerifiedEntry],
    followed: &Followed,
    head: &Signed<Head>,
    now: i64,
) -> Result<(), WalletError> {
    account.head = Some(head.bytes().into());
    account.verified_at = Some(now);
    account.unproven_since = None;
    // Kept until all of it was handed back: the next synchronisation begins after what told of it.
    let lost = followed
        .hand_back
        .map(|lost| HandBackRecord { after_epoch: lost.after_epoch, after_sequence: lost.after_sequence });
    account.hand_back = account.hand_back.into_iter().chain(lost).min();
    apply::apply(write, &mut account, entries, &followed.base, now)?;
    let issuer = ISSUERS.key(write.cipher, account.issuer);
    for open in operation::open_at(write.transaction, write.cipher, &issuer)? {
        if head.body().time > open.record.not_after {
            deliver::end_unpaid(write, &open, &Unpaid::Lapsed, now)?;
        }
    }
    Ok(())
}

fn entries(
    write: &Write<'_>,
    ground: &Ground,
    account: &AccountRecord,
    keys: &Arc<WalletKeys>,
    movements: Vec<Movement>,
    segments: Vec<Segment>,
) -> Result<Vec<VerifiedEntry>, WalletError> {
    let bundles = segments.into_iter().flat_map(|segment| segment.bundles);
    movements
        .into_iter()
        .zip(bundles)
        .map(|(movement, bundle)| {
            let mut entry = stored_chain::verified(movement, bundle);
            entry.memo = memo(ground, account, keys, &entry);
            entry.counterpart_name = name(write, account.issuer, &entry)?;
            Ok(entry)
        })
        .collect()
}

/// The memo of a payment that came in, opened. One that does not open is no reason to refuse money.
fn memo(
    ground: &Ground,
    account: &AccountRecord,
    keys: &WalletKeys,
    entry: &VerifiedEntry,
) -> Option<String> {
    let body = entry.order.as_ref()?.body();
    let sealed = &entry.record.memo;
    if body.payee != account.account || body.memo != Some(Digest::of(&[sealed])) {
        return None;
    }
    let place = MemoContext { issuer: account.issuer, payee: body.payee, order: body.order_id };
    // It may have been sealed to the key before a rekey.
    ground.keys.all().rev().find_map(|known| {
        keys.seeds().iter().find_map(|seed| seed.sealing_secret(&known.key).open_memo(sealed, &place).ok())
    })
}

/// The name under which the other side is known here, if it was ever paid.
fn name(write: &Write<'_>, issuer: IssuerId, entry: &VerifiedEntry) -> Result<Option<String>, WalletError> {
    let Some(counterpart) = entry.entry.authority.counterpart() else { return Ok(None) };
    let known = PAYEES.get(write.transaction, write.cipher, payee::id(&issuer, counterpart))?;
    Ok(known.and_then(|known| known.name_when_paid))
}
