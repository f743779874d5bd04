//! `tally issuer statement`: whether what the host publishes is what the owners owe.

use clap::Args;
use serde::Serialize;
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, Digest, IssuerId};
use tallystick::money::Currency;
use tallystick::wallet::{CurrencyInfo, IssuerCheck};

use super::create::owned;
use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::Money;
use crate::show::{Cell, Page, Report, Table};

/// Check the newest statement against what you owe.
///
/// A statement lists all debt and sums up all credit. A host that signed credit which no owner issued would have to write
/// it down as an owner's debt: your own account's chain shows that it is not. Do this daily.
#[derive(Debug, Args)]
pub struct Statement {
    /// Which issuer: its currency's code, its name, or the first letters of its id.
    #[arg(value_name = "ISSUER")]
    issuer: Option<String>,
}

/// Carries it out. Fails if the statement is false.
pub async fn run(session: &Session<'_>, statement: Statement) -> Result<(), Failure> {
    let info = owned(session, statement.issuer.as_deref()).await?;
    let check = session.wallet.check_issuer(info.issuer).await?;
    let checked = Checked::of(&check, &info);
    session.print(&checked)?;
    match check.faults.first() {
        None => Ok(()),
        Some(fault) => Err(Failure::new(fault.code(), fault).told()),
    }
}

#[allow(clippy::struct_field_names, reason = "named as in the core")]
#[derive(Serialize)]
struct Checked {
    issuer: IssuerId,
    issuer_name: String,
    number: i64,
    statement: Digest,
    made_at: UnixSeconds,
    outstanding: Money,
    owners_limit: Money,
    debts: Vec<Debt>,
    own_debt_checked: bool,
    faults: Vec<Fault>,
    #[serde(skip)]
    currency: Currency,
}

#[derive(Serialize)]
struct Debt {
    account: AccountId,
    owed: Money,
    limit: Money,
    own: bool,
    granted_here: bool,
}

#[derive(Serialize)]
struct Fault {
    code: String,
    text: String,
}

impl Checked {
    fn of(check: &IssuerCheck, info: &CurrencyInfo) -> Self {
        let money = |amount| Money::of(amount, &info.currency);
        Self {
            issuer: check.issuer,
            issuer_name: info.issuer_name.clone(),
            number: check.number,
            statement: check.statement,
            made_at: check.made_at,
            outstanding: money(check.outstanding),
            owners_limit: money(check.owners_limit),
            debts: check
                .debts
                .iter()
                .map(|debt| Debt {
                    account: debt.account,
                    owed: money(debt.owed),
                    limit: money(debt.limit),
                    own: debt.own,
                    granted_here: debt.granted_here,
                })
                .collect(),
            own_debt_checked: check.own_debt_checked,
            faults: check
                .faults
                .iter()
                .map(|fault| Fault { code: fault.code().to_owned(), text: fault.to_string() })
                .collect(),
            currency: info.currency.clone(),
        }
    }
}

impl Report for Checked {
    fn show(&self, page: &mut Page<'_>) {
        let manner = page.manner();
        let amount = |money: &Money| manner.amount(money.minor, &self.currency);
        page.title(format!(
            "Statement {} of {}, {}",
            self.number,
            self.issuer_name,
            manner.time(self.made_at)
        ));
        let mut table = Table::new();
        table.row(["holders have".into(), Cell::number(amount(&self.outstanding)), "".into()]);
        for debt in &self.debts {
            let who = match (debt.own, debt.granted_here) {
                (true, _) => "you owe".to_owned(),
                (false, true) => format!("{} owes", debt.account),
                (false, false) => format!("{} owes (granted elsewhere)", debt.account),
            };
            let limit = format!("of at most {}", amount(&debt.limit));
            table.row([who.into(), Cell::number(amount(&debt.owed)), limit.into()]);
        }
        table.row(["owners may owe".into(), Cell::number(amount(&self.owners_limit)), "".into()]);
        page.table(&table);
        for fault in &self.faults {
            page.careful(format!("False: {} ({}).", fault.text, fault.code));
        }
        if !self.faults.is_empty() {
            page.line("This is the host's doing. Run `tally issuer rotate`, and look at the machine.");
        } else if self.own_debt_checked {
            page.good("Credit and debt agree, and your own debt is what your account's chain says.");
        } else {
            page.good("Credit and debt agree.");
            page.note(
                "Your own debt could not be compared yet: your account's chain ends before the statement.",
            );
        }
    }
}
