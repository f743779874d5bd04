//! What the wallet holds, currency by currency.

use super::Wallet;
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::IssuerId;
use crate::money::{Amount, Currency};
use crate::operation::funds;
use crate::operation::trust;
use crate::store::tables::account::{ACCOUNTS, AccountRecord};
use crate::store::tables::issuer::ISSUERS;

/// What the wallet holds of one currency, in its smallest units.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Balance {
    /// Whose money it is.
    pub issuer: IssuerId,
    /// The currency.
    pub currency: Currency,
    /// The verified balance, less what is on its way out. Negative only for owners.
    pub balance: Amount,
    /// What is on its way out and not decided, or not yet seen in the verified chain.
    pub held: Amount,
    /// What can be spent now: for an owner, the credit that is left as well.
    pub available: Amount,
    /// Whether the account is somebody else's, for which this wallet acts with a granted key: the money is not this
    /// wallet's.
    pub acted_for: bool,
    /// When the balance was last verified against the issuer's signed head, by our clock.
    pub verified_at: Option<UnixSeconds>,
}

impl Wallet {
    /// The balances of all currencies, in the order of their codes. Needs no network.
    pub async fn balances(&self) -> Result<Vec<Balance>, WalletError> {
        let now = self.context.now();
        self.context
            .read(move |connection, cipher| {
                let mut all = ACCOUNTS
                    .all(connection, cipher)?
                    .iter()
                    .map(|account| balance_of(connection, cipher, account, now))
                    .collect::<Result<Vec<_>, WalletError>>()?;
                all.sort_by(|one, other| {
                    (one.currency.code(), one.issuer).cmp(&(other.currency.code(), other.issuer))
                });
                Ok(all)
            })
            .await
    }

    /// The balance of one currency. Needs no network.
    pub async fn balance(&self, issuer: IssuerId) -> Result<Balance, WalletError> {
        let now = self.context.now();
        self.context
            .read(move |connection, cipher| {
                let account = trust::account(connection, cipher, &issuer)?;
                balance_of(connection, cipher, &account, now)
            })
            .await
    }
}

fn balance_of(
    connection: &rusqlite::Connection,
    cipher: &crate::store::Cipher,
    account: &AccountRecord,
    now: UnixSeconds,
) -> Result<Balance, WalletError> {
    let issuer = trust::issuer(connection, cipher, &account.issuer)?;
    let row = ISSUERS.key(cipher, account.issuer);
    let funds = funds::of(connection, cipher, &row, account, now)?;
    Ok(Balance {
        issuer: account.issuer,
        currency: issuer.card().currency.clone(),
        balance: funds.balance,
        held: funds.held,
        available: funds.available,
        acted_for: account.acting.is_some(),
        verified_at: account.verified_at,
    })
}
