//! What a restore has still to do, noted until it is done.

use serde::{Deserialize, Serialize};

use super::super::currency;
use super::super::wallet_list::Listed;
use super::found;
use crate::error::WalletError;
use crate::keys::{AccountId, IssuerId};
use crate::operation::context::{Context, Write};
use crate::operation::trust;
use crate::store::Cipher;
use crate::store::tables::Keyed;
use crate::store::tables::account::ACCOUNTS;

const REST: Keyed<Rest> = Keyed::new("setting");
const REST_ROW: &str = "restore";

/// Recovery keys that are left out for each currency that cannot be asked which ones it has taken: one for its id, and
/// some for rekeys.
const MARGIN: u32 = 8;

/// What is still to do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Rest {
    /// Currencies that are known of.
    pub(super) pending: Vec<Listed>,
    /// Currencies that are back, but whose list was not read.
    pub(super) unread: Vec<IssuerId>,
    /// Accounts that were found and are not in the wallet.
    pub(super) further: Vec<(IssuerId, AccountId)>,
    /// Currencies for which recovery keys were left out.
    pub(super) left_out: Vec<IssuerId>,
}

/// Does what can be done. Gives what stood in the way, where.
pub(super) async fn go_on(context: &Context) -> Result<Vec<(IssuerId, String)>, WalletError> {
    let mut faults = Vec::new();
    // Whatever is asked once in a run is not asked again in it.
    let mut asked = Vec::new();
    loop {
        let rest = context.read(load).await?;
        let unread = rest.unread.into_iter().find(|issuer| !asked.contains(issuer));
        let line = rest.pending.into_iter().find(|line| !asked.contains(&line.issuer));
        let (issuer, done) = if let Some(issuer) = unread {
            (issuer, read_list(context, issuer).await)
        } else if let Some(line) = line {
            (line.issuer, take(context, line).await)
        } else {
            break;
        };
        match done {
            Ok(()) => {}
            Err(error @ (WalletError::Locked | WalletError::Storage { .. })) => return Err(error),
            Err(error) => {
                asked.push(issuer);
                faults.push((issuer, error.code().to_owned()));
            }
        }
    }
    context.write(leave_out).await?;
    Ok(faults)
}

/// Reads the list at a currency that is back, and notes what is new on it.
async fn read_list(context: &Context, issuer: IssuerId) -> Result<(), WalletError> {
    let keys = context.keys()?;
    let account = context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
    let list = found::list_at(context.backend.as_ref(), &keys, &account).await?.unwrap_or_default();
    context
        .write(move |write| {
            let mut rest = load(write.transaction, write.cipher)?;
            rest.unread.retain(|at| *at != issuer);
            for line in list {
                let known = ACCOUNTS.get(write.transaction, write.cipher, line.issuer)?.is_some()
                    || rest.pending.iter().any(|pending| pending.issuer == line.issuer);
                if !known {
                    rest.pending.push(line);
                }
            }
            store(write, &rest)
        })
        .await
}

/// Brings back one currency.
async fn take(context: &Context, line: Listed) -> Result<(), WalletError> {
    let keys = context.keys()?;
    let recovered = found::listed(context.backend.as_ref(), &keys, &line, context.now()).await?;
    let taken = found::taken(&keys, &recovered)?;
    let issuer = line.issuer;
    context
        .write(move |write| {
            found::enter(write, &recovered, &taken)?;
            let mut rest = load(write.transaction, write.cipher)?;
            rest.pending.retain(|pending| pending.issuer != issuer);
            if !rest.unread.contains(&issuer) {
                rest.unread.push(issuer);
            }
            store(write, &rest)
        })
        .await
}

/// Leaves out recovery keys that currencies out of reach may have taken, once for each of them.
fn leave_out(write: &Write<'_>) -> Result<(), WalletError> {
    let mut rest = load(write.transaction, write.cipher)?;
    let pending: Vec<IssuerId> = rest.pending.iter().map(|line| line.issuer).collect();
    for issuer in pending {
        if !rest.left_out.contains(&issuer) {
            rest.left_out.push(issuer);
            currency::leave_out_recovery_keys(write, MARGIN)?;
        }
    }
    store(write, &rest)
}

pub(super) fn load(connection: &rusqlite::Connection, cipher: &Cipher) -> Result<Rest, WalletError> {
    Ok(REST.get(connection, cipher, REST_ROW)?.unwrap_or_default())
}

pub(super) fn store(write: &Write<'_>, rest: &Rest) -> Result<(), WalletError> {
    REST.put(write.transaction, write.cipher, REST_ROW, rest)?;
    Ok(())
}

/// Currencies that are known of but not back yet. They stay on the wallet's list.
pub(crate) fn waiting(
    connection: &rusqlite::Connection,
    cipher: &Cipher,
) -> Result<Vec<Listed>, WalletError> {
    Ok(load(connection, cipher)?.pending)
}
