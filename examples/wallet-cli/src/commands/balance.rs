//! `tally balance`: what is held, currency by currency.

use clap::Args;
use serde::Serialize;
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, IssuerId};
use tallystick::money::{Amount, Currency};
use tallystick::wallet::{ActingState, CurrencyInfo};

use crate::choice;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::{CurrencyFields, Money};
use crate::show::{Cell, Page, Report, Table};

/// Show what you hold, currency by currency.
///
/// Every balance is proved by a chain of entries that the issuer signed and this wallet checked.
#[derive(Debug, Args)]
pub struct Balance {
    /// Only this currency, with everything about it: its code, its issuer's name, or the first letters of its id.
    #[arg(value_name = "CURRENCY")]
    currency: Option<String>,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, balance: Balance) -> Result<(), Failure> {
    let all = session.wallet.currencies().await?;
    let Some(wanted) = balance.currency else {
        session.refresh_quietly(&all).await;
        let mut balances = Vec::new();
        for info in &all {
            balances.push(held(session, info).await?);
        }
        return session.print(&Balances { balances });
    };
    let info = choice::currency(&all, Some(&wanted))?.clone();
    session.refresh_quietly(std::slice::from_ref(&info)).await;
    let info = session.currency_of(info.issuer).await?;
    session.print(&One { held: held(session, &info).await?, about: CurrencyFields::from(&info) })
}

async fn held(session: &Session<'_>, info: &CurrencyInfo) -> Result<Held, Failure> {
    let balance = session.wallet.balance(info.issuer).await?;
    let money = |amount| Money::of(amount, &info.currency);
    Ok(Held {
        issuer: info.issuer,
        issuer_name: info.issuer_name.clone(),
        account: info.account,
        balance: money(balance.balance),
        held: money(balance.held),
        available: money(balance.available),
        verified_at: balance.verified_at,
        acting: info.acting.as_ref().map(|acting| acting.state),
        currency: info.currency.clone(),
    })
}

/// What is held of one currency.
#[allow(clippy::struct_field_names, reason = "`held` is what it is called everywhere")]
#[derive(Serialize)]
pub struct Held {
    issuer: IssuerId,
    issuer_name: String,
    account: AccountId,
    balance: Money,
    held: Money,
    available: Money,
    verified_at: Option<UnixSeconds>,
    /// If the account is somebody else's, how the grant stands by which this device acts for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    acting: Option<ActingState>,
    #[serde(skip)]
    currency: Currency,
}

#[derive(Serialize)]
struct Balances {
    balances: Vec<Held>,
}

impl Report for Balances {
    fn show(&self, page: &mut Page<'_>) {
        if self.balances.is_empty() {
            page.line("This wallet has no currency yet. `tally add LINK` adds one.");
            return;
        }
        let headings = ["issuer", "balance", "", "can be spent", "proved", ""];
        let mut table = Table::with_headings(&headings);
        for held in &self.balances {
            table.row(row(page, held));
        }
        page.table(&table);
    }
}

fn row(page: &Page<'_>, held: &Held) -> [Cell; 6] {
    let manner = page.manner();
    let number = |amount: Amount| Cell::number(manner.number(amount, &held.currency));
    let proved = match held.verified_at {
        Some(at) => Cell::text(manner.time(at)),
        None => Cell::text("not yet").styled(Page::CAREFUL),
    };
    [
        Cell::text(&held.issuer_name),
        number(held.balance.minor),
        Cell::text(held.currency.sign()),
        number(held.available.minor),
        proved,
        match held.acting {
            None => Cell::text(""),
            Some(ActingState::InForce) => Cell::text("somebody else's: you act for it"),
            Some(state) => {
                Cell::text(format!("somebody else's: {}", acting_in_words(state))).styled(Page::CAREFUL)
            }
        },
    ]
}

#[derive(Serialize)]
struct One {
    #[serde(flatten)]
    held: Held,
    about: CurrencyFields,
}

impl Report for One {
    fn show(&self, page: &mut Page<'_>) {
        let (manner, held) = (page.manner(), &self.held);
        let amount = |money: &Money| manner.amount(money.minor, &held.currency);
        page.title(format!("{} of {}", self.about.currency.name(), held.issuer_name));
        let mut table = Table::new();
        table.row(["balance".into(), Cell::number(amount(&held.balance))]);
        table.row(["on its way out".into(), Cell::number(amount(&held.held))]);
        table.row(["can be spent".into(), Cell::number(amount(&held.available))]);
        page.table(&table);
        match held.verified_at {
            Some(at) => page.line(format!("  Proved by the issuer's signed head of {}.", manner.time(at))),
            None => page.careful("Not proved by the issuer yet: run `tally sync`."),
        }
        page.gap();
        about(page, &self.about);
    }
}

/// How a grant stands by which this device acts for somebody else's account.
pub fn acting_in_words(state: ActingState) -> &'static str {
    match state {
        ActingState::InForce => "this device may act for it",
        ActingState::Ended => "this device's time for it is over",
        ActingState::Cancelled => "its holder took this device's rights back",
        ActingState::Void => "its keys were replaced: its holder must let this device act anew",
    }
}

/// Everything about a currency.
pub fn about(page: &mut Page<'_>, info: &CurrencyFields) {
    let mut table = Table::new();
    let mut row = |label: &str, value: String| table.row([label.into(), value.into()]);
    row("currency", format!("{} ({})", info.currency.code(), info.currency.name()));
    if !info.promise.is_empty() {
        row("promise", info.promise.clone());
    }
    row("owners owe at most", page.manner().amount(info.owners_limit.minor, &info.currency));
    match &info.acting {
        None => row("your account", info.account.to_string()),
        Some(acting) => {
            row("acting for", info.account.to_string());
            row("state", acting_in_words(acting.state).to_owned());
            row("may", acting.may.join(", "));
            if let (Some(limit), Some(left)) = (&acting.limit, &acting.left_today) {
                let amount = |money: &Money| page.manner().amount(money.minor, &info.currency);
                row("pays a day", format!("{} at most; {} left today", amount(limit), amount(left)));
            }
            row("until", page.manner().time(acting.not_after));
        }
    }
    row("issuer", info.issuer.to_string());
    row("link", info.link.clone());
    page.table(&table);
}
