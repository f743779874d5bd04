//! A day's payments and what they come to, by the till's time zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;
use tallystick::clock::UnixSeconds;
use tallystick::keys::IssuerId;
use tallystick::money::{Amount, MoneyError};
use tallystick::wallet::{Direction, HistoryQuery, MAX_PAGE, Payment, PaymentState};

use crate::app::App;
use crate::problem::Problem;
use crate::view::{Entry, Viewer};

/// `GET /api/day`.
#[derive(Serialize)]
pub(crate) struct DayView {
    date: String,
    /// Newest first.
    entries: Vec<Entry>,
    /// Whether there are older ones that are not listed; the totals have them all the same.
    more: bool,
    totals: Vec<TotalView>,
}

#[derive(Serialize)]
struct TotalView {
    issuer: IssuerId,
    currency: String,
    received: String,
    refunded: String,
    net: String,
    count: u32,
}

/// What a day comes to in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Total {
    received: Amount,
    refunded: Amount,
    count: u32,
}

/// The day with this date, or today.
pub(crate) async fn show(app: &App, date: Option<&str>) -> Result<DayView, Problem> {
    let date = match date {
        Some(text) => parse(text)?,
        None => date_of(app.now(), &app.time_zone).ok_or_else(Problem::internal)?,
    };
    let (begin, end) = bounds(date, &app.time_zone)
        .ok_or_else(|| Problem::bad("date", "bad_date", "There is no such day."))?;
    let viewer = Viewer::of(app).await?;
    let payments = payments(app, begin, end).await?;
    let totals = viewer
        .currencies
        .iter()
        .filter_map(|info| {
            let mine = payments.iter().filter(|payment| payment.issuer == info.issuer);
            let total = match total(mine) {
                Ok(total) => total?,
                Err(error) => return Some(Err(Problem::from(tallystick::error::WalletError::from(error)))),
            };
            let text = |amount: Amount| amount.to_decimal_string(info.currency.decimals());
            Some(match total.received.checked_sub(total.refunded) {
                Ok(net) => Ok(TotalView {
                    issuer: info.issuer,
                    currency: info.currency.code().to_owned(),
                    received: text(total.received),
                    refunded: text(total.refunded),
                    net: text(net),
                    count: total.count,
                }),
                Err(_) => Err(Problem::internal()),
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let more = payments.len() > app.limits.day_entries;
    let mut entries = Vec::new();
    for payment in payments.into_iter().take(app.limits.day_entries) {
        entries.push(viewer.entry(payment).await?);
    }
    Ok(DayView { date: date.to_string(), entries, more, totals })
}

/// All payments from `begin` until just before `end` that hold or may still come to hold, newest first.
async fn payments(app: &App, begin: UnixSeconds, end: UnixSeconds) -> Result<Vec<Payment>, Problem> {
    let mut query = HistoryQuery { limit: MAX_PAGE, ..HistoryQuery::default() };
    let mut found = Vec::new();
    loop {
        let page = app.wallet.history(query.clone()).await?;
        for payment in page.payments {
            if payment.at < begin {
                return Ok(found);
            }
            let counts = matches!(payment.state, PaymentState::Settled | PaymentState::Pending);
            if payment.at < end && counts {
                found.push(payment);
            }
        }
        match page.next {
            Some(next) => query.before = Some(next),
            None => return Ok(found),
        }
    }
}

/// What these payments come to; none if there are none. Money that goes out otherwise than as a refund is the account
/// holder's, not the till's.
fn total<'a>(payments: impl Iterator<Item = &'a Payment>) -> Result<Option<Total>, MoneyError> {
    let mut total: Option<Total> = None;
    for payment in payments.filter(|payment| payment.state == PaymentState::Settled) {
        let sum = total.get_or_insert_default();
        match (payment.direction, payment.repays) {
            (Direction::In, _) => {
                sum.received = sum.received.checked_add(payment.amount)?;
                sum.count += 1;
            }
            (Direction::Out, Some(_)) => sum.refunded = sum.refunded.checked_add(payment.amount)?,
            (Direction::Out, None) => {}
        }
    }
    Ok(total)
}

/// `2026-11-22`, and nothing else.
fn parse(text: &str) -> Result<Date, Problem> {
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    date.ok_or_else(|| Problem::bad("date", "bad_date", "A date is written as 2026-11-22."))
}

fn date_of(time: UnixSeconds, zone: &TimeZone) -> Option<Date> {
    Some(Timestamp::from_second(time).ok()?.to_zoned(zone.clone()).date())
}

/// When a day begins, and when the next does. Not always 24 hours later.
fn bounds(date: Date, zone: &TimeZone) -> Option<(UnixSeconds, UnixSeconds)> {
    let begin = |date: Date| Some(date.to_zoned(zone.clone()).ok()?.timestamp().as_second());
    Some((begin(date)?, begin(date.checked_add(1.day()).ok()?)?))
}

#[cfg(test)]
mod tests {
    use tallystick::keys::{AccountId, Digest};

    use super::*;

    fn payment(direction: Direction, amount: i64, repays: bool, state: PaymentState) -> Payment {
        Payment {
            payment: Digest::of(&[b"payment"]),
            issuer: IssuerId::new([1; 16]),
            at: 0,
            state,
            direction,
            counterpart: AccountId::new([2; 16]),
            counterpart_name: None,
            amount: Amount::new(amount),
            tip: None,
            memo: None,
            request: None,
            repays: repays.then(|| Digest::of(&[b"repaid"])),
            refunded: Amount::ZERO,
            refusal: None,
            epoch: None,
            sequence: None,
        }
    }

    #[test]
    fn days_have_as_many_hours_as_they_have() {
        let zone = TimeZone::get("Europe/Zurich").unwrap();
        for (date, hours) in [("2026-11-22", 24), ("2026-03-29", 23), ("2026-10-25", 25)] {
            let (begin, end) = bounds(parse(date).unwrap(), &zone).unwrap();
            assert_eq!((end - begin) / 3_600, hours, "{date}");
            assert_eq!(date_of(begin, &zone), date_of(end - 1, &zone));
            assert_ne!(date_of(begin - 1, &zone), date_of(end, &zone));
        }
        assert_eq!(bounds(parse("1970-01-02").unwrap(), &TimeZone::UTC), Some((86_400, 172_800)));
        assert_eq!(bounds(parse("9999-12-31").unwrap(), &TimeZone::UTC), None);
    }

    #[test]
    fn only_dates_are_dates() {
        for text in
            ["", "today", "2026-02-30", "2026-11-22T10:00", "20261122", "2026-11-22 ", "+002026-11-22"]
        {
            assert_eq!(parse(text).unwrap_err().code, "bad_date", "{text}");
        }
    }

    #[test]
    fn totals_count_what_came_in_and_what_was_paid_back() {
        use Direction::{In, Out};
        use PaymentState::{Pending, Settled};
        let day = [
            payment(In, 450, false, Settled),
            payment(In, 50, false, Settled),
            payment(Out, 30, true, Settled),
            payment(Out, 70, true, Pending),
            payment(Out, 900, false, Settled),
        ];
        let expected = Total { received: Amount::new(500), refunded: Amount::new(30), count: 2 };
        assert_eq!(total(day.iter()), Ok(Some(expected)));
        assert_eq!(total(day[3..4].iter()), Ok(None));
        let most = payment(In, i64::MAX, false, Settled);
        assert!(total([&most, &most].into_iter()).is_err());
    }
}
