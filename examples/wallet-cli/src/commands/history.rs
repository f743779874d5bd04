//! `tally history`: what was paid and received, newest first.

use std::collections::HashMap;

use clap::Args;
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use tallystick::clock::UnixSeconds;
use tallystick::keys::{Digest, IssuerId};
use tallystick::money::Currency;
use tallystick::wallet::{CurrencyInfo, Direction, HistoryQuery, MAX_PAGE, PaymentDetails, PaymentState};

use super::payment::{details, other_side, refusal_in_words};
use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::PaymentFields;
use crate::show::{Cell, Page, Report, Table, short};

/// Show what was paid and received, newest first.
///
/// With a payment's id, shows everything about it; with --json also the signed bytes that prove it.
#[derive(Debug, Args)]
pub struct History {
    /// One payment: its id, or the first letters of it.
    #[arg(value_name = "PAYMENT", conflicts_with_all = ["search", "limit", "before"])]
    payment: Option<String>,
    /// Only this currency: a code, an issuer's name, or the first letters of its id.
    #[arg(long, short, value_name = "CURRENCY")]
    currency: Option<String>,
    /// Only payments whose name or memo has these words.
    #[arg(long, short, value_name = "WORDS")]
    search: Option<String>,
    /// How many to show.
    #[arg(long, short = 'n', value_name = "NUMBER", default_value = "20",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_PAGE)))]
    limit: u32,
    /// Go on after a page: its `next`.
    #[arg(long, value_name = "NEXT")]
    before: Option<String>,
}

/// Carries it out.
pub async fn run(session: &Session<'_>, history: History) -> Result<(), Failure> {
    let all = session.wallet.currencies().await?;
    if let Some(payment) = &history.payment {
        return one(session, payment).await;
    }
    let chosen = match &history.currency {
        Some(wanted) => vec![session.currency(Some(wanted)).await?],
        None => all.clone(),
    };
    if history.before.is_none() {
        session.refresh_quietly(&chosen).await;
    }
    let query = HistoryQuery {
        issuer: history.currency.as_ref().and(chosen.first()).map(|info| info.issuer),
        text: history.search,
        before: history.before,
        limit: history.limit,
    };
    let page = session.wallet.history(query).await?;
    let infos: HashMap<IssuerId, &CurrencyInfo> = all.iter().map(|info| (info.issuer, info)).collect();
    let payments = page
        .payments
        .iter()
        .filter_map(|payment| {
            let info = infos.get(&payment.issuer)?;
            Some(Line { fields: PaymentFields::of(payment, info), currency: info.currency.clone() })
        })
        .collect();
    session.print(&Lines { payments, next: page.next })
}

async fn one(session: &Session<'_>, payment: &str) -> Result<(), Failure> {
    let payment = session.payment(payment).await?;
    let info = session.currency_of(payment.issuer).await?;
    let details = session.wallet.payment(payment.payment).await?;
    session.mark_shown(&payment.payment);
    session.print(&One::of(details, &info))
}

#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    fields: PaymentFields,
    #[serde(skip)]
    currency: Currency,
}

#[derive(Serialize)]
struct Lines {
    payments: Vec<Line>,
    next: Option<String>,
}

impl Report for Lines {
    fn show(&self, page: &mut Page<'_>) {
        if self.payments.is_empty() {
            page.line("Nothing was paid or received yet.");
            return;
        }
        let mut table = Table::with_headings(&["when", "amount", "", "who", "memo", "payment", ""]);
        for Line { fields, currency } in &self.payments {
            let manner = page.manner();
            let sign = if fields.direction == Direction::In { "+" } else { "\u{2212}" };
            table.row([
                Cell::text(manner.time(fields.at)),
                Cell::number(format!("{sign}{}", manner.number(fields.amount.minor, currency))),
                Cell::text(currency.sign()),
                Cell::text(who(fields)),
                Cell::text(fields.memo.as_deref().unwrap_or_default()),
                Cell::text(short(&fields.payment)),
                state(page, fields, currency),
            ]);
        }
        page.table(&table);
        if let Some(next) = &self.next {
            page.note(format!("Older ones: tally history --before {next}"));
        }
    }
}

/// The other side, and for whom this device acts if it is not for its own holder.
fn who(fields: &PaymentFields) -> String {
    match &fields.acting_for {
        None => other_side(fields),
        Some(account) => format!("{} (acting for {})", other_side(fields), short(account)),
    }
}

/// What is not as usual about a payment.
fn state(page: &Page<'_>, fields: &PaymentFields, currency: &Currency) -> Cell {
    match fields.state {
        PaymentState::Pending => Cell::text("on its way: do not pay again").styled(Page::CAREFUL),
        PaymentState::Refused => {
            let why = fields.refusal.as_deref().map(refusal_in_words).unwrap_or_default();
            Cell::text(format!("not paid: {why}")).styled(Page::BAD)
        }
        PaymentState::Lapsed => Cell::text("not paid: ran out of time").styled(Page::BAD),
        PaymentState::Settled if fields.repays.is_some() => Cell::text("paid back"),
        PaymentState::Settled if fields.refunded.minor.is_positive() => {
            let amount = page.manner().amount(fields.refunded.minor, currency);
            Cell::text(format!("{amount} of it paid back"))
        }
        PaymentState::Settled => Cell::text(""),
    }
}

/// A payment with what proves it.
#[derive(Serialize)]
struct One {
    #[serde(flatten)]
    line: Line,
    /// How often it was sent.
    attempts: i64,
    /// Why the last try gave no outcome.
    last_fault: Option<String>,
    /// When the issuer refuses it.
    not_after: Option<UnixSeconds>,
    /// What the payer shows at the till, for instance for a refund.
    receipt_link: Option<String>,
    /// Signed bytes, as base64url.
    proof: Proof,
}

#[derive(Serialize)]
struct Proof {
    order: Option<String>,
    receipt: Option<String>,
    refusal: Option<String>,
    request: Option<String>,
    sealed_memo: Option<String>,
    entry: Option<String>,
    chain_hash: Option<Digest>,
}

impl One {
    fn of(details: PaymentDetails, info: &CurrencyInfo) -> Self {
        let text = |bytes: Option<Vec<u8>>| bytes.map(|bytes| BASE64URL_NOPAD.encode(&bytes));
        Self {
            line: Line { fields: PaymentFields::of(&details.payment, info), currency: info.currency.clone() },
            attempts: details.attempts,
            last_fault: details.last_fault,
            not_after: details.not_after,
            receipt_link: details.receipt_link,
            proof: Proof {
                order: text(details.order),
                receipt: text(details.receipt),
                refusal: text(details.refusal),
                request: text(details.request),
                sealed_memo: text(details.sealed_memo),
                entry: text(details.entry),
                chain_hash: details.chain_hash,
            },
        }
    }
}

impl Report for One {
    fn show(&self, page: &mut Page<'_>) {
        let Line { fields, currency } = &self.line;
        let manner = page.manner();
        let amount = manner.amount(fields.amount.minor, currency);
        let other = other_side(fields);
        page.title(match fields.direction {
            Direction::Out => format!("{amount} to {other}"),
            Direction::In => format!("{amount} from {other}"),
        });
        match fields.state {
            PaymentState::Settled => {}
            PaymentState::Pending => {
                page.careful("On its way, and its outcome is not known yet. Do not pay again.");
                if let (Some(fault), attempts) = (&self.last_fault, self.attempts) {
                    page.note(format!("Sent {attempts} times; the last answer was `{fault}`."));
                }
            }
            PaymentState::Refused => {
                let code = fields.refusal.as_deref().unwrap_or_default();
                page.careful(format!("Refused: {} ({code}). Nothing was paid.", refusal_in_words(code)));
            }
            PaymentState::Lapsed => page.careful("Ran out of time. Nothing was paid, and that is proved."),
        }
        page.table(&details(fields, currency, manner));
        if let Some(link) = &self.receipt_link {
            page.note("The payee finds it by this link of the receipt, for instance to pay it back (`tally refund LINK`):");
            page.verbatim(link);
        }
        let has = |bytes: &Option<String>, what: &'static str| bytes.as_ref().map(|_| what);
        let held: Vec<&str> = [
            has(&self.proof.order, "the order"),
            has(&self.proof.receipt, "the issuer's receipt"),
            has(&self.proof.refusal, "the issuer's refusal"),
            has(&self.proof.request, "the request"),
            has(&self.proof.entry, "the entry in your account's chain"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !held.is_empty() {
            page.note(format!("This wallet keeps {}: --json shows them.", held.join(", ")));
        }
    }
}
