//! `tally lock-pin`: the PIN that unlocks the wallet and lets a payment go over its limit.

use clap::{Args, Subcommand};
use serde::Serialize;
use tallystick::wallet::AppLock;

use crate::ask;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Page, Report};

/// Set, change or remove the PIN, or show how it stands.
///
/// The PIN is asked for besides the passphrase when the wallet is opened, and when a payment goes over a spending limit.
#[derive(Debug, Args)]
pub struct LockPin {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Set the PIN, or change it
    Set,
    /// Remove the PIN
    Remove,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, lock_pin: LockPin) -> Result<(), Failure> {
    let wallet = &session.wallet;
    match lock_pin.what {
        None => {}
        Some(What::Set) => {
            let present = if wallet.app_lock().await?.pin_set { Some(ask::pin().await?) } else { None };
            wallet.set_pin(&ask::new_pin().await?, present.as_ref().map(|pin| pin.as_str())).await?;
        }
        Some(What::Remove) => wallet.remove_pin(&ask::pin().await?).await?,
    }
    session.print(&Standing::of(wallet.app_lock().await?))
}

#[derive(Serialize)]
struct Standing {
    pin_set: bool,
    wrong_pins: i64,
    wait_seconds: i64,
}

impl Standing {
    fn of(lock: AppLock) -> Self {
        Self { pin_set: lock.pin_set, wrong_pins: lock.wrong_pins, wait_seconds: lock.wait_seconds }
    }
}

impl Report for Standing {
    fn show(&self, page: &mut Page<'_>) {
        if self.pin_set {
            page.good("A PIN is set: it is asked for when the wallet is opened.");
        } else {
            page.line("No PIN is set: the passphrase alone opens the wallet.");
        }
        if self.wrong_pins > 0 {
            page.careful(format!(
                "{} wrong PINs in a row; the next try waits {} seconds.",
                self.wrong_pins, self.wait_seconds
            ));
        }
    }
}
