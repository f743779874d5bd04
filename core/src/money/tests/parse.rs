use std::sync::LazyLock;

use proptest::prelude::*;

use super::{currency, locales};
use crate::money::{Amount, MoneyError, MoneyFormat};

static FORMATS: LazyLock<Vec<MoneyFormat>> = LazyLock::new(|| locales().map(|(_, format)| format).collect());

fn parse(tag: &str, text: &str, decimals: u8) -> Result<i64, MoneyError> {
    let format = MoneyFormat::for_locale(tag).unwrap();
    format.parse(text, &currency("BREAD", "kr.", decimals)).map(Amount::minor)
}

fn code(tag: &str, text: &str, decimals: u8) -> &'static str {
    match parse(tag, text, decimals) {
        Err(error) => error.code(),
        Ok(minor) => panic!("{text} was read as {minor} in {tag}"),
    }
}

#[test]
fn each_place_is_read_its_own_way() {
    for (tag, text, minor) in [
        ("en", "1,234.5", 123_450),
        ("en", "1234.50", 123_450),
        ("en", ".50", 50),
        ("en", "-0.05", -5),
        ("en", "−5", -500),
        ("en", "  12 ", 1200),
        ("en", "007", 700),
        ("de", "1.234,50", 123_450),
        ("de", "1.234", 123_400),
        ("fr", "1 234,5", 123_450),
        ("fr", "1\u{A0}234,5", 123_450),
        ("fr", "1\u{202F}234,5", 123_450),
        ("de-CH", "1'234.50", 123_450),
        ("de-CH", "1’234.50", 123_450),
        ("en-IN", "12,34,567.89", 123_456_789),
        ("hi", "१२,३४,५६७.८९", 123_456_789),
        ("hi", "1234.5", 123_450),
        ("ja", "１，２３４．５", 123_450),
        ("es", "1.234,5", 123_450),
        ("sv", "-1 234,5", -123_450),
        ("ar-EG", "١٬٢٣٤٫٥", 123_450),
        ("ar-EG", "1,234.5", 123_450),
        ("ar-EG", "١٢٣٤.٥", 123_450),
        ("ar-LB", "1.234,5", 123_450),
        ("ar", "١٢٣٤٫٥", 123_450),
        ("fa", "\u{200E}-۱٬۲۳۴٫۵", -123_450),
        ("zh-u-nu-hanidec", "一二三四.五", 123_450),
    ] {
        assert_eq!(parse(tag, text, 2), Ok(minor), "{text} in {tag}");
    }
}

#[test]
fn the_sign_may_follow() {
    for text in ["12.50 BREAD", "12.50BREAD", "12.50\u{A0}BREAD", "12.50 kr.", "12.50kr.", "12.5 kr. "] {
        assert_eq!(parse("en", text, 2), Ok(1250), "{text}");
    }
    for text in ["BREAD 12.50", "12.50 COFFEE", "12.50 bread", "12.50 BREAD kr.", "kr.", "BREAD", "12.50 k"] {
        assert_eq!(code("en", text, 2), "amount_not_a_number", "{text}");
    }
    let format = MoneyFormat::for_locale("en").unwrap();
    let read = |text, code, symbol| format.parse(text, &currency(code, symbol, 2)).map(Amount::minor);
    assert_eq!(read("5 B00", "B00", ""), Ok(500));
    assert_eq!(read("5 xB", "B", "xB"), Ok(500));
    assert_eq!(read("5 ’n’", "B", "’n’"), Ok(500));
    // A symbol made of separators takes nothing away from a number.
    assert_eq!(read("1.5.", "B", "."), Ok(150));
    assert_eq!(read(".5", "B", "."), Ok(50));
}

#[test]
fn a_sign_of_digits_must_stand_apart() {
    let format = MoneyFormat::for_locale("zh-u-nu-hanidec").unwrap();
    let one = currency("ONE", "一", 0);
    assert_eq!(format.parse("一一", &one), Ok(Amount::new(11)));
    assert_eq!(format.parse("一\u{A0}一", &one), Ok(Amount::new(1)));
    assert_eq!(format.amount(Amount::new(1), &one), "一\u{A0}一");
}

#[test]
fn grouping_that_could_be_misread_is_refused() {
    for (tag, text) in [
        ("en", "1,50"),
        ("en", "12,34"),
        ("en", "1,2345"),
        ("en", "1234,567"),
        ("en", "12,34,567"),
        ("en", "0,500"),
        ("en", ",500"),
        ("en", "1,,000"),
        ("en", "1,000,"),
        ("en", "1.000,5"),
        ("de", "1.50"),
        ("de", "10.5"),
        ("de", "1,234.5"),
        ("fr", "1 50"),
        ("en-IN", "123,456,789"),
        ("ar-EG", "1,50"),
    ] {
        assert_eq!(code(tag, text, 2), "amount_grouping", "{text} in {tag}");
    }
    let error = parse("de", "1.50", 2).unwrap_err().to_string();
    assert!(error.contains("1.234,50"), "{error}");
}

#[test]
fn junk_is_refused() {
    for text in [
        "",
        " ",
        "-",
        ".",
        "5.",
        "--5",
        "+5",
        "5-",
        "- 5",
        "1.2.3",
        "1 234",
        "1'234",
        "1e5",
        "0x10",
        "NaN",
        "Infinity",
        "½",
        "²",
        "1_000",
        "5\n5",
        "\0",
        "1\u{202E}5",
        "1٢",
        "٢1",
        "1.٥",
        "$5",
    ] {
        assert_eq!(code("en", text, 2), "amount_not_a_number", "{text:?}");
    }
    assert_eq!(code("fr", "1.5", 2), "amount_not_a_number");
    assert_eq!(code("de-CH", "1,5", 2), "amount_not_a_number");
    let error = parse("fr", "1.5", 1).unwrap_err().to_string();
    assert!(error.contains("1\u{202F}234,5"), "{error}");
}

#[test]
fn decimals_and_size_are_bounded() {
    assert_eq!(parse("en", "1.234", 2), Err(MoneyError::TooManyDecimals { found: 3, allowed: 2 }));
    assert_eq!(parse("en", "1.000", 2), Err(MoneyError::TooManyDecimals { found: 3, allowed: 2 }));
    assert_eq!(parse("de", "5,0", 0), Err(MoneyError::TooManyDecimals { found: 1, allowed: 0 }));
    assert_eq!(parse("en", "92233720368547758.07", 2), Ok(i64::MAX));
    assert_eq!(parse("en", "-92233720368547758.08", 2), Ok(i64::MIN));
    assert_eq!(code("en", "92233720368547758.08", 2), "amount_too_large");
    assert_eq!(code("en", &"9".repeat(100), 9), "amount_too_large");
    assert_eq!(parse("en", &"0".repeat(100), 9), Ok(0));
    assert_eq!(code("en", &"0".repeat(101), 9), "amount_too_long");
    assert_eq!(code("en", &" ".repeat(1_000_000), 9), "amount_too_long");
    assert_eq!(code("en", &"\u{200E}".repeat(101), 9), "amount_too_long");
}

#[test]
fn only_something_can_be_paid() {
    let format = MoneyFormat::for_locale("en").unwrap();
    let bread = currency("BREAD", "", 2);
    assert_eq!(format.parse_payable("0.01", &bread), Ok(Amount::new(1)));
    for text in ["0", "-0", "0.00", "-1", "-92233720368547758.08"] {
        assert_eq!(format.parse_payable(text, &bread), Err(MoneyError::NotPositive), "{text}");
    }
}

#[test]
fn two_readings_that_differ_are_refused() {
    let mut format = MoneyFormat::for_locale("en").unwrap();
    let mut swapped = format.own.clone();
    std::mem::swap(&mut swapped.decimal, &mut swapped.group);
    format.ascii = Some(swapped);
    let bread = currency("BREAD", "", 3);
    assert_eq!(format.parse("1,234", &bread), Err(MoneyError::Ambiguous));
    assert_eq!(format.parse("1234", &bread), Ok(Amount::new(1_234_000)));
}

#[test]
fn edges_survive_every_place() {
    for (tag, format) in locales() {
        for decimals in 0..=9 {
            let bread = currency("BREAD", "", decimals);
            for minor in [i64::MIN, i64::MIN + 1, -1000, -1, 0, 1, 999, 1000, 10_000, 1_000_000, i64::MAX] {
                let amount = Amount::new(minor);
                assert_eq!(format.parse(&format.amount(amount, &bread), &bread), Ok(amount), "{tag}");
            }
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_can_be_read(
        minor in prop_oneof![any::<i64>(), -1_000_000_i64..1_000_000],
        decimals in 0_u8..=9,
        format in prop::sample::select(FORMATS.as_slice()),
        symbol in prop::sample::select(vec!["", "kr.", "€", "🍞", "’", ".", ",", "٫", "Ａ"]),
    ) {
        let amount = Amount::new(minor);
        let bread = currency("BREAD", symbol, decimals);
        prop_assert_eq!(format.parse(&format.number(amount, decimals), &bread), Ok(amount));
        prop_assert_eq!(format.parse(&format.amount(amount, &bread), &bread), Ok(amount));
        let payable = format.parse_payable(&format.amount(amount, &bread), &bread);
        prop_assert_eq!(payable.is_ok(), amount.is_positive());
    }

    /// Whatever is read at all means what it says: written again without groups, it has the same digits.
    #[test]
    fn what_is_read_is_what_stands_there(
        text in r"-?[0-9.,' ]{1,24}",
        decimals in 0_u8..=9,
        format in prop::sample::select(FORMATS.as_slice()),
    ) {
        if let Ok(amount) = format.parse(&text, &currency("BREAD", "", decimals)) {
            let digits = |text: &str| {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                digits.trim_matches('0').to_owned()
            };
            prop_assert_eq!(digits(&text), digits(&amount.to_string()));
        }
    }

    #[test]
    fn nothing_typed_breaks_it(
        text in prop_oneof![".{0,120}", r"[-−0-9٠-٩.,٫٬'’ \u{a0}\u{200e}BREADkr]{0,40}"],
        decimals in 0_u8..=9,
        format in prop::sample::select(FORMATS.as_slice()),
    ) {
        let bread = currency("BREAD", "kr.", decimals);
        let _ = format.parse(&text, &bread);
        let _ = format.parse_payable(&text, &bread);
    }
}
