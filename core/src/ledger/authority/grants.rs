//! Grants: from when until when one counts, who may give a role or a key, and who may take it back.

use super::{CLOCK_TOLERANCE_SECONDS, NotAllowed, Tense, founding_number};
use crate::artefact::{Cancel, Capabilities, Grant, GrantGiven, Refusal, Request, Role, Signed};
use crate::clock::UnixSeconds;
use crate::keys::AccountId;
use crate::ledger::{FoundingKeys, Holder};
use crate::money::Amount;

/// A grant, and since when it is void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownGrant {
    /// The grant.
    pub grant: Signed<Grant>,
    /// The issuer's refusal that says it was cancelled; absent if nobody cancelled it.
    pub cancelled: Option<Signed<Refusal>>,
}

impl KnownGrant {
    /// A grant that nobody cancelled.
    pub fn uncancelled(grant: Signed<Grant>) -> Self {
        Self { grant, cancelled: None }
    }

    /// A grant that is cancelled if one of these refusals says so.
    pub fn of(grant: Signed<Grant>, cancels: &[Signed<Refusal>]) -> Self {
        let hash = grant.hash();
        Self { cancelled: cancels.iter().find(|cancel| cancel.body().subject == hash).cloned(), grant }
    }

    /// When the issuer took note of its cancel.
    pub fn cancelled_at(&self) -> Option<UnixSeconds> {
        let refusal = self.cancelled.as_ref()?.body();
        (refusal.subject == self.grant.hash()).then_some(refusal.time)
    }

    /// Whether it counts at `time`, its signer apart.
    pub(super) fn check_time(&self, time: UnixSeconds) -> Result<(), NotAllowed> {
        let grant = self.grant.body();
        if !grant.in_time(time) {
            Err(NotAllowed::Ended)
        } else if self.cancelled_at().is_some_and(|cancelled| time > cancelled) {
            Err(NotAllowed::Cancelled)
        } else if grant.signed_at.saturating_sub(time) > CLOCK_TOLERANCE_SECONDS {
            Err(NotAllowed::NotYet)
        } else {
            Ok(())
        }
    }
}

/// The owner role: given by the issuer's founding key. Gives how far below zero the account may go.
pub fn owner_limit(
    issuer: &FoundingKeys,
    account: &AccountId,
    known: &KnownGrant,
    time: UnixSeconds,
    tense: Tense,
) -> Result<Amount, NotAllowed> {
    let grant = known.grant.body();
    if issuer.holder() != Holder::Issuer(grant.issuer) || grant.account != *account {
        return Err(NotAllowed::Elsewhere);
    }
    match (grant.given, grant.limit) {
        (GrantGiven::Role(Role::Owner), Some(limit)) => {
            founding_number(issuer, known.grant.signer(), tense)?;
            known.check_time(time)?;
            Ok(limit)
        }
        _ => Err(NotAllowed::NotGranted),
    }
}

/// The worker role: given by the founding key of an account with the owner role. `owner` and `owner_grant` are that
/// account's keys and its role grant.
pub fn worker_grant(
    issuer: &FoundingKeys,
    known: &KnownGrant,
    owner: &FoundingKeys,
    owner_grant: &KnownGrant,
    time: UnixSeconds,
    tense: Tense,
) -> Result<(), NotAllowed> {
    let grant = known.grant.body();
    if grant.given != GrantGiven::Role(Role::Worker) {
        return Err(NotAllowed::NotGranted);
    }
    if issuer.holder() != Holder::Issuer(grant.issuer) {
        return Err(NotAllowed::Elsewhere);
    }
    let Holder::Account(owner_account) = owner.holder() else { return Err(NotAllowed::Elsewhere) };
    founding_number(owner, known.grant.signer(), tense)?;
    known.check_time(time)?;
    owner_limit(issuer, &owner_account, owner_grant, time, tense).map(drop)
}

/// Whether the signer of a new grant may give it; `signer_is_owner`: it is the founding key in force of an account with
/// the owner role in force.
pub fn may_grant(
    issuer: &FoundingKeys,
    account: &FoundingKeys,
    grant: &Signed<Grant>,
    signer_is_owner: bool,
) -> Result<(), NotAllowed> {
    let body = grant.body();
    if issuer.holder() != Holder::Issuer(body.issuer) || account.holder() != Holder::Account(body.account) {
        return Err(NotAllowed::Elsewhere);
    }
    let by = |keys| founding_number(keys, grant.signer(), Tense::Now).map(drop);
    match body.given {
        GrantGiven::Role(Role::Owner) => by(issuer),
        GrantGiven::Role(_) if signer_is_owner => Ok(()),
        GrantGiven::Role(_) => Err(NotAllowed::NotGranted),
        GrantGiven::Key(_, Capabilities::ATTEST) => by(issuer),
        GrantGiven::Key(_, set) if set.allows(Capabilities::ATTEST) => Err(NotAllowed::NotGranted),
        GrantGiven::Key(..) => by(account),
    }
}

/// What is to be cancelled.
#[derive(Debug, Clone, Copy)]
pub enum CancelTarget<'a> {
    /// A grant.
    Grant(&'a Signed<Grant>),
    /// A request.
    Request(&'a Signed<Request>),
}

/// Whether a cancel counts: signed by who signed its target, unless that key was replaced since, or by the founding key
/// in force of the account that the target names.
pub fn cancel(
    cancel: &Signed<Cancel>,
    target: CancelTarget<'_>,
    issuer: &FoundingKeys,
    account: &FoundingKeys,
) -> Result<(), NotAllowed> {
    let body = cancel.body();
    let (hash, signer, named) = match target {
        CancelTarget::Grant(grant) if grant.body().issuer != body.issuer => {
            return Err(NotAllowed::Elsewhere);
        }
        CancelTarget::Grant(grant) => (grant.hash(), grant.signer(), grant.body().account),
        CancelTarget::Request(request) => (request.hash(), request.signer(), request.body().payee),
    };
    if body.target != hash
        || body.account != named
        || account.holder() != Holder::Account(named)
        || issuer.holder() != Holder::Issuer(body.issuer)
    {
        return Err(NotAllowed::Elsewhere);
    }
    match cancel.signer() {
        key if key == account.key() => Ok(()),
        key if issuer.is_void(key) || account.is_void(key) => Err(NotAllowed::Replaced),
        key if key == signer => Ok(()),
        _ => Err(NotAllowed::UnknownKey),
    }
}
