//! `tally add`: a currency from its card's link.

use clap::Args;
use serde::Serialize;
use tallystick::error::WalletError;
use tallystick::wallet::AccountKind;

use super::balance::about;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::CurrencyFields;
use crate::show::{Page, Report};

/// Add a currency from its card's link.
///
/// The link is on the shop's door or website: https://…/c/… The card that it leads to is checked against the link, and
/// its key is kept: nobody can put another issuer in its place later. A server with a certificate of its own making is
/// known by the key that the card names.
#[derive(Debug, Args)]
pub struct Add {
    /// The card's link.
    #[arg(value_name = "LINK")]
    link: String,
    /// Take the same account id as at your other public currencies: for shops, which want to be recognised.
    #[arg(long)]
    public: bool,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, add: Add) -> Result<(), Failure> {
    let kind = if add.public { AccountKind::Public } else { AccountKind::Private };
    let info = session.wallet.add_currency(&add.link, kind).await.map_err(advised)?;
    session.print(&Added { added: CurrencyFields::from(&info) })
}

/// What to do where a link leads nowhere, or the wallet has another account at the issuer already.
pub fn advised(error: WalletError) -> Failure {
    let advice = match error {
        WalletError::Conflict { .. } => {
            Some("A wallet has one account at each issuer. Use another wallet for this one: --wallet DIR.")
        }
        WalletError::NotFound { .. } => {
            Some("Scan or copy the link again: the host in it knows no such issuer.")
        }
        _ => None,
    };
    let failure = Failure::from(error);
    match advice {
        Some(advice) => failure.advise(advice),
        None => failure,
    }
}

#[derive(Serialize)]
struct Added {
    #[serde(flatten)]
    added: CurrencyFields,
}

impl Report for Added {
    fn show(&self, page: &mut Page<'_>) {
        let added = &self.added;
        page.good(format!("Added {} of {}.", added.currency.name(), added.issuer_name));
        about(page, added);
        if !added.opened {
            page.careful("The issuer could not be told about your account yet: run `tally sync` later.");
        }
    }
}
