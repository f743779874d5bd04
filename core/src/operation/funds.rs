//! What an account holds and what of it can be spent.

use rusqlite::Connection;

use crate::artefact::{Grant, Role, Signed};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::money::Amount;
use crate::store::Cipher;
use crate::store::tables::account::AccountRecord;
use crate::store::tables::{RowKey, operation};

/// The money of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Funds {
    /// Verified balance, less what is on its way out.
    pub(crate) balance: Amount,
    /// What is on its way out, its outcome not known or not yet in the verified chain.
    pub(crate) held: Amount,
    /// How far the account may go below zero.
    pub(crate) limit: Amount,
    /// What can be spent now.
    pub(crate) available: Amount,
}

/// The money of an account. What is coming counts for nothing.
pub(crate) fn of(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &RowKey,
    account: &AccountRecord,
    now: UnixSeconds,
) -> Result<Funds, WalletError> {
    let held = Amount::checked_sum(operation::held(connection, cipher, issuer)?)?;
    let limit = owner_limit(account, now)?;
    let balance = account.chain.balance.checked_sub(held)?;
    Ok(Funds { balance, held, limit, available: balance.checked_add(limit)?.max(Amount::new(0)) })
}

/// How far an account may go below zero: nothing, but for an owner with a grant in force.
pub(crate) fn owner_limit(account: &AccountRecord, now: UnixSeconds) -> Result<Amount, WalletError> {
    let Some(grant) = &account.role_grant else { return Ok(Amount::new(0)) };
    let grant =
        Signed::<Grant>::parse_proven(&grant.0).map_err(|error| WalletError::artefact("grant", &error))?;
    let limit = match (grant.body().role(), grant.body().limit) {
        (Some(Role::Owner), Some(limit)) if grant.body().in_time(now) => limit,
        _ => Amount::new(0),
    };
    Ok(limit)
}
