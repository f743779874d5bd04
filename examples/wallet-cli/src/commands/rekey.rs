//! `tally rekey`: other keys, so that a lost device can do nothing any more.

use clap::Args;
use serde::Serialize;
use tallystick::keys::IssuerId;
use tallystick::wallet::{RekeyFault, RekeyReport};

use crate::ask;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::{Page, Report};

/// Replace all keys, so that a lost or stolen device can do nothing any more.
///
/// Needs the recovery phrase, which is asked for, or read from standard input. Everything that was granted from this
/// wallet is void afterwards, tills too. Issuers that cannot be reached are told at every start.
#[derive(Debug, Args)]
pub struct Rekey {
    /// Only bring accounts to the newest keys that were out of reach when those were made.
    #[arg(long)]
    behind: bool,
    /// Tell the issuers that have not heard yet, and show how far it has come. Needs no phrase.
    #[arg(long = "continue", conflicts_with = "behind")]
    go_on: bool,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, rekey: Rekey) -> Result<(), Failure> {
    let wallet = &session.wallet;
    let report = if rekey.go_on {
        wallet.continue_rekey().await?
    } else {
        let phrase = ask::phrase_apart().await?;
        if rekey.behind { wallet.rekey_behind(&phrase).await? } else { wallet.rekey(&phrase).await? }
    };
    let complete = report.complete;
    session.print(&Fields::of(session, &report).await?)?;
    match report.refused.first() {
        Some(refused) => {
            Err(Failure::new(&refused.fault, "An issuer knows other new keys of this phrase").told())
        }
        None if complete => Ok(()),
        None => Err(Failure::incomplete().told()),
    }
}

/// How far the replacement has come.
#[derive(Serialize)]
pub struct Fields {
    generation: u32,
    done: Vec<At>,
    to_tell: Vec<At>,
    refused: Vec<At>,
    /// Whether nothing is left to do.
    pub complete: bool,
}

#[derive(Serialize)]
struct At {
    issuer: IssuerId,
    issuer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

impl At {
    async fn of(session: &Session<'_>, issuer: IssuerId, fault: Option<&str>) -> Self {
        let name = session.wallet.currency(issuer).await.ok().map(|info| info.issuer_name);
        Self { issuer, issuer_name: name, fault: fault.map(str::to_owned) }
    }

    fn name(&self) -> String {
        self.issuer_name.clone().unwrap_or_else(|| self.issuer.to_string())
    }
}

impl Fields {
    /// With the issuers' names.
    pub async fn of(session: &Session<'_>, report: &RekeyReport) -> Result<Self, Failure> {
        let mut done = Vec::new();
        for issuer in &report.done {
            done.push(At::of(session, *issuer, None).await);
        }
        let (mut to_tell, mut refused) = (Vec::new(), Vec::new());
        for (faults, named) in [(&report.to_tell, &mut to_tell), (&report.refused, &mut refused)] {
            for RekeyFault { issuer, fault } in faults {
                named.push(At::of(session, *issuer, Some(fault)).await);
            }
        }
        Ok(Self { generation: report.generation, done, to_tell, refused, complete: report.complete })
    }
}

impl Report for Fields {
    fn show(&self, page: &mut Page<'_>) {
        if self.complete {
            page.good("All keys are replaced. Whoever has the old device can do nothing with it any more.");
        } else {
            page.careful("The keys are replaced, and not every issuer has heard of it.");
        }
        for issuer in &self.done {
            page.line(format!("  {} knows the new keys.", issuer.name()));
        }
        for issuer in &self.to_tell {
            let fault = issuer.fault.as_deref().unwrap_or_default();
            page.careful(format!(
                "{} could not be told yet ({fault}): the old keys still work there.",
                issuer.name()
            ));
        }
        if !self.to_tell.is_empty() {
            page.line("They are told at every start: `tally rekey --continue` tells them now.");
        }
        for issuer in &self.refused {
            page.careful(format!(
                "{} knows other new keys: somebody with the phrase has replaced them elsewhere. Restore again.",
                issuer.name()
            ));
        }
    }
}
