use proptest::prelude::*;
use rust_decimal::Decimal;

use super::currency;
use crate::money::{Amount, DisplayRate, ExactRate, MoneyError, Rounding};

fn rate(n: u64, d: u64) -> ExactRate {
    ExactRate::new(n, d).unwrap()
}

/// Mostly near the edges, where overflow would hide.
fn part() -> impl Strategy<Value = u64> {
    prop_oneof![1..=1000_u64, 1..=u64::MAX, (u64::MAX - 1000)..=u64::MAX]
}

fn minor() -> impl Strategy<Value = i64> {
    prop_oneof![0..=1000_i64, 0..=i64::MAX, (i64::MAX - 1000)..=i64::MAX]
}

#[test]
fn rates_are_kept_in_lowest_terms() {
    assert_eq!((rate(10, 4).n(), rate(10, 4).d()), (5, 2));
    assert_eq!(rate(u64::MAX, u64::MAX), rate(1, 1));
    assert_eq!(rate(3, 2).inverse(), rate(2, 3));
    assert_eq!(ExactRate::between(Amount::new(200), Amount::new(300)), Ok(rate(3, 2)));
    assert_eq!(ExactRate::new(0, 1), Err(MoneyError::Rate));
    assert_eq!(ExactRate::new(1, 0), Err(MoneyError::Rate));
    assert_eq!(ExactRate::between(Amount::ZERO, Amount::MAX), Err(MoneyError::NotPositive));
    assert_eq!(ExactRate::between(Amount::MAX, Amount::MIN), Err(MoneyError::NotPositive));
}

#[test]
fn what_is_gotten_is_rounded_down_and_what_is_given_up() {
    let third = rate(1, 3);
    assert_eq!(third.least_gotten(Amount::new(10)), Ok(Amount::new(3)));
    assert_eq!(third.least_gotten(Amount::new(2)), Ok(Amount::ZERO));
    assert_eq!(third.least_given(Amount::new(3)), Ok(Amount::new(9)));
    assert_eq!(rate(3, 2).least_given(Amount::new(10)), Ok(Amount::new(7)));
    assert_eq!(third.apply(Amount::new(2), Rounding::HalfUp), Ok(Amount::new(1)));
}

#[test]
fn results_out_of_range_are_refused() {
    assert_eq!(rate(2, 1).least_gotten(Amount::MAX).unwrap_err().code(), "amount_too_large");
    assert_eq!(rate(u64::MAX, 1).least_gotten(Amount::MAX).unwrap_err().code(), "amount_too_large");
    assert_eq!(rate(u64::MAX, u64::MAX - 1).least_gotten(Amount::MAX).unwrap(), Amount::MAX);
    assert_eq!(rate(1, 1).least_gotten(Amount::MIN), Err(MoneyError::Negative));
    assert_eq!(rate(u64::MAX, 1).least_gotten(Amount::ZERO), Ok(Amount::ZERO));
}

#[test]
fn text_of_a_rate() {
    assert_eq!(rate(3, 2).to_string(), "3/2");
    assert_eq!("6/4".parse(), Ok(rate(3, 2)));
    assert_eq!("18446744073709551615/1".parse(), Ok(rate(u64::MAX, 1)));
    for text in [
        "",
        "/",
        "1",
        "1/",
        "/1",
        "0/1",
        "1/0",
        "-1/2",
        "+1/2",
        "1/2/3",
        "1 / 2",
        "1.5/2",
        "18446744073709551616/1",
    ] {
        assert_eq!(text.parse::<ExactRate>(), Err(MoneyError::Rate), "{text}");
    }
    assert_eq!(serde_json::to_string(&rate(3, 2)).unwrap(), "\"3/2\"");
    assert_eq!(serde_json::from_str::<ExactRate>("\"3/2\"").unwrap(), rate(3, 2));
    assert!(serde_json::from_str::<ExactRate>("\"3/0\"").is_err());
}

#[test]
fn a_shown_price_counts_in_whole_units() {
    let (bread, coffee) = (currency("BREAD", "", 0), currency("COFFEE", "", 2));
    // 250 hundredths for each bread.
    let shown = rate(250, 1).to_display(&bread, &coffee).unwrap();
    assert_eq!(shown.to_string(), "2.5");
    assert_eq!(shown.approximate(Amount::new(3), &bread, &coffee), Ok(Decimal::new(75, 1)));
    assert_eq!(shown.inverse().unwrap().to_string(), "0.4");
    let third = rate(1, 3).to_display(&coffee, &coffee).unwrap();
    assert_eq!(third.approximate(Amount::new(50), &coffee, &coffee), Ok(Decimal::new(17, 2)));
    assert_eq!(third.approximate(Amount::new(-150), &coffee, &bread), Ok(Decimal::new(-1, 0)));
}

#[test]
fn shown_prices_out_of_range_are_refused() {
    assert_eq!(DisplayRate::new(Decimal::ZERO), Err(MoneyError::Price));
    assert_eq!(DisplayRate::new(Decimal::NEGATIVE_ONE), Err(MoneyError::Price));
    for text in [
        "",
        ".",
        "0",
        "0.00",
        "-1",
        "+1",
        "1.",
        ".5",
        "1e5",
        "1_000",
        "1,5",
        "1.2.3",
        "NaN",
        "１",
        "79228162514264337593543950336",
    ] {
        assert_eq!(text.parse::<DisplayRate>(), Err(MoneyError::Price), "{text}");
    }
    let huge: DisplayRate = "79228162514264337593543950335".parse().unwrap();
    let bread = currency("BREAD", "", 0);
    assert_eq!(huge.approximate(Amount::MAX, &bread, &bread).unwrap_err().code(), "amount_overflow");
    assert_eq!(huge.inverse().unwrap_err(), MoneyError::Price);
}

proptest! {
    /// `q = floor(n × x / d)` means exactly `q × d <= n × x < (q + 1) × d`, and all of that fits 128 bits.
    #[test]
    fn the_floor_is_exact_and_never_gives_more(n in part(), d in part(), x in minor()) {
        let (product, rate) = (u128::from(n) * u128::from(x.unsigned_abs()), rate(n, d));
        match rate.least_gotten(Amount::new(x)) {
            Ok(gotten) => {
                let gotten = u128::from(gotten.minor().unsigned_abs());
                prop_assert!(gotten * u128::from(d) <= product);
                prop_assert!(product < (gotten + 1) * u128::from(d));
            }
            Err(error) => {
                prop_assert_eq!(error.code(), "amount_too_large");
                prop_assert!(product >= u128::from(d) << 63);
            }
        }
    }

    #[test]
    fn least_given_is_enough_and_one_less_is_not(n in part(), d in part(), wanted in minor()) {
        let rate = rate(n, d);
        if let Ok(given) = rate.least_given(Amount::new(wanted)) {
            if let Ok(gotten) = rate.least_gotten(given) {
                prop_assert!(gotten.minor() >= wanted);
            }
            if given.is_positive() {
                let one_less = given.checked_sub(Amount::new(1)).unwrap();
                prop_assert!(rate.least_gotten(one_less).unwrap().minor() < wanted);
            }
        }
    }

    #[test]
    fn trading_there_and_back_never_gains(n in part(), d in part(), x in minor()) {
        let rate = rate(n, d);
        if let Ok(gotten) = rate.least_gotten(Amount::new(x)) {
            prop_assert!(rate.inverse().least_gotten(gotten).unwrap().minor() <= x);
        }
    }

    #[test]
    fn roundings_keep_their_order(n in part(), d in part(), x in minor()) {
        let apply = |rounding| rate(n, d).apply(Amount::new(x), rounding);
        if let (Ok(floor), Ok(half_up), Ok(ceiling)) =
            (apply(Rounding::Floor), apply(Rounding::HalfUp), apply(Rounding::Ceiling))
        {
            prop_assert!(floor <= half_up && half_up <= ceiling);
            prop_assert!(ceiling.minor() - floor.minor() <= 1);
        }
    }

    #[test]
    fn rates_compare_as_fractions(a in part(), b in part(), c in part(), d in part()) {
        let exact = (u128::from(a) * u128::from(d)).cmp(&(u128::from(c) * u128::from(b)));
        prop_assert_eq!(rate(a, b).cmp(&rate(c, d)), exact);
        prop_assert_eq!(rate(a, b) == rate(c, d), exact.is_eq());
        prop_assert_eq!(rate(a, b).inverse().cmp(&rate(c, d).inverse()), exact.reverse());
        prop_assert_eq!(rate(a, b).to_string().parse(), Ok(rate(a, b)));
    }

    #[test]
    fn showing_never_panics(n in part(), d in part(), x: i64, given in 0_u8..=9, gotten in 0_u8..=9) {
        let (given, gotten) = (currency("GIVEN", "", given), currency("GOTTEN", "", gotten));
        if let Ok(shown) = rate(n, d).to_display(&given, &gotten) {
            let _ = shown.approximate(Amount::new(x), &given, &gotten);
            let _ = shown.inverse();
            prop_assert_eq!(shown.to_string().parse(), Ok(shown));
        }
    }
}
