//! The rekeys of one generation: one for each account id and each owned issuer, signed by the recovery key that was
//! promised for it.

use super::super::currency;
use super::tell::{self, Job};
use crate::artefact::{Rekey, Signed, Subject};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::{AccountId, Founding, IssuerId, RecoveryKeys, Seed, WalletSeed};
use crate::ledger::{FoundingKeys, Holder};
use crate::operation::context::Write;
use crate::operation::keyslot::founding;
use crate::operation::trust;
use crate::store::tables::account::{ACCOUNTS, AccountRecord};
use crate::store::tables::issuer::ISSUERS;

/// Which keys are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// All.
    Everything,
    /// Those of older generations.
    Behind,
}

/// Signs and stores all of them. `recovery`: the public recovery keys of the seed.
pub(super) fn all(
    write: &Write<'_>,
    seed: &Seed,
    recovery: RecoveryKeys,
    generation: u32,
    scope: Scope,
    now: UnixSeconds,
) -> Result<(), WalletError> {
    let signer = Signer { seed, new: seed.wallet_seed(generation), recovery, now };
    let mut jobs = tell::load(write.transaction, write.cipher)?;
    // What was told, or was replaced by what comes now, need not be kept.
    jobs.retain(|job| !job.to_tell.is_empty());
    for group in groups(write)? {
        let holder = Holder::Account(group.account);
        let behind = group.accounts.iter().any(|account| account.generation < generation);
        if scope == Scope::Behind && (!behind || is_under_way(&jobs, holder, generation)?) {
            continue;
        }
        let keys = group.newest_keys(&jobs)?;
        jobs.push(Job::new(&signer.account(write, &group, &keys)?, generation, group.issuers()));
    }
    for issuer in ISSUERS.all(write.transaction, write.cipher)? {
        let Some(owned) = issuer.owned else { continue };
        let holder = Holder::Issuer(issuer.issuer);
        let behind = owned.generation < generation;
        if scope == Scope::Behind && (!behind || is_under_way(&jobs, holder, generation)?) {
            continue;
        }
        let known = trust::issuer(write.transaction, write.cipher, &issuer.issuer)?.founding;
        let rekey = signer.issuer(write, issuer.issuer, owned.index, &with_jobs(known, &jobs)?)?;
        jobs.push(Job::new(&rekey, generation, vec![issuer.issuer]));
    }
    tell::store(write, &jobs)
}

fn is_under_way(jobs: &[Job], holder: Holder, generation: u32) -> Result<bool, WalletError> {
    for job in jobs {
        if job.is_under_way(holder, generation)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// All accounts of one id: a public persona has the same at many issuers.
pub(super) struct Group {
    account: AccountId,
    pub(super) accounts: Vec<AccountRecord>,
}

impl Group {
    fn issuers(&self) -> Vec<IssuerId> {
        self.accounts.iter().map(|account| account.issuer).collect()
    }

    /// The keys as the best informed of the issuers knows them, and what is on its way to them.
    pub(super) fn newest_keys(&self, jobs: &[Job]) -> Result<FoundingKeys, WalletError> {
        let mut newest: Option<FoundingKeys> = None;
        for account in &self.accounts {
            let keys = trust::account_keys(account)?;
            if newest.as_ref().is_none_or(|known| keys.number() > known.number()) {
                newest = Some(keys);
            }
        }
        with_jobs(newest.ok_or_else(|| WalletError::not_found("account"))?, jobs)
    }
}

/// The wallet's own accounts by their ids, in the order of the ids.
pub(super) fn groups(write: &Write<'_>) -> Result<Vec<Group>, WalletError> {
    let mut accounts = ACCOUNTS.all(write.transaction, write.cipher)?;
    accounts.retain(|account| account.acting.is_none());
    accounts.sort_by_key(|account| (account.account, account.issuer));
    let mut groups: Vec<Group> = Vec::new();
    for account in accounts {
        match groups.last_mut() {
            Some(group) if group.account == account.account => group.accounts.push(account),
            _ => groups.push(Group { account: account.account, accounts: vec![account] }),
        }
    }
    Ok(groups)
}

/// The keys after the rekeys that are on their way: they are signed, so the next one follows them.
fn with_jobs(mut keys: FoundingKeys, jobs: &[Job]) -> Result<FoundingKeys, WalletError> {
    for job in jobs {
        let rekey = job.rekey()?;
        if tell::holder_of(&rekey) == keys.holder() && rekey.body().number == keys.number() + 1 {
            keys =
                keys.with(&[rekey]).map_err(|error| WalletError::untrusted("rekey", error.code(), error))?;
        }
    }
    Ok(keys)
}

struct Signer<'a> {
    seed: &'a Seed,
    /// The generation of the new keys.
    new: WalletSeed,
    recovery: RecoveryKeys,
    now: UnixSeconds,
}

impl Signer<'_> {
    fn account(
        &self,
        write: &Write<'_>,
        group: &Group,
        keys: &FoundingKeys,
    ) -> Result<Signed<Rekey>, WalletError> {
        let Some(one) = group.accounts.first() else { return Err(WalletError::not_found("account")) };
        let key = self.new.founding_key(founding(&one.issuer, one.persona)).public_key();
        let sealing_key = self.new.sealing_secret(&key).public_key();
        self.sign(write, Subject::Account(group.account, sealing_key), key, keys)
    }

    fn issuer(
        &self,
        write: &Write<'_>,
        issuer: IssuerId,
        index: u32,
        keys: &FoundingKeys,
    ) -> Result<Signed<Rekey>, WalletError> {
        let key = self.new.founding_key(Founding::Issuer { k: index }).public_key();
        self.sign(write, Subject::Issuer(issuer), key, keys)
    }

    fn sign(
        &self,
        write: &Write<'_>,
        subject: Subject,
        founding_key: crate::keys::PublicKey,
        keys: &FoundingKeys,
    ) -> Result<Signed<Rekey>, WalletError> {
        let current = keys.current();
        let number = self.recovery.number_of(&current.commitment).ok_or_else(|| {
            WalletError::invalid("phrase", "recovery_key_unknown", "an account was made with other words")
        })?;
        let rekey = Rekey {
            subject,
            number: current.number + 1,
            previous: current.key,
            founding_key,
            commitment: currency::next_commitment(write, &self.recovery)?,
            signed_at: self.now.max(current.rekeyed_at.unwrap_or(0)),
        };
        Signed::sign(&rekey, &self.seed.recovery_key(number))
            .map_err(|error| WalletError::artefact("rekey", &error))
    }
}
