//! `tally cancel`: takes back a grant, or withdraws a request.

use clap::Args;
use serde::Serialize;
use tallystick::wallet::{CurrencyInfo, GrantInfo, GrantState};

use super::grant::Fields;
use super::request;
use crate::choice;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Page, Report, short, tame};

/// Take back a grant, or withdraw a request.
///
/// It is void as soon as the issuer knows, and the issuer says so with its signature.
#[derive(Debug, Args)]
pub struct Cancel {
    /// The grant or request: its id, or the first letters of it.
    #[arg(value_name = "GRANT or REQUEST")]
    what: String,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, cancel: Cancel) -> Result<(), Failure> {
    let mut grants: Vec<(CurrencyInfo, GrantInfo)> = Vec::new();
    for info in session.wallet.currencies().await? {
        let all = session.wallet.grants(info.issuer).await?;
        grants.extend(
            all.into_iter()
                .filter(|one| choice::begins(&one.grant, &cancel.what))
                .map(|one| (info.clone(), one)),
        );
    }
    match grants.as_slice() {
        [] => request::withdraw(session, &cancel.what).await,
        [(info, grant)] => {
            let cancelled = session.wallet.cancel_grant(info.issuer, grant.grant).await?;
            session.print(&Cancelled { grant: Fields::of(&cancelled, info), state: cancelled.state })?;
            if cancelled.state == GrantState::Cancelled { Ok(()) } else { Err(Failure::waiting().told()) }
        }
        _ => Err(Failure::new("ambiguous_grant", format!("`{}` fits several grants", tame(&cancel.what)))
            .advise("Give more letters of the grant's id.")),
    }
}

#[derive(Serialize)]
struct Cancelled {
    #[serde(flatten)]
    grant: Fields,
    #[serde(skip)]
    state: GrantState,
}

impl Report for Cancelled {
    fn show(&self, page: &mut Page<'_>) {
        if self.state == GrantState::Cancelled {
            page.good(format!(
                "Grant {} is void from now, and the issuer has signed that.",
                short(&self.grant.id())
            ));
        } else {
            page.careful("Signed, and the host could not be reached: it is void once it could. It is sent again at every start.");
        }
    }
}
