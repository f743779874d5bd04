//! How this person reads and writes amounts and times.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use tallystick::clock::UnixSeconds;
use tallystick::money::{Amount, Currency, MoneyError, MoneyFormat};

use crate::failure::Failure;

/// The variables that say how amounts are written, the strongest first (POSIX.1-2024, 8.2).
const LOCALE_VARIABLES: [&str; 3] = ["LC_ALL", "LC_MONETARY", "LANG"];

/// A language's way with amounts, and a place's way with time.
pub struct Manner {
    money: MoneyFormat,
    zone: TimeZone,
}

impl Manner {
    /// By a language tag, or by the system's variables. What the system says and nobody understands counts as no
    /// language in particular; a tag that the user gave must be one.
    pub fn new(locale: Option<&str>) -> Result<Self, Failure> {
        let money = match locale {
            Some(tag) => MoneyFormat::for_locale(tag).map_err(|error| Failure::usage(error.code(), error))?,
            None => system_format()?,
        };
        Ok(Self { money, zone: TimeZone::system() })
    }

    /// For tests: a known language, and Greenwich.
    #[cfg(test)]
    pub fn fixed(locale: &str) -> Self {
        Self { money: MoneyFormat::for_locale(locale).unwrap(), zone: TimeZone::UTC }
    }

    /// An amount with its currency's sign.
    pub fn amount(&self, amount: Amount, currency: &Currency) -> String {
        self.money.amount(amount, currency)
    }

    /// An amount alone.
    pub fn number(&self, amount: Amount, currency: &Currency) -> String {
        self.money.number(amount, currency.decimals())
    }

    /// Reads an amount that is to be paid.
    pub fn parse_payable(&self, text: &str, currency: &Currency) -> Result<Amount, Failure> {
        Ok(self.money.parse_payable(text, currency)?)
    }

    /// Reads an amount that may be zero, but not negative.
    pub fn parse_limit(&self, text: &str, currency: &Currency) -> Result<Amount, Failure> {
        match self.money.parse(text, currency)? {
            amount if amount.is_negative() => Err(MoneyError::Negative.into()),
            amount => Ok(amount),
        }
    }

    /// A time, to the minute: `2026-11-22 09:30`.
    pub fn time(&self, at: UnixSeconds) -> String {
        self.written(at, "%Y-%m-%d %H:%M")
    }

    /// A day: `2026-11-22`.
    pub fn day(&self, at: UnixSeconds) -> String {
        self.written(at, "%Y-%m-%d")
    }

    fn written(&self, at: UnixSeconds, form: &str) -> String {
        match Timestamp::from_second(at) {
            Ok(time) => time.to_zoned(self.zone.clone()).strftime(form).to_string(),
            Err(_) => at.to_string(),
        }
    }

    /// When something ends that lasts for a span (`15m`, `2h 30m`, `30d`, `1y`) or until the end of a day (`2027-06-30`).
    pub fn until(&self, text: &str, now: UnixSeconds) -> Result<UnixSeconds, Failure> {
        let bad = || Failure::usage("bad_time", format!("`{text}` is neither a span of time nor a day"));
        let start = Timestamp::from_second(now).map_err(|_| bad())?.to_zoned(self.zone.clone());
        let end = if let Ok(day) = text.trim().parse::<Date>() {
            day.at(23, 59, 59, 0).to_zoned(self.zone.clone()).map_err(|_| bad())?
        } else {
            let span: Span = text.trim().parse().map_err(|_| bad())?;
            start.checked_add(span).map_err(|_| bad())?
        };
        let end = end.timestamp().as_second();
        if end > now { Ok(end) } else { Err(Failure::usage("bad_time", format!("`{text}` is over already"))) }
    }
}

fn system_format() -> Result<MoneyFormat, MoneyError> {
    let said = LOCALE_VARIABLES
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default();
    MoneyFormat::for_locale(&said).or_else(|_| MoneyFormat::for_locale(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = 1_800_000_000;

    #[test]
    fn times_are_read_by_people() {
        let manner = Manner::fixed("en");
        assert_eq!(manner.time(NOW), "2027-01-15 08:00");
        assert_eq!(manner.day(NOW), "2027-01-15");
        assert_eq!(manner.time(i64::MAX), i64::MAX.to_string());
        assert_eq!(manner.until("15m", NOW), Ok(NOW + 900));
        assert_eq!(manner.until("2h 30m", NOW), Ok(NOW + 9_000));
        assert_eq!(manner.until("30d", NOW), Ok(NOW + 30 * 86_400));
        assert_eq!(manner.until("2027-01-15", NOW), Ok(NOW + 57_599));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let manner = Manner::fixed("en");
        for text in ["", "soon", "-1h", "0s", "2020-01-01", "2027-02-30", "99999999999y", "2027-13-01"] {
            let failure = manner.until(text, NOW).unwrap_err();
            assert_eq!((failure.code.as_str(), failure.ending().code()), ("bad_time", 2), "{text}");
        }
    }

    #[test]
    fn amounts_are_read_as_the_language_writes_them() {
        let bread = Currency::new("BREAD", "Bread", "", 2).unwrap();
        let german = Manner::fixed("de");
        assert_eq!(german.parse_payable("1.234,5", &bread), Ok(Amount::new(123_450)));
        assert_eq!(german.amount(Amount::new(123_450), &bread), "1.234,50\u{a0}BREAD");
        assert_eq!(german.parse_payable("0", &bread).unwrap_err().code, "amount_not_positive");
        assert_eq!(german.parse_limit("0", &bread), Ok(Amount::ZERO));
        assert_eq!(german.parse_limit("-1", &bread).unwrap_err().code, "amount_negative");
        assert_eq!(Manner::new(Some("???")).err().map(|failure| failure.ending().code()), Some(2));
    }
}
