//! Giving roles, keys and names, and taking them back.

use super::super::Wallet;
use super::acts::{self, deliver};
use super::card::{composed, sign};
use super::{Owner, not_owner, signing_time, standing};
use crate::artefact::{Attestation, Cancel, Capabilities, Grant, GrantGiven, Role, Signed};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::{AccountId, Digest, IssuerId, PublicKey, SigningKey};
use crate::money::Amount;
use crate::operation::context::{Context, Write};
use crate::operation::keyslot::WalletKeys;
use crate::operation::trust::{self, KnownIssuer};
use crate::store::tables::account::AccountRecord;
use crate::store::tables::act::{self, ActKind, ActState};
use crate::store::tables::issuer::ISSUERS;

/// What a key may do for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[allow(clippy::struct_excessive_bools, reason = "a set, not a state")]
pub struct KeyCapabilities {
    /// Pay.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub pay: bool,
    /// Ask for payments.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub receive: bool,
    /// Pay back what was paid to the account.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub refund: bool,
    /// Read the account.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub view: bool,
    /// Give accounts their public names: for an issuer's owner only, and for a key that may do nothing else.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub attest: bool,
}

/// What a grant gives, to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum GrantGivenTo {
    /// A role, to an account.
    Account {
        /// The account.
        account: AccountId,
        /// The role.
        role: Role,
    },
    /// Capabilities, to a key that acts for this wallet's account.
    Key {
        /// The key.
        key: PublicKey,
        /// What it may do.
        capabilities: KeyCapabilities,
    },
}

/// How a grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum GrantState {
    /// Signed; the issuer has not answered yet. It is sent again at every start.
    Waiting,
    /// It counts.
    InForce,
    /// The issuer did not take it.
    Refused,
    /// It was taken back.
    Cancelled,
    /// Another role took its place.
    Replaced,
    /// Its time is over.
    Ended,
    /// The key that gave it was replaced.
    Void,
}

/// A grant that was signed by this wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct GrantInfo {
    /// Names it.
    pub grant: Digest,
    /// The issuer at which it counts.
    pub issuer: IssuerId,
    /// What it gives, to whom.
    pub given: GrantGivenTo,
    /// An owner: how far the account may go below zero. Otherwise the most that may be paid in a UTC day.
    pub limit: Option<Amount>,
    /// It ends after this, by the issuer's clock.
    pub not_after: UnixSeconds,
    /// When it was signed.
    pub signed_at: UnixSeconds,
    /// How it stands.
    pub state: GrantState,
}

/// A public name that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct AttestedName {
    /// What was signed.
    pub attestation: Attestation,
    /// Whether the issuer's host has it: if not, it is sent again at every start.
    pub state: ActState,
}

impl Wallet {
    /// Gives an account a role. Only for the owner of the issuer.
    ///
    /// `Owner` needs a limit: how far below zero the account may go. All owners' limits together stay within the card's.
    /// For a worker the limit is what the account may pay in a UTC day. A role replaces the account's earlier one.
    /// Without a network the grant waits, and is sent later; `Refused` if the host does not take it.
    pub async fn grant_role(
        &self,
        issuer: IssuerId,
        account: AccountId,
        role: Role,
        limit: Option<Amount>,
        not_after: UnixSeconds,
    ) -> Result<GrantInfo, WalletError> {
        match (role, limit) {
            (Role::Customer, _) => {
                return Err(WalletError::invalid(
                    "role",
                    "role_gives_nothing",
                    "cancel the other role instead",
                ));
            }
            (Role::Owner, None) => {
                return Err(WalletError::invalid("limit", "limit_missing", "an owner needs one"));
            }
            _ => {}
        }
        let given = GrantGiven::Role(role);
        give(&self.context, issuer, Some(account), given, limit, not_after).await
    }

    /// Lets another key act for this wallet's account at an issuer: a till, a second phone. Granted keys grant nothing.
    ///
    /// With `attest`, which must stand alone, the key may give names for an issuer that this wallet owns.
    pub async fn grant_key(
        &self,
        issuer: IssuerId,
        key: PublicKey,
        capabilities: KeyCapabilities,
        limit: Option<Amount>,
        not_after: UnixSeconds,
    ) -> Result<GrantInfo, WalletError> {
        key.check()?;
        let given = GrantGiven::Key(key, capabilities.to_set()?);
        give(&self.context, issuer, None, given, limit, not_after).await
    }

    /// Gives an account its public name, which payers are shown. Names are unique at an issuer: another account with one
    /// that looks alike makes it `Refused` (`name_taken`). Without a network it waits, and is sent later.
    pub async fn attest(
        &self,
        issuer: IssuerId,
        account: AccountId,
        name: &str,
        role: Role,
        not_after: UnixSeconds,
    ) -> Result<AttestedName, WalletError> {
        let keys = self.context.keys()?;
        let issuer_now = self.context.backend.issuer_now(&issuer);
        let name = composed(name);
        let signed = self
            .context
            .write(move |write| {
                let owner = Owner::of(write.transaction, write.cipher, &keys, &issuer)?;
                let signed_at = now(write, issuer, issuer_now)?;
                let body = Attestation { issuer, account, name, role, not_after, signed_at };
                let signed = sign(&body, &owner.key)?;
                acts::insert(write, issuer, ActKind::Attestation, &signed, signed_at)?;
                Ok(signed)
            })
            .await?;
        let act = deliver(&self.context, issuer, signed.hash()).await?;
        Ok(AttestedName { attestation: signed.body().clone(), state: act.state })
    }

    /// Takes a grant back. It is void as soon as the issuer knows of it; without a network that is later.
    pub async fn cancel_grant(&self, issuer: IssuerId, grant: Digest) -> Result<GrantInfo, WalletError> {
        let keys = self.context.keys()?;
        let issuer_now = self.context.backend.issuer_now(&issuer);
        let signed = self
            .context
            .write(move |write| {
                let (known, account) = load(write, &issuer)?;
                let grant = find(write, &account, &grant)?;
                let key = signer_of(&known, &account, &keys, &grant)?;
                let signed_at = now(write, issuer, issuer_now)?;
                let cancel =
                    Cancel { issuer, target: grant.hash(), signed_at, account: grant.body().account };
                let cancel = sign(&cancel, &key)?;
                acts::insert(write, issuer, ActKind::Cancel, &cancel, signed_at)?;
                Ok(cancel)
            })
            .await?;
        deliver(&self.context, issuer, signed.hash()).await?;
        self.grant(issuer, grant).await
    }

    /// All grants of this wallet at an issuer, newest first: those signed here, and those of its own account.
    pub async fn grants(&self, issuer: IssuerId) -> Result<Vec<GrantInfo>, WalletError> {
        let issuer_now = self.context.backend.issuer_now(&issuer);
        self.context
            .read(move |connection, cipher| standing::list(connection, cipher, &issuer, issuer_now))
            .await
    }

    /// A grant of this wallet.
    pub async fn grant(&self, issuer: IssuerId, grant: Digest) -> Result<GrantInfo, WalletError> {
        let all = self.grants(issuer).await?;
        all.into_iter().find(|info| info.grant == grant).ok_or_else(|| WalletError::not_found("grant"))
    }
}

impl KeyCapabilities {
    fn to_set(self) -> Result<Capabilities, WalletError> {
        let parts = [
            (self.pay, Capabilities::PAY),
            (self.receive, Capabilities::RECEIVE),
            (self.refund, Capabilities::REFUND),
            (self.view, Capabilities::VIEW),
            (self.attest, Capabilities::ATTEST),
        ];
        let set = parts
            .into_iter()
            .filter_map(|(wanted, capability)| wanted.then_some(capability))
            .reduce(Capabilities::and)
            .ok_or_else(|| WalletError::invalid("capabilities", "no_capability", "none is given"))?;
        if set.allows(Capabilities::ATTEST) && set != Capabilities::ATTEST {
            return Err(WalletError::invalid("capabilities", "attest_alone", "`attest` must stand alone"));
        }
        Ok(set)
    }

    pub(crate) fn of_set(set: Capabilities) -> Self {
        Self {
            pay: set.allows(Capabilities::PAY),
            receive: set.allows(Capabilities::RECEIVE),
            refund: set.allows(Capabilities::REFUND),
            view: set.allows(Capabilities::VIEW),
            attest: set.allows(Capabilities::ATTEST),
        }
    }
}

/// Signs a grant and sends it. Without an account it is about this wallet's own.
async fn give(
    context: &Context,
    issuer: IssuerId,
    account: Option<AccountId>,
    given: GrantGiven,
    limit: Option<Amount>,
    not_after: UnixSeconds,
) -> Result<GrantInfo, WalletError> {
    let keys = context.keys()?;
    let issuer_now = context.backend.issuer_now(&issuer);
    if not_after <= issuer_now {
        return Err(WalletError::invalid("not_after", "in_the_past", "has passed already"));
    }
    let nonce = context.entropy.bytes();
    let signed = context
        .write(move |write| {
            let (known, own) = load(write, &issuer)?;
            let signed_at = now(write, issuer, issuer_now)?;
            let account = account.unwrap_or(own.account);
            let grant = Grant { issuer, account, given, limit, not_after, signed_at, nonce };
            let key = if by_issuer(&given) { issuer_key(&known, &keys)? } else { keys.founding_key(&own)? };
            let signed = sign(&grant, &key)?;
            acts::insert(write, issuer, ActKind::Grant, &signed, signed_at)?;
            Ok(signed)
        })
        .await?;
    deliver(context, issuer, signed.hash()).await?;
    let hash = signed.hash();
    let all = context
        .read(move |connection, cipher| standing::list(connection, cipher, &issuer, issuer_now))
        .await?;
    all.into_iter().find(|info| info.grant == hash).ok_or_else(|| WalletError::not_found("grant"))
}

/// The owner role of the owner's own account, signed and stored to be sent.
pub(crate) fn owner_grant(
    write: &Write<'_>,
    key: &SigningKey,
    account: &AccountRecord,
    limit: Amount,
    signed_at: UnixSeconds,
    nonce: [u8; 8],
) -> Result<Digest, WalletError> {
    /// As long as the owner keeps the founding key, which can always grant it again.
    const SECONDS: i64 = 10 * 365 * 86_400;
    let grant = Grant {
        issuer: account.issuer,
        account: account.account,
        given: GrantGiven::Role(Role::Owner),
        limit: Some(limit),
        not_after: signed_at.saturating_add(SECONDS),
        signed_at,
        nonce,
    };
    acts::insert(write, account.issuer, ActKind::Grant, &sign(&grant, key)?, signed_at)
}

/// Whether this is the issuer's to give: the owner role, and the right to give names. Everything else is an account's.
fn by_issuer(given: &GrantGiven) -> bool {
    match given {
        GrantGiven::Role(role) => *role == Role::Owner,
        GrantGiven::Key(_, set) => *set == Capabilities::ATTEST,
    }
}

fn issuer_key(known: &KnownIssuer, keys: &WalletKeys) -> Result<SigningKey, WalletError> {
    let key = keys.issuer_key(known.record.owned.ok_or_else(not_owner)?)?;
    if key.public_key() == *known.founding.key() { Ok(key) } else { Err(not_owner()) }
}

/// The key that may cancel a grant: the one that signed it, if it is in force still.
fn signer_of(
    known: &KnownIssuer,
    own: &AccountRecord,
    keys: &WalletKeys,
    grant: &Signed<Grant>,
) -> Result<SigningKey, WalletError> {
    let key = if by_issuer(&grant.body().given) { issuer_key(known, keys)? } else { keys.founding_key(own)? };
    if key.public_key() == *grant.signer() {
        Ok(key)
    } else {
        Err(WalletError::Conflict { what: "key of this grant".into() })
    }
}

fn load(write: &Write<'_>, issuer: &IssuerId) -> Result<(KnownIssuer, AccountRecord), WalletError> {
    Ok((
        trust::issuer(write.transaction, write.cipher, issuer)?,
        trust::account(write.transaction, write.cipher, issuer)?,
    ))
}

fn now(write: &Write<'_>, issuer: IssuerId, issuer_now: UnixSeconds) -> Result<UnixSeconds, WalletError> {
    let acts = act::of_issuer(write.transaction, write.cipher, &ISSUERS.key(write.cipher, issuer))?;
    Ok(signing_time(&acts, issuer_now))
}

/// A grant that was signed here, or that the issuer told of.
fn find(write: &Write<'_>, account: &AccountRecord, grant: &Digest) -> Result<Signed<Grant>, WalletError> {
    if let Some(act) = act::get(write.transaction, write.cipher, grant)?
        && act.record.kind == ActKind::Grant
    {
        return trust::stored(&act.record.artefact, "act.value");
    }
    let told = standing::own_grants(account)?.into_iter().find(|told| told.hash() == *grant);
    told.ok_or_else(|| WalletError::not_found("grant"))
}
