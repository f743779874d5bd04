//! `tally issuer restored`: the host's ledger was brought back from a copy.

use clap::Args;

use super::card::published;
use super::create::owned;
use crate::ask;
use crate::failure::Failure;
use crate::session::Session;

/// Declare that the host's ledger was restored from a copy.
///
/// A new epoch begins. Wallets hand back what the copy lacks; what is then missing falls on the owner. Only for a ledger
/// that did lose something.
#[derive(Debug, Args)]
pub struct Restored {
    /// Which issuer: its currency's code, its name, or the first letters of its id.
    #[arg(value_name = "ISSUER")]
    issuer: Option<String>,
    /// The epoch that ends, as `tally issuer card --json` says, so that a second run does not end another one.
    #[arg(long, value_name = "NUMBER")]
    ending_epoch: u32,
    /// Declare it without asking.
    #[arg(long, short)]
    yes: bool,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, restored: Restored) -> Result<(), Failure> {
    let info = owned(session, restored.issuer.as_deref()).await?;
    if !restored.yes {
        ask::confirm(&format!(
            "End epoch {} of {}? What its ledger lost and nobody hands back falls on you.",
            restored.ending_epoch, info.issuer_name
        ))
        .await?;
    }
    published(session, &session.wallet.declare_restore(info.issuer, restored.ending_epoch).await?)
}
