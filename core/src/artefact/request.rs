//! `request`: "pay me", signed by the payee (protocol §3.6 and §5 of the decisions).

use super::fields::{Field, Fields, ItemWriter, MapWriter};
use super::{ArtefactError, Body, Kind, OmitsSigner};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, IssuerId};
use crate::money::Amount;

/// Asks for payment. It names no key: the payer looks the payee up at the issuer being paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who is to be paid.
    pub payee: AccountId,
    /// It ends after this; only a reusable request may be without end.
    pub not_after: Option<UnixSeconds>,
    /// One to three currencies in which it can be paid, each in full.
    pub prices: Vec<Price>,
    /// Makes two otherwise equal requests differ.
    pub nonce: [u8; 8],
    /// The payee's own reference, 1 to 8 bytes.
    pub reference: Option<Vec<u8>>,
    /// Which tip may be added.
    pub tip: Option<TipPolicy>,
    /// Can be paid more than once.
    pub reusable: bool,
    /// What is paid for; by reference only.
    pub lines: Vec<Line>,
    /// A word to the payer; by reference only.
    pub note: Option<String>,
}

/// What is asked in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// The first 8 bytes of the IssuerId.
    pub issuer_prefix: [u8; 8],
    /// What is asked; `None`: the payer chooses.
    pub amount: Option<Amount>,
}

impl Price {
    /// Whether this price is in the money of `issuer`.
    pub fn is_of(&self, issuer: &IssuerId) -> bool {
        issuer.as_bytes().starts_with(&self.issuer_prefix)
    }
}

/// Which tip a payer may add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TipPolicy {
    /// Anything from nothing up to the price.
    Free,
    /// Nothing, or one of these whole percentages of the price, rounded half up.
    Percentages(Vec<u8>),
}

/// One thing paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub text: String,
    /// How much of it, in thousandths.
    pub quantity_thousandths: i64,
    /// What it costs, in the currency of the first price.
    pub amount: Amount,
}

impl Request {
    /// The price in the money of `issuer`.
    pub fn price_at(&self, issuer: &IssuerId) -> Option<&Price> {
        self.prices.iter().find(|price| price.is_of(issuer))
    }

    /// Whether it must travel by reference.
    pub fn is_long(&self) -> bool {
        !self.lines.is_empty() || self.note.is_some()
    }

    fn check(self) -> Result<Self, ArtefactError> {
        let wrong = |field, reason| Err(ArtefactError::field(field, reason));
        let open = self.prices.iter().filter(|price| price.amount.is_none()).count();
        if open != 0 && open != self.prices.len() {
            return wrong("prices", "has an amount in some and none in others");
        }
        if open != 0 && !self.reusable {
            return wrong("reusable", "must be true for a request without amount");
        }
        if self.not_after.is_none() && !self.reusable {
            return wrong("not_after", "may only be missing from a reusable request");
        }
        let twice = |(index, price): (usize, &Price)| {
            self.prices[..index].iter().any(|earlier| earlier.issuer_prefix == price.issuer_prefix)
        };
        if self.prices.iter().enumerate().any(twice) {
            return wrong("prices", "names one issuer twice");
        }
        Ok(self)
    }
}

impl OmitsSigner for Request {}

impl Body for Request {
    const KIND: Kind = Kind::Request;

    fn write(&self, fields: &mut MapWriter) {
        fields
            .bytes(2, self.payee)
            .put_some(4, self.not_after, |item, time| item.int(time))
            .put(5, |item| write_prices(&self.prices, item))
            .bytes(6, self.nonce)
            .put_some(7, self.reference.as_deref(), |item, reference| item.bytes(reference))
            .put_some(8, self.tip.as_ref(), |item, tip| write_tip(tip, item))
            .put_some(9, self.reusable.then_some(true), ItemWriter::bool)
            .put_some(10, (!self.lines.is_empty()).then_some(&self.lines), |item, lines| {
                write_lines(lines, item);
            })
            .put_some(11, self.note.as_deref(), |item, note| item.text(note));
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        Self {
            payee: fields.need(2, "payee")?.id()?,
            not_after: fields.get(4, "not_after").map(|time| time.time()).transpose()?,
            prices: read_prices(&fields.need(5, "prices")?)?,
            nonce: fields.need(6, "nonce")?.array()?,
            reference: fields.get(7, "reference").map(|field| read_reference(&field)).transpose()?,
            tip: fields.get(8, "tip").map(|tip| read_tip(&tip)).transpose()?,
            reusable: match fields.get(9, "reusable") {
                None => false,
                Some(field) if field.bool()? => true,
                Some(field) => return Err(field.wrong("is either true or absent")),
            },
            lines: fields.get(10, "lines").map(|lines| read_lines(&lines)).transpose()?.unwrap_or_default(),
            note: fields.get(11, "note").map(|note| note.text(1, 200)).transpose()?,
        }
        .check()
    }
}

fn write_prices(prices: &[Price], item: &mut ItemWriter) {
    item.array_head(prices.len() * 2);
    for price in prices {
        item.bytes(&price.issuer_prefix);
        item.int(price.amount.map_or(0, |amount| amount.minor()));
    }
}

fn read_prices(field: &Field<'_>) -> Result<Vec<Price>, ArtefactError> {
    let items = field.items(6)?;
    if items.is_empty() || items.len() % 2 != 0 {
        return Err(field.wrong("is not a list of one to three prefixes and amounts"));
    }
    items
        .chunks_exact(2)
        .map(|pair| {
            let amount = pair[1].amount_or_zero()?;
            Ok(Price { issuer_prefix: pair[0].array()?, amount: (amount.minor() != 0).then_some(amount) })
        })
        .collect()
}

fn read_reference(field: &Field<'_>) -> Result<Vec<u8>, ArtefactError> {
    match field.bytes()? {
        bytes if (1..=8).contains(&bytes.len()) => Ok(bytes.to_vec()),
        _ => Err(field.wrong("must have 1 to 8 bytes")),
    }
}

fn write_tip(tip: &TipPolicy, item: &mut ItemWriter) {
    match tip {
        TipPolicy::Free => item.uint(0),
        TipPolicy::Percentages(percentages) => {
            item.array_head(percentages.len());
            for percentage in percentages {
                item.uint(u64::from(*percentage));
            }
        }
    }
}

fn read_tip(field: &Field<'_>) -> Result<TipPolicy, ArtefactError> {
    if let Ok(number) = field.uint::<u64>() {
        return if number == 0 { Ok(TipPolicy::Free) } else { Err(field.wrong("is not a known policy")) };
    }
    let percentages = field.items(3)?.iter().map(Field::uint).collect::<Result<Vec<u8>, _>>()?;
    if percentages.is_empty() || percentages.iter().any(|percentage| !(1..=100).contains(percentage)) {
        return Err(field.wrong("must be one to three percentages from 1 to 100"));
    }
    Ok(TipPolicy::Percentages(percentages))
}

fn write_lines(lines: &[Line], item: &mut ItemWriter) {
    item.array_head(lines.len());
    for line in lines {
        item.array_head(3);
        item.text(&line.text);
        item.int(line.quantity_thousandths);
        item.int(line.amount.minor());
    }
}

fn read_lines(field: &Field<'_>) -> Result<Vec<Line>, ArtefactError> {
    let items = field.items(40)?;
    if items.is_empty() {
        return Err(field.wrong("is empty: leave it out"));
    }
    items
        .iter()
        .map(|line| match line.items(3)?.as_slice() {
            [text, quantity, amount] => Ok(Line {
                text: text.text(1, 100)?,
                quantity_thousandths: quantity.uint()?,
                amount: amount.amount_or_zero()?,
            }),
            _ => Err(line.wrong("has a line that is not text, quantity and amount")),
        })
        .collect()
}
