//! What an issuer tells of an account of ours: proven, and made ours again.

use super::super::currency;
use super::super::owner;
use super::super::wallet_list::{self, Listed};
use super::probe;
use crate::artefact::{Card, Signed};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::event::Event;
use crate::issuer::answer::FoundAccount;
use crate::issuer::{AccountRef, IssuerBackend};
use crate::keys::{AccountId, Digest, IssuerId, RECOVERY_KEYS, SigningKey};
use crate::ledger::FoundingKeys;
use crate::operation::context::Write;
use crate::operation::keyslot::{WalletKeys, founding};
use crate::operation::trust::{self, KnownIssuer};
use crate::store::tables::Blob;
use crate::store::tables::account::{ACCOUNTS, AccountRecord, Persona};
use crate::store::tables::issuer::{ISSUERS, IssuerRecord, OwnedIssuer};

/// The code of an account whose keys are of a later generation than the wallet has.
pub(super) const NEWER_KEYS: &str = "newer_keys";

/// A currency that is ours again.
#[derive(Debug, Clone)]
pub(super) struct Recovered {
    pub(super) issuer: IssuerRecord,
    pub(super) account: AccountRecord,
    /// Other accounts of the phrase there.
    pub(super) further: Vec<(IssuerId, AccountId)>,
}

/// What must not be used again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    /// All recovery keys below this number.
    recovery_keys: u32,
    /// This founding key of an issuer, and all before it.
    issuer_key: Option<u32>,
}

/// The currency to begin with. Of several accounts, the one that its own list names; or else the first.
pub(super) async fn first(
    backend: &dyn IssuerBackend,
    keys: &WalletKeys,
    record: &IssuerRecord,
    found: Vec<(Persona, FoundAccount)>,
) -> Result<Recovered, WalletError> {
    let mut accounts = found
        .into_iter()
        .map(|(persona, one)| account(keys, record.issuer, persona, &one))
        .collect::<Result<Vec<AccountRecord>, WalletError>>()?;
    let mut chosen = 0;
    if accounts.len() > 1 {
        for (at, account) in accounts.iter().enumerate() {
            let place = AccountRef { issuer: account.issuer, account: account.account };
            let sealed = list_at(backend, keys, account).await.unwrap_or_default().unwrap_or_default();
            let list = wallet_list::open(keys.seeds().iter(), place, &sealed).unwrap_or_default().1;
            if list.iter().any(|line| line.issuer == account.issuer && line.account == account.account) {
                chosen = at;
                break;
            }
        }
    }
    let account = accounts.swap_remove(chosen);
    let further = accounts.iter().map(|one| (one.issuer, one.account)).collect();
    Ok(Recovered { issuer: owned(keys, record.clone())?, account, further })
}

/// A currency that a list names.
pub(super) async fn listed(
    backend: &dyn IssuerBackend,
    keys: &WalletKeys,
    line: &Listed,
    now: UnixSeconds,
) -> Result<Recovered, WalletError> {
    let host = line.endpoint.trim_start_matches("https://");
    let bundle = backend.card(&line.issuer, Some(host)).await.map_err(|error| trust::network(&error))?;
    let record = currency::check_card(now, line.issuer, host, &bundle)?;
    backend.use_card(bundle.card.body());
    match known(backend, keys, record.clone(), line.persona).await? {
        Some(recovered) if recovered.account.account != line.account => {
            Err(WalletError::untrusted("account", "wrong_account", "is not the one on the list"))
        }
        Some(recovered) => Ok(recovered),
        // An issuer may forget an account that nothing has happened to; the same account can be opened again.
        None => Ok(Recovered {
            issuer: owned(keys, record)?,
            account: forgotten(keys, line, now)?,
            further: Vec::new(),
        }),
    }
}

/// The currency of an issuer that knows an account of ours.
pub(super) async fn known(
    backend: &dyn IssuerBackend,
    keys: &WalletKeys,
    record: IssuerRecord,
    persona: Persona,
) -> Result<Option<Recovered>, WalletError> {
    let issuer = record.issuer;
    // The newest generation that this issuer has heard of.
    for seed in keys.seeds().iter().rev() {
        let key = seed.founding_key(founding(&issuer, persona));
        if let Some(found) = probe::find(backend, &issuer, &key).await? {
            let account = account(keys, issuer, persona, &found)?;
            return Ok(Some(Recovered { issuer: owned(keys, record)?, account, further: Vec::new() }));
        }
    }
    Ok(None)
}

/// The list that lies at an account, sealed.
pub(super) async fn list_at(
    backend: &dyn IssuerBackend,
    keys: &WalletKeys,
    account: &AccountRecord,
) -> Result<Option<Vec<u8>>, WalletError> {
    if !account.opened {
        return Ok(None);
    }
    let place = AccountRef { issuer: account.issuer, account: account.account };
    let key: SigningKey = keys.founding_key(account)?;
    wallet_list::fetch(backend, place, &key).await.map_err(|error| trust::network(&error))
}

/// An account as its issuer tells of it, proven by the id and made to fit our keys.
fn account(
    keys: &WalletKeys,
    issuer: IssuerId,
    persona: Persona,
    found: &FoundAccount,
) -> Result<AccountRecord, WalletError> {
    if found.opening.body().issuer != issuer {
        return Err(WalletError::untrusted("account", "wrong_issuer", "was opened at another issuer"));
    }
    let proven = FoundingKeys::of_account(found.account, Some(&found.opening), &found.rekeys)
        .map_err(|error| WalletError::untrusted("account", error.code(), error))?;
    let which = founding(&issuer, persona);
    let in_force =
        keys.seeds().iter().find(|seed| seed.founding_key(which).public_key() == *proven.key()).ok_or_else(
            || WalletError::denied(NEWER_KEYS, "the keys were replaced later than this wallet knows"),
        )?;
    Ok(AccountRecord {
        founding_key: *proven.key(),
        rekeys: proven.rekeys().iter().map(|rekey| Blob::from(rekey.bytes())).collect(),
        opened: true,
        ..currency::new_account(&found.opening, persona, in_force.generation())
    })
}

/// An account that its issuer has forgotten: the id tells which keys it was made of.
fn forgotten(keys: &WalletKeys, line: &Listed, now: UnixSeconds) -> Result<AccountRecord, WalletError> {
    let which = founding(&line.issuer, line.persona);
    for seed in keys.seeds() {
        let key = seed.founding_key(which).public_key();
        let commitment = (0..RECOVERY_KEYS)
            .filter_map(|number| keys.recovery().commitment(number))
            .find(|commitment| AccountId::derive(&key, commitment) == line.account);
        if let Some(commitment) = commitment {
            let opening = currency::open(seed, line.issuer, line.persona, commitment, now)?;
            return Ok(currency::new_account(&opening, line.persona, seed.generation()));
        }
    }
    Err(WalletError::not_found("account"))
}

/// Notes it if the issuer is our own.
fn owned(keys: &WalletKeys, record: IssuerRecord) -> Result<IssuerRecord, WalletError> {
    let known = KnownIssuer::of(record, Vec::new())?;
    let owned = probe::own_issuer_key(keys.seeds(), known.founding.key())
        .map(|(generation, index)| OwnedIssuer { index, generation });
    Ok(IssuerRecord { owned, ..known.record })
}

/// What a recovered currency shows to be taken.
pub(super) fn taken(keys: &WalletKeys, recovered: &Recovered) -> Result<Taken, WalletError> {
    let card: Signed<Card> = trust::stored(&recovered.issuer.card, "issuer.card")?;
    let issuer_rekeys =
        trust::all_stored::<crate::artefact::Rekey>(&recovered.issuer.rekeys, "issuer.rekeys")?;
    let account_keys = trust::account_keys(&recovered.account)?;
    let ours = recovered.issuer.owned.is_some();
    let of_issuer = std::iter::once(card.body().commitment)
        .chain(issuer_rekeys.iter().map(|rekey| rekey.body().commitment))
        .filter(|_| ours);
    let commitments: Vec<Digest> = account_keys.all().map(|key| key.commitment).chain(of_issuer).collect();
    let highest = commitments.iter().filter_map(|commitment| keys.recovery().number_of(commitment)).max();
    Ok(Taken {
        recovery_keys: highest.map_or(0, |number| number + 1),
        issuer_key: recovered.issuer.owned.map(|owned| owned.index),
    })
}

/// A recovered currency enters the wallet. Does nothing if it is there already.
pub(super) fn enter(write: &Write<'_>, recovered: &Recovered, taken: &Taken) -> Result<(), WalletError> {
    let issuer = recovered.issuer.issuer;
    if ACCOUNTS.get(write.transaction, write.cipher, issuer)?.is_some() {
        return Ok(());
    }
    ISSUERS.put(write.transaction, write.cipher, issuer, &recovered.issuer)?;
    ACCOUNTS.put(write.transaction, write.cipher, issuer, &recovered.account)?;
    currency::reserve_recovery_keys(write, taken.recovery_keys)?;
    if let Some(index) = taken.issuer_key {
        owner::note_taken_index(write, index)?;
    }
    write.tell(&Event::CurrencyAdded { issuer })
}
