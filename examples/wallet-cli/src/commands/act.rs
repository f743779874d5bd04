//! `tally act`: for somebody else's account, with a granted key.

use clap::Args;
use serde::Serialize;

use super::balance::about;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::CurrencyFields;
use crate::show::{Page, Report};

/// Act for somebody else's account, whose holder has let this device's key (`tally key`).
///
/// The link is what `tally grant key` prints for whoever has the account. Its money stays theirs: this wallet sees it, asks
/// for payments and pays back as far as it was let, until the grant ends or is taken back.
#[derive(Debug, Args)]
pub struct Act {
    /// The account's link: https://…/g/…
    #[arg(value_name = "LINK")]
    link: String,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, act: Act) -> Result<(), Failure> {
    let info = session.wallet.act_for(&act.link).await.map_err(super::add::advised)?;
    session.print(&Acting { acting: CurrencyFields::from(&info) })
}

#[derive(Serialize)]
struct Acting {
    #[serde(flatten)]
    acting: CurrencyFields,
}

impl Report for Acting {
    fn show(&self, page: &mut Page<'_>) {
        let info = &self.acting;
        page.good(format!("This wallet acts for an account at {}.", info.issuer_name));
        about(page, info);
    }
}
