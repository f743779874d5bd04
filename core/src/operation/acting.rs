//! What a wallet may do for somebody else's account, by the grant that names its device key (protocol §3.4).
//!
//! The issuer decides; this is what the wallet can tell beforehand, so that nothing is signed that will be refused.

use rusqlite::Connection;

use super::context::Context;
use super::trust;
use crate::artefact::{Capabilities, Grant, Receipt, Signed};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::IssuerId;
use crate::money::Amount;
use crate::store::Cipher;
use crate::store::tables::RowKey;
use crate::store::tables::account::{AccountRecord, ActingState};
use crate::store::tables::operation::{self, Operation, OperationState};

const DAY_SECONDS: i64 = 86_400;
/// Operations are looked for so much further back than their day began: our clock and the issuer's may differ.
const MARGIN_SECONDS: i64 = DAY_SECONDS;

/// The grant by which the wallet acts for an account.
#[derive(Debug, Clone)]
pub(crate) struct Acting {
    pub(crate) grant: Signed<Grant>,
    pub(crate) state: ActingState,
}

impl Acting {
    /// None for the wallet's own accounts.
    pub(crate) fn of(account: &AccountRecord, issuer_now: UnixSeconds) -> Result<Option<Self>, WalletError> {
        let Some(record) = &account.acting else { return Ok(None) };
        let grant: Signed<Grant> = trust::stored(&record.grant, "account.acting")?;
        let state = match record.state {
            ActingState::InForce if !grant.body().in_time(issuer_now) => ActingState::Ended,
            state => state,
        };
        Ok(Some(Self { grant, state }))
    }

    /// All that it allows, if it is in force.
    pub(crate) fn capabilities(&self) -> Option<Capabilities> {
        self.grant.body().key().map(|(_, capabilities)| capabilities)
    }

    /// Whether it allows any one of these.
    pub(crate) fn allows(&self, needed: &[Capabilities]) -> Result<(), WalletError> {
        if self.state != ActingState::InForce {
            return Err(over(self.state));
        }
        let granted = self.capabilities();
        let is_granted = |needed: &Capabilities| granted.is_some_and(|granted| granted.allows(*needed));
        match needed.last() {
            Some(least) if !needed.iter().any(is_granted) => Err(not_granted(*least)),
            _ => Ok(()),
        }
    }
}

/// The grant counts no more.
pub(crate) fn over(state: ActingState) -> WalletError {
    let reason = match state {
        ActingState::InForce => "this device may act for this account",
        ActingState::Ended => "the time is over for which this device was let act for this account",
        ActingState::Cancelled => "the holder of this account does not let this device act for it any more",
        ActingState::Void => {
            "the keys of this account were replaced: its holder has to let this device act anew"
        }
    };
    WalletError::denied(state.code(), reason)
}

/// What the grant does not give.
pub(crate) fn not_granted(capability: Capabilities) -> WalletError {
    let name = match capability {
        Capabilities::PAY => "pay",
        Capabilities::RECEIVE => "receive",
        Capabilities::REFUND => "refund",
        Capabilities::VIEW => "view",
        _ => "attest",
    };
    WalletError::NotGranted { capability: name.to_owned() }
}

/// Any one of these lets a key pay, or pay back.
pub(crate) fn to_pay(is_refund: bool) -> &'static [Capabilities] {
    if is_refund { &[Capabilities::PAY, Capabilities::REFUND] } else { &[Capabilities::PAY] }
}

/// Fails unless the wallet may do what any one of these allows: it always may for its own accounts.
pub(crate) fn require(
    account: &AccountRecord,
    needed: &[Capabilities],
    issuer_now: UnixSeconds,
) -> Result<(), WalletError> {
    Acting::of(account, issuer_now)?.map_or(Ok(()), |acting| acting.allows(needed))
}

/// As [`require`], for the account at an issuer, before the network is touched.
pub(crate) async fn require_at(
    context: &Context,
    issuer: IssuerId,
    needed: &'static [Capabilities],
) -> Result<(), WalletError> {
    let issuer_now = context.backend.issuer_now(&issuer);
    context
        .read(move |connection, cipher| {
            require(&trust::account(connection, cipher, &issuer)?, needed, issuer_now)
        })
        .await
}

/// Fails unless the wallet may pay this much from the account now.
pub(crate) fn check_payment(
    connection: &Connection,
    cipher: &Cipher,
    row: &RowKey,
    account: &AccountRecord,
    (amount, is_refund): (Amount, bool),
    (issuer_now, now): (UnixSeconds, UnixSeconds),
) -> Result<(), WalletError> {
    let Some(acting) = Acting::of(account, issuer_now)? else { return Ok(()) };
    acting.allows(to_pay(is_refund))?;
    match left_today(connection, cipher, row, &acting, (issuer_now, now))? {
        Some(left) if amount > left => Err(WalletError::OverGrant { issuer: account.issuer, left }),
        _ => Ok(()),
    }
}

/// What the device may still pay in this UTC day, by the issuer's clock, as far as this wallet knows: what it signed
/// elsewhere, with the same words, it does not know of. None if there is no limit.
pub(crate) fn left_today(
    connection: &Connection,
    cipher: &Cipher,
    row: &RowKey,
    acting: &Acting,
    (issuer_now, now): (UnixSeconds, UnixSeconds),
) -> Result<Option<Amount>, WalletError> {
    let Some(limit) = acting.grant.body().limit else { return Ok(None) };
    let midnight = issuer_now - issuer_now.rem_euclid(DAY_SECONDS);
    let since = now.saturating_sub(DAY_SECONDS + MARGIN_SECONDS);
    let mut paid = Amount::ZERO;
    for operation in operation::since(connection, cipher, row, since)? {
        if counts_since(&operation, midnight)? {
            paid = paid.checked_add(operation.record.amount)?;
        }
    }
    Ok(Some(limit.checked_sub(paid)?.max(Amount::ZERO)))
}

/// Whether an operation was executed, or may be, on the day that began then. One that was on its way at midnight counts
/// for the new day unless its receipt says otherwise.
fn counts_since(operation: &Operation, midnight: UnixSeconds) -> Result<bool, WalletError> {
    let is_older = operation.record.not_after < midnight;
    match (operation.state, &operation.record.answer) {
        (OperationState::Refused | OperationState::Lapsed, _) => Ok(false),
        _ if is_older => Ok(false),
        (OperationState::Settled, Some(receipt)) => {
            let receipt: Signed<Receipt> = trust::stored(receipt, "operation.value")?;
            Ok(receipt.body().time >= midnight)
        }
        _ => Ok(true),
    }
}

#[cfg(test)]
mod tests;
