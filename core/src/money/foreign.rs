//! Writing and reading amounts, for apps in other languages: methods of a currency, which knows its decimals.
//!
//! Every language gets the same text from here, whatever its own library would write.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Amount, Currency, MoneyError, MoneyFormat};
use crate::error::WalletError;

/// The format that was used last: a list of payments is written in one language.
static LAST: Mutex<Option<(String, Arc<MoneyFormat>)>> = Mutex::new(None);

fn format_for(locale: &str) -> Result<Arc<MoneyFormat>, MoneyError> {
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((known, format)) if known == locale => Ok(Arc::clone(format)),
        _ => {
            let format = Arc::new(MoneyFormat::for_locale(locale)?);
            *last = Some((locale.to_owned(), Arc::clone(&format)));
            Ok(format)
        }
    }
}

#[uniffi::export]
impl Currency {
    /// An amount as a person reads it, with the currency's sign: `-1,234.50 BREAD`.
    ///
    /// `locale` is a language tag (BCP 47, `de-CH`), or as POSIX and Apple write it (`de_CH`). Empty means no place in
    /// particular. Fails with `locale_invalid`.
    pub fn format(&self, amount: Amount, locale: &str) -> Result<String, WalletError> {
        Ok(format_for(locale)?.amount(amount, self))
    }

    /// An amount as a person reads it, as a number alone: `-1,234.50`. The locale is as for `format`.
    pub fn format_number(&self, amount: Amount, locale: &str) -> Result<String, WalletError> {
        Ok(format_for(locale)?.number(amount, self.decimals()))
    }

    /// Reads what a person typed: `1,234.50`, `1234.5`, `12 BREAD`. The locale is as for `format`.
    ///
    /// What could be misread is refused, not guessed: more decimals than the currency has, separators in unusual places.
    /// The error names the field `amount`, and its text can be shown. Zero and less are read too; a payment takes neither.
    pub fn parse(&self, text: &str, locale: &str) -> Result<Amount, WalletError> {
        Ok(format_for(locale)?.parse(text, self)?)
    }

    /// An amount as plain decimal text in whole units, for files and for exact reckoning: `-1234.50`. The same everywhere:
    /// a full stop, ASCII digits, no groups, all decimals.
    pub fn decimal_text(&self, amount: Amount) -> String {
        amount.to_decimal_string(self.decimals())
    }

    /// The amount of plain decimal text in whole units. Fewer decimals than the currency has may be given, more may not.
    pub fn amount_of_text(&self, text: &str) -> Result<Amount, WalletError> {
        Ok(Amount::from_decimal_str(text, self.decimals())?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn bread() -> Currency {
        Currency::new("BREAD", "Bread", "", 2).unwrap()
    }

    #[test]
    fn what_is_written_in_a_language_is_read_in_it() {
        for locale in ["en-GB", "de-CH", "fr", "ar-EG", "", "en-GB"] {
            let text = bread().format(Amount::new(-123_450), locale).unwrap();
            assert_eq!(bread().parse(&text, locale), Ok(Amount::new(-123_450)), "{locale}: {text}");
        }
    }

    #[test]
    fn errors_name_the_field_that_is_wrong() {
        let fields = [
            bread().format(Amount::ZERO, "not a locale").map(|_| ()),
            bread().parse("1.2.3", "en").map(|_| ()),
            bread().amount_of_text("1.005").map(|_| ()),
        ];
        let named = fields.map(|outcome| match outcome {
            Err(WalletError::InvalidInput { field, rule, .. }) => (field, rule),
            other => (format!("{other:?}"), String::new()),
        });
        let expected = [
            ("locale", "locale_invalid"),
            ("amount", "amount_not_a_number"),
            ("amount", "amount_too_many_decimals"),
        ];
        assert_eq!(named, expected.map(|(field, rule)| (field.to_owned(), rule.to_owned())));
    }
}
