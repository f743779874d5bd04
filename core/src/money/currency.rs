//! What an issuer says about the currency that it issues.

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::is_nfc;

use super::MoneyError;

/// The most decimals that a currency can have.
const MAX_DECIMALS: u8 = 9;

/// A currency: how its issuer names it and how its amounts are written.
///
/// Names, codes and symbols are the issuer's own words and prove nothing; two issuers may choose the same. What tells
/// currencies apart is the issuer's id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Currency {
    /// A short name in capitals: a letter, then up to 11 letters and digits (A–Z, 0–9).
    code: String,
    /// The full name: 1 to 64 characters.
    name: String,
    /// A sign to set beside amounts: up to 8 characters, or empty to use the code.
    symbol: String,
    /// How many decimals an amount is written with, 0 to 9: with 2, a whole unit is 100 smallest units.
    decimals: u8,
}

impl Currency {
    /// A currency whose parts all keep the rules.
    ///
    /// - `code`: 1 to 12 characters A–Z or 0–9, the first a letter.
    /// - `name`: 1 to 64 characters, no white space at either end.
    /// - `symbol`: 0 to 8 characters; no digit, plus, minus or white space, so that it cannot change the number that
    ///   it stands beside.
    /// - `decimals`: 0 to 9.
    ///
    /// Name and symbol are composed (Unicode NFC). Neither may hold invisible characters, line breaks or controls of
    /// the writing direction, or start with a combining mark: any of these could make an amount or a name look like
    /// another. The protocol (§3.1) lists the characters.
    pub fn new(
        code: impl Into<String>,
        name: impl Into<String>,
        symbol: impl Into<String>,
        decimals: u8,
    ) -> Result<Self, MoneyError> {
        Self { code: code.into(), name: name.into(), symbol: symbol.into(), decimals }.validated()
    }

    /// The same currency if its parts keep the rules of [`new`](Self::new). For values that an app put together
    /// itself.
    pub fn validated(self) -> Result<Self, MoneyError> {
        let rule = |field, rule, kept: bool| {
            if kept { Ok(()) } else { Err(MoneyError::Currency { field, rule }) }
        };
        rule("code", "a letter A-Z and up to 11 more of A-Z and 0-9", is_code(&self.code))?;
        rule("name", "1 to 64 visible characters in NFC, with no space at either end", is_name(&self.name))?;
        rule(
            "symbol",
            "at most 8 visible characters in NFC, none a digit, sign or space",
            is_symbol(&self.symbol),
        )?;
        rule("decimals", "0 to 9", self.decimals <= MAX_DECIMALS)?;
        Ok(self)
    }

    /// Its short name in capitals.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Its full name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The sign to set beside amounts; may be empty.
    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// How many decimals an amount is written with.
    pub fn decimals(&self) -> u8 {
        self.decimals
    }

    /// What stands beside an amount: the symbol, or the code if there is none.
    pub fn sign(&self) -> &str {
        if self.symbol.is_empty() { &self.code } else { &self.symbol }
    }
}

/// The parts as they were stored, before they are judged.
#[derive(Deserialize)]
struct Unchecked {
    code: String,
    name: String,
    symbol: String,
    decimals: u8,
}

impl TryFrom<Unchecked> for Currency {
    type Error = MoneyError;

    fn try_from(stored: Unchecked) -> Result<Self, MoneyError> {
        Self::new(stored.code, stored.name, stored.symbol, stored.decimals)
    }
}

fn is_code(code: &str) -> bool {
    code.len() <= 12
        && code.starts_with(|first: char| first.is_ascii_uppercase())
        && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether a text can be shown as a name: nobody's currency, business or public name may look like another's.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.chars().count()) && name.trim() == name && is_honest(name)
}

fn is_symbol(symbol: &str) -> bool {
    let alters = |c: char| c.is_numeric() || c.is_whitespace() || is_sign(c);
    symbol.chars().count() <= 8 && !symbol.contains(alters) && is_honest(symbol)
}

/// Plus and minus in the forms that are read as such, and look-alikes.
fn is_sign(c: char) -> bool {
    matches!(
        c,
        '+' | '-' | '±' | '\u{2010}'
            ..='\u{2015}' | '\u{2212}' | '\u{FE62}' | '\u{FE63}' | '\u{FF0B}' | '\u{FF0D}'
    )
}

fn is_honest(text: &str) -> bool {
    is_nfc(text) && !text.contains(is_deceptive) && !text.starts_with(is_combining_mark)
}

/// Characters that cannot be seen and change how the rest is read. The joiners U+200C and U+200D are not among them:
/// Persian, the scripts of India and emoji need them.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' // soft hyphen
            | '\u{061C}' | '\u{200E}' | '\u{200F}' // marks of direction
            | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' // embeddings, overrides, isolates
            | '\u{200B}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{FEFF}' // invisible
            | '\u{2028}' | '\u{2029}' // separators of lines and paragraphs
            | '\u{FFF9}'..='\u{FFFB}' // annotations
            | '\u{E0000}'..='\u{E0FFF}' // tags
        )
}
