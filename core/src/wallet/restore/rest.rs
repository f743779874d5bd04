//! What a restore has still to do, noted until it is done.

use serde::{Deserialize, Serialize};

use super::super::wallet_list::{self, Listed};
use super::super::{currency, lifecycle};
use super::found;
use crate::error::WalletError;
use crate::issuer::AccountRef;
use crate::keys::{AccountId, IssuerId, WalletSeed};
use crate::operation::context::{Context, Write};
use crate::operation::keyslot::{StoredKeys, WalletKeys};
use crate::operation::trust;
use crate::store::Cipher;
use crate::store::tables::Keyed;
use crate::store::tables::account::{ACCOUNTS, Persona};
use crate::store::tables::issuer::IssuerRecord;

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

/// Does what can be done. Gives what stood in the way, where. `spare`: seeds of generations that the wallet does not know
/// of, in case that an issuer does.
pub(super) async fn go_on(
    context: &Context,
    spare: &[WalletSeed],
) -> Result<Vec<(IssuerId, String)>, WalletError> {
    let mut faults = Vec::new();
    // Whatever is asked once in a run is not asked again in it.
    let mut asked = Vec::new();
    loop {
        let rest = context.read(load).await?;
        let unread = rest.unread.into_iter().find(|issuer| !asked.contains(issuer));
        let line = rest.pending.into_iter().find(|line| !asked.contains(&line.issuer));
        let (issuer, done) = if let Some(issuer) = unread {
            (issuer, read_list(context, spare, issuer).await)
        } else if let Some(line) = line {
            (line.issuer, take(context, spare, line).await)
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
async fn read_list(context: &Context, spare: &[WalletSeed], issuer: IssuerId) -> Result<(), WalletError> {
    let _alone = context.rekeying.lock().await;
    let keys = context.keys()?;
    let account = context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
    let mut newer = None;
    let mut list = Vec::new();
    if let Some(sealed) = found::list_at(context.backend.as_ref(), &keys, &account).await? {
        let place = AccountRef { issuer, account: account.account };
        let spare = later(&keys, spare)?;
        let seeds = keys.seeds().iter().chain(spare.iter().copied());
        let Some((generation, lines)) = wallet_list::open(seeds, place, &sealed) else {
            return Err(WalletError::denied(found::NEWER_KEYS, "the list was sealed with later keys"));
        };
        list = lines;
        let until = spare.iter().position(|seed| seed.generation() == generation);
        newer = until.map(|at| keys.with(&spare[..=at])).transpose()?;
    }
    let stored = newer.as_ref().map(StoredKeys::from_keys);
    context
        .write(move |write| {
            if let Some(stored) = &stored {
                lifecycle::put_keys(write, stored)?;
            }
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
        .await?;
    if let Some(newer) = newer {
        context.keys.replace(newer);
    }
    Ok(())
}

/// The seeds after the wallet's newest.
fn later<'a>(keys: &WalletKeys, spare: &'a [WalletSeed]) -> Result<Vec<&'a WalletSeed>, WalletError> {
    let newest = keys.newest()?.generation();
    Ok(spare.iter().filter(|seed| seed.generation() > newest).collect())
}

/// Brings back one currency.
async fn take(context: &Context, spare: &[WalletSeed], line: Listed) -> Result<(), WalletError> {
    let _alone = context.rekeying.lock().await;
    let keys = context.keys()?;
    let spare = later(&keys, spare)?;
    let backend = context.backend.as_ref();
    let mut newer: Option<WalletKeys> = None;
    let mut recovered = found::listed(backend, &keys, &line, context.now()).await;
    for ahead in 1..=spare.len() {
        if !is_newer(&recovered) {
            break;
        }
        let more = keys.with(&spare[..ahead])?;
        recovered = found::listed(backend, &more, &line, context.now()).await;
        newer = Some(more);
    }
    let recovered = recovered?;
    let taken = found::taken(newer.as_ref().unwrap_or(&keys), &recovered)?;
    let stored = newer.as_ref().map(StoredKeys::from_keys);
    context
        .write(move |write| {
            if let Some(stored) = &stored {
                lifecycle::put_keys(write, stored)?;
            }
            enter(write, &recovered, &taken)
        })
        .await?;
    if let Some(newer) = newer {
        context.keys.replace(newer);
    }
    Ok(())
}

/// A currency is back; its list is to be read.
fn enter(write: &Write<'_>, recovered: &found::Recovered, taken: &found::Taken) -> Result<(), WalletError> {
    let issuer = recovered.issuer.issuer;
    found::enter(write, recovered, taken)?;
    let mut rest = load(write.transaction, write.cipher)?;
    rest.pending.retain(|pending| pending.issuer != issuer);
    if !rest.unread.contains(&issuer) {
        rest.unread.push(issuer);
    }
    store(write, &rest)
}

/// Finds the account that a restored wallet had at an issuer before, if it comes back to it by its card. Says whether
/// there is one; then it is in the wallet.
pub(crate) async fn come_back(
    context: &Context,
    record: &IssuerRecord,
    persona: Persona,
) -> Result<bool, WalletError> {
    let restored =
        context.read(|connection, cipher| Ok(REST.get(connection, cipher, REST_ROW)?.is_some())).await?;
    if !restored {
        return Ok(false);
    }
    let keys = context.keys()?;
    let recovered = match found::known(context.backend.as_ref(), &keys, record.clone(), persona).await {
        Ok(Some(recovered)) => recovered,
        Ok(None) => return Ok(false),
        // Not every system can find accounts by their keys.
        Err(error) if error.code() == "unsupported" => return Ok(false),
        Err(error) => return Err(error),
    };
    let taken = found::taken(&keys, &recovered)?;
    context.write(move |write| enter(write, &recovered, &taken)).await?;
    Ok(true)
}

fn is_newer(recovered: &Result<found::Recovered, WalletError>) -> bool {
    recovered.as_ref().is_err_and(|error| error.code() == found::NEWER_KEYS)
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

/// Whether the list that lies at an issuer was not read yet.
pub(crate) fn is_unread(
    connection: &rusqlite::Connection,
    cipher: &Cipher,
    issuer: &IssuerId,
) -> Result<bool, WalletError> {
    Ok(load(connection, cipher)?.unread.contains(issuer))
}

/// Forgets what is still to do.
pub(super) fn give_up(write: &Write<'_>) -> Result<(), WalletError> {
    let rest = load(write.transaction, write.cipher)?;
    store(write, &Rest { further: rest.further, left_out: rest.left_out, ..Rest::default() })
}

/// Currencies that are known of but not back yet. They stay on the wallet's list.
pub(crate) fn waiting(
    connection: &rusqlite::Connection,
    cipher: &Cipher,
) -> Result<Vec<Listed>, WalletError> {
    Ok(load(connection, cipher)?.pending)
}
