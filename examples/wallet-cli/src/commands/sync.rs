//! `tally sync`: asks the issuers for what is new, and checks it.

use clap::Args;
use serde::Serialize;
use tallystick::keys::IssuerId;

use crate::choice;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Cell, Page, Report, Table};

/// Ask the issuers for what is new, and check it.
#[derive(Debug, Args)]
pub struct Sync {
    /// Only this currency.
    #[arg(value_name = "CURRENCY")]
    currency: Option<String>,
}

/// Carries it out. Fails if an issuer could not be asked, after all were.
pub async fn run(session: &Session<'_>, sync: Sync) -> Result<(), Failure> {
    if session.app.shared.offline {
        return Err(Failure::usage("usage", "`sync` asks issuers, and --offline forbids it"));
    }
    let all = session.wallet.currencies().await?;
    let chosen = match sync.currency {
        Some(wanted) => vec![choice::currency(&all, Some(&wanted))?.clone()],
        None => all,
    };
    let unreached = session.refresh(&chosen).await;
    let issuers = chosen
        .iter()
        .map(|info| Asked {
            issuer: info.issuer,
            issuer_name: info.issuer_name.clone(),
            error: unreached
                .iter()
                .find(|one| one.issuer.issuer == info.issuer)
                .map(|one| one.failure.clone()),
        })
        .collect();
    session.print(&Synced { issuers })?;
    match unreached.into_iter().next() {
        None => Ok(()),
        Some(first) => Err(first.failure.told()),
    }
}

#[derive(Serialize)]
struct Synced {
    issuers: Vec<Asked>,
}

#[derive(Serialize)]
struct Asked {
    issuer: IssuerId,
    issuer_name: String,
    error: Option<Failure>,
}

impl Report for Synced {
    fn show(&self, page: &mut Page<'_>) {
        if self.issuers.is_empty() {
            page.line("This wallet has no currency yet. `tally add LINK` adds one.");
        }
        let mut table = Table::new();
        for asked in &self.issuers {
            let outcome = match &asked.error {
                None => Cell::text("checked").styled(Page::GOOD),
                Some(failure) => {
                    Cell::text(format!("! {} ({})", failure.text, failure.code)).styled(Page::CAREFUL)
                }
            };
            table.row([Cell::text(&asked.issuer_name), outcome]);
        }
        page.table(&table);
        for advice in self.issuers.iter().filter_map(|asked| asked.error.as_ref()?.advice.as_ref()) {
            page.line(advice);
        }
    }
}
