//! What a payee writes in its request, and which tips it offers. Anybody can write anything there, so it stands below
//! what an issuer vouches for, and is marked as the payee's own words.

use data_encoding::HEXUPPER;
use serde::Serialize;
use tallystick::money::Amount;
use tallystick::wallet::{PayeeWords, PaymentPlan};

use crate::show::values::Money;
use crate::show::{Cell, Page, Table};

/// The payee's own words, for scripts.
#[derive(Debug, Serialize)]
pub struct WordsFields {
    lines: Vec<LineFields>,
    note: Option<String>,
    /// Hexadecimal, if it is no text.
    reference: Option<String>,
}

#[derive(Debug, Serialize)]
struct LineFields {
    text: String,
    quantity: String,
    /// None if this wallet does not hold the currency in which lines are counted.
    amount: Option<Money>,
}

/// A tip that a request offers, for scripts.
#[derive(Debug, Serialize)]
pub struct TipFields {
    percent: u8,
    amount: Money,
}

impl TipFields {
    /// The tips that a plan's request offers.
    pub fn all(plan: &PaymentPlan) -> Vec<Self> {
        let tips = plan.tips.iter();
        tips.map(|tip| Self { percent: tip.percent, amount: Money::of(tip.amount, &plan.currency) }).collect()
    }
}

impl WordsFields {
    /// These words.
    pub fn of(words: &PayeeWords) -> Self {
        let money = |amount| words.lines_currency.as_ref().map(|currency| Money::of(amount, currency));
        let lines = words.lines.iter().map(|line| LineFields {
            text: line.text.clone(),
            quantity: quantity(line.quantity_thousandths),
            amount: money(line.amount),
        });
        Self {
            lines: lines.collect(),
            note: words.note.clone(),
            reference: words.reference.as_deref().map(reference),
        }
    }
}

/// Shows the payee's own words.
pub fn show(page: &mut Page<'_>, words: &PayeeWords) {
    page.line("In the payee's own words:");
    let mut table = Table::new();
    for line in &words.lines {
        let amount = match &words.lines_currency {
            Some(currency) => page.manner().amount(line.amount, currency),
            None => "in a currency that you do not hold".into(),
        };
        table.row([
            Cell::number(format!("{} ×", quantity(line.quantity_thousandths))),
            Cell::text(&line.text),
            Cell::number(amount),
        ]);
    }
    page.table(&table);
    if let Some(note) = &words.note {
        page.verbatim(format!("“{note}”"));
    }
    if let Some(bytes) = &words.reference {
        page.verbatim(format!("reference: {}", reference(bytes)));
    }
}

/// Shows which tips a plan's request offers, as long as none was chosen.
pub fn show_tips(page: &mut Page<'_>, plan: &PaymentPlan) {
    if plan.tip.is_some() || plan.earlier_payment.is_some() {
        return;
    }
    let amount = |amount| page.manner().amount(amount, &plan.currency);
    let offered: Vec<String> =
        plan.tips.iter().map(|tip| format!("--tip {}% ({})", tip.percent, amount(tip.amount))).collect();
    let told = match plan.tip_up_to {
        _ if !offered.is_empty() => format!("It takes a tip, if you like: {}.", offered.join(", ")),
        Some(most) => format!("It takes a tip, if you like: --tip AMOUNT, up to {}.", amount(most)),
        None => return,
    };
    page.note(told);
}

/// `2`, or `0.35`.
fn quantity(thousandths: i64) -> String {
    let text = Amount::new(thousandths).to_decimal_string(3);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Text as it is; bytes that are none in hexadecimal.
fn reference(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains(char::is_control));
    text.map_or_else(|| HEXUPPER.encode(bytes), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_and_references_are_read_by_people() {
        assert_eq!([2_000, 350, 10_000, 1].map(quantity), ["2", "0.35", "10", "0.001"]);
        assert_eq!(reference(b"table 4"), "table 4");
        assert_eq!(reference(&[0xff, 0]), "FF00");
        assert_eq!(reference(b"a\x1b[2J"), "611B5B324A");
    }
}
