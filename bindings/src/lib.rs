//! Tallystick for Kotlin, Swift and Python.
//!
//! A thin facade: it holds no rules of its own. Values cross the line as the records and enums of the core; what can
//! move money is spawned on the SDK's own runtime (`runtime`) and only awaited from outside, so that a cancelled
//! coroutine or a closed screen never stops a payment half way.
//!
//! - `wallet`: the wallet, a file for each thing that an app does with it. `owner`: for those who issue.
//! - `phrase`, `secrets`: what must not be seen. `scan`, `code`: codes read and drawn.
//!
//! Every call fails with the one error `WalletError`, and has done nothing half.

mod code;
mod owner;
mod phrase;
mod runtime;
mod scan;
mod secrets;
mod wallet;

pub use code::{code_modules, code_png, code_svg, code_terminal, payment_mark};
pub use owner::Owner;
pub use phrase::{RecoveryPhrase, phrase_words_beginning};
pub use scan::{LiveReader, read_picture, scan, scan_picture};
pub use secrets::{create_passphrase_store, open_passphrase_store};
pub use wallet::{
    NewWallet, RestoredWallet, Wallet, WalletSettings, create_wallet, device_key_link, restore_wallet,
    restore_wallet_after_loss, verify_evidence,
};

uniffi::setup_scaffolding!("tallystick");

/// The version of this SDK, as in `0.1.0`: for an app's page of versions and for fault reports.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
