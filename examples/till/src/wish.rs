//! What a cashier asks for: read from the page's call and checked, field by field.

use serde::Deserialize;
use tallystick::keys::IssuerId;
use tallystick::money::Amount;
use tallystick::wallet::{CurrencyInfo, PriceWish, RequestInfo, RequestLine, RequestWish, TipWish};

use crate::problem::Problem;

const MOST_PRICES: usize = 3;
const MOST_LINES: usize = 40;
const MOST_LINE_CHARACTERS: usize = 100;
const MOST_NOTE_CHARACTERS: usize = 200;
const MOST_REFERENCE_BYTES: usize = 8;
const MOST_KEY_CHARACTERS: usize = 64;
/// Of a quantity: thousandths.
const QUANTITY_DECIMALS: u8 = 3;

/// `POST /api/charge`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChargeCall {
    prices: Vec<PriceCall>,
    #[serde(default)]
    tip: TipCall,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    lines: Vec<LineCall>,
    #[serde(default)]
    reference: Option<String>,
    #[serde(default)]
    reusable: bool,
    idempotency_key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceCall {
    issuer: String,
    #[serde(default)]
    amount: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TipCall {
    Word(String),
    Percentages(Vec<i64>),
}

impl Default for TipCall {
    fn default() -> Self {
        Self::Word("none".to_owned())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineCall {
    text: String,
    quantity: String,
    amount: String,
}

impl ChargeCall {
    /// What is asked for, and the key by which the same call is known again.
    /// A reusable code is good for ever, any other for so many seconds.
    pub(crate) fn check(
        self,
        currencies: &[CurrencyInfo],
        seconds: i64,
    ) -> Result<(String, RequestWish), Problem> {
        let key = idempotency_key(self.idempotency_key)?;
        if !(1..=MOST_PRICES).contains(&self.prices.len()) {
            return Err(Problem::bad("prices", "bad_prices", "Name one to three currencies."));
        }
        let mut prices: Vec<PriceWish> = Vec::with_capacity(self.prices.len());
        for call in self.prices {
            let currency = currency(currencies, "prices", &call.issuer)?;
            if prices.iter().any(|price| price.issuer == currency.issuer) {
                return Err(Problem::bad("prices", "bad_prices", "Name each currency once."));
            }
            let amount = call.amount.map(|text| amount("amount", &text, currency)).transpose()?;
            if amount.is_none() && !self.reusable {
                return Err(Problem::bad(
                    "amount",
                    "amount_missing",
                    "Only a reusable code may leave the amount open.",
                ));
            }
            prices.push(PriceWish { issuer: currency.issuer, amount });
        }
        let first =
            prices.first().and_then(|price| currencies.iter().find(|info| info.issuer == price.issuer));
        let first = first.ok_or_else(Problem::internal)?;
        let lines = lines(self.lines, first)?;
        let reference = text("reference", self.reference, |text| text.len() <= MOST_REFERENCE_BYTES)?;
        let wish = RequestWish {
            prices,
            seconds: (!self.reusable).then_some(seconds),
            reusable: self.reusable,
            reference: reference.map(String::into_bytes),
            tip: self.tip.check()?,
            lines,
            note: text("note", self.note, |text| text.chars().count() <= MOST_NOTE_CHARACTERS)?,
        };
        Ok((key, wish))
    }
}

impl TipCall {
    fn check(self) -> Result<TipWish, Problem> {
        let bad =
            || Problem::bad("tip", "bad_tip", "Say none, free, or one to three percentages from 1 to 100.");
        match self {
            Self::Word(word) if word == "none" => Ok(TipWish::NoTip),
            Self::Word(word) if word == "free" => Ok(TipWish::Free),
            Self::Percentages(all) if (1..=3).contains(&all.len()) => all
                .into_iter()
                .map(|percent| u8::try_from(percent).ok().filter(|percent| (1..=100).contains(percent)))
                .collect::<Option<Vec<u8>>>()
                .map(|percentages| TipWish::Percentages { percentages })
                .ok_or_else(bad),
            _ => Err(bad()),
        }
    }
}

fn lines(calls: Vec<LineCall>, currency: &CurrencyInfo) -> Result<Vec<RequestLine>, Problem> {
    if calls.len() > MOST_LINES {
        return Err(Problem::bad("lines", "bad_lines", format!("At most {MOST_LINES} lines.")));
    }
    calls
        .into_iter()
        .map(|line| {
            let length = line.text.trim().chars().count();
            if !(1..=MOST_LINE_CHARACTERS).contains(&length) {
                let text = format!("A line has 1 to {MOST_LINE_CHARACTERS} characters.");
                return Err(Problem::bad("lines", "bad_lines", text));
            }
            let quantity = Amount::from_decimal_str(&line.quantity, QUANTITY_DECIMALS)
                .ok()
                .filter(|quantity| quantity.is_positive())
                .ok_or_else(|| {
                    Problem::bad("lines", "bad_quantity", "A quantity is a number with up to three decimals.")
                })?;
            Ok(RequestLine {
                text: line.text.trim().to_owned(),
                quantity_thousandths: quantity.minor(),
                amount: amount("lines", &line.amount, currency)?,
            })
        })
        .collect()
}

/// A text that may be left out; an empty one is left out.
fn text(
    field: &'static str,
    text: Option<String>,
    fits: impl Fn(&str) -> bool,
) -> Result<Option<String>, Problem> {
    let Some(text) = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if !fits(&text) {
        return Err(Problem::bad(field, "too_long", "This text is too long."));
    }
    if text.chars().any(char::is_control) {
        return Err(Problem::bad(field, "bad_text", "This text has characters that cannot be shown."));
    }
    Ok(Some(text))
}

/// The key by which the page knows a call of its own again.
pub(crate) fn idempotency_key(key: String) -> Result<String, Problem> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (1..=MOST_KEY_CHARACTERS).contains(&key.len()) && key.bytes().all(plain) {
        return Ok(key);
    }
    let text = "A key has 1 to 64 letters, digits, hyphens and underscores.";
    Err(Problem::bad("idempotency_key", "bad_idempotency_key", text))
}

/// The till's currency of an issuer.
pub(crate) fn currency<'a>(
    currencies: &'a [CurrencyInfo],
    field: &'static str,
    issuer: &str,
) -> Result<&'a CurrencyInfo, Problem> {
    let issuer: Option<IssuerId> = issuer.parse().ok();
    currencies
        .iter()
        .find(|info| Some(info.issuer) == issuer)
        .ok_or_else(|| Problem::bad(field, "unknown_currency", "The till has no such currency."))
}

/// An amount to pay, in whole units.
pub(crate) fn amount(field: &'static str, text: &str, currency: &CurrencyInfo) -> Result<Amount, Problem> {
    let amount = Amount::from_decimal_str(text, currency.currency.decimals())
        .and_then(|amount| Amount::payable(amount.minor()));
    amount.map_err(|error| Problem::bad(field, "bad_amount", error.to_string()))
}

/// Whether a request asks for this.
pub(crate) fn asks_for(request: &RequestInfo, wish: &RequestWish) -> bool {
    request.prices == wish.prices
        && request.tip == wish.tip
        && request.reusable == wish.reusable
        && request.reference == wish.reference
        && request.lines == wish.lines
        && request.note == wish.note
}
