//! A verified entry enters the wallet: chain, history, operation, hold and events change in one transaction.

use super::chain;
use super::context::Write;
use crate::artefact::{Order, Signed};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::event::Event;
use crate::keys::AccountId;
use crate::ledger::follow::Base;
use crate::ledger::{ChainState, Entry};
use crate::money::Amount;
use crate::store::tables::account::{ACCOUNTS, AccountRecord, ChainRecord};
use crate::store::tables::entry::{self, EntryRecord};
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::operation::{self, OperationState};
use crate::store::tables::payment::{self, Direction, Payment, PaymentState};
use crate::store::tables::{RowKey, request};

/// An entry that was verified to follow the chain, with what a person wants to know of it.
#[derive(Debug, Clone)]
pub(crate) struct VerifiedEntry {
    /// The chain after it.
    pub(crate) after: ChainState,
    pub(crate) entry: Entry,
    /// As received.
    pub(crate) record: EntryRecord,
    /// What allows it; `None` for a balance carried into a new epoch.
    pub(crate) order: Option<Signed<Order>>,
    /// The memo, opened.
    pub(crate) memo: Option<String>,
    /// The other side's attested name, if it is known.
    pub(crate) counterpart_name: Option<String>,
}

/// Where a verified chain ends, as it is stored.
pub(crate) fn chain_record(state: &ChainState) -> ChainRecord {
    ChainRecord {
        epoch: state.epoch,
        sequence: state.sequence,
        hash: state.hash,
        balance: state.balance,
        time: state.time,
    }
}

/// The stored end of an account's chain, to be followed from there.
pub(crate) fn chain_state(account: &AccountRecord) -> ChainState {
    ChainState {
        issuer: account.issuer,
        account: account.account,
        epoch: account.chain.epoch,
        sequence: account.chain.sequence,
        hash: account.chain.hash,
        balance: account.chain.balance,
        time: account.chain.time,
    }
}

/// Lets verified entries in, in order, and notes where the chain is followed from next. Entries that are there already
/// change nothing.
pub(crate) fn apply(
    write: &Write<'_>,
    account: &mut AccountRecord,
    entries: &[VerifiedEntry],
    base: &Base,
    now: UnixSeconds,
) -> Result<(), WalletError> {
    let issuer = ISSUERS.key(write.cipher, account.issuer);
    let before = account.chain;
    for verified in entries {
        let position = (verified.after.epoch, verified.after.sequence);
        if position <= (before.epoch, before.sequence) {
            continue;
        }
        entry::put(write.transaction, write.cipher, &issuer, position.0, position.1, &verified.record)?;
        if let Some(order) = &verified.order {
            settle(write, &issuer, account.account, verified, order, now)?;
        }
    }
    chain::set_base(account, base);
    ACCOUNTS.put(write.transaction, write.cipher, account.issuer, account)?;
    if account.chain.balance == before.balance {
        Ok(())
    } else {
        write.tell(&Event::BalanceChanged { issuer: account.issuer })
    }
}

fn settle(
    write: &Write<'_>,
    issuer: &RowKey,
    ours: AccountId,
    verified: &VerifiedEntry,
    order: &Signed<Order>,
    now: UnixSeconds,
) -> Result<(), WalletError> {
    let known = payment::get(write.transaction, write.cipher, &order.hash())?;
    // After a restore of the ledger it enters the chain of the new epoch as well: nothing new has happened.
    let was_in_chain = known.as_ref().is_some_and(|known| known.sequence.is_some());
    let shown = show(ours, verified, order, known);
    payment::put(write.transaction, write.cipher, issuer, &shown)?;
    if was_in_chain {
        return Ok(());
    }
    if let Some(repaid) = shown.repays {
        note_refund(write, issuer, &repaid, shown.amount)?;
    }
    match shown.direction {
        Direction::Out => {
            if let Some(open) = operation::of_payment(write.transaction, write.cipher, &shown.payment)? {
                let receipt = Some(verified.record.receipt.as_slice()).filter(|receipt| !receipt.is_empty());
                let settled = OperationState::Settled;
                if operation::finish(write.transaction, write.cipher, &open, settled, receipt, now)? {
                    write.tell(&Event::PaymentSettled { issuer: shown.issuer, payment: shown.payment })?;
                }
                operation::release_hold(write.transaction, &open.key)?;
            }
        }
        Direction::In => receive(write, &shown)?,
    }
    Ok(())
}

/// The history's row: what we knew before the entry came, and what the entry adds.
fn show(ours: AccountId, verified: &VerifiedEntry, order: &Signed<Order>, known: Option<Payment>) -> Payment {
    let body = order.body();
    let direction = if body.payer == ours { Direction::Out } else { Direction::In };
    let counterpart = if direction == Direction::Out { body.payee } else { body.payer };
    let fresh = Payment {
        payment: order.hash(),
        issuer: body.issuer,
        at: verified.entry.time,
        state: PaymentState::Settled,
        direction,
        counterpart,
        counterpart_name: verified.counterpart_name.clone(),
        amount: body.amount,
        tip: body.tip,
        memo: verified.memo.clone(),
        request: body.request,
        repays: body.repays,
        refunded: Amount::new(0),
        refusal: None,
        epoch: Some(verified.after.epoch),
        sequence: Some(verified.after.sequence),
    };
    match known {
        None => fresh,
        Some(known) => Payment {
            at: known.at,
            counterpart_name: known.counterpart_name.or(fresh.counterpart_name),
            memo: known.memo.or(fresh.memo),
            refunded: known.refunded,
            ..fresh
        },
    }
}

fn note_refund(
    write: &Write<'_>,
    issuer: &RowKey,
    repaid: &crate::keys::Digest,
    amount: Amount,
) -> Result<(), WalletError> {
    // A refund of what happened before this wallet was restored has nothing to be noted at.
    if let Some(mut original) = payment::get(write.transaction, write.cipher, repaid)? {
        original.refunded = original.refunded.checked_add(amount)?;
        payment::put(write.transaction, write.cipher, issuer, &original)?;
    }
    Ok(())
}

fn receive(write: &Write<'_>, shown: &Payment) -> Result<(), WalletError> {
    let ours =
        shown.request.map(|id| request::get(write.transaction, write.cipher, &id)).transpose()?.flatten();
    if let Some(mut ours) = ours.filter(|ours| !ours.paid_by.contains(&shown.payment)) {
        ours.paid_by.push(shown.payment);
        request::put(write.transaction, write.cipher, &ours)?;
    }
    write.tell(&Event::PaymentReceived {
        issuer: shown.issuer,
        payment: shown.payment,
        amount: shown.amount,
        request: shown.request,
    })
}
