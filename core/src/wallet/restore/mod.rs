//! From the phrase and one shop's card back to everything.
//!
//! ```text
//! phrase, card ──probe: which generation, which account──> nothing found: no wallet is made
//!      │
//!      └─one transaction: keys, first currency, what is still to do──> wallet
//!                                                                        │
//!        the list that lies at each account ──> further currencies ──> their lists … until nothing is left to do
//! ```
//!
//! Whatever an unreachable issuer keeps from being done stays noted, and is done when the wallet is started again or
//! told to go on. So an interrupted restore loses nothing.
//!
//! - `probe`: finding the account of a phrase. `found`: what an issuer tells, proven and made ours. `rest`: what is
//!   still to do.

mod found;
mod probe;
mod rest;
#[cfg(test)]
mod tests;

pub(crate) use rest::{come_back, is_unread, waiting};

use super::rekey::{self, RekeyReport};
use super::{Wallet, WalletOptions, currency, lifecycle, wallet_list};
use crate::error::WalletError;
use crate::issuer::AccountRef;
use crate::keys::{IssuerId, RecoveryKeys, RecoveryPhrase, WalletSeed};
use crate::operation::context::Context;
use crate::operation::keyslot::WalletKeys;
use crate::operation::trust;
use crate::request::CardLink;
use crate::store::tables::account::ACCOUNTS;
use crate::store::tables::issuer::ISSUERS;
use rest::Rest;

/// What a restore has brought back so far.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct RestoreReport {
    /// The currencies that are back, with their whole verified history.
    pub restored: Vec<IssuerId>,
    /// Those that are back, but could not be synchronised yet.
    pub not_synchronised: Vec<NotYet>,
    /// Those that are known of, but whose issuer could not be reached or does not answer as it should. With the fault
    /// `newer_keys`, [`Wallet::continue_restore_with`] brings them back.
    pub waiting: Vec<NotYet>,
    /// Issuers whose list of further currencies could not be read yet. There may be more currencies than are known.
    pub lists_unread: Vec<NotYet>,
    /// The issuers that this wallet owns.
    pub owned: Vec<IssuerId>,
    /// Currencies whose issuer has not heard of the newest replacement of keys: a lost phone can still pay there. Use
    /// `rekey_behind`.
    pub behind: Vec<IssuerId>,
    /// Accounts of this phrase beside the one in use at their issuer. They are not in this wallet.
    pub further_accounts: Vec<AccountRef>,
    /// Whether nothing is left to do.
    pub complete: bool,
}

/// An issuer that something could not be done at yet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct NotYet {
    /// The issuer.
    pub issuer: IssuerId,
    /// Where it was to be reached.
    pub host: String,
    /// Why not, as a stable code.
    pub fault: String,
}

impl Wallet {
    /// Makes a wallet from the recovery phrase and the card of one shop at which it had an account; that account leads
    /// to all others.
    ///
    /// Fails with `phrase_not_known` if the issuer knows no account of this phrase, and leaves nothing behind. Once it
    /// succeeds, the wallet is there to stay, even if other issuers could not be reached: the report says so, and
    /// [`continue_restore`](Self::continue_restore) goes on, as does every start.
    ///
    /// The old phone is not locked out by this: see [`restore_after_loss`](Self::restore_after_loss).
    pub async fn restore(
        options: &WalletOptions,
        phrase: &RecoveryPhrase,
        card_link: &str,
    ) -> Result<(Self, RestoreReport), WalletError> {
        let link = CardLink::parse(card_link)?;
        lifecycle::check_free(options).await?;
        let (wallet, spare) = Box::pin(begin(options, phrase, &link)).await?;
        let report = wallet.go_on_restoring(&spare).await?;
        Ok((wallet, report))
    }

    /// Restores a wallet after its phone was lost or stolen, and replaces all keys, so that whoever has the old phone can
    /// do nothing with it any more.
    pub async fn restore_after_loss(
        options: &WalletOptions,
        phrase: &RecoveryPhrase,
        card_link: &str,
    ) -> Result<(Self, RestoreReport, RekeyReport), WalletError> {
        let (wallet, restored) = Self::restore(options, phrase, card_link).await?;
        let rekeyed = wallet.rekey(phrase).await?;
        Ok((wallet, restored, rekeyed))
    }

    /// Goes on with a restore: asks again whatever could not be reached. Does nothing else to a wallet that is complete.
    pub async fn continue_restore(&self) -> Result<RestoreReport, WalletError> {
        self.go_on_restoring(&[]).await
    }

    /// Goes on with a restore, also where the keys were replaced later than this wallet knows (`newer_keys`). Fails with
    /// `wrong_phrase` if these words are not this wallet's.
    pub async fn continue_restore_with(&self, phrase: &RecoveryPhrase) -> Result<RestoreReport, WalletError> {
        let seed = phrase.seed();
        let keys = self.context.keys()?;
        rekey::check_phrase(&keys, &RecoveryKeys::derive(&seed))?;
        self.go_on_restoring(&probe::spare(&seed, keys.newest()?.generation())).await
    }

    /// Gives up what a restore has still to do. Currencies that wait are forgotten here; what they hold stays where it is,
    /// and can be brought back by their cards. For issuers that will never answer again.
    pub async fn give_up_restore(&self) -> Result<(), WalletError> {
        self.context.write(rest::give_up).await
    }

    async fn go_on_restoring(&self, spare: &[WalletSeed]) -> Result<RestoreReport, WalletError> {
        let faults = Box::pin(rest::go_on(&self.context, spare)).await?;
        let mut issuers = self.currencies().await?;
        // What this wallet only acts for was never lost with its phrase.
        issuers.retain(|currency| currency.acting.is_none());
        let mut restored = Vec::new();
        let mut not_synchronised = Vec::new();
        for currency in &issuers {
            match self.sync(currency.issuer).await {
                Ok(()) => restored.push(currency.issuer),
                Err(error @ (WalletError::Locked | WalletError::Storage { .. })) => return Err(error),
                Err(error) => not_synchronised.push(NotYet {
                    issuer: currency.issuer,
                    host: host_of(&currency.link),
                    fault: error.code().to_owned(),
                }),
            }
        }
        Box::pin(rekey::spread(&self.context)).await?;
        wallet_list::leave_everywhere(&self.context).await?;
        report(&self.context, faults, restored, not_synchronised).await
    }
}

/// Goes on with a restore, if one is not at its end. Says whether nothing is left to do.
pub(crate) async fn go_on(wallet: &Wallet) -> Result<bool, WalletError> {
    let rest = wallet.context.read(rest::load).await?;
    if rest.pending.is_empty() && rest.unread.is_empty() {
        return Ok(true);
    }
    Ok(wallet.continue_restore().await?.complete)
}

/// Finds the account of a phrase at one issuer, and makes the wallet with it.
async fn begin(
    options: &WalletOptions,
    phrase: &RecoveryPhrase,
    link: &CardLink,
) -> Result<(Wallet, Vec<WalletSeed>), WalletError> {
    let backend = options.backend.as_ref();
    let (issuer, now) = (link.issuer, options.clock.now());
    let bundle = backend.card(&issuer, Some(&link.host)).await.map_err(|error| trust::network(&error))?;
    let record = currency::check_card(now, issuer, &link.host, &bundle)?;
    backend.use_card(bundle.card.body());

    let seed = phrase.seed();
    let probed = probe::probe(backend, &seed, issuer).await?;
    let keys = WalletKeys::new(probed.seeds, RecoveryKeys::derive(&seed));
    drop(seed);
    let first = found::first(backend, &keys, &record, probed.found).await?;
    let taken = found::taken(&keys, &first)?;
    let context = lifecycle::create_with(options, keys, move |write| {
        found::enter(write, &first, &taken)?;
        let unread = vec![first.issuer.issuer];
        rest::store(write, &Rest { unread, further: first.further, ..Rest::default() })
    })
    .await?;
    Ok((Wallet::on(context), probed.spare))
}

async fn report(
    context: &Context,
    faults: Vec<(IssuerId, String)>,
    restored: Vec<IssuerId>,
    not_synchronised: Vec<NotYet>,
) -> Result<RestoreReport, WalletError> {
    let newest = context.keys()?.newest()?.generation();
    context
        .read(move |connection, cipher| {
            let rest = rest::load(connection, cipher)?;
            let fault_of = |issuer: &IssuerId| {
                let known = faults.iter().find(|(at, _)| at == issuer);
                known.map_or_else(|| "not_asked".to_owned(), |(_, fault)| fault.clone())
            };
            let accounts = ACCOUNTS.all(connection, cipher)?;
            let issuers = ISSUERS.all(connection, cipher)?;
            let lists_unread: Vec<NotYet> = rest
                .unread
                .iter()
                .map(|issuer| NotYet {
                    issuer: *issuer,
                    host: issuers
                        .iter()
                        .find(|known| known.issuer == *issuer)
                        .map_or_else(String::new, |known| known.found_at.clone()),
                    fault: fault_of(issuer),
                })
                .collect();
            let waiting: Vec<NotYet> = rest
                .pending
                .iter()
                .map(|line| NotYet {
                    issuer: line.issuer,
                    host: line.endpoint.trim_start_matches("https://").to_owned(),
                    fault: fault_of(&line.issuer),
                })
                .collect();
            let mut behind: Vec<IssuerId> = accounts
                .iter()
                .filter(|account| account.acting.is_none() && account.generation < newest)
                .map(|account| account.issuer)
                .chain(issuers.iter().filter_map(|issuer| {
                    issuer.owned.filter(|owned| owned.generation < newest).map(|_| issuer.issuer)
                }))
                .collect();
            behind.sort_unstable();
            behind.dedup();
            Ok(RestoreReport {
                complete: waiting.is_empty() && lists_unread.is_empty() && not_synchronised.is_empty(),
                restored,
                not_synchronised,
                waiting,
                lists_unread,
                owned: issuers.iter().filter(|issuer| issuer.owned.is_some()).map(|one| one.issuer).collect(),
                behind,
                further_accounts: rest
                    .further
                    .into_iter()
                    .map(|(issuer, account)| AccountRef { issuer, account })
                    .collect(),
            })
        })
        .await
}

/// The host of a card's link.
fn host_of(link: &str) -> String {
    link.trim_start_matches("https://").split('/').next().unwrap_or_default().to_owned()
}
