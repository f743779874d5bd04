//! The issuers that this wallet owns.

use serde::Serialize;
use tallystick::keys::IssuerId;

use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::CurrencyFields;
use crate::show::{Cell, Page, Report, Table, short};

/// Lists them.
pub async fn run(session: &Session<'_>) -> Result<(), Failure> {
    let mut issuers = Vec::new();
    for owned in session.wallet.owned_issuers().await? {
        let info = session.currency_of(owned.issuer).await?;
        issuers.push(Owned {
            fields: CurrencyFields::from(&info),
            serial: owned.card.serial,
            waiting: owned.waiting,
        });
    }
    let unfinished = session
        .wallet
        .unfinished_foundings()
        .await?
        .into_iter()
        .map(|one| Unfinished { issuer: one.issuer, name: one.draft.name, host: one.draft.host })
        .collect();
    session.print(&List { issuers, unfinished })
}

#[derive(Serialize)]
struct Owned {
    #[serde(flatten)]
    fields: CurrencyFields,
    serial: u32,
    waiting: u32,
}

#[derive(Serialize)]
struct Unfinished {
    issuer: IssuerId,
    name: String,
    host: String,
}

#[derive(Serialize)]
struct List {
    issuers: Vec<Owned>,
    unfinished: Vec<Unfinished>,
}

impl Report for List {
    fn show(&self, page: &mut Page<'_>) {
        if self.issuers.is_empty() && self.unfinished.is_empty() {
            page.line("This wallet owns no issuer. `tally issuer create` makes one.");
        }
        let mut table = Table::new();
        for Owned { fields, serial, waiting } in &self.issuers {
            let state = match waiting {
                0 => Cell::text(""),
                waiting => {
                    Cell::text(format!("! {waiting} signed acts wait for the host")).styled(Page::CAREFUL)
                }
            };
            table.row([
                Cell::text(&fields.issuer_name),
                Cell::text(fields.currency.code()),
                Cell::text(format!("card {serial}")),
                Cell::text(&fields.link),
                state,
            ]);
        }
        page.table(&table);
        for one in &self.unfinished {
            page.careful(format!(
                "{} is not founded yet: {} could not be reached. It goes on at every start; `tally issuer abandon {}` gives it up.",
                one.name,
                one.host,
                short(&one.issuer)
            ));
        }
    }
}
