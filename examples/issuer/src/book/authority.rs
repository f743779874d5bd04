//! What accounts and keys may do now. The rules are the ledger's own ([`tallystick::ledger::authority`]), so that this
//! issuer decides by what wallets judge by; here is only what they are asked with.
//!
//! Reading an artefact checks its signature again. So whatever the tables can tell is asked there first: most orders are
//! signed by founding keys of accounts without roles, and cost nothing here.

use std::collections::HashMap;

use rusqlite::Connection;
use tallystick::artefact::{Capabilities, Opening, Role, Signed};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{Digest, PublicKey};
use tallystick::ledger::FoundingKeys;
use tallystick::ledger::authority::{Account, KnownGrant, Right, Tense, owner_limit, worker_grant};

use super::founding::card_in_force;
use crate::db::accounts::{self, AccountRow};
use crate::db::decisions;
use crate::db::grants::{self, GrantRow};
use crate::db::issuers::{self, IssuerRow};
use crate::db::sql::AccountNo;
use crate::decide::order::{Daily, Payer, SignerRight};
use crate::problem::Problem;

/// The founding keys of an issuer.
pub(crate) fn issuer_keys(db: &Connection, issuer: &IssuerRow) -> Result<FoundingKeys, Problem> {
    let rekeys = parse_all(&issuers::rekeys(db, issuer.no, issuer.id.as_bytes())?)?;
    FoundingKeys::of_issuer(issuer.id, card_in_force(issuer)?.as_ref(), &rekeys).map_err(|_| broken())
}

/// The founding keys of an account.
pub(crate) fn account_keys(
    db: &Connection,
    issuer: &IssuerRow,
    account: &AccountRow,
) -> Result<FoundingKeys, Problem> {
    let opening: Signed<Opening> = parse(&account.opening)?;
    let rekeys = parse_all(&issuers::rekeys(db, issuer.no, account.id.as_bytes())?)?;
    FoundingKeys::of_account(account.id, Some(&opening), &rekeys).map_err(|_| broken())
}

fn parse<T: tallystick::artefact::NamesSigner>(bytes: &[u8]) -> Result<Signed<T>, Problem> {
    Signed::parse(bytes).map_err(|_| broken())
}

fn parse_all<T: tallystick::artefact::NamesSigner>(list: &[Vec<u8>]) -> Result<Vec<Signed<T>>, Problem> {
    list.iter().map(|bytes| parse(bytes)).collect()
}

/// What was taken once can be read for ever.
fn broken() -> Problem {
    tracing::error!("an artefact in the database cannot be read");
    Problem::internal()
}

/// As the ledger's rules see a grant that is not void.
pub(crate) fn known(grant: &GrantRow) -> Result<KnownGrant, Problem> {
    Ok(KnownGrant::uncancelled(parse(&grant.bytes)?))
}

/// By what rights `key` does for an account what any one of `capabilities` would allow. None: it may not.
pub(crate) fn rights(
    db: &Connection,
    issuer: &IssuerRow,
    account: &AccountRow,
    key: &PublicKey,
    capabilities: &[Capabilities],
    now: UnixSeconds,
) -> Result<Vec<Right>, Problem> {
    if *key == account.founding_key {
        return Ok(vec![Right::Founding { number: account.rekey_number }]);
    }
    let mut granted = grants::keys_of(db, account.no)?;
    granted.retain(|grant| !grant.void && grant.capabilities_of(key).is_some());
    if granted.is_empty() {
        return Ok(Vec::new());
    }
    let keys = account_keys(db, issuer, account)?;
    let mut rights = Vec::new();
    for grant in &granted {
        let known = [known(grant)?];
        let account = Account { issuer: issuer.id, keys: &keys, grants: &known };
        rights.extend(account.right(key, capabilities, now, Tense::Now));
    }
    Ok(rights)
}

/// Key grants for an account that are in force, those of the issuer's founding key (`attest`) apart.
pub(crate) fn keys(
    db: &Connection,
    account: &AccountRow,
    now: UnixSeconds,
) -> Result<Vec<GrantRow>, Problem> {
    let mut keys = grants::keys_of(db, account.no)?;
    keys.retain(|grant| grant.signer == account.founding_key && grant.in_time(now));
    Ok(keys)
}

/// The role of an account that is in force, and its limit.
pub(crate) fn role(
    db: &Connection,
    issuer: &IssuerRow,
    account: &AccountRow,
    now: UnixSeconds,
) -> Result<Option<(Role, Option<i64>)>, Problem> {
    let Some(grant) = grants::role_of(db, account.no)?.filter(|grant| grant.in_time(now)) else {
        return Ok(None);
    };
    let keys = issuer_keys(db, issuer)?;
    let held = known(&grant)?;
    if let Ok(limit) = owner_limit(&keys, &account.id, &held, now, Tense::Now) {
        return Ok(Some((Role::Owner, Some(limit.minor()))));
    }
    for giver in accounts::founded_with(db, issuer.no, &grant.signer)? {
        let Some(giver_grant) = grants::role_of(db, giver.no)?.filter(|grant| !grant.void) else { continue };
        let giver_keys = account_keys(db, issuer, &giver)?;
        if worker_grant(&keys, &held, &giver_keys, &known(&giver_grant)?, now, Tense::Now).is_ok() {
            return Ok(Some((Role::Worker, grant.limit)));
        }
    }
    Ok(None)
}

/// Whether this is the founding key in force of an account with the owner role in force.
pub(crate) fn is_owner(
    db: &Connection,
    issuer: &IssuerRow,
    key: &PublicKey,
    now: UnixSeconds,
) -> Result<bool, Problem> {
    for account in accounts::founded_with(db, issuer.no, key)? {
        if matches!(role(db, issuer, &account, now)?, Some((Role::Owner, _))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a payer may do, and what `signer` may do for it.
pub(crate) fn payer(
    db: &Connection,
    issuer: &IssuerRow,
    account: &AccountRow,
    signer: &PublicKey,
    is_refund: bool,
    now: UnixSeconds,
) -> Result<Payer, Problem> {
    let (floor, daily) = match role(db, issuer, account, now)? {
        Some((Role::Owner, limit)) => (limit.unwrap_or(0), None),
        Some((_, Some(limit))) => {
            (0, Some(Daily { limit, paid: decisions::paid_today(db, account.no, None, now)? }))
        }
        _ => (0, None),
    };
    let capabilities: &[Capabilities] =
        if is_refund { &[Capabilities::PAY, Capabilities::REFUND] } else { &[Capabilities::PAY] };
    let mut signer_rights = Vec::new();
    for right in rights(db, issuer, account, signer, capabilities, now)? {
        signer_rights.push(match right {
            Right::Founding { .. } => SignerRight { grant: None, daily: None },
            Right::Granted { grant, limit, .. } => {
                let daily = match limit {
                    None => None,
                    Some(limit) => Some(Daily {
                        limit: limit.minor(),
                        paid: decisions::paid_today(db, account.no, Some(signer), now)?,
                    }),
                };
                SignerRight { grant: Some(grant), daily }
            }
        });
    }
    Ok(Payer { balance: account.end.balance, held: account.end.held, floor, daily, signer_rights })
}

/// The grant with this hash ends then.
pub(crate) fn end_of(db: &Connection, issuer: &IssuerRow, grant: &Digest) -> Result<UnixSeconds, Problem> {
    let grant = grants::find(db, issuer.no, grant)?.ok_or_else(Problem::internal)?;
    Ok(grant.not_after)
}

/// What all owners may owe, or owe beyond that, and how many have the role; one account apart. Whoever owes counts also
/// when the grant has ended, so that all debts together never pass the card's limit.
pub(crate) fn exposure(
    db: &Connection,
    issuer: &IssuerRow,
    except: Option<&AccountRow>,
    now: UnixSeconds,
) -> Result<(i128, usize), Problem> {
    let is_other = |account: AccountNo| except.is_none_or(|except| except.no != account);
    let mut limits: HashMap<AccountNo, i128> = grants::owners(db, issuer.no)?
        .into_iter()
        .filter(|grant| is_other(grant.account))
        .filter(|grant| grant.signer == issuer.founding_key && grant.in_time(now))
        .map(|grant| (grant.account, i128::from(grant.limit.unwrap_or(0))))
        .collect();
    let owners = limits.len();
    for (account, balance) in grants::debtors(db, issuer.no)? {
        if is_other(account) {
            let limit = limits.entry(account).or_default();
            *limit = (*limit).max(-i128::from(balance));
        }
    }
    Ok((limits.values().sum(), owners))
}
