//! `tally issue`: new money, paid from the owner's account.

use clap::Args;

use super::consent::Consent;
use super::issuer::owned;
use super::pay;
use crate::failure::Failure;
use crate::session::Session;

/// Give out new money: pay from your owner's account, which may go below zero.
#[derive(Debug, Args)]
pub struct Issue {
    /// To which account, or the link of a request.
    #[arg(value_name = "ACCOUNT or LINK")]
    to: String,
    /// How much, if the request does not say.
    #[arg(value_name = "AMOUNT", allow_negative_numbers = true)]
    amount: Option<String>,
    /// Which issuer's: its currency's code, its name, or the first letters of its id.
    #[arg(long, short, value_name = "ISSUER")]
    currency: Option<String>,
    /// A word to the payee, which only the payee can read.
    #[arg(long, value_name = "TEXT")]
    memo: Option<String>,
    /// Issue at most once for this key, however often the command is run.
    #[arg(long, value_name = "TEXT")]
    key: Option<String>,
    #[command(flatten)]
    consent: Consent,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, issue: Issue) -> Result<(), Failure> {
    let info = owned(session, issue.currency.as_deref()).await?;
    let pay = pay::Pay {
        to: issue.to,
        amount: issue.amount,
        currency: Some(info.issuer.to_string()),
        tip: None,
        memo: issue.memo,
        key: issue.key,
        consent: issue.consent,
    };
    pay::run(session, pay).await
}
