//! Time and randomness as ports, so that tests can own them.

use std::fmt::Debug;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since the Unix epoch. Every time in the protocol is one of these.
pub type UnixSeconds = i64;

/// A time as RFC 3339 writes it in UTC: `2026-11-22T19:26:43Z`. None outside the years 0 to 9999, for which that has no
/// form.
pub fn to_rfc3339(time: UnixSeconds) -> Option<String> {
    const DAY: i64 = 86_400;
    // From the year 0, in eras of 400 years that each begin on 1 March, so that leap days come last.
    const DAYS_TO_1970: i64 = 719_468;
    const ERA: i64 = 146_097;
    let days = time.div_euclid(DAY).checked_add(DAYS_TO_1970)?;
    let (era, day) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let second = time.rem_euclid(DAY);
    (0..=9999).contains(&year).then(|| {
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    })
}

/// Tells the time.
pub trait Clock: Send + Sync + Debug {
    /// The present, in seconds since the Unix epoch.
    fn now(&self) -> UnixSeconds;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the port's own implementation")]
    fn now(&self) -> UnixSeconds {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX))
    }
}

/// Gives random bytes, fit for keys.
pub trait Entropy: Send + Sync + Debug {
    /// Fills `target` with unpredictable bytes.
    fn fill(&self, target: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// An array of unpredictable bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[allow(clippy::disallowed_methods, reason = "this is the port's own implementation")]
    fn fill(&self, target: &mut [u8]) {
        use rand::Rng as _;
        rand::rng().fill_bytes(target);
    }
}

#[cfg(test)]
mod tests {
    use super::to_rfc3339;

    #[test]
    fn known_times() {
        for (time, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (1_077_999_999, "2004-02-28T20:26:39Z"),
            (1_792_698_403, "2026-10-22T19:46:43Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(to_rfc3339(time).as_deref(), Some(text), "{time}");
        }
        for time in [-62_167_219_201, 253_402_300_800, i64::MIN, i64::MAX] {
            assert_eq!(to_rfc3339(time), None, "{time}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let (mut year, mut month, mut day) = (1600, 1, 1);
        for noon in (-11_676_096_000 + 43_200..).step_by(86_400).take(800 * 366) {
            let expected = format!("{year:04}-{month:02}-{day:02}T12:00:00Z");
            assert_eq!(to_rfc3339(noon), Some(expected));
            let last = match month {
                2 => 28 + i64::from(is_leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > last {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
    }
}
