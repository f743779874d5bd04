//! What each entry must keep to, beyond following the one before.

use std::borrow::Cow;

use super::suspicion::Charge;
use super::{Base, Executed, HandBack, Item, Known, Past, ShownKey, Unproven};
use crate::artefact::{ArtefactError, Grant, Order, Receipt, Signed, Unproven as Unsigned};
use crate::keys::{Digest, RequestId};
use crate::ledger::authority::{Account, Tense, is_executed_after, owner_limit};
use crate::ledger::{ChainState, Entry, KnownGrant, Right, Standing, receipts};

/// Why an entry is not taken.
pub(super) enum Trouble {
    /// It proves nothing.
    Unproven(Unproven),
    /// It breaks a rule.
    Suspect(Box<Charge>),
    /// The receipt names another chain than the entries make.
    OtherChain(Box<Signed<Receipt>>),
}

impl From<Unproven> for Trouble {
    fn from(unproven: Unproven) -> Self {
        Self::Unproven(unproven)
    }
}

/// Checks an entry that names an order. `state` is the one after it.
pub(super) fn check_executed(
    known: &Known<'_>,
    base: &Base,
    item: &Item<'_>,
    entry: &Entry,
    named: &Digest,
    state: &ChainState,
) -> Result<Executed, Trouble> {
    let receipt = read_receipt(known, item, state)?;
    if receipt.body().chain_hash != state.hash {
        return Err(Trouble::OtherChain(Box::new(receipt)));
    }
    let grant = item.grant.and_then(|bytes| Signed::<Grant>::parse(bytes).ok());
    let charge = |newer_key| {
        Trouble::Suspect(Box::new(Charge::Entry {
            base: None,
            order: item.order.map(<[u8]>::to_vec),
            newer_key,
            grants: grant.iter().map(|grant| grant.bytes().to_vec()).collect(),
            fault: None,
        }))
    };
    let Some(order) = read_order(item, named, state)? else { return Err(charge(None)) };
    let is_executed = receipt.body().order == *named
        && order.body().issuer == state.issuer
        && receipts::is_of_order(entry, &order, &state.account)
        // What a restore lost is executed again later than its order allowed.
        && (state.epoch > 0 || entry.time <= order.body().not_after);
    if !is_executed {
        return Err(charge(None));
    }
    let grants = with_grant(known, grant.as_ref());
    let mut rights = None;
    if entry.amount.is_negative() {
        let account = Account { issuer: state.issuer, keys: known.account, grants: &grants };
        let by = account.executed(&order, entry.time, state.epoch).map_err(|_| charge(None))?;
        let number = by.newest.number();
        let newest = base.newest_key.as_ref().filter(|newest| newest.number > number);
        let comes_after =
            |newest: &&ShownKey| is_executed_after(&order, state.epoch, newest.receipt.body().time);
        if let Some(newest) = newest.filter(comes_after) {
            return Err(charge(Some((newest.receipt.bytes().to_vec(), newest.order.bytes().to_vec()))));
        }
        if entry.balance.is_negative() && !was_owner(known, &grants, state) {
            return Err(charge(None));
        }
        rights = Some(by);
    }
    let by_grant = |hash: &Digest| grants.iter().find(|known| known.grant.hash() == *hash);
    let grant = match rights.map(|rights| rights.newest) {
        Some(Right::Granted { grant, .. }) => by_grant(&grant).map(|known| known.grant.clone()),
        _ => None,
    };
    let request = item.request.and_then(|bytes| Unsigned::parse(bytes).ok());
    let memo = item.memo.filter(|memo| order.body().memo == Some(Digest::of(&[memo])));
    Ok(Executed {
        // What does not fit the order is not signed by anyone here, and of no use.
        request: request.filter(|request| order.body().request == Some(RequestId::of(&request.hash()))),
        memo: memo.map(<[u8]>::to_vec),
        order,
        receipt,
        rights,
        grant,
    })
}

/// The account's receipt for this place. What it says of the chain is not looked at yet.
fn read_receipt(known: &Known<'_>, item: &Item<'_>, state: &ChainState) -> Result<Signed<Receipt>, Unproven> {
    let withheld = Unproven::ReceiptWithheld { sequence: state.sequence };
    let receipt = item.receipt.and_then(|bytes| Signed::<Receipt>::parse(bytes).ok());
    let receipt = receipt.ok_or_else(|| withheld.clone())?;
    let body = receipt.body();
    let is_ours = (body.issuer, body.account, body.epoch, body.sequence)
        == (state.issuer, state.account, state.epoch, state.sequence);
    match known.signing.standing_of(&receipt) {
        // A later one counts because the chain contains it.
        Standing::Good | Standing::Later | Standing::NeedsStatement(_) if is_ours => Ok(receipt),
        _ => Err(withheld),
    }
}

/// The order that an entry names; `None` if what has that hash is no order.
fn read_order(
    item: &Item<'_>,
    named: &Digest,
    state: &ChainState,
) -> Result<Option<Signed<Order>>, Unproven> {
    let sequence = state.sequence;
    let bytes = item.order.filter(|bytes| Digest::of(&[bytes]) == *named);
    match bytes.map(Signed::<Order>::parse) {
        None => Err(Unproven::OrderWithheld { sequence }),
        Some(Ok(order)) => Ok(Some(order)),
        Some(Err(ArtefactError::UnknownVersion { .. } | ArtefactError::UnknownCritical { .. })) => {
            Err(Unproven::Unreadable { sequence })
        }
        Some(Err(_)) => Ok(None),
    }
}

/// The grants that are known, and the one that came along: it is no less cancelled because the issuer shows it.
fn with_grant<'a>(known: &Known<'a>, came: Option<&Signed<Grant>>) -> Cow<'a, [KnownGrant]> {
    let grants = known.grants;
    let is_new = |came: &&Signed<Grant>| grants.iter().all(|known| known.grant.hash() != came.hash());
    match came.filter(is_new) {
        None => Cow::Borrowed(grants),
        Some(came) => {
            let came = KnownGrant::of(came.clone(), known.cancels);
            grants.iter().cloned().chain([came]).collect::<Vec<_>>().into()
        }
    }
}

/// Whether the account was ever given the owner role. Which limit it had back then is not on record.
fn was_owner(known: &Known<'_>, grants: &[KnownGrant], state: &ChainState) -> bool {
    grants.iter().any(|granted| {
        let since = granted.grant.body().signed_at;
        owner_limit(known.issuer, &state.account, granted, since, Tense::Then).is_ok()
    })
}

/// The newest key that an executed order shows.
pub(super) fn newest_key(base: &Base, executed: &Executed) -> Option<ShownKey> {
    let number = executed.rights.map_or(0, |rights| rights.oldest_number);
    let known = base.newest_key.as_ref().map_or(0, |newest| newest.number);
    if number > known {
        Some(ShownKey { number, receipt: executed.receipt.clone(), order: executed.order.clone() })
    } else {
        base.newest_key.clone()
    }
}

/// Checks what a new epoch carried over against what is known of the older one.
pub(super) fn check_carried(
    past: &impl Past,
    left: Option<&Base>,
    entry: &Entry,
    (epoch, sequence, hash): (u32, i64, Digest),
) -> Result<Option<HandBack>, Trouble> {
    let Some(left) = left else { return Ok(None) };
    let ours = (left.state.epoch, left.state.sequence);
    if (epoch, sequence) > ours {
        return Err(Unproven::OlderEpochIncomplete { epoch, sequence }.into());
    }
    let lost =
        ((epoch, sequence) < ours).then_some(HandBack { after_epoch: epoch, after_sequence: sequence });
    let (known_hash, known_balance, artefact) = match (lost, past.at(epoch, sequence)) {
        (None, _) => (left.state.hash, Some(left.state.balance), left.artefact().map(<[u8]>::to_vec)),
        (Some(_), Some(state)) => (state.hash, state.balance, Some(state.artefact)),
        (Some(_), None) => return Ok(lost),
    };
    if known_hash == hash && known_balance.is_none_or(|balance| balance == entry.amount) {
        return Ok(lost);
    }
    let unconvincing = || Unproven::Unconvincing {
        words: "what was carried over is not what the older chain holds".to_owned(),
    };
    let artefact = artefact.ok_or_else(unconvincing)?;
    Err(Trouble::Suspect(Box::new(Charge::Carried(artefact))))
}
