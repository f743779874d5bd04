//! What an issuer tells of an account to a granted key: proven by the account's id, and never more than the holder gave.

use super::super::{currency, sync};
use crate::artefact::{Capabilities, Grant, Signed};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::issuer::answer::AccountState;
use crate::issuer::{AccountRef, Reader};
use crate::keys::PublicKey;
use crate::ledger::authority::{Account, NotAllowed, Tense};
use crate::ledger::{FoundingKeys, KnownGrant};
use crate::operation::acting::{not_granted, over};
use crate::operation::context::Context;
use crate::operation::keyslot::WalletKeys;
use crate::operation::trust::{self, KnownIssuer};
use crate::store::tables::Blob;
use crate::store::tables::account::{AccountRecord, ActingRecord, ActingState, Persona};

/// An account that is somebody else's, and the grant by which this wallet acts for it.
pub(super) struct Told {
    pub(super) state: AccountState,
    pub(super) keys: FoundingKeys,
    pub(super) grant: Signed<Grant>,
    /// Of the wallet seed whose device key the grant names.
    pub(super) generation: u32,
}

/// Asks for the account, with whichever of the wallet's device keys may view it; the newest first.
pub(super) async fn ask(
    context: &Context,
    keys: &WalletKeys,
    account: AccountRef,
) -> Result<AccountState, WalletError> {
    let mut refused = None;
    for seed in keys.seeds().iter().rev() {
        let key = seed.device_key();
        match context.backend.account(Reader { account, key: &key }).await {
            Ok(state) => return Ok(state),
            Err(error) if error.is_problem(super::NOT_AUTHORISED) => {
                refused.get_or_insert(trust::network(&error));
            }
            Err(error) => return Err(trust::network(&error)),
        }
    }
    Err(refused.unwrap_or_else(|| WalletError::not_found("wallet seed")))
}

/// Why the issuer does not let this device view an account: which keys may receive for it is public.
pub(super) async fn why_not(context: &Context, keys: &WalletKeys, account: AccountRef) -> WalletError {
    let Ok(payee) = context.backend.payee(account).await else { return no_grant() };
    let is_ours = |key: &PublicKey| keys.seeds().iter().any(|seed| seed.device_key().public_key() == *key);
    let granted = payee.grants.iter().filter_map(|grant| grant.body().key());
    match granted.into_iter().find(|(key, _)| is_ours(key)) {
        Some((_, capabilities)) if !capabilities.allows(Capabilities::VIEW) => {
            not_granted(Capabilities::VIEW)
        }
        _ => no_grant(),
    }
}

/// How the grant stands that was in force before, if this is why it does not count any more.
pub(super) fn state_of(error: &WalletError) -> Option<ActingState> {
    match error.code() {
        NO_GRANT => Some(ActingState::Cancelled),
        code => [ActingState::Ended, ActingState::Cancelled, ActingState::Void]
            .into_iter()
            .find(|state| state.code() == code),
    }
}

const NO_GRANT: &str = "no_grant";

fn no_grant() -> WalletError {
    WalletError::denied(NO_GRANT, "the holder of this account has not let this device act for it")
}

impl Told {
    /// Proves the account by its id, and finds the newest grant that lets one of the wallet's device keys view it.
    /// `known`: the keys that it is known to have had; what was seen of them first stays.
    pub(super) fn prove(
        keys: &WalletKeys,
        place: AccountRef,
        known: Option<&FoundingKeys>,
        state: AccountState,
        now: UnixSeconds,
    ) -> Result<Self, WalletError> {
        let untrusted = |rule: &str, reason: String| WalletError::untrusted("account", rule, reason);
        if state.opening.body().issuer != place.issuer {
            return Err(untrusted("wrong_issuer", "was opened at another issuer".into()));
        }
        let proven = FoundingKeys::of_account(place.account, Some(&state.opening), &state.rekeys)
            .and_then(|proven| known.map_or(Ok(proven), |known| known.with(&state.rekeys)))
            .map_err(|error| untrusted(error.code(), error.to_string()))?;
        let (generation, grant) = newest(keys, place, &proven, &state.grants, now)?;
        Ok(Self { state, keys: proven, grant, generation })
    }

    /// As it is stored when the wallet begins to act for it: its chain is followed from the beginning.
    pub(super) fn account(&self, issuer: &KnownIssuer, now: UnixSeconds) -> AccountRecord {
        let mut account =
            currency::new_account(&self.state.opening, Persona::Private { index: 0 }, self.generation);
        account.opened = true;
        self.renew(&mut account, issuer, now);
        account
    }

    /// Notes what is new of an account.
    pub(super) fn renew(&self, account: &mut AccountRecord, issuer: &KnownIssuer, now: UnixSeconds) {
        let (role_grant, attestation, key_grants) =
            sync::account::proven(issuer, account.account, &self.keys, &self.state, now);
        account.set_role_grant(role_grant);
        account.attestation = attestation;
        account.key_grants = key_grants;
        account.founding_key = *self.keys.key();
        account.rekeys = self.keys.rekeys().iter().map(|rekey| Blob::from(rekey.bytes())).collect();
        account.generation = self.generation;
        account.acting = Some(ActingRecord { grant: self.grant.bytes().into(), state: ActingState::InForce });
    }
}

/// The newest grant in force that lets one of our device keys view the account. Whoever grants again means the last one,
/// so it is that which counts here, also where an earlier one allowed more.
fn newest(
    keys: &WalletKeys,
    place: AccountRef,
    founding: &FoundingKeys,
    grants: &[Signed<Grant>],
    now: UnixSeconds,
) -> Result<(u32, Signed<Grant>), WalletError> {
    let mut found: Option<(u32, &Signed<Grant>)> = None;
    let mut reason = NotAllowed::UnknownKey;
    for seed in keys.seeds() {
        let device = seed.device_key().public_key();
        for grant in grants {
            let known = [KnownGrant::uncancelled(grant.clone())];
            let account = Account { issuer: place.issuer, keys: founding, grants: &known };
            match account.right(&device, &[Capabilities::VIEW], now, Tense::Now) {
                Ok(_) if found.is_some_and(|(_, f)| f.body().signed_at > grant.body().signed_at) => {}
                Ok(_) => found = Some((seed.generation(), grant)),
                Err(NotAllowed::UnknownKey) => {}
                Err(why) => reason = why,
            }
        }
    }
    found.map(|(generation, grant)| (generation, grant.clone())).ok_or_else(|| match reason {
        NotAllowed::NotGranted => not_granted(Capabilities::VIEW),
        NotAllowed::Ended => over(ActingState::Ended),
        NotAllowed::Replaced => over(ActingState::Void),
        NotAllowed::Cancelled => over(ActingState::Cancelled),
        _ => no_grant(),
    })
}
