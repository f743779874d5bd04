//! The wallet: what an app calls.
//!
//! Each file holds one thing that an app does, with its types first and its methods of [`Wallet`] after them.
//!
//! - `options`, `lifecycle`, `app_lock`: from a folder to an open wallet. `events`: what it tells.
//! - `currency`, `balance`, `exposure`: what is held. `payee`, `plan`, `pay`, `refund`, `request`: what is done with it.
//! - `ways`, `search`, `ranking`, `policy`: with which money, where there is a choice. `recheck`: what a plan must still be
//!   when it is confirmed. `request_view`, `receipt`: how what is asked and what was paid are shown.
//! - `acting`: all of this for somebody else's account, with a granted key.
//! - `history`, `export`: what was done. `sync`, `statement`, `live`, `connection`, `evidence`: what issuers
//!   say, and whether it is true.
//! - `wallet_list`, `restore`, `rekey`: after a loss. `owner`: for those who issue. `unfinished`: what is taken up at every
//!   start.

mod acting;
mod app_lock;
mod balance;
mod connection;
mod currency;
mod events;
mod evidence;
mod export;
mod exposure;
mod history;
mod lifecycle;
mod live;
mod options;
mod owner;
mod pay;
mod payee;
mod plan;
mod policy;
mod ranking;
mod receipt;
mod recheck;
mod refund;
mod rekey;
mod request;
mod request_view;
mod restore;
mod search;
mod statement;
mod sync;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod unfinished;
mod wallet_list;
mod ways;

#[cfg(any(test, feature = "testing"))]
pub use wallet_list::list_lines;

use std::sync::Arc;

pub use crate::operation::SpendingLimits;
pub use crate::store::tables::account::ActingState;
pub use crate::store::tables::act::ActState;
pub use crate::store::tables::payment::{Direction, Payment, PaymentState};
pub use acting::ActingInfo;
pub use app_lock::AppLock;
pub use balance::Balance;
pub use connection::IssuerConnection;
pub use currency::{AccountKind, CurrencyInfo};
pub use evidence::{EvidenceInfo, verify_evidence};
pub use export::{ExportChunk, ExportFormat, ExportQuery};
pub use exposure::{DisplayPrices, Exposure, ExposureReport, IssuerRate, IssuerRisk};
pub use history::{HistoryPage, HistoryQuery, MAX_PAGE, PaymentDetails};
pub use options::WalletOptions;
pub use owner::{
    AttestedName, CardChanges, CardUpdate, FoundingDraft, GrantGivenTo, GrantInfo, GrantState, IssuerCheck,
    IssuerFault, KeyCapabilities, OwnedIssuer, OwnerDebt, UnfinishedFounding,
};
pub use payee::PayeeView;
pub use plan::{PayTo, PaymentPlan, PaymentWish, PlanWarning};
pub use policy::{CurrencyReserve, PaymentPolicy, PaymentPreference};
pub use rekey::{RekeyFault, RekeyReport};
pub use request::{PriceWish, RequestLine, RequestWish, TipWish};
pub use request_view::{PayeeWords, RequestInfo};
pub use restore::{NotYet, RestoreReport};
pub use ways::{Obstacle, ObstructedPrice, PaymentChoices, PaymentWay};

use crate::error::WalletError;
use crate::keys::RecoveryPhrase;
use crate::operation::context::Context;

/// A wallet: accounts at many issuers, their keys, and everything that was paid.
///
/// It may be shared between threads and tasks. All calls are coarse: one for each thing that a user does.
#[derive(Clone)]
pub struct Wallet {
    context: Arc<Context>,
    listening: Arc<connection::Listening>,
}

impl Wallet {
    pub(crate) fn on(context: Arc<Context>) -> Self {
        Self { context, listening: Arc::default() }
    }

    /// Makes a new wallet. The phrase is shown to the user once and kept nowhere: it is all that helps if the phone is
    /// lost. Fails if the folder holds a wallet already.
    pub async fn create(options: &WalletOptions) -> Result<(Self, RecoveryPhrase), WalletError> {
        let (context, phrase) = lifecycle::create(options).await?;
        Ok((Self::on(context), phrase))
    }

    /// Opens the wallet of a folder and takes up whatever was on its way. If a PIN is set, the wallet is locked until
    /// [`unlock_with_pin`](Self::unlock_with_pin).
    pub async fn open(options: &WalletOptions) -> Result<Self, WalletError> {
        Ok(Self::on(lifecycle::open(options).await?))
    }

    /// Gets the keys from the secret store, which may ask the user. Does nothing if the wallet is unlocked; fails with
    /// `pin_needed` if a PIN is set.
    pub async fn unlock(&self) -> Result<(), WalletError> {
        lifecycle::unlock(&self.context, None).await
    }

    /// Forgets all keys until [`unlock`](Self::unlock).
    pub async fn lock(&self) {
        lifecycle::lock(&self.context).await;
    }

    /// Closes all files, so that the app may be suspended.
    pub async fn pause(&self) -> Result<(), WalletError> {
        lifecycle::pause(&self.context).await
    }

    /// Opens the files again and takes up whatever was on its way.
    pub async fn resume(&self) -> Result<(), WalletError> {
        lifecycle::resume(&self.context).await
    }

    /// Puts a guard beside every write of this wallet's file, for tests of crashes.
    #[cfg(any(test, feature = "testing"))]
    pub fn guard_commits(&self, guard: Arc<dyn crate::store::CommitGuard>) {
        self.context.database.guard_commits(guard);
    }

    /// Lets nothing wait any longer before it is tried again, for tests that own time.
    #[cfg(any(test, feature = "testing"))]
    pub fn hurry(&self) {
        self.context.hurry();
    }

    /// The verified end of the chain of this wallet's account, for tests that compare it with the issuer's.
    #[cfg(any(test, feature = "testing"))]
    pub async fn chain_end(
        &self,
        issuer: crate::keys::IssuerId,
    ) -> Result<crate::ledger::ChainState, WalletError> {
        use crate::store::tables::account::ACCOUNTS;
        self.context
            .read(move |connection, cipher| {
                let account = ACCOUNTS.get(connection, cipher, issuer)?;
                let account = account.ok_or_else(|| WalletError::not_found("currency"))?;
                Ok(crate::operation::chain::base(&account)?.state)
            })
            .await
    }

    /// Locks the wallet and closes all files, for good. May be called again.
    pub async fn close(&self) -> Result<(), WalletError> {
        lifecycle::close(&self.context).await
    }
}
