use proptest::prelude::*;

use crate::money::{Amount, MoneyError};

#[test]
fn only_a_positive_amount_is_payable() {
    assert_eq!(Amount::payable(1), Ok(Amount::new(1)));
    assert_eq!(Amount::payable(i64::MAX), Ok(Amount::MAX));
    for minor in [0, -1, i64::MIN] {
        assert_eq!(Amount::payable(minor), Err(MoneyError::NotPositive));
    }
}

#[test]
fn arithmetic_stops_at_the_edge() {
    let one = Amount::new(1);
    assert_eq!(Amount::MAX.checked_add(one).unwrap_err().code(), "amount_overflow");
    assert_eq!(Amount::MIN.checked_sub(one).unwrap_err().code(), "amount_overflow");
    assert_eq!(Amount::MIN.checked_neg().unwrap_err().code(), "amount_overflow");
    assert_eq!(Amount::MAX.checked_neg(), Ok(Amount::new(-i64::MAX)));
    assert_eq!(Amount::MAX.checked_sub(one).unwrap().checked_add(one), Ok(Amount::MAX));
}

#[test]
fn a_sum_depends_on_the_total_alone() {
    let one = Amount::new(1);
    assert_eq!(Amount::checked_sum([]), Ok(Amount::ZERO));
    assert_eq!(Amount::checked_sum([Amount::MAX, one, Amount::new(-1)]), Ok(Amount::MAX));
    assert_eq!(Amount::checked_sum([Amount::MIN, Amount::MAX]), Ok(Amount::new(-1)));
    assert_eq!(Amount::checked_sum([Amount::MAX, one]).unwrap_err().code(), "amount_overflow");
}

#[test]
fn decimal_text_at_the_edges() {
    for (minor, decimals, text) in [
        (0, 0, "0"),
        (0, 2, "0.00"),
        (5, 2, "0.05"),
        (-5, 2, "-0.05"),
        (-1050, 2, "-10.50"),
        (i64::MAX, 0, "9223372036854775807"),
        (i64::MAX, 9, "9223372036.854775807"),
        (i64::MIN, 9, "-9223372036.854775808"),
    ] {
        assert_eq!(Amount::new(minor).to_decimal_string(decimals), text);
        assert_eq!(Amount::from_decimal_str(text, decimals), Ok(Amount::new(minor)));
    }
    assert_eq!(Amount::from_decimal_str("10.5", 2), Ok(Amount::new(1050)));
    assert_eq!(Amount::from_decimal_str("10", 2), Ok(Amount::new(1000)));
}

#[test]
fn decimal_text_is_refused_with_a_reason() {
    let code = |text: &str, decimals| Amount::from_decimal_str(text, decimals).unwrap_err().code();
    for junk in
        ["", "-", ".", ".5", "5.", "--5", "+5", "1,5", "1 5", "1e5", "0x1", "٥", "1.2.3", "NaN", " 5", "5-"]
    {
        assert_eq!(code(junk, 2), "amount_not_a_number", "{junk}");
    }
    assert_eq!(
        Amount::from_decimal_str("1.500", 2),
        Err(MoneyError::TooManyDecimals { found: 3, allowed: 2 })
    );
    assert_eq!(code("1.0", 0), "amount_too_many_decimals");
    assert_eq!(code("9223372036854775808", 0), "amount_too_large");
    assert_eq!(code("-9223372036854775809", 0), "amount_too_large");
    assert_eq!(code("92233720368547758.08", 2), "amount_too_large");
    assert_eq!(code(&"9".repeat(100), 2), "amount_too_large");
    assert_eq!(code(&"0".repeat(101), 2), "amount_too_long");
    assert_eq!(code("1", 255), "amount_too_large");
    let error = Amount::from_decimal_str("92233720368547758.08", 2).unwrap_err();
    assert_eq!(error.to_string(), "amount is too large; give at most 92233720368547758.07");
}

#[test]
fn text_of_the_integer_has_one_form() {
    for text in ["0", "1", "-1", "9223372036854775807", "-9223372036854775808"] {
        assert_eq!(text.parse::<Amount>().unwrap().to_string(), text);
    }
    for text in ["", "-0", "+1", "01", "-01", "1.0", "1.", " 1", "1 ", "１", "9223372036854775808"] {
        assert!(text.parse::<Amount>().is_err(), "{text}");
    }
}

#[test]
fn json_is_exact_text() {
    assert_eq!(serde_json::to_string(&Amount::MIN).unwrap(), "\"-9223372036854775808\"");
    assert_eq!(serde_json::from_str::<Amount>("\"9223372036854775807\"").unwrap(), Amount::MAX);
    for wrong in ["1", "\"9223372036854775808\"", "\"1.0\"", "\"01\"", "\"\"", "null"] {
        assert!(serde_json::from_str::<Amount>(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn decimal_text_and_back(minor: i64, decimals in 0_u8..=9) {
        let amount = Amount::new(minor);
        prop_assert_eq!(Amount::from_decimal_str(&amount.to_decimal_string(decimals), decimals), Ok(amount));
        prop_assert_eq!(amount.to_string().parse::<Amount>(), Ok(amount));
    }

    #[test]
    fn nothing_typed_breaks_it(text in ".{0,120}", decimals: u8) {
        let _ = Amount::from_decimal_str(&text, decimals);
        let _ = text.parse::<Amount>();
    }
}
