//! `tally policy`: with which money to pay, where a request leaves the choice.

use clap::{Args, ValueEnum};
use serde::Serialize;
use tallystick::keys::IssuerId;
use tallystick::money::Currency;
use tallystick::wallet::{CurrencyReserve, PaymentPolicy, PaymentPreference};

use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::Money;
use crate::show::{Page, Report, Table};

/// Show or set with which money to pay, where a request can be paid in several currencies.
///
/// It ranks the ways to pay and forbids none. A new wallet pays with the payee's own money first, then with that of the
/// issuer that gives most to worry, and keeps no reserve.
#[derive(Debug, Args)]
pub struct Policy {
    /// What comes first, the most important at the beginning.
    #[arg(long, value_name = "WHAT", value_delimiter = ',', conflicts_with = "ask")]
    prefer: Vec<Preference>,
    /// Prefer nothing: say each time with --currency which money it is to be.
    #[arg(long)]
    ask: bool,
    /// How much to keep of a currency; `none` keeps nothing.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    keep: Option<String>,
    /// Of which currency: a code, an issuer's name, or the first letters of its id.
    #[arg(long, short, value_name = "CURRENCY", requires = "keep")]
    currency: Option<String>,
}

/// What a holder likes to give away first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Preference {
    /// The payee's own money.
    OwnShop,
    /// The money of the issuer that gives most to worry.
    Riskiest,
}

impl From<Preference> for PaymentPreference {
    fn from(preference: Preference) -> Self {
        match preference {
            Preference::OwnShop => Self::OwnShopFirst,
            Preference::Riskiest => Self::RiskiestFirst,
        }
    }
}

/// Carries it out.
pub async fn run(session: &Session<'_>, wish: Policy) -> Result<(), Failure> {
    let mut policy = session.wallet.payment_policy().await?;
    let before = policy.clone();
    if wish.ask || !wish.prefer.is_empty() {
        policy.preferences = wish.prefer.into_iter().map(Into::into).collect();
    }
    if let Some(text) = &wish.keep {
        let info = session.currency(wish.currency.as_deref()).await?;
        policy.reserves.retain(|reserve| reserve.issuer != info.issuer);
        if text.trim() != "none" {
            let amount = session.app.manner.parse_limit(text, &info.currency)?;
            policy.reserves.push(CurrencyReserve { issuer: info.issuer, amount });
        }
    }
    if policy != before {
        session.wallet.set_payment_policy(policy.clone()).await?;
    }
    session.print(&Fields::of(session, &policy).await?)
}

#[derive(Serialize)]
struct Fields {
    preferences: Vec<PaymentPreference>,
    reserves: Vec<Reserve>,
}

#[derive(Serialize)]
struct Reserve {
    issuer: IssuerId,
    issuer_name: String,
    keep: Money,
    #[serde(skip)]
    currency: Currency,
}

impl Fields {
    async fn of(session: &Session<'_>, policy: &PaymentPolicy) -> Result<Self, Failure> {
        let mut reserves = Vec::new();
        for reserve in &policy.reserves {
            let info = session.currency_of(reserve.issuer).await?;
            reserves.push(Reserve {
                issuer: info.issuer,
                keep: Money::of(reserve.amount, &info.currency),
                issuer_name: info.issuer_name,
                currency: info.currency,
            });
        }
        Ok(Self { preferences: policy.preferences.clone(), reserves })
    }
}

impl Report for Fields {
    fn show(&self, page: &mut Page<'_>) {
        if self.preferences.is_empty() {
            page.line("Where there is a choice, you say which money it is to be.");
        } else {
            page.line("Where there is a choice, this wallet pays");
            for (number, preference) in (1..).zip(&self.preferences) {
                page.verbatim(format!("{number}. {}", in_words(*preference)));
            }
        }
        if self.reserves.is_empty() {
            page.line("It keeps no reserve.");
            return;
        }
        page.line("It takes other money first if less than this would be left:");
        let mut table = Table::new();
        for reserve in &self.reserves {
            let keep = page.manner().amount(reserve.keep.minor, &reserve.currency);
            table.row([reserve.issuer_name.as_str().into(), keep.into()]);
        }
        page.table(&table);
    }
}

fn in_words(preference: PaymentPreference) -> &'static str {
    match preference {
        PaymentPreference::OwnShopFirst => "with the payee's own money",
        PaymentPreference::RiskiestFirst => "with the money of the issuer that gives most to worry",
        _ => "by a rule that is newer than this program",
    }
}
