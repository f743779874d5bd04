//! Money as people of some place write it.

use icu_decimal::input::Decimal as Digits;
use icu_decimal::preferences::NumberingSystem;
use icu_decimal::{DecimalFormatter, DecimalFormatterPreferences};
use icu_locale_core::Locale;
use icu_locale_core::extensions::unicode::value;
use rust_decimal::{Decimal, RoundingStrategy};

use super::symbols::Symbols;
use super::{Amount, Currency, DisplayRate, MoneyError};

/// Keeps a number and its sign on one line.
const NO_BREAK_SPACE: char = '\u{A0}';
/// "Almost equal to": marks what is shown for orientation only.
const ABOUT: char = '≈';
/// How many digits of an approximate price say something.
const PRICE_DIGITS: u32 = 6;
/// The longest language tag that is read.
const MAX_TAG: usize = 100;

/// Writes and reads money as one place does: its digits, its separators, its grouping, its minus (Unicode CLDR).
///
/// The currency's symbol, or its code if it has none, always stands *after* the number with a non-breaking space
/// between, wherever the place may put the signs of state currencies: one rule, so that nobody mistakes a shop's
/// currency for one of those. A currency's decimals are always all written: `10.50`, never `10.5`.
///
/// Making one is more work than using it: keep it for as long as the language does not change. It can be shared
/// between threads.
#[derive(Debug, Clone)]
pub struct MoneyFormat {
    formatter: DecimalFormatter,
    /// How this place writes.
    pub(super) own: Symbols,
    /// How it writes when it uses ASCII digits, if those are not its own.
    pub(super) ascii: Option<Symbols>,
}

impl MoneyFormat {
    /// The way of the place with this language tag: BCP 47 (`de-CH`, `ar-EG-u-nu-latn`) or as POSIX and Apple write
    /// it (`de_CH.UTF-8`, `de_CH`; what follows `.` or `@` is not looked at). An empty tag, `C` and `POSIX` mean no
    /// place in particular, which is also what stands in for a language that is not known.
    pub fn for_locale(tag: &str) -> Result<Self, MoneyError> {
        if tag.len() > MAX_TAG {
            return Err(MoneyError::Locale);
        }
        let place = tag.split(['.', '@']).next().unwrap_or_default();
        let locale = match place {
            "" | "C" | "POSIX" => Locale::UNKNOWN,
            _ => Locale::try_from_str(&place.replace('_', "-")).map_err(|_| MoneyError::Locale)?,
        };
        let mut preferences = DecimalFormatterPreferences::from(&locale);
        let formatter = formatter(preferences)?;
        let own = Symbols::of(&formatter).ok_or(MoneyError::Locale)?;
        let ascii = if own.has_ascii_digits() {
            None
        } else {
            preferences.numbering_system = NumberingSystem::try_from(value!("latn")).ok();
            Some(Symbols::of(&self::formatter(preferences)?).ok_or(MoneyError::Locale)?)
        };
        Ok(Self { formatter, own, ascii })
    }

    /// The amount as a number alone, with all decimals of its currency: `-1,234.50`.
    pub fn number(&self, amount: Amount, decimals: u8) -> String {
        self.digits(i128::from(amount.minor()), decimals.into())
    }

    /// The amount with the currency's sign: `-1,234.50 BREAD`.
    pub fn amount(&self, amount: Amount, currency: &Currency) -> String {
        let number = self.number(amount, currency.decimals());
        format!("{number}{NO_BREAK_SPACE}{}", currency.sign())
    }

    /// About how much something is in another currency, from [`DisplayRate::approximate`]: `≈ 12.50 BREAD`.
    pub fn approximation(&self, value: Decimal, currency: &Currency) -> String {
        let strategy = RoundingStrategy::MidpointAwayFromZero;
        let rounded = value.round_dp_with_strategy(currency.decimals().into(), strategy);
        let number = self.decimal(rounded, currency.decimals());
        format!("{ABOUT}{NO_BREAK_SPACE}{number}{NO_BREAK_SPACE}{}", currency.sign())
    }

    /// About what a whole unit of one currency is worth in another, in six digits: `1 BREAD ≈ 1.25 COFFEE`.
    pub fn price(&self, rate: DisplayRate, of: &Currency, in_terms_of: &Currency) -> String {
        let price = rate.price();
        let shown = price
            .round_sf_with_strategy(PRICE_DIGITS, RoundingStrategy::MidpointAwayFromZero)
            .unwrap_or(price)
            .normalize();
        let one = self.digits(1, 0);
        let shown = self.decimal(shown, 0);
        let space = NO_BREAK_SPACE;
        format!("{one}{space}{} {ABOUT}{space}{shown}{space}{}", of.sign(), in_terms_of.sign())
    }

    /// A decimal with at least this many decimals.
    fn decimal(&self, value: Decimal, at_least: u8) -> String {
        let missing = u32::from(at_least).saturating_sub(value.scale());
        let mut digits = Digits::from(value.mantissa());
        digits.multiply_pow10(-magnitude(value.scale()));
        digits.absolute.pad_end(-magnitude(value.scale() + missing));
        self.formatter.format(&digits).to_string()
    }

    fn digits(&self, minor: i128, decimals: u32) -> String {
        let mut digits = Digits::from(minor);
        digits.multiply_pow10(-magnitude(decimals));
        self.formatter.format(&digits).to_string()
    }
}

fn formatter(preferences: DecimalFormatterPreferences) -> Result<DecimalFormatter, MoneyError> {
    DecimalFormatter::try_new(preferences, icu_decimal::options::DecimalFormatterOptions::default())
        .map_err(|_| MoneyError::Locale)
}

/// Decimals come from a `u8` or from a scale of at most 28, so this is exact.
fn magnitude(decimals: u32) -> i16 {
    i16::try_from(decimals).unwrap_or(i16::MAX)
}
