//! A payment's outcome, as every command that pays tells it.

use serde::Serialize;
use tallystick::money::Currency;
use tallystick::wallet::{CurrencyInfo, Direction, Payment, PaymentState};

use crate::failure::Failure;
use crate::session::Session;
use crate::show::values::{Money, PaymentFields};
use crate::show::{Manner, Page, Report, Table, short};

/// Tells what became of a payment: a report if it was executed, a failure otherwise.
pub async fn outcome(session: &Session<'_>, payment: &Payment) -> Result<(), Failure> {
    session.mark_shown(&payment.payment);
    let info = session.currency_of(payment.issuer).await?;
    match payment.state {
        PaymentState::Settled => session.print(&Executed::of(payment, &info)),
        PaymentState::Pending => Err(Failure::pending(payment.payment)),
        PaymentState::Lapsed => {
            let text = "The payment ran out of time, and its issuer proved that it was not executed";
            Err(Failure::new("lapsed", text).about(payment.payment))
        }
        PaymentState::Refused => {
            let code = payment.refusal.as_deref().unwrap_or("refused");
            let text = format!("{} refused the payment: {}", info.issuer_name, refusal_in_words(code));
            Err(Failure::new(code, text).about(payment.payment))
        }
    }
}

/// A payment that was executed.
#[derive(Debug, Serialize)]
pub struct Executed {
    #[serde(flatten)]
    fields: PaymentFields,
    #[serde(skip)]
    currency: Currency,
}

impl Executed {
    /// This payment, in this currency.
    pub fn of(payment: &Payment, info: &CurrencyInfo) -> Self {
        Self { fields: PaymentFields::of(payment, info), currency: info.currency.clone() }
    }
}

impl Executed {
    /// Whether it came in, so that it can be paid back.
    pub fn came_in(&self) -> bool {
        self.fields.direction == Direction::In
    }
}

impl Report for Executed {
    fn show(&self, page: &mut Page<'_>) {
        let manner = page.manner();
        let amount = |money: &Money| manner.amount(money.minor, &self.currency);
        let fields = &self.fields;
        let other = other_side(fields);
        let what = amount(&fields.amount);
        match (fields.direction, fields.repays.is_some()) {
            (Direction::Out, false) => page.good(format!("Paid {what} to {other}.")),
            (Direction::Out, true) => page.good(format!("Paid {what} back to {other}.")),
            (Direction::In, false) => page.good(format!("{what} came in from {other}.")),
            (Direction::In, true) => page.good(format!("{other} paid {what} back.")),
        }
        page.table(&details(fields, &self.currency, manner));
    }
}

/// What there is to know of a payment beside its amount and other side.
pub fn details(fields: &PaymentFields, currency: &Currency, manner: &Manner) -> Table {
    let amount = |money: &Money| manner.amount(money.minor, currency);
    let mut table = Table::new();
    let mut row = |label: &str, value: String| table.row([label.into(), value.into()]);
    row("when", manner.time(fields.at));
    if let Some(account) = &fields.acting_for {
        row("acting for", account.to_string());
    }
    if let Some(tip) = &fields.tip {
        row("tip", format!("{}, included", amount(tip)));
    }
    if let Some(memo) = &fields.memo {
        row("memo", memo.clone());
    }
    if let Some(repays) = &fields.repays {
        row("repays", short(repays));
    }
    if fields.refunded.minor.is_positive() {
        row("paid back", amount(&fields.refunded));
    }
    if let Some(sequence) = fields.sequence {
        let place = match fields.epoch {
            Some(epoch) if epoch > 0 => format!("entry {sequence} of epoch {epoch}"),
            _ => format!("entry {sequence}"),
        };
        row("proof", format!("{place} of your account, signed by {}", fields.issuer_name));
    }
    row("mark", fields.mark.in_words());
    row("payment", fields.payment.to_string());
    table
}

/// The other side by name, or by the first letters of its id.
pub fn other_side(fields: &PaymentFields) -> String {
    match &fields.counterpart_name {
        Some(name) => name.clone(),
        None => format!("unnamed account {}", short(&fields.counterpart)),
    }
}

/// A refusal (protocol §6) as a person says it.
pub fn refusal_in_words(code: &str) -> &str {
    match code {
        "order_conflict" => "another payment of this wallet has the same number",
        "expired" => "it came too late",
        "expiry_too_far" => "this computer's clock is ahead of the issuer's",
        "not_allowed" => "this wallet's key may not pay from the account",
        "limit_exceeded" => "it is over the limit of this wallet's key",
        "same_account" => "payer and payee are the same account",
        "unknown_payee" => "the issuer does not know the payee",
        "request_missing" => "the request did not arrive",
        "request_invalid" => "nobody who may ask for this payee's money has signed the request",
        "request_expired" => "the request has expired",
        "request_cancelled" => "the payee withdrew the request",
        "wrong_payee" => "the request is another payee's",
        "no_price" => "the request cannot be paid in this money",
        "wrong_amount" => "the request asks for another amount",
        "already_paid" => "the request was paid before",
        "refund_mismatch" => "it repays a payment that was not made to this account",
        "refund_exceeds" => "it pays back more than was paid",
        "memo_missing" => "its memo did not arrive",
        "insufficient_funds" => "the account does not hold enough",
        "balance_overflow" => "the payee's account cannot hold more",
        other => other,
    }
}
