//! Tallystick for Kotlin, Swift and Python.
//!
//! A thin facade: it holds no rules of its own. Values cross the line as the records and enums of the core; what can
//! move money is spawned on the SDK's own runtime (`runtime`) and only awaited from outside, so that a cancelled
//! coroutine or a closed screen never stops a payment half way.

mod phrase;
mod runtime;
mod wallet;

pub use phrase::RecoveryPhrase;
pub use wallet::{NewWallet, Wallet, WalletSettings, create_wallet};

uniffi::setup_scaffolding!("tallystick");

/// The version of this SDK, as in `0.1.0`: for an app's page of versions and for fault reports.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
