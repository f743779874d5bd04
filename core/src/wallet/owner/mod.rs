//! What only the owner of an issuer does.
//!
//! The issuer's founding key never leaves the owner's wallet; the host has a signing key, and only as long as the newest
//! card names it. So everything that makes an issuer what it is, its card, roles, keys and names, is an *act*: signed
//! here, stored before it is sent, sent in order until the issuer has answered, and listed.
//!
//! - `founding`: from a `draft` to an issuer with an owner's account that may go below zero.
//! - `card`: changing the card, the signing key, the epoch. `grants`: roles, keys, names, and their end.
//! - `standing`: how grants stand. `acts`: storing and sending all of these; `effects`: what changes here once they are
//!   accepted. `check`: whether the host's statements are true.
//!
//! Issuing money is an ordinary payment from the owner's account.

mod acts;
mod card;
mod check;
mod draft;
mod effects;
mod founding;
mod grants;
mod standing;

pub use card::{CardChanges, CardUpdate};
pub use check::{IssuerCheck, IssuerFault, OwnerDebt};
pub use draft::FoundingDraft;
pub use founding::UnfinishedFounding;
pub use grants::{AttestedName, GrantGivenTo, GrantInfo, GrantState, KeyCapabilities};

pub(crate) use acts::{flush, flush_all};
pub(crate) use card::next_card;
pub(crate) use founding::{continue_all as continue_foundings, note_taken as note_taken_index};
pub(crate) use grants::owner_grant;

use super::Wallet;
use crate::artefact::Card;
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::{AccountId, IssuerId, SigningKey};
use crate::operation::context::Context;
use crate::operation::keyslot::WalletKeys;
use crate::operation::trust::{self, KnownIssuer};
use crate::store::Cipher;
use crate::store::tables::account::AccountRecord;
use crate::store::tables::act::{self, ActState};
use crate::store::tables::issuer::ISSUERS;

/// An issuer that this wallet owns.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct OwnedIssuer {
    /// The issuer.
    pub issuer: IssuerId,
    /// The owner's own account there.
    pub account: AccountId,
    /// The card in force.
    pub card: Card,
    /// How many signed acts the issuer has not answered yet; they are sent again at every start.
    pub waiting: u32,
}

impl Wallet {
    /// The issuers that this wallet owns, by name. Needs no network.
    pub async fn owned_issuers(&self) -> Result<Vec<OwnedIssuer>, WalletError> {
        self.context
            .read(|connection, cipher| {
                let mut all = Vec::new();
                for record in ISSUERS.all(connection, cipher)? {
                    if record.owned.is_some() {
                        all.push(describe(connection, cipher, &record.issuer)?);
                    }
                }
                all.sort_by(|one, other| (&one.card.name, one.issuer).cmp(&(&other.card.name, other.issuer)));
                Ok(all)
            })
            .await
    }

    /// An issuer that this wallet owns. Needs no network.
    pub async fn owned_issuer(&self, issuer: IssuerId) -> Result<OwnedIssuer, WalletError> {
        self.context
            .read(move |connection, cipher| {
                if trust::issuer(connection, cipher, &issuer)?.record.owned.is_none() {
                    return Err(not_owner());
                }
                describe(connection, cipher, &issuer)
            })
            .await
    }

    /// Sends whatever was signed for an issuer and not answered yet. Does nothing if nothing waits.
    pub async fn send_waiting(&self, issuer: IssuerId) -> Result<(), WalletError> {
        flush(&self.context, issuer).await
    }
}

fn describe(
    connection: &rusqlite::Connection,
    cipher: &Cipher,
    issuer: &IssuerId,
) -> Result<OwnedIssuer, WalletError> {
    let acts = act::of_issuer(connection, cipher, &ISSUERS.key(cipher, issuer))?;
    let waiting = acts.iter().filter(|act| act.state == ActState::Waiting).count();
    Ok(OwnedIssuer {
        issuer: *issuer,
        account: trust::account(connection, cipher, issuer)?.account,
        card: trust::issuer(connection, cipher, issuer)?.signed_card.body().clone(),
        waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
    })
}

/// An issuer with the keys to speak for it, and the owner's account there.
pub(crate) struct Owner {
    pub(crate) issuer: KnownIssuer,
    pub(crate) account: AccountRecord,
    /// The issuer's founding key in force.
    pub(crate) key: SigningKey,
}

impl Owner {
    /// Fails with `not_owner` unless this wallet holds the founding key in force.
    pub(crate) fn of(
        connection: &rusqlite::Connection,
        cipher: &Cipher,
        keys: &WalletKeys,
        issuer: &IssuerId,
    ) -> Result<Self, WalletError> {
        let known = trust::issuer(connection, cipher, issuer)?;
        let key = keys.issuer_key(known.record.owned.ok_or_else(not_owner)?)?;
        if key.public_key() != *known.founding.key() {
            return Err(not_owner());
        }
        Ok(Self { account: trust::account(connection, cipher, issuer)?, issuer: known, key })
    }

    /// For work outside a transaction.
    async fn load(context: &Context, issuer: IssuerId) -> Result<Self, WalletError> {
        let keys = context.keys()?;
        context.read(move |connection, cipher| Self::of(connection, cipher, &keys, &issuer)).await
    }
}

fn not_owner() -> WalletError {
    WalletError::denied("not_owner", "this wallet does not hold the issuer's founding key")
}

/// The time to sign with: the issuer's, and never before what was signed for it earlier.
fn signing_time(acts: &[act::Act], issuer_now: UnixSeconds) -> UnixSeconds {
    acts.iter().map(|act| act.record.signed_at).fold(issuer_now, UnixSeconds::max)
}

#[cfg(test)]
mod tests;
