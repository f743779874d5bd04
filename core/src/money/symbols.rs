//! The digits and separators of a place, and what is read as such.
//!
//! They are learnt from what the formatter writes, so that reading can never disagree with writing.

use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal as Digits;

/// How numbers are written somewhere. Separators are *folded* (see [`fold`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Symbols {
    /// The digits 0 to 9.
    pub digits: [char; 10],
    /// Between whole units and their fraction.
    pub decimal: String,
    /// Between groups of digits; empty where nobody groups.
    pub group: String,
    /// How many digits the last group has; the others follow `secondary`.
    pub primary: usize,
    /// How many digits the groups before the last one have.
    pub secondary: usize,
}

impl Symbols {
    /// Those with which this formatter writes.
    pub fn of(formatter: &DecimalFormatter) -> Option<Self> {
        let write = |number: Digits| folded(&formatter.format(&number).to_string());
        let mut digits = ['0'; 10];
        for (value, digit) in (0_u8..).zip(&mut digits) {
            *digit = write(Digits::from(value)).chars().next()?;
        }
        let half = write(Digits::try_from_str("0.5").ok()?);
        let decimal = half.trim_matches(|c| digits.contains(&c)).to_owned();

        let long = write(Digits::from(1_000_000_000_000_i64));
        let runs: Vec<&str> = long.split(|c| !digits.contains(&c)).filter(|run| !run.is_empty()).collect();
        let (primary, secondary) = match runs.as_slice() {
            [.., secondary, primary] => (primary.chars().count(), secondary.chars().count()),
            _ => (0, 0),
        };
        let group =
            long.split(|c| digits.contains(&c)).find(|gap| !gap.is_empty()).unwrap_or_default().to_owned();
        Some(Self { digits, decimal, group, primary, secondary })
    }

    pub fn has_ascii_digits(&self) -> bool {
        self.digits[0] == '0'
    }

    /// The value of a digit, and the zero of its script.
    pub fn digit(&self, c: char) -> Option<(u8, char)> {
        let own = (0_u8..).zip(self.digits).find(|(_, digit)| *digit == c);
        own.map(|(value, _)| (value, self.digits[0])).or_else(|| {
            ZEROS.iter().find_map(|&zero| {
                let value = u32::from(c).checked_sub(zero.into())?;
                u8::try_from(value).ok().filter(|value| *value < 10).map(|value| (value, zero))
            })
        })
    }
}

/// The text with characters that mean the same made the same: people type what their keyboard has.
pub(super) fn folded(text: &str) -> String {
    text.chars().filter_map(fold).collect()
}

fn fold(c: char) -> Option<char> {
    match c {
        // Marks of writing direction: CLDR sets them beside signs; they show nothing.
        '\u{061C}' | '\u{200E}' | '\u{200F}' => None,
        // Spaces of every width, as different editions of CLDR group with.
        '\u{A0}' | '\u{2002}'..='\u{200A}' | '\u{202F}' | '\u{3000}' => Some(' '),
        '\u{2018}' | '\u{2019}' | '\u{02BC}' => Some('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE63}' => Some('-'),
        // Full-width forms of ASCII, as East Asian keyboards write them.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        _ => Some(c),
    }
}

/// The zeros of the scripts that have decimal digits of their own and a keyboard in common use. Each is followed by
/// its one to nine (Unicode, general category Nd), so a digit means the same everywhere.
const ZEROS: [char; 17] = [
    '0',        // ASCII
    '\u{0660}', // Arabic
    '\u{06F0}', // Persian, Urdu
    '\u{0966}', // Devanagari
    '\u{09E6}', // Bengali
    '\u{0A66}', // Gurmukhi
    '\u{0AE6}', // Gujarati
    '\u{0B66}', // Odia
    '\u{0BE6}', // Tamil
    '\u{0C66}', // Telugu
    '\u{0CE6}', // Kannada
    '\u{0D66}', // Malayalam
    '\u{0E50}', // Thai
    '\u{0ED0}', // Lao
    '\u{0F20}', // Tibetan
    '\u{1040}', // Burmese
    '\u{17E0}', // Khmer
];
