//! Acting: by what right a key signs orders, requests and names.

use super::{KnownGrant, NotAllowed, Tense, founding_number};
use crate::artefact::{Attestation, Capabilities, Order, Request, Signed, Unproven};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId, PublicKey};
use crate::ledger::{FoundingKeys, Holder};
use crate::money::Amount;

/// An order is executed at most so many seconds before its expiry (protocol §3.7).
pub const ORDER_LIFE_SECONDS: i64 = 120;

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
