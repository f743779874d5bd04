//! The wallet as other languages see it.
//!
//! - `lifecycle`: from a folder to an open wallet, and back. `app_lock`: the PIN and what may leave without it.
//! - `currencies`: what is held, at which issuers, and whether they are honest. `events`: what happened, and who can be
//!   reached.
//! - `paying`, `receiving`: money that goes, money that comes. `history`: what was paid.
//! - `acting`: for somebody else's account, with a granted key. `recovery`: after a loss.

mod acting;
mod app_lock;
mod currencies;
mod events;
mod history;
mod lifecycle;
mod paying;
mod receiving;
mod recovery;

use std::future::Future;

use tallystick::error::WalletError;
use tallystick::wallet as core;

use crate::runtime;

pub use acting::device_key_link;
pub use currencies::verify_evidence;
pub use lifecycle::{NewWallet, WalletSettings, create_wallet};
pub use recovery::{RestoredWallet, restore_wallet, restore_wallet_after_loss};

/// A wallet: accounts at many issuers, their keys, and everything that was paid.
///
/// It may be used from any thread. A call that was cancelled goes on to its end inside; its outcome is stored.
#[derive(uniffi::Object)]
pub struct Wallet {
    core: core::Wallet,
}

impl Wallet {
    pub(crate) fn new(core: core::Wallet) -> Self {
        Self { core }
    }

    /// Runs a call to its end on the SDK's threads, whether or not its caller keeps waiting.
    pub(crate) async fn run<T, F>(&self, call: impl FnOnce(core::Wallet) -> F) -> Result<T, WalletError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, WalletError>> + Send + 'static,
    {
        runtime::spawned(call(self.core.clone())).await
    }

    /// Waits for something on the SDK's threads, for as long as the caller waits. Only for calls that change nothing.
    async fn watch<T, F>(&self, call: impl FnOnce(core::Wallet) -> F) -> Result<T, WalletError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, WalletError>> + Send + 'static,
    {
        runtime::watched(call(self.core.clone())).await
    }

    pub(crate) fn core(&self) -> &core::Wallet {
        &self.core
    }
}
