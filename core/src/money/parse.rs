//! What people type, read strictly: a number either means one thing or is refused.

use super::amount::{MAX_TEXT, too_long};
use super::symbols::{Symbols, folded};
use super::{Amount, Currency, MoneyError, MoneyFormat};

impl MoneyFormat {
    /// Reads an amount as it is written in this place; the inverse of [`number`](MoneyFormat::number) and
    /// [`amount`](MoneyFormat::amount). May be zero or negative.
    ///
    /// - Digits may be this place's own, ASCII, or those of another script, but all of one.
    /// - Separators between groups may be left out, or all stand where this place puts them.
    /// - There may be fewer decimals than the currency has, never more, not even zeros.
    /// - The currency's symbol or code may follow, as it is written in the currency.
    /// - Where a place has two ways of writing (its own and one with ASCII digits), both are read.
    pub fn parse(&self, text: &str, currency: &Currency) -> Result<Amount, MoneyError> {
        if text.chars().nth(MAX_TEXT).is_some() {
            return Err(too_long());
        }
        let text = folded(text);
        let number = self.without_sign(text.trim(), currency);
        let read = |symbols: &Symbols| match Reading::of(number, symbols) {
            Ok(Reading { negative, whole, fraction }) => {
                Amount::from_digits(negative, &whole, &fraction, currency.decimals())
            }
            Err(fault) => Err(self.explain(fault, currency)),
        };
        let own = read(&self.own);
        let Some(ascii) = self.ascii.as_ref().map(read) else { return own };
        match (own, ascii) {
            (Ok(own), Ok(ascii)) if own != ascii => Err(MoneyError::Ambiguous),
            (Ok(amount), _) | (_, Ok(amount)) => Ok(amount),
            (_, Err(error)) if number.contains(|c: char| c.is_ascii_digit()) => Err(error),
            (Err(error), _) => Err(error),
        }
    }

    /// Reads an amount that is to be paid: like [`parse`](Self::parse), and at least one smallest unit.
    pub fn parse_payable(&self, text: &str, currency: &Currency) -> Result<Amount, MoneyError> {
        Amount::payable(self.parse(text, currency)?.minor())
    }

    /// The text without the currency's symbol or code at its end. Neither can hold a minus, and none starts with what
    /// Unicode calls a digit; where other characters serve as digits (一, 二), a sign made of them must stand apart. So
    /// nothing that belongs to the number is ever taken away.
    fn without_sign<'t>(&self, text: &'t str, currency: &Currency) -> &'t str {
        let is_digit =
            |c: char| std::iter::once(&self.own).chain(&self.ascii).any(|symbols| symbols.digit(c).is_some());
        [currency.symbol(), currency.code()]
            .into_iter()
            .map(folded)
            .filter(|sign| !sign.is_empty())
            .filter_map(|sign| {
                let number = text.strip_suffix(sign.as_str())?;
                (number.ends_with(' ') || !sign.starts_with(is_digit)).then_some(number)
            })
            .min_by_key(|number| number.len())
            .map_or(text, str::trim_end)
    }

    fn explain(&self, fault: Fault, currency: &Currency) -> MoneyError {
        let (minor, decimals) = match currency.decimals() {
            0 => (1234, 0),
            1 => (12345, 1),
            _ => (123_450, 2),
        };
        let example = self.number(Amount::new(minor), decimals);
        match fault {
            Fault::NotANumber => MoneyError::NotANumber { example },
            Fault::Grouping => MoneyError::Grouping { example },
        }
    }
}

/// The digits of a number, apart.
struct Reading {
    negative: bool,
    whole: Vec<u8>,
    fraction: Vec<u8>,
}

/// Why there is no number.
#[derive(Clone, Copy)]
enum Fault {
    NotANumber,
    Grouping,
}

impl Reading {
    fn of(number: &str, symbols: &Symbols) -> Result<Self, Fault> {
        let (negative, mut rest) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
        // The digits of each group in turn; more than one only if there were separators.
        let mut groups: Vec<Vec<u8>> = vec![Vec::new()];
        let mut fraction: Option<Vec<u8>> = None;
        let mut script = None;
        while let Some(c) = rest.chars().next() {
            if let Some((value, zero)) = symbols.digit(c) {
                if *script.get_or_insert(zero) != zero {
                    return Err(Fault::NotANumber);
                }
                if let Some(run) = fraction.as_mut().or(groups.last_mut()) {
                    run.push(value);
                }
                rest = &rest[c.len_utf8()..];
            } else if let Some(after) = strip(rest, &symbols.decimal, ARABIC_DECIMAL) {
                if fraction.replace(Vec::new()).is_some() {
                    return Err(Fault::NotANumber);
                }
                rest = after;
            } else if let Some(after) = strip(rest, &symbols.group, ARABIC_GROUP) {
                if fraction.is_some() {
                    return Err(Fault::Grouping);
                }
                groups.push(Vec::new());
                rest = after;
            } else {
                return Err(Fault::NotANumber);
            }
        }
        check_groups(&groups, symbols)?;
        let whole = groups.concat();
        match fraction {
            // A separator with nothing after it may be a slip of the finger: the rest might be missing.
            Some(fraction) if fraction.is_empty() => Err(Fault::NotANumber),
            Some(fraction) => Ok(Self { negative, whole, fraction }),
            None if whole.is_empty() => Err(Fault::NotANumber),
            None => Ok(Self { negative, whole, fraction: Vec::new() }),
        }
    }
}

/// These two say in their very name what they are, so they are read everywhere.
const ARABIC_DECIMAL: char = '\u{066B}';
const ARABIC_GROUP: char = '\u{066C}';

fn strip<'t>(text: &'t str, separator: &str, universal: char) -> Option<&'t str> {
    let own = if separator.is_empty() { None } else { text.strip_prefix(separator) };
    own.or_else(|| text.strip_prefix(universal))
}

/// Separators must stand exactly where this place puts them, and never after a leading zero: `1,50` or `0,500` is more
/// likely a fraction in the writing of a neighbour.
fn check_groups(groups: &[Vec<u8>], symbols: &Symbols) -> Result<(), Fault> {
    let [first, middle @ .., last] = groups else { return Ok(()) };
    let fits = (1..=symbols.secondary).contains(&first.len())
        && first[0] != 0
        && middle.iter().all(|group| group.len() == symbols.secondary)
        && last.len() == symbols.primary;
    if fits { Ok(()) } else { Err(Fault::Grouping) }
}
