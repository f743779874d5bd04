//! Acting for somebody else's account with a granted key: a till, a worker's second phone.
//!
//! ```text
//! device                          holder of the account                    issuer
//! device_key() ──its link──> grant_key(…) ──grant──────────────────────────> keeps it
//!              <─grant_link()─┘
//! act_for(link) ──signed with the device key────────────────────────────────> the account and its grants
//!      └─proven: the account is in this wallet, read and used with the device key as far as the grant allows
//! ```
//!
//! The money stays the holder's: it is on no list of this wallet, and no words bring it back here. A grant that ends or is
//! taken back leaves what was read; a newer one is taken up by itself at the next synchronisation.
//!
//! - `told`: what an issuer tells, proven. `standing`: how the grant stands, asked anew.

mod standing;
#[cfg(test)]
mod tests;
mod told;

use std::sync::Arc;

use rusqlite::Connection;

use super::owner::KeyCapabilities;
use super::{CurrencyInfo, Wallet, currency, restore};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::event::Event;
use crate::issuer::AccountRef;
use crate::keys::{AccountId, Digest, IssuerId, PublicKey};
use crate::money::Amount;
use crate::operation::acting::{Acting, left_today};
use crate::operation::context::Context;
use crate::operation::trust::{self, KnownIssuer};
use crate::request::GrantLink;
use crate::store::Cipher;
use crate::store::tables::account::{ACCOUNTS, AccountRecord, ActingState};
use crate::store::tables::issuer::ISSUERS;
pub(super) use standing::{NOT_AUTHORISED, is_to_be_asked_for, lost, refresh};
use told::Told;

/// By what right a wallet acts for somebody else's account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ActingInfo {
    /// The newest grant to this device that the issuer told of.
    pub grant: Digest,
    /// How it stands. Unless it is in force, what was read can still be seen here, and nothing can be done.
    pub state: ActingState,
    /// What it allows.
    pub capabilities: KeyCapabilities,
    /// The most that this device may pay in one UTC day, refunds included, in smallest units; none: no limit.
    pub limit: Option<Amount>,
    /// What is left of it today, as far as this wallet knows; none: no limit.
    pub left_today: Option<Amount>,
    /// It ends after this, by the issuer's clock.
    pub ends_at: UnixSeconds,
}

impl ActingInfo {
    /// None for the wallet's own accounts. `times`: by the issuer's clock and by ours.
    pub(super) fn of(
        connection: &Connection,
        cipher: &Cipher,
        account: &AccountRecord,
        times: (UnixSeconds, UnixSeconds),
    ) -> Result<Option<Self>, WalletError> {
        let Some(acting) = Acting::of(account, times.0)? else { return Ok(None) };
        let row = ISSUERS.key(cipher, account.issuer);
        let grant = acting.grant.body();
        Ok(Some(Self {
            grant: acting.grant.hash(),
            state: acting.state,
            capabilities: acting.capabilities().map(KeyCapabilities::of_set).unwrap_or_default(),
            limit: grant.limit,
            left_today: left_today(connection, cipher, &row, &acting, times)?,
            ends_at: grant.not_after,
        }))
    }
}

impl Wallet {
    /// The key to which others grant what this device shall do for their accounts. It is the same at every issuer, so one
    /// scan of it is enough, and it changes when this wallet's keys are replaced.
    pub fn device_key(&self) -> Result<PublicKey, WalletError> {
        Ok(self.context.keys()?.newest()?.device_key().public_key())
    }

    /// What a device scans to act for this wallet's account, after [`grant_key`](Self::grant_key) has let it. The link
    /// allows nothing by itself. Fails with `not_holder` for an account for which this wallet only acts.
    pub async fn grant_link(&self, issuer: IssuerId) -> Result<GrantLink, WalletError> {
        let account =
            self.context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
        self.context.keys()?.founding_key(&account)?;
        let host = self.host_of(issuer).await?;
        GrantLink::new(&host, issuer, account.account)
            .map_err(|error| WalletError::invalid("host", error.code(), error))
    }

    /// Begins to act for somebody else's account, from its link (`https://host/g/…` or `tallystick:g/…`). Its holder has
    /// granted something to [`device_key`](Self::device_key) before, `view` at least. Doing so again changes nothing.
    ///
    /// Card, account and grant are checked against the link, which is all that is trusted. Fails with `no_grant` if the
    /// issuer knows of no grant to this device that is in force, `not_granted` if it does not include `view`, and
    /// `conflict` if this wallet has an account at that issuer already.
    pub async fn act_for(&self, link: &str) -> Result<CurrencyInfo, WalletError> {
        let link = GrantLink::parse(link)?;
        let is_new = Box::pin(begin(&self.context, &link)).await?;
        match self.sync(link.issuer).await {
            Ok(()) => {}
            // The account is taken over; what is missing comes with the next synchronisation.
            Err(error) if is_new => {
                tracing::info!(code = error.code(), "an account to act for is not synchronised yet");
            }
            Err(WalletError::Network { .. }) => {}
            Err(error) => return Err(error),
        }
        self.currency(link.issuer).await
    }
}

/// Takes the account over, unless this wallet acts for it already. Gives whether it is new.
async fn begin(context: &Arc<Context>, link: &GrantLink) -> Result<bool, WalletError> {
    let (issuer, account) = (link.issuer, link.account);
    let _alone = context.syncing.lock(issuer).await;
    if context.read(move |connection, cipher| is_acting(connection, cipher, issuer, account)).await? {
        return Ok(false);
    }
    let bundle =
        context.backend.card(&issuer, Some(&link.host)).await.map_err(|error| trust::network(&error))?;
    let record = currency::check_card(context.now(), issuer, &link.host, &bundle)?;
    context.backend.use_card(bundle.card.body());
    let known = KnownIssuer::of(record, Vec::new())?;
    let keys = context.keys()?;
    let place = AccountRef { issuer, account };
    let state = match told::ask(context, &keys, place).await {
        Err(error) if error.code() == NOT_AUTHORISED => {
            return Err(told::why_not(context, &keys, place).await);
        }
        state => state?,
    };
    let told = Told::prove(&keys, place, None, state, context.backend.issuer_now(&issuer))?;
    let now = context.backend.issuer_now(&issuer);
    let account = told.account(&known, now);
    context
        .write(move |write| {
            if is_acting(write.transaction, write.cipher, issuer, account.account)? {
                return Ok(());
            }
            ISSUERS.put(write.transaction, write.cipher, issuer, &known.record)?;
            ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
            write.tell(&Event::CurrencyAdded { issuer })
        })
        .await?;
    Ok(true)
}

/// Whether this wallet acts for the account already. Fails if its place at the issuer is taken by something else, also by
/// something that a restore has still to bring back.
fn is_acting(
    connection: &Connection,
    cipher: &Cipher,
    issuer: IssuerId,
    account: AccountId,
) -> Result<bool, WalletError> {
    match ACCOUNTS.get(connection, cipher, issuer)? {
        Some(known) if known.acting.is_some() && known.account == account => Ok(true),
        Some(_) => Err(currency::acted_for()),
        None if restore::waiting(connection, cipher)?.iter().any(|line| line.issuer == issuer) => {
            Err(currency::acted_for())
        }
        None => Ok(false),
    }
}
