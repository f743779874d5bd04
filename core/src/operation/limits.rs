//! Spending limits: how much may leave an account without the app's PIN.

use serde::{Deserialize, Serialize};

use super::confirm::Intent;
use super::context::Write;
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::IssuerId;
use crate::money::Amount;
use crate::store::tables::operation::{self, OperationState};
use crate::store::tables::{Keyed, RowKey};

const LIMITS: Keyed<SpendingLimits> = Keyed::new("setting");
const DAY_SECONDS: i64 = 86_400;

/// Limits on one currency, in its smallest units. What is absent is not limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct SpendingLimits {
    /// The most for one payment.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub per_payment: Option<Amount>,
    /// The most in one UTC day.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub per_day: Option<Amount>,
}

impl SpendingLimits {
    /// Refuses a limit below zero. Zero is one: nothing may leave without the PIN.
    pub(crate) fn check(&self) -> Result<(), WalletError> {
        match [self.per_payment, self.per_day].into_iter().flatten().find(|limit| limit.is_negative()) {
            None => Ok(()),
            Some(_) => Err(WalletError::invalid("limits", "negative_limit", "a limit cannot be below zero")),
        }
    }

    /// Whether anything that was over one of the other limits is not over these.
    pub(crate) fn allows_more_than(&self, other: &Self) -> bool {
        let more = |mine: Option<Amount>, other: Option<Amount>| match (mine, other) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(mine), Some(other)) => mine > other,
        };
        more(self.per_payment, other.per_payment) || more(self.per_day, other.per_day)
    }
}

/// Whether the user proved, for this one payment, that it may go over the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Approval {
    /// No.
    WithinLimits,
    /// Yes, by the app's PIN.
    ByPin,
}

fn row(issuer: &IssuerId) -> Vec<u8> {
    [b"limits/", issuer.as_bytes().as_slice()].concat()
}

/// The limits on an issuer's money.
pub(crate) fn get(
    connection: &rusqlite::Connection,
    cipher: &crate::store::Cipher,
    issuer: &IssuerId,
) -> Result<SpendingLimits, WalletError> {
    Ok(LIMITS.get(connection, cipher, row(issuer))?.unwrap_or_default())
}

/// Sets the limits on an issuer's money.
pub(crate) fn set(write: &Write<'_>, issuer: &IssuerId, limits: &SpendingLimits) -> Result<(), WalletError> {
    LIMITS.put(write.transaction, write.cipher, row(issuer), limits)?;
    Ok(())
}

/// Refuses a payment over a limit. Runs in the transaction that stores the payment, so that two payments at once
/// cannot both slip under it.
pub(crate) fn check(
    write: &Write<'_>,
    issuer_row: &RowKey,
    intent: &Intent,
    approval: Approval,
    now: UnixSeconds,
) -> Result<(), WalletError> {
    if approval == Approval::ByPin {
        return Ok(());
    }
    match exceeded(write.transaction, write.cipher, issuer_row, &intent.issuer, intent.amount, now)? {
        None => Ok(()),
        Some((scope, limit)) => Err(WalletError::OverLimit { scope: scope.into(), limit }),
    }
}

/// The first limit that a payment of this amount would go over: its scope and value.
pub(crate) fn exceeded(
    connection: &rusqlite::Connection,
    cipher: &crate::store::Cipher,
    issuer_row: &RowKey,
    issuer: &IssuerId,
    amount: Amount,
    now: UnixSeconds,
) -> Result<Option<(&'static str, Amount)>, WalletError> {
    let limits = get(connection, cipher, issuer)?;
    if let Some(limit) = limits.per_payment.filter(|limit| amount > *limit) {
        return Ok(Some(("payment", limit)));
    }
    let Some(limit) = limits.per_day else { return Ok(None) };
    let midnight = now - now.rem_euclid(DAY_SECONDS);
    let spent = operation::since(connection, cipher, issuer_row, midnight)?
        .into_iter()
        .filter(|operation| matches!(operation.state, OperationState::Submitted | OperationState::Settled))
        .map(|operation| i128::from(operation.record.amount.minor()));
    let total = spent.fold(i128::from(amount.minor()), i128::saturating_add);
    Ok((total > i128::from(limit.minor())).then_some(("day", limit)))
}

#[cfg(test)]
mod tests;
