//! Telling issuers of new keys, until each has answered.

use serde::{Deserialize, Serialize};

use super::super::{owner, sync};
use super::sign::groups;
use crate::artefact::{Grant, Rekey, Role, Signed, Subject};
use crate::error::WalletError;
use crate::event::Event;
use crate::keys::{Founding, IssuerId, PublicKey};
use crate::ledger::{FoundingKeys, Holder};
use crate::money::Amount;
use crate::operation::context::{Context, Write};
use crate::operation::keyslot::{WalletKeys, founding};
use crate::operation::trust;
use crate::store::Cipher;
use crate::store::tables::account::{ACCOUNTS, AccountRecord};
use crate::store::tables::issuer::{ISSUERS, IssuerRecord, OwnedIssuer};
use crate::store::tables::{Blob, Keyed};

const JOBS: Keyed<Vec<Job>> = Keyed::new("setting");
const JOBS_ROW: &str = "rekeys";

/// A rekey, and who knows of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Job {
    rekey: Blob,
    /// Of the wallet seed that its key comes from.
    pub(super) generation: u32,
    pub(super) to_tell: Vec<IssuerId>,
    pub(super) told: Vec<IssuerId>,
    /// With the issuers' codes.
    pub(super) refused: Vec<(IssuerId, String)>,
}

impl Job {
    pub(super) fn new(rekey: &Signed<Rekey>, generation: u32, to_tell: Vec<IssuerId>) -> Self {
        Self { rekey: rekey.bytes().into(), generation, to_tell, told: Vec::new(), refused: Vec::new() }
    }

    pub(super) fn rekey(&self) -> Result<Signed<Rekey>, WalletError> {
        trust::stored(&self.rekey, "setting.rekeys")
    }

    /// Whether it is on its way to anyone, with the key of this generation, for this id.
    pub(super) fn is_under_way(&self, holder: Holder, generation: u32) -> Result<bool, WalletError> {
        Ok(self.generation == generation && !self.to_tell.is_empty() && holder_of(&self.rekey()?) == holder)
    }
}

pub(super) fn holder_of(rekey: &Signed<Rekey>) -> Holder {
    match rekey.body().subject {
        Subject::Issuer(issuer) => Holder::Issuer(issuer),
        Subject::Account(account, _) => Holder::Account(account),
    }
}

/// Tells everyone who does not know yet, in the order of signing. Gives what stood in the way, where.
pub(crate) async fn go_on(context: &Context) -> Result<Vec<(IssuerId, String)>, WalletError> {
    let mut faults: Vec<(IssuerId, String)> = Vec::new();
    for job in context.read(load).await? {
        for issuer in job.to_tell.clone() {
            // Rekeys of one id must come in order, and an issuer that cannot be reached is not asked twice in a row.
            if faults.iter().any(|(at, _)| *at == issuer) {
                continue;
            }
            match Box::pin(tell(context, &job, issuer)).await {
                Ok(()) => {}
                Err(error @ (WalletError::Locked | WalletError::Storage { .. })) => return Err(error),
                Err(error) => faults.push((issuer, error.code().to_owned())),
            }
        }
    }
    Ok(faults)
}

/// Tells issuers what others know already of a public persona: a rekey may come from anyone, so it needs no phrase.
pub(crate) async fn spread(context: &Context) -> Result<Vec<(IssuerId, String)>, WalletError> {
    let keys = context.keys()?;
    context.write(move |write| find_uninformed(write, &keys)).await?;
    go_on(context).await
}

fn find_uninformed(write: &Write<'_>, keys: &WalletKeys) -> Result<(), WalletError> {
    let mut jobs = load(write.transaction, write.cipher)?;
    for group in groups(write)? {
        let newest = group.newest_keys(&[])?;
        for account in &group.accounts {
            let known = account.rekeys.len();
            for rekey in newest.rekeys().iter().skip(known) {
                let same = |job: &&mut Job| job.rekey.0 == rekey.bytes();
                let generation = generation_of(keys, &account_key(account), &rekey.body().founding_key)?;
                match jobs.iter_mut().find(same) {
                    Some(job) if job.to_tell.contains(&account.issuer) => {}
                    Some(job) => job.to_tell.push(account.issuer),
                    None => jobs.push(Job::new(rekey, generation, vec![account.issuer])),
                }
            }
        }
    }
    store(write, &jobs)
}

async fn tell(context: &Context, job: &Job, issuer: IssuerId) -> Result<(), WalletError> {
    // Whoever follows the account's chain, or sends what an owner signed, changes the same rows.
    let _alone = context.syncing.lock(issuer).await;
    // A start's own task and an app's call go through the same list: whoever comes second has nothing to tell, and must
    // not make a second card and a second grant of it.
    if !is_to_be_told(context, job, issuer).await? {
        return Ok(());
    }
    let rekey = job.rekey()?;
    match holder_of(&rekey) {
        Holder::Account(_) => sync::open::ensure(context, issuer).await?,
        Holder::Issuer(_) => learn_role(context, issuer).await?,
    }
    let mut answer = context.backend.post_rekey(&issuer, &rekey).await;
    if answer.as_ref().is_err_and(|error| error.is_problem("unknown_account")) {
        // It may forget an account that nothing has happened to.
        sync::open::again(context, issuer).await?;
        answer = context.backend.post_rekey(&issuer, &rekey).await;
    }
    match answer {
        Ok(rekeys) => settle(context, job, rekey, issuer, rekeys).await,
        Err(error) => match trust::refusal_code(&error) {
            Some(code) => note_refused(context, job, issuer, code.to_owned()).await,
            None => Err(trust::network(&error)),
        },
    }
}

async fn is_to_be_told(context: &Context, job: &Job, issuer: IssuerId) -> Result<bool, WalletError> {
    let jobs = context.read(load).await?;
    Ok(jobs.iter().any(|now| now.rekey == job.rekey && now.to_tell.contains(&issuer)))
}

/// The owner's role ends with the issuer's old key. It is given anew, so it must be known.
async fn learn_role(context: &Context, issuer: IssuerId) -> Result<(), WalletError> {
    let account = context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
    if account.role_grant.is_some() { Ok(()) } else { sync::account::refresh(context, issuer).await }
}

/// The issuer knows the rekey: from here on the new key acts.
async fn settle(
    context: &Context,
    job: &Job,
    rekey: Signed<Rekey>,
    issuer: IssuerId,
    rekeys: Vec<Signed<Rekey>>,
) -> Result<(), WalletError> {
    let keys = context.keys()?;
    let issuer_now = context.backend.issuer_now(&issuer);
    let nonce = context.entropy.bytes();
    let blob = job.rekey.clone();
    context
        .write(move |write| {
            let taken = match holder_of(&rekey) {
                Holder::Account(_) => account_rekeyed(write, &keys, issuer, &rekey, &rekeys)?,
                Holder::Issuer(_) => {
                    issuer_rekeyed(write, &keys, issuer, &rekey, &rekeys, (issuer_now, nonce))?
                }
            };
            move_on(write, &blob, issuer, (!taken).then_some("rekey_conflict"))
        })
        .await
}

async fn note_refused(
    context: &Context,
    job: &Job,
    issuer: IssuerId,
    code: String,
) -> Result<(), WalletError> {
    tracing::warn!(code, "an issuer does not take new keys");
    let blob = job.rekey.clone();
    context.write(move |write| move_on(write, &blob, issuer, Some(&code))).await
}

fn move_on(
    write: &Write<'_>,
    rekey: &Blob,
    issuer: IssuerId,
    refusal: Option<&str>,
) -> Result<(), WalletError> {
    let mut jobs = load(write.transaction, write.cipher)?;
    for job in jobs.iter_mut().filter(|job| job.rekey == *rekey) {
        job.to_tell.retain(|at| *at != issuer);
        match refusal {
            None if job.told.contains(&issuer) => {}
            None => job.told.push(issuer),
            Some(code) => job.refused.push((issuer, code.to_owned())),
        }
    }
    store(write, &jobs)
}

/// The keys after what the issuer knows, if our rekey is among it. None if it knows another one of that number.
fn with_answer(
    known: &FoundingKeys,
    rekey: &Signed<Rekey>,
    rekeys: &[Signed<Rekey>],
) -> Result<Option<FoundingKeys>, WalletError> {
    let keys = known.with(rekeys).map_err(|error| WalletError::untrusted("rekey", error.code(), error))?;
    let number = rekey.body().number;
    let ours = keys.numbered(number).is_some_and(|at| at.key == rekey.body().founding_key);
    Ok(ours.then_some(keys))
}

fn account_rekeyed(
    write: &Write<'_>,
    keys: &WalletKeys,
    issuer: IssuerId,
    rekey: &Signed<Rekey>,
    rekeys: &[Signed<Rekey>],
) -> Result<bool, WalletError> {
    let account = trust::account(write.transaction, write.cipher, &issuer)?;
    let Some(proven) = with_answer(&trust::account_keys(&account)?, rekey, rekeys)? else {
        return Ok(false);
    };
    let account = AccountRecord {
        generation: generation_of(keys, &account_key(&account), proven.key())?,
        founding_key: *proven.key(),
        rekeys: blobs(&proven),
        ..account
    };
    ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
    write.tell(&Event::AccountRekeyed { issuer })?;
    Ok(true)
}

fn issuer_rekeyed(
    write: &Write<'_>,
    keys: &WalletKeys,
    issuer: IssuerId,
    rekey: &Signed<Rekey>,
    rekeys: &[Signed<Rekey>],
    (issuer_now, nonce): (i64, [u8; 8]),
) -> Result<bool, WalletError> {
    let known = trust::issuer(write.transaction, write.cipher, &issuer)?;
    let Some(owned) = known.record.owned else { return Err(WalletError::not_found("issuer")) };
    let Some(proven) = with_answer(&known.founding, rekey, rekeys)? else { return Ok(false) };
    let which = Founding::Issuer { k: owned.index };
    let owned = OwnedIssuer { generation: generation_of(keys, &which, proven.key())?, ..owned };
    let record = IssuerRecord { owned: Some(owned), rekeys: blobs(&proven), ..known.record };
    ISSUERS.put(write.transaction, write.cipher, issuer, &record)?;

    // The card says who speaks for the issuer now, and the owner's role is given anew.
    let known = trust::issuer(write.transaction, write.cipher, &issuer)?;
    let key = keys.issuer_key(owned)?;
    owner::next_card(write, &known, &key, issuer_now, |_, _| Ok(()))?;
    let mut account = trust::account(write.transaction, write.cipher, &issuer)?;
    if let Some(limit) = owner_limit(&account)? {
        owner::owner_grant(write, &key, &account, limit, issuer_now, nonce)?;
        account.set_role_grant(None);
        ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
        write.tell(&Event::BalanceChanged { issuer })?;
    }
    Ok(true)
}

fn owner_limit(account: &AccountRecord) -> Result<Option<Amount>, WalletError> {
    let Some(grant) = &account.role_grant else { return Ok(None) };
    let grant: Signed<Grant> = trust::stored(grant, "account.role_grant")?;
    Ok(grant.body().limit.filter(|_| grant.body().role() == Some(Role::Owner)))
}

fn account_key(account: &AccountRecord) -> Founding {
    founding(&account.issuer, account.persona)
}

/// The generation whose key this is.
fn generation_of(keys: &WalletKeys, which: &Founding, key: &PublicKey) -> Result<u32, WalletError> {
    let seed = keys.seeds().iter().find(|seed| seed.founding_key(*which).public_key() == *key);
    seed.map(|seed| seed.generation()).ok_or_else(|| WalletError::not_found("wallet seed of that key"))
}

fn blobs(keys: &FoundingKeys) -> Vec<Blob> {
    keys.rekeys().iter().map(|rekey| Blob::from(rekey.bytes())).collect()
}

pub(super) fn load(connection: &rusqlite::Connection, cipher: &Cipher) -> Result<Vec<Job>, WalletError> {
    Ok(JOBS.get(connection, cipher, JOBS_ROW)?.unwrap_or_default())
}

pub(super) fn store(write: &Write<'_>, jobs: &Vec<Job>) -> Result<(), WalletError> {
    JOBS.put(write.transaction, write.cipher, JOBS_ROW, jobs)?;
    Ok(())
}
