//! Replacing founding keys after a loss.
//!
//! ```text
//! phrase ──next generation; a rekey for every account and owned issuer, signed by its recovery key; all of it stored──>
//!     to tell ──each issuer that knows the id──> told: from here on the old keys can do nothing there
//! ```
//!
//! | what happens | what is known after it | what follows |
//! | --- | --- | --- |
//! | crash before it is stored | nothing was signed | the phrase is typed again |
//! | crash or lost reply after it | to tell | the same rekey is sent at every start; an issuer takes it once |
//! | the issuer knows another rekey of this number | refused | someone with the phrase replaced the keys elsewhere: restore again |
//!
//! The phone holds no recovery key: without the phrase nobody can do this, with it nobody can keep it from being done.
//!
//! - `sign`: what is signed. `tell`: what becomes of it.

mod sign;
mod tell;
#[cfg(test)]
mod tests;

pub(crate) use tell::{go_on, spread};

use super::{Wallet, lifecycle, owner, wallet_list};
use crate::error::WalletError;
use crate::keys::{IssuerId, RecoveryKeys, RecoveryPhrase, WalletSeed};
use crate::operation::context::Context;
use crate::operation::keyslot::{StoredKeys, WalletKeys};
use sign::Scope;
use tell::Job;

/// How far the replacement of keys has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RekeyReport {
    /// How often the keys of this phrase were replaced.
    pub generation: u32,
    /// Issuers that know all new keys: whoever has the old phone can do nothing there any more.
    pub done: Vec<IssuerId>,
    /// Issuers that are still to be told, with what kept them from it. They are told again at every start.
    pub to_tell: Vec<RekeyFault>,
    /// Issuers that know other new keys: someone with the phrase has replaced them on another phone. Restore again.
    pub refused: Vec<RekeyFault>,
    /// Whether nothing is left to do.
    pub complete: bool,
}

/// What stands in the way of new keys at an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RekeyFault {
    /// The issuer.
    pub issuer: IssuerId,
    /// Why, as a stable code.
    pub fault: String,
}

impl Wallet {
    /// Replaces all keys of this wallet: every account's, and those of the issuers that it owns. Do this when a phone was
    /// lost or stolen. The old phone, and whatever was granted from it, tills too, can do nothing at an issuer as soon as
    /// that is told; those out of reach are told later.
    ///
    /// The roles that an owned issuer granted are void as well; the owner's own is given anew by itself, others are
    /// listed by [`grants`](Self::grants) as void.
    ///
    /// Fails with `wrong_phrase` if these words are not this wallet's; then nothing is done.
    pub async fn rekey(&self, phrase: &RecoveryPhrase) -> Result<RekeyReport, WalletError> {
        self.sign_rekeys(phrase, Scope::Everything).await?;
        self.continue_rekey().await
    }

    /// Brings accounts to the newest generation of keys that were out of reach when it was made, for instance because a
    /// restore found them later. Does nothing to the others.
    pub async fn rekey_behind(&self, phrase: &RecoveryPhrase) -> Result<RekeyReport, WalletError> {
        self.sign_rekeys(phrase, Scope::Behind).await?;
        self.continue_rekey().await
    }

    /// Tells the issuers that do not know of the new keys yet.
    pub async fn continue_rekey(&self) -> Result<RekeyReport, WalletError> {
        let faults = Box::pin(go_on(&self.context)).await?;
        owner::flush_all(&self.context).await?;
        wallet_list::leave_everywhere(&self.context).await?;
        report(&self.context, &faults).await
    }

    async fn sign_rekeys(&self, phrase: &RecoveryPhrase, scope: Scope) -> Result<(), WalletError> {
        let context = &self.context;
        // Two calls at once must not make two generations.
        let _alone = context.rekeying.lock().await;
        let seed = phrase.seed();
        let recovery = RecoveryKeys::derive(&seed);
        let keys = context.keys()?;
        check_phrase(&keys, &recovery)?;
        let newest = keys.newest()?.generation();
        let generation = match scope {
            Scope::Everything => newest
                .checked_add(1)
                .ok_or_else(|| WalletError::invalid("phrase", "last_generation", "there is none after it"))?,
            Scope::Behind => newest,
        };
        let seeds: Vec<WalletSeed> = (0..=generation).map(|one| seed.wallet_seed(one)).collect();
        let next = WalletKeys::new(seeds, recovery.clone());
        let stored = StoredKeys::from_keys(&next);
        let now = context.now();
        context
            .write(move |write| {
                lifecycle::put_keys(write, &stored)?;
                sign::all(write, &seed, recovery, generation, scope, now)
            })
            .await?;
        context.keys.replace(next);
        Ok(())
    }
}

/// Whether these are the recovery keys of this wallet's words.
pub(crate) fn check_phrase(keys: &WalletKeys, recovery: &RecoveryKeys) -> Result<(), WalletError> {
    if recovery == keys.recovery() {
        Ok(())
    } else {
        Err(WalletError::invalid("phrase", "wrong_phrase", "these are not this wallet's words"))
    }
}

async fn report(context: &Context, faults: &[(IssuerId, String)]) -> Result<RekeyReport, WalletError> {
    let generation = context.keys()?.newest()?.generation();
    let jobs = context.read(tell::load).await?;
    let mut to_tell = Vec::new();
    let mut refused = Vec::new();
    let mut done: Vec<IssuerId> = Vec::new();
    for Job { told, to_tell: waiting, refused: conflicts, .. } in &jobs {
        done.extend(told);
        to_tell.extend(waiting.iter().map(|issuer| {
            RekeyFault {
                issuer: *issuer,
                fault: faults
                    .iter()
                    .find(|(at, _)| at == issuer)
                    .map_or_else(|| "not_asked".to_owned(), |(_, fault)| fault.clone()),
            }
        }));
        refused.extend(
            conflicts.iter().map(|(issuer, code)| RekeyFault { issuer: *issuer, fault: code.clone() }),
        );
    }
    done.sort_unstable();
    done.dedup();
    done.retain(|issuer| !to_tell.iter().chain(&refused).any(|fault| fault.issuer == *issuer));
    Ok(RekeyReport { generation, complete: to_tell.is_empty() && refused.is_empty(), done, to_tell, refused })
}
