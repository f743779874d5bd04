//! Who may sign what (protocol §3). Issuers decide by it, wallets judge by it.
//!
//! A founding key acts itself or through keys that it granted capabilities; granted keys grant nothing. A grant counts
//! while it is in time, not cancelled, and signed by a founding key that counts.

use super::{FoundingKeys, Holder};
use crate::artefact::{
    Attestation, Cancel, Capabilities, Grant, GrantGiven, Order, Refusal, Request, Role, Signed, Unproven,
};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId, PublicKey};
use crate::money::Amount;

/// How far the clock of who signs may be ahead of the issuer's, in seconds (protocol §1.3).
pub const CLOCK_TOLERANCE_SECONDS: i64 = 300;

/// An order is executed at most so many seconds before its expiry (protocol §3.7).
pub const ORDER_LIFE_SECONDS: i64 = 120;

/// A grant, and since when it is void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownGrant {
    /// The grant.
    pub grant: Signed<Grant>,
    /// The issuer's refusal that says it was cancelled; absent if nobody cancelled it.
    pub cancelled: Option<Signed<Refusal>>,
}

/// From when we look at what a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    /// Now: only the founding key in force counts, and what it granted.
    Now,
    /// Back then: what a founding key signed before it was replaced stays good. When an issuer learnt of a rekey is not
    /// on record, so any founding key of the id counts; the number that it has is given back.
    Then,
}

/// By what right a key signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// It is the founding key of this number.
    Founding {
        /// The number of the rekey that brought the key; 0 for the first.
        number: u32,
    },
    /// It was granted a capability.
    Granted {
        /// The number of the founding key that granted it.
        number: u32,
        /// Hash of the grant.
        grant: Digest,
        /// The most that the key may pay in a UTC day, if there is a limit.
        limit: Option<Amount>,
    },
}

impl Right {
    /// The number of the founding key that stands behind it.
    pub fn number(&self) -> u32 {
        match self {
            Self::Founding { number } | Self::Granted { number, .. } => *number,
        }
    }
}

/// All rights that a key had. A key may have been granted the same before and after a rekey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// That of the newest founding key; of several, the first found.
    pub newest: Right,
    /// The number of the oldest founding key that alone would have been enough.
    pub oldest_number: u32,
}

impl Rights {
    fn only(right: Right) -> Self {
        Self { newest: right, oldest_number: right.number() }
    }

    fn and(self, other: Self) -> Self {
        Self {
            newest: if other.newest.number() > self.newest.number() { other.newest } else { self.newest },
            oldest_number: self.oldest_number.min(other.oldest_number),
        }
    }
}

/// Why a key may not sign something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAllowed {
    /// It is for another issuer or account.
    #[error("it is for another issuer or account")]
    Elsewhere,
    /// The key is neither a founding key nor granted anything.
    #[error("its signer was never granted anything")]
    UnknownKey,
    /// The key was granted other capabilities only.
    #[error("its signer was not granted this")]
    NotGranted,
    /// The key, or the one that granted it, was replaced by a rekey.
    #[error("its signer's key was replaced")]
    Replaced,
    /// The grant has ended.
    #[error("what its signer was granted has ended")]
    Ended,
    /// The grant was cancelled.
    #[error("what its signer was granted was cancelled")]
    Cancelled,
    /// The grant was signed later.
    #[error("its signer was granted this only later")]
    NotYet,
}

impl NotAllowed {
    /// A stable name for this reason.
    pub fn code(self) -> &'static str {
        match self {
            Self::Elsewhere => "elsewhere",
            Self::UnknownKey => "unknown_key",
            Self::NotGranted => "not_granted",
            Self::Replaced => "key_replaced",
            Self::Ended => "grant_ended",
            Self::Cancelled => "grant_cancelled",
            Self::NotYet => "grant_not_yet",
        }
    }
}

impl KnownGrant {
    /// A grant that nobody cancelled.
    pub fn uncancelled(grant: Signed<Grant>) -> Self {
        Self { grant, cancelled: None }
    }

    /// When the issuer took note of its cancel.
    pub fn cancelled_at(&self) -> Option<UnixSeconds> {
        let refusal = self.cancelled.as_ref()?.body();
        (refusal.subject == self.grant.hash()).then_some(refusal.time)
    }

    /// Whether it counts at `time`, its signer apart.
    fn check_time(&self, time: UnixSeconds) -> Result<(), NotAllowed> {
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

/// What is known of who acts for an account at one issuer.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// The issuer.
    pub issuer: IssuerId,
    /// The account's founding keys.
    pub keys: &'a FoundingKeys,
    /// Grants that name the account; those of roles, and of other accounts, do no harm.
    pub grants: &'a [KnownGrant],
}

impl Account<'_> {
    /// The account.
    pub fn id(&self) -> Option<AccountId> {
        match self.keys.holder() {
            Holder::Account(account) => Some(account),
            Holder::Issuer(_) => None,
        }
    }

    /// By what right `key` does what any one of `capabilities` would allow. A founding key may do everything. Of several
    /// rights it is that of the newest founding key.
    pub fn right(
        &self,
        key: &PublicKey,
        capabilities: &[Capabilities],
        time: UnixSeconds,
        tense: Tense,
    ) -> Result<Right, NotAllowed> {
        self.rights(key, capabilities, time, tense).map(|rights| rights.newest)
    }

    /// By what right an order of this account is signed.
    pub fn order(&self, order: &Signed<Order>, time: UnixSeconds, tense: Tense) -> Result<Right, NotAllowed> {
        self.order_rights(order, time, tense).map(|rights| rights.newest)
    }

    /// By what rights an order of this account was signed that was executed at `time` in `epoch`. In an epoch after the
    /// first it may have been executed again after a restore: what counts then is what its signer could do when it was
    /// executed first, which was in the two minutes before its expiry.
    pub fn executed(
        &self,
        order: &Signed<Order>,
        time: UnixSeconds,
        epoch: u32,
    ) -> Result<Rights, NotAllowed> {
        let latest = self.order_rights(order, time.min(order.body().not_after), Tense::Then);
        if epoch == 0 {
            return latest;
        }
        match (latest, self.order_rights(order, earliest_execution(order), Tense::Then)) {
            (Ok(latest), Ok(earliest)) => Ok(latest.and(earliest)),
            (latest, earliest) => earliest.or(latest),
        }
    }

    fn order_rights(
        &self,
        order: &Signed<Order>,
        time: UnixSeconds,
        tense: Tense,
    ) -> Result<Rights, NotAllowed> {
        let body = order.body();
        if body.issuer != self.issuer || Some(body.payer) != self.id() {
            return Err(NotAllowed::Elsewhere);
        }
        let capabilities: &[Capabilities] = match body.repays {
            Some(_) => &[Capabilities::PAY, Capabilities::REFUND],
            None => &[Capabilities::PAY],
        };
        self.rights(order.signer(), capabilities, time, tense)
    }

    fn rights(
        &self,
        key: &PublicKey,
        capabilities: &[Capabilities],
        time: UnixSeconds,
        tense: Tense,
    ) -> Result<Rights, NotAllowed> {
        let own = founding_number(self.keys, key, tense).map(|number| Right::Founding { number });
        let mut found = own.ok().map(Rights::only);
        let mut reason = if self.keys.is_void(key) { NotAllowed::Replaced } else { NotAllowed::UnknownKey };
        for known in self.grants {
            match self.granted(known, key, capabilities, time, tense).map(Rights::only) {
                Ok(right) => found = Some(found.map_or(right, |found| found.and(right))),
                Err(NotAllowed::UnknownKey) => {}
                Err(other) => reason = other,
            }
        }
        found.ok_or(reason)
    }

    /// Who signed a request of this account, which names no key: all that may receive are tried.
    pub fn request(
        &self,
        request: &Unproven<Request>,
        time: UnixSeconds,
        tense: Tense,
    ) -> Result<(Signed<Request>, Right), NotAllowed> {
        if Some(request.body().payee) != self.id() {
            return Err(NotAllowed::Elsewhere);
        }
        let founding = self.keys.all().map(|known| known.key);
        let granted = self.grants.iter().filter_map(|known| known.grant.body().key().map(|(key, _)| *key));
        let mut reason = NotAllowed::UnknownKey;
        for key in founding.chain(granted) {
            match self.right(&key, &[Capabilities::RECEIVE], time, tense) {
                Ok(right) => {
                    if let Ok(signed) = request.clone().prove(&key) {
                        return Ok((signed, right));
                    }
                }
                // Only the reason of the key that signed it is worth telling.
                Err(why) if request.clone().prove(&key).is_ok() => reason = why,
                Err(_) => {}
            }
        }
        Err(reason)
    }

    fn granted(
        &self,
        known: &KnownGrant,
        key: &PublicKey,
        capabilities: &[Capabilities],
        time: UnixSeconds,
        tense: Tense,
    ) -> Result<Right, NotAllowed> {
        let grant = known.grant.body();
        let Some((granted_key, set)) = grant.key() else { return Err(NotAllowed::UnknownKey) };
        if granted_key != key || grant.issuer != self.issuer || Some(grant.account) != self.id() {
            return Err(NotAllowed::UnknownKey);
        }
        // The issuer grants `attest`, and that alone; whatever else a key may do is the account's to grant.
        if set.allows(Capabilities::ATTEST) || !capabilities.iter().any(|needed| set.allows(*needed)) {
            return Err(NotAllowed::NotGranted);
        }
        let number = founding_number(self.keys, known.grant.signer(), tense)?;
        known.check_time(time)?;
        Ok(Right::Granted { number, grant: known.grant.hash(), limit: grant.limit })
    }
}

/// When an order can have been executed first at the earliest.
fn earliest_execution(order: &Signed<Order>) -> UnixSeconds {
    order.body().not_after.saturating_sub(ORDER_LIFE_SECONDS)
}

/// Whether an order was certainly executed after another one, at `other`, of the same chain: in the first epoch because
/// it stands after it, in later ones, where it may have been executed before, only if its expiry shows it.
pub fn is_executed_after(order: &Signed<Order>, epoch: u32, other: UnixSeconds) -> bool {
    epoch == 0 || earliest_execution(order) > other
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

/// By what right a name is attested: by the issuer's founding key, or a key to which that granted `attest`.
pub fn attestation(
    issuer: &FoundingKeys,
    attestation: &Signed<Attestation>,
    grants: &[KnownGrant],
    time: UnixSeconds,
    tense: Tense,
) -> Result<Right, NotAllowed> {
    if issuer.holder() != Holder::Issuer(attestation.body().issuer) {
        return Err(NotAllowed::Elsewhere);
    }
    let key = attestation.signer();
    if let Ok(number) = founding_number(issuer, key, tense) {
        return Ok(Right::Founding { number });
    }
    let mut reason = if issuer.is_void(key) { NotAllowed::Replaced } else { NotAllowed::UnknownKey };
    for known in grants {
        let grant = known.grant.body();
        if grant.issuer != attestation.body().issuer || grant.key() != Some((key, Capabilities::ATTEST)) {
            continue;
        }
        let number = founding_number(issuer, known.grant.signer(), tense);
        match number.and_then(|number| known.check_time(time).map(|()| number)) {
            Ok(number) => {
                return Ok(Right::Granted { number, grant: known.grant.hash(), limit: grant.limit });
            }
            Err(why) => reason = why,
        }
    }
    Err(reason)
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

/// The number of a founding key, if it counts in this tense.
fn founding_number(keys: &FoundingKeys, key: &PublicKey, tense: Tense) -> Result<u32, NotAllowed> {
    match keys.number_of(key) {
        Some(number) if tense == Tense::Then || number == keys.number() => Ok(number),
        Some(_) => Err(NotAllowed::Replaced),
        None => Err(NotAllowed::UnknownKey),
    }
}
