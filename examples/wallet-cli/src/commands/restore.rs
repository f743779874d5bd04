//! `tally restore`: from the phrase and one shop's card back to everything.

use clap::Args;
use serde::Serialize;
use tallystick::keys::{AccountId, IssuerId};
use tallystick::wallet::{NotYet, RestoreReport, Wallet};

use super::rekey;
use crate::ask;
use crate::failure::Failure;
use crate::session::{App, Session};
use crate::show::values::Money;
use crate::show::{Cell, Page, Report, Table};

/// Bring everything back from the recovery phrase and one shop's card.
///
/// Any shop will do at which you had an account: it leads to all others. The phrase is asked for, or read from standard
/// input; it is never an argument. If the old device was stolen, add --after-loss: all keys are replaced, so that whoever
/// has it can do nothing with it any more.
#[derive(Debug, Args)]
pub struct Restore {
    /// The link of a card of one of your shops.
    #[arg(long, value_name = "LINK", required_unless_present = "go_on")]
    card: Option<String>,
    /// Replace all keys: the old device was lost or stolen.
    #[arg(long)]
    after_loss: bool,
    /// Go on with a restore that could not reach everybody, and show how far it has come.
    #[arg(long = "continue", conflicts_with_all = ["card", "after_loss"])]
    pub go_on: bool,
}

/// Makes the wallet.
pub async fn run(app: &App, restore: Restore) -> Result<(), Failure> {
    if app.shared.offline {
        return Err(Failure::usage("usage", "`restore` asks issuers, and --offline forbids it"));
    }
    let card = restore.card.unwrap_or_default();
    let secrets = app.new_secrets()?;
    let undo = secrets.undo;
    let done = async {
        let phrase = ask::recovery_phrase()?;
        let (options, backend) = app.options(secrets.store)?;
        let (wallet, report, rekeyed) = if restore.after_loss {
            let (wallet, report, rekeyed) = Wallet::restore_after_loss(&options, &phrase, &card).await?;
            (wallet, report, Some(rekeyed))
        } else {
            let (wallet, report) = Wallet::restore(&options, &phrase, &card).await?;
            (wallet, report, None)
        };
        drop(phrase);
        let session = Session::on(app, wallet, backend);
        let told = tell(&session, report, rekeyed).await;
        session.wallet.close().await?;
        told
    }
    .await;
    // A wallet that is there has its money under this key.
    if done.is_err() && !app.place.holds_wallet() {
        undo.now();
    }
    done
}

/// Goes on where issuers could not be reached.
pub async fn go_on(session: &Session<'_>) -> Result<(), Failure> {
    let report = session.wallet.continue_restore().await?;
    tell(session, report, None).await
}

async fn tell(
    session: &Session<'_>,
    report: RestoreReport,
    rekeyed: Option<tallystick::wallet::RekeyReport>,
) -> Result<(), Failure> {
    let rekeyed = match rekeyed {
        Some(rekeyed) => Some(rekey::Fields::of(session, &rekeyed).await?),
        None => None,
    };
    let complete = report.complete && rekeyed.as_ref().is_none_or(|rekeyed| rekeyed.complete);
    session.print(&Restored { fields: Fields::of(session, report).await?, rekeyed })?;
    if complete { Ok(()) } else { Err(Failure::incomplete().told()) }
}

#[derive(Serialize)]
struct Restored {
    #[serde(flatten)]
    fields: Fields,
    #[serde(skip_serializing_if = "Option::is_none")]
    rekeyed: Option<rekey::Fields>,
}

#[derive(Serialize)]
struct Fields {
    restored: Vec<Back>,
    not_synchronised: Vec<NotYetFields>,
    waiting: Vec<NotYetFields>,
    lists_unread: Vec<NotYetFields>,
    owned: Vec<IssuerId>,
    behind: Vec<IssuerId>,
    further_accounts: Vec<Further>,
    complete: bool,
}

/// A currency that is back.
#[derive(Serialize)]
struct Back {
    issuer: IssuerId,
    issuer_name: String,
    balance: Money,
    #[serde(skip)]
    shown: String,
}

#[derive(Serialize)]
struct NotYetFields {
    issuer: IssuerId,
    host: String,
    fault: String,
}

#[derive(Serialize)]
struct Further {
    issuer: IssuerId,
    account: AccountId,
}

impl Fields {
    async fn of(session: &Session<'_>, report: RestoreReport) -> Result<Self, Failure> {
        let mut restored = Vec::new();
        for issuer in report.restored {
            let info = session.currency_of(issuer).await?;
            let balance = session.wallet.balance(issuer).await?.balance;
            restored.push(Back {
                issuer,
                issuer_name: info.issuer_name,
                balance: Money::of(balance, &info.currency),
                shown: session.app.manner.amount(balance, &info.currency),
            });
        }
        let not_yet = |all: Vec<NotYet>| {
            all.into_iter()
                .map(|one| NotYetFields { issuer: one.issuer, host: one.host, fault: one.fault })
                .collect()
        };
        Ok(Self {
            restored,
            not_synchronised: not_yet(report.not_synchronised),
            waiting: not_yet(report.waiting),
            lists_unread: not_yet(report.lists_unread),
            owned: report.owned,
            behind: report.behind,
            further_accounts: report
                .further_accounts
                .into_iter()
                .map(|one| Further { issuer: one.issuer, account: one.account })
                .collect(),
            complete: report.complete,
        })
    }
}

impl Report for Restored {
    fn show(&self, page: &mut Page<'_>) {
        let fields = &self.fields;
        if fields.complete {
            page.good("Everything is back, and proved:");
        } else {
            page.line("This is back, and proved:");
        }
        let mut table = Table::new();
        for back in &fields.restored {
            let own = if fields.owned.contains(&back.issuer) { "you own this issuer" } else { "" };
            table.row([Cell::text(&back.issuer_name), Cell::number(&back.shown), Cell::text(own)]);
        }
        page.table(&table);
        for one in fields.not_synchronised.iter().chain(&fields.waiting) {
            page.careful(format!("{} could not be asked yet ({}).", one.host, one.fault));
        }
        if !fields.lists_unread.is_empty() {
            page.careful(
                "There may be more currencies: not every issuer could be asked for the list of them.",
            );
        }
        if !fields.complete {
            page.line("It goes on at every start: `tally restore --continue` shows how far it has come.");
        }
        if !fields.behind.is_empty() {
            page.careful(
                "Some issuers have not heard of your newest keys: a lost device can still pay there. Run `tally rekey --behind`.",
            );
        }
        for one in &fields.further_accounts {
            page.note(format!("The phrase has another account at {}: {}.", one.issuer, one.account));
        }
        if let Some(rekeyed) = &self.rekeyed {
            page.gap();
            rekeyed.show(page);
        }
    }
}
