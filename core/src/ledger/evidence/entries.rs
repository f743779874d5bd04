//! Chains that break the rules, and entries that nobody allowed.

use super::court::Court;
use super::run::{Proven, Stated};
use super::{Broken, Dismissed, Point, Run, place};
use crate::artefact::{ArtefactError, Order, Receipt, Signed};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest};
use crate::ledger::authority::{Account, Tense, is_executed_after, owner_limit};
use crate::ledger::chain::next_hash;
use crate::ledger::{Authority, ChainState, Entry, FoundingKeys, LedgerError, receipts};
use crate::money::Amount;

/// The first broken rule in a run.
pub(super) fn bad_entry(
    court: &Court,
    run: &Run,
    base: Option<&[u8]>,
    order: Option<&[u8]>,
    newer_key: Option<&(Vec<u8>, Vec<u8>)>,
) -> Result<Broken, Dismissed> {
    let run = Proven::of(court, run)?;
    if run.first == 1 && run.previous != run.beginning(court) {
        return Ok(Broken::final_(format!(
            "the chain of account {} does not begin where every chain does",
            run.anchor.account
        )));
    }
    let entries = match walk(court, &run, base)? {
        Walked::Broken(broken) => return Ok(broken),
        Walked::Whole(entries) => entries,
    };
    if let Some(broken) = check_anchor(&run, entries.last()) {
        return Ok(broken);
    }
    if let Some(broken) =
        order.map_or(Ok(None), |order| check_order(court, &run, &entries, order, newer_key))?
    {
        return Ok(broken);
    }
    entries
        .iter()
        .find_map(|entry| below_zero(court, &run, entry))
        .map_or_else(|| Dismissed::because("the entries keep to the rules"), Ok)
}

enum Walked {
    Broken(Broken),
    Whole(Vec<Entry>),
}

/// Follows the run from what is known before it: the empty chain, a signed head, or nothing but the first entry itself.
fn walk(court: &Court, run: &Proven<'_>, base: Option<&[u8]>) -> Result<Walked, Dismissed> {
    let before = match base {
        _ if run.first == 1 => Some(ChainState::genesis(court.issuer, run.anchor.account, run.anchor.epoch)),
        Some(head) => Some(state_before(court, run, head)?),
        None => None,
    };
    let mut entries = Vec::new();
    let mut state = before;
    for (place, bytes) in (run.first..).zip(run.entries) {
        let step = match state {
            Some(state) => state.advance(bytes),
            None => first_entry(court, run, place, bytes),
        };
        match step {
            Ok((next, entry)) => {
                state = Some(next);
                entries.push(entry);
            }
            // What this version cannot read may be good in a later one.
            Err(LedgerError::NotAnEntry(_)) => return Dismissed::because("an entry in it cannot be read"),
            Err(error) => return Ok(Walked::Broken(broken_chain(run, place, &error))),
        }
    }
    Ok(Walked::Whole(entries))
}

/// The state that a signed head gives right before the run.
fn state_before(court: &Court, run: &Proven<'_>, head: &[u8]) -> Result<ChainState, Dismissed> {
    let stated = Stated::of(court, &Point::signed(head))?;
    let fits = (stated.account, stated.epoch, stated.sequence, stated.hash)
        == (run.anchor.account, run.anchor.epoch, run.first - 1, run.previous);
    match (stated.balance, stated.at) {
        (Some(balance), Some(time)) if fits => Ok(stated.as_state(court, balance, time)),
        _ => Dismissed::because("the state before the entries is not that of a head"),
    }
}

/// The first entry of a run of which nothing earlier is known: only its place can be checked.
fn first_entry(
    court: &Court,
    run: &Proven<'_>,
    place: i64,
    bytes: &[u8],
) -> Result<(ChainState, Entry), LedgerError> {
    let entry = Entry::read(bytes)?;
    if entry.sequence != place {
        return Err(LedgerError::Sequence { expected: place, found: entry.sequence });
    }
    if matches!(entry.authority, Authority::Carried { .. }) {
        return Err(LedgerError::CarriedMisplaced);
    }
    let state = ChainState {
        issuer: court.issuer,
        account: run.anchor.account,
        epoch: run.anchor.epoch,
        sequence: place,
        hash: next_hash(&run.previous, bytes),
        balance: entry.balance,
        time: entry.time,
    };
    Ok((state, entry))
}

fn broken_chain(run: &Proven<'_>, at: i64, error: &LedgerError) -> Broken {
    let at = place(&run.anchor.account, run.anchor.epoch, at);
    Broken::final_(format!("{at}, which it signed, does not follow: {error}"))
}

/// What was signed must say what the last entry says.
fn check_anchor(run: &Proven<'_>, last: Option<&Entry>) -> Option<Broken> {
    let anchor = &run.anchor;
    let at = place(&anchor.account, anchor.epoch, anchor.sequence);
    let balance = match last {
        Some(entry) => entry.balance,
        None if anchor.sequence == 0 => Amount::ZERO,
        None => return None,
    };
    if anchor.balance.is_some_and(|stated| stated != balance) {
        return Some(Broken::final_(format!(
            "the balance that it signed after {at} is not that of the chain"
        )));
    }
    let executed = last.and_then(|entry| entry.authority.hash());
    if anchor.order.is_some() && anchor.order.as_ref() != executed {
        return Some(Broken::final_(format!("the receipt for {at} names another order than the chain")));
    }
    None
}

/// The order must say what its entry says, and for a debit be signed by who may.
fn check_order(
    court: &Court,
    run: &Proven<'_>,
    entries: &[Entry],
    bytes: &[u8],
    newer_key: Option<&(Vec<u8>, Vec<u8>)>,
) -> Result<Option<Broken>, Dismissed> {
    let account = run.anchor.account;
    let hash = Digest::of(&[bytes]);
    let names =
        |entry: &&Entry| matches!(entry.authority, Authority::Order { hash: named, .. } if named == hash);
    let Some(entry) = entries.iter().find(names) else {
        return Dismissed::because("no entry in it names the order beside it");
    };
    let at = place(&account, run.anchor.epoch, entry.sequence);
    let order = match Signed::<Order>::parse(bytes) {
        Ok(order) => order,
        Err(ArtefactError::UnknownVersion { .. } | ArtefactError::UnknownCritical { .. }) => {
            return Dismissed::because("the order beside it is of a later version");
        }
        Err(error) => {
            return Ok(Some(Broken::final_(format!("what it executed as {at} is not an order: {error}"))));
        }
    };
    if order.body().issuer != court.issuer || !receipts::is_of_order(entry, &order, &account) {
        return Ok(Some(Broken::final_(format!(
            "{at} is not what its order says, in issuer, accounts or amount"
        ))));
    }
    // After a restore, what had been executed before is executed again whatever its expiry says.
    if run.anchor.epoch == 0 && entry.time > order.body().not_after {
        return Ok(Some(Broken::final_(format!("the order of {at} was executed after its expiry"))));
    }
    if entry.amount.is_negative() { check_debit(court, run, entry, &order, newer_key) } else { Ok(None) }
}

fn check_debit(
    court: &Court,
    run: &Proven<'_>,
    entry: &Entry,
    order: &Signed<Order>,
    newer_key: Option<&(Vec<u8>, Vec<u8>)>,
) -> Result<Option<Broken>, Dismissed> {
    let at = place(&run.anchor.account, run.anchor.epoch, entry.sequence);
    let keys = court.account(run.anchor.account)?;
    let account = Account { issuer: court.issuer, keys: &keys, grants: court.grants() };
    let rights = match account.executed(order, entry.time, run.anchor.epoch) {
        Ok(rights) => rights,
        Err(reason) => {
            return Ok(Some(Broken::unless(
                "a rekey or grant of the account's that allows it",
                format!("{at} is a debit that the account did not allow: {reason}"),
            )));
        }
    };
    let Some(newer) = newer_key else { return Ok(None) };
    let (number, time) = newer_number(court, run, &account, entry, newer)?;
    let is_stale = number > rights.newest.number() && is_executed_after(order, run.anchor.epoch, time);
    Ok(is_stale.then(|| {
        Broken::unless(
            "a grant of the newer key that allows it",
            format!("{at} is signed with a key that had been replaced"),
        )
    }))
}

/// The number of the founding key behind an order that was executed earlier in the same chain, the oldest if several
/// would have been enough, and when that was.
fn newer_number(
    court: &Court,
    run: &Proven<'_>,
    account: &Account<'_>,
    entry: &Entry,
    (receipt, order): &(Vec<u8>, Vec<u8>),
) -> Result<(u32, UnixSeconds), Dismissed> {
    let receipt: Signed<Receipt> = court.server_signed(receipt)?;
    let order = Signed::<Order>::parse(order)?;
    let executed = receipt.body();
    if (executed.account, executed.epoch, executed.order)
        != (run.anchor.account, run.anchor.epoch, order.hash())
        || executed.sequence >= entry.sequence
    {
        return Dismissed::because("the receipt beside it is not of an earlier order of the account");
    }
    match account.executed(&order, executed.time, executed.epoch) {
        Ok(rights) => Ok((rights.oldest_number, executed.time)),
        Err(reason) => Dismissed::because(format!("the earlier order proves nothing: {reason}")),
    }
}

/// A debit may end below zero only if the account was ever given the owner role.
fn below_zero(court: &Court, run: &Proven<'_>, entry: &Entry) -> Option<Broken> {
    let account = run.anchor.account;
    if !entry.amount.is_negative()
        || !entry.balance.is_negative()
        || is_owner(court, &court.founding, &account)
    {
        return None;
    }
    let at = place(&account, run.anchor.epoch, entry.sequence);
    Some(Broken::unless("an owner grant for the account", format!("{at} is a debit below zero")))
}

fn is_owner(court: &Court, issuer: &FoundingKeys, account: &AccountId) -> bool {
    court.grants().iter().any(|known| {
        let since = known.grant.body().signed_at;
        owner_limit(issuer, account, known, since, Tense::Then).is_ok()
    })
}
