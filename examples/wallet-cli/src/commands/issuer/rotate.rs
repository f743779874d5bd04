//! `tally issuer rotate`: another signing key for the host.

use clap::Args;

use super::card::published;
use super::create::owned;
use crate::failure::Failure;
use crate::session::Session;

/// Replace the key with which the host signs.
///
/// Do this at least once a year, and whenever the host may have lost its key. The last statement of the old key is
/// checked first: the new card stands for it.
#[derive(Debug, Args)]
pub struct Rotate {
    /// Which issuer: its currency's code, its name, or the first letters of its id.
    #[arg(value_name = "ISSUER")]
    issuer: Option<String>,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, rotate: Rotate) -> Result<(), Failure> {
    let info = owned(session, rotate.issuer.as_deref()).await?;
    published(session, &session.wallet.rotate_signing_key(info.issuer).await?)
}
