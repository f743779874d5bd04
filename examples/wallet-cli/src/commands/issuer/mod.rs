//! `tally issuer`: what only the owner of an issuer does.

mod card;
mod create;
mod list;
mod restored;
mod rotate;
mod statement;

pub use card::state_name;
pub use create::owned;

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::session::Session;

/// Create an issuer and look after it.
///
/// The issuer's founding key stays in this wallet; its host only has a signing key, for as long as the newest card names
/// it. Without a command, lists the issuers that this wallet owns.
#[derive(Debug, Args)]
pub struct Issuer {
    #[command(subcommand)]
    what: Option<What>,
}

// Each is described at its arguments.
#[derive(Debug, Subcommand)]
enum What {
    Create(create::Create),
    Card(card::Card),
    Statement(statement::Statement),
    Rotate(rotate::Rotate),
    Restored(restored::Restored),
    Abandon(create::Abandon),
}

/// Carries it out.
pub async fn run(session: &Session<'_>, issuer: Issuer) -> Result<(), Failure> {
    match issuer.what {
        None => list::run(session).await,
        Some(What::Create(create)) => create::run(session, create).await,
        Some(What::Card(card)) => card::run(session, card).await,
        Some(What::Statement(statement)) => statement::run(session, statement).await,
        Some(What::Rotate(rotate)) => rotate::run(session, rotate).await,
        Some(What::Restored(restored)) => restored::run(session, restored).await,
        Some(What::Abandon(abandon)) => create::abandon(session, abandon).await,
    }
}
