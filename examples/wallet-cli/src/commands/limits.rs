//! `tally limits`: how much may leave without the PIN.

use clap::Args;
use serde::Serialize;
use tallystick::keys::IssuerId;
use tallystick::money::{Amount, Currency};
use tallystick::wallet::{CurrencyInfo, SpendingLimits};

use crate::ask;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::Money;
use crate::show::{Cell, Manner, Page, Report, Table};

/// Show or set how much may leave without the PIN.
///
/// To lower a limit is free; to raise or remove one needs the PIN, if there is one.
#[derive(Debug, Args)]
pub struct Limits {
    /// Which currency: a code, an issuer's name, or the first letters of its id.
    #[arg(long, short, value_name = "CURRENCY")]
    currency: Option<String>,
    /// The most for one payment; `none` removes the limit.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    payment: Option<String>,
    /// The most in one day (UTC); `none` removes the limit.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    day: Option<String>,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, limits: Limits) -> Result<(), Failure> {
    if limits.payment.is_none() && limits.day.is_none() {
        return show(session, limits.currency.as_deref()).await;
    }
    let info = session.currency(limits.currency.as_deref()).await?;
    let manner = &session.app.manner;
    let mut wanted = session.wallet.spending_limits(info.issuer).await?;
    if let Some(text) = &limits.payment {
        wanted.per_payment = read(manner, text, &info.currency)?;
    }
    if let Some(text) = &limits.day {
        wanted.per_day = read(manner, text, &info.currency)?;
    }
    set(session, &info, wanted).await?;
    session.print(&List { limits: vec![Fields::of(&info, wanted)] })
}

/// Sets the limits; asks for the PIN only if it is needed.
async fn set(session: &Session<'_>, info: &CurrencyInfo, wanted: SpendingLimits) -> Result<(), Failure> {
    match session.wallet.set_spending_limits(info.issuer, wanted, None).await {
        Err(error) if error.code() == "pin_needed" => {
            let pin = ask::pin().await?;
            Ok(session.wallet.set_spending_limits(info.issuer, wanted, Some(&pin)).await?)
        }
        done => Ok(done?),
    }
}

fn read(manner: &Manner, text: &str, currency: &Currency) -> Result<Option<Amount>, Failure> {
    match text.trim() {
        "none" => Ok(None),
        text => manner.parse_limit(text, currency).map(Some),
    }
}

async fn show(session: &Session<'_>, wanted: Option<&str>) -> Result<(), Failure> {
    let all = match wanted {
        Some(_) => vec![session.currency(wanted).await?],
        None => session.wallet.currencies().await?,
    };
    let mut limits = Vec::new();
    for info in &all {
        limits.push(Fields::of(info, session.wallet.spending_limits(info.issuer).await?));
    }
    session.print(&List { limits })
}

#[derive(Serialize)]
struct Fields {
    issuer: IssuerId,
    issuer_name: String,
    per_payment: Option<Money>,
    per_day: Option<Money>,
    #[serde(skip)]
    currency: Currency,
}

impl Fields {
    fn of(info: &CurrencyInfo, limits: SpendingLimits) -> Self {
        let money = |amount| Money::of(amount, &info.currency);
        Self {
            issuer: info.issuer,
            issuer_name: info.issuer_name.clone(),
            per_payment: limits.per_payment.map(money),
            per_day: limits.per_day.map(money),
            currency: info.currency.clone(),
        }
    }
}

#[derive(Serialize)]
struct List {
    limits: Vec<Fields>,
}

impl Report for List {
    fn show(&self, page: &mut Page<'_>) {
        if self.limits.is_empty() {
            page.line("This wallet has no currency yet. `tally add LINK` adds one.");
            return;
        }
        let mut table = Table::with_headings(&["issuer", "a payment", "a day"]);
        for one in &self.limits {
            let manner = page.manner();
            let limit =
                |money: &Option<Money>| {
                    Cell::number(money.as_ref().map_or_else(
                        || "no limit".to_owned(),
                        |money| manner.amount(money.minor, &one.currency),
                    ))
                };
            table.row([Cell::text(&one.issuer_name), limit(&one.per_payment), limit(&one.per_day)]);
        }
        page.table(&table);
    }
}
