use std::num::NonZero;

use proptest::prelude::*;

use crate::money::{Amount, MAX_TIP_PERCENT, MoneyError, Rounding, tip};

fn divide(rounding: Rounding, numerator: u128, denominator: u64) -> u128 {
    rounding.divide(numerator, NonZero::new(denominator).unwrap())
}

#[test]
fn each_rule_on_a_small_case() {
    for (numerator, floor, half_up, ceiling) in
        [(0, 0, 0, 0), (1, 0, 0, 1), (2, 0, 1, 1), (3, 0, 1, 1), (4, 1, 1, 1), (6, 1, 2, 2)]
    {
        assert_eq!(divide(Rounding::Floor, numerator, 4), floor);
        assert_eq!(divide(Rounding::HalfUp, numerator, 4), half_up);
        assert_eq!(divide(Rounding::Ceiling, numerator, 4), ceiling);
    }
    assert_eq!(divide(Rounding::HalfUp, 1, 3), 0);
    assert_eq!(divide(Rounding::HalfUp, 2, 3), 1);
}

#[test]
fn the_largest_numbers_do_not_overflow() {
    for rounding in [Rounding::Floor, Rounding::HalfUp, Rounding::Ceiling] {
        assert_eq!(divide(rounding, u128::MAX, 1), u128::MAX);
        assert!(divide(rounding, u128::MAX, 2) >= u128::MAX / 2);
        assert!(divide(rounding, u128::MAX, u64::MAX) > 0);
    }
}

#[test]
fn tips_are_half_up() {
    for (price, percent, expected) in [
        (150, 15, 23),
        (149, 15, 22),
        (1000, 10, 100),
        (1, 50, 1),
        (1, 49, 0),
        (i64::MAX, 100, i64::MAX),
        (i64::MAX, 1, 92_233_720_368_547_758),
    ] {
        assert_eq!(tip(Amount::new(price), percent), Ok(Amount::new(expected)), "{percent} % of {price}");
    }
}

#[test]
fn tips_out_of_range_are_refused() {
    for percent in [0, 101, 255] {
        assert_eq!(
            tip(Amount::new(100), percent),
            Err(MoneyError::TipPercent { found: percent, maximum: MAX_TIP_PERCENT })
        );
    }
    assert_eq!(tip(Amount::ZERO, 10), Err(MoneyError::NotPositive));
    assert_eq!(tip(Amount::MIN, 10), Err(MoneyError::NotPositive));
}

proptest! {
    #[test]
    fn a_tip_is_never_more_than_half_a_unit_off(price in 1..=i64::MAX, percent in 1_u8..=100) {
        let tip = tip(Amount::new(price), percent).unwrap();
        let off = 100 * i128::from(tip.minor()) - i128::from(price) * i128::from(percent);
        prop_assert!(-50 < off && off <= 50);
        prop_assert!(tip.minor() <= price);
    }
}
