//! `tally exposure`: what the holder stands to lose, issuer by issuer.

use clap::Args;
use serde::Serialize;
use tallystick::clock::UnixSeconds;
use tallystick::keys::IssuerId;
use tallystick::money::{Currency, DisplayRate};
use tallystick::wallet::{CurrencyInfo, DisplayPrices, Exposure, ExposureReport, IssuerRate, IssuerRisk};

use crate::choice;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::Money;
use crate::show::{Cell, Page, Report, Table};

/// Show what you stand to lose, issuer by issuer, most worrying first.
///
/// A balance is credit that you gave to a business. This lists to whom, how much, how well it is proved, and what the
/// business promises. Nothing says what one currency is worth in another: with your own prices, it is shown in one.
#[derive(Debug, Args)]
pub struct ExposureOf {
    /// Show values in this currency, such as EUR.
    #[arg(long = "in", value_name = "CODE", requires = "price")]
    into: Option<String>,
    /// What a whole unit of a currency is worth in it, such as BREAD=2.50.
    #[arg(long, value_name = "CURRENCY=PRICE", requires = "into")]
    price: Vec<String>,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, exposure: ExposureOf) -> Result<(), Failure> {
    let all = session.wallet.currencies().await?;
    let prices = exposure.into.map(|code| prices(&all, code, &exposure.price)).transpose()?;
    session.refresh_quietly(&all).await;
    let currency = prices.as_ref().map(|prices| prices.currency.clone());
    let report = session.wallet.exposure(prices).await?;
    session.print(&AtStake::of(report, currency))
}

fn prices(all: &[CurrencyInfo], code: String, given: &[String]) -> Result<DisplayPrices, Failure> {
    let rates = given
        .iter()
        .map(|text| {
            let bad = || Failure::usage("usage", format!("`{text}` is not a currency, `=` and a price"));
            let (name, price) = text.rsplit_once('=').ok_or_else(bad)?;
            let rate: DisplayRate = price.trim().parse()?;
            Ok(IssuerRate { issuer: choice::currency(all, Some(name))?.issuer, rate })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let currency = Currency::new(code.clone(), code, "", 2)?;
    Ok(DisplayPrices { currency, rates })
}

#[derive(Serialize)]
struct AtStake {
    exposures: Vec<Fields>,
    total: Option<String>,
    unpriced: i64,
    shown_in: Option<Currency>,
}

#[derive(Serialize)]
struct Fields {
    issuer: IssuerId,
    issuer_name: String,
    at_stake: Money,
    held: Money,
    /// `caught`, `withholding`, `stale` or `proven`.
    risk: &'static str,
    promise: String,
    owners_limit: Money,
    owned: bool,
    verified_at: Option<UnixSeconds>,
    statement_number: Option<i64>,
    statement_at: Option<UnixSeconds>,
    unproven_since: Option<UnixSeconds>,
    distrusted_since: Option<UnixSeconds>,
    evidence: i64,
    value: Option<String>,
    share_basis_points: Option<i64>,
    #[serde(skip)]
    currency: Currency,
}

impl AtStake {
    fn of(report: ExposureReport, shown_in: Option<Currency>) -> Self {
        Self {
            exposures: report.exposures.into_iter().map(Fields::of).collect(),
            total: report.total,
            unpriced: report.unpriced,
            shown_in,
        }
    }
}

impl Fields {
    fn of(one: Exposure) -> Self {
        let money = |amount| Money::of(amount, &one.currency);
        Self {
            at_stake: money(one.at_stake),
            held: money(one.held),
            risk: match one.risk {
                IssuerRisk::Caught => "caught",
                IssuerRisk::Withholding => "withholding",
                IssuerRisk::Stale => "stale",
                IssuerRisk::Proven => "proven",
            },
            owners_limit: money(one.owners_limit),
            issuer: one.issuer,
            issuer_name: one.issuer_name,
            promise: one.promise,
            owned: one.owned,
            verified_at: one.verified_at,
            statement_number: one.statement_number,
            statement_at: one.statement_at,
            unproven_since: one.unproven_since,
            distrusted_since: one.distrusted_since,
            evidence: one.evidence,
            value: one.value,
            share_basis_points: one.share_basis_points,
            currency: one.currency,
        }
    }

    fn trust(&self) -> Cell {
        match self.risk {
            "caught" => Cell::text("caught contradicting itself").styled(Page::BAD),
            "withholding" => Cell::text("withholds proof").styled(Page::BAD),
            "stale" => Cell::text("not proved lately").styled(Page::CAREFUL),
            _ => Cell::text("proved").styled(Page::GOOD),
        }
    }
}

impl Report for AtStake {
    fn show(&self, page: &mut Page<'_>) {
        if self.exposures.is_empty() {
            page.line("You hold nobody's money, so nothing is at stake.");
            return;
        }
        let sign = self.shown_in.as_ref().map_or("", Currency::sign);
        let worth = if sign.is_empty() { String::new() } else { format!("about {sign}") };
        let mut table = Table::with_headings(&["issuer", "owes you", "", &worth, "trust", "promise"]);
        for one in &self.exposures {
            let manner = page.manner();
            let share = one.share_basis_points.map(|share| format!(" ({} %)", (share + 50) / 100));
            let value = one.value.as_ref().map(|value| format!("{value}{}", share.unwrap_or_default()));
            table.row([
                Cell::text(&one.issuer_name),
                Cell::number(manner.number(one.at_stake.minor, &one.currency)),
                Cell::text(one.currency.sign()),
                Cell::number(value.unwrap_or_default()),
                one.trust(),
                Cell::text(&one.promise),
            ]);
        }
        page.table(&table);
        if let Some(total) = &self.total {
            page.line(format!("Altogether about {total} {sign}, by your own prices."));
        }
        if self.total.is_some() && self.unpriced > 0 {
            page.note(format!("{} more have no price.", self.unpriced));
        }
    }
}
