use rust_decimal::Decimal;

use super::{currency, locales};
use crate::money::{Amount, DisplayRate, MoneyFormat};

fn number(tag: &str, minor: i64, decimals: u8) -> String {
    MoneyFormat::for_locale(tag).unwrap().number(Amount::new(minor), decimals)
}

#[test]
fn each_place_writes_its_own_way() {
    for (tag, expected) in [
        ("en", "-1,234,567.89"),
        ("de", "-1.234.567,89"),
        ("fr", "-1\u{202F}234\u{202F}567,89"),
        ("de-CH", "-1'234'567.89"),
        ("fr-CH", "-1'234'567,89"),
        ("en-IN", "-12,34,567.89"),
        ("hi", "-12,34,567.89"),
        ("hi-u-nu-deva", "-१२,३४,५६७.८९"),
        ("ja", "-1,234,567.89"),
        ("ar-EG", "\u{61C}-١٬٢٣٤٬٥٦٧٫٨٩"),
        ("ar-EG-u-nu-latn", "\u{200E}-1,234,567.89"),
        ("fa", "\u{200E}−۱٬۲۳۴٬۵۶۷٫۸۹"),
        ("bn", "-১২,৩৪,৫৬৭.৮৯"),
        ("my", "-၁,၂၃၄,၅၆၇.၈၉"),
        ("sv", "−1\u{A0}234\u{A0}567,89"),
        ("zh-u-nu-hanidec", "-一,二三四,五六七.八九"),
    ] {
        assert_eq!(number(tag, -123_456_789, 2), expected, "{tag}");
    }
}

#[test]
fn small_numbers_group_as_the_place_does() {
    assert_eq!(number("en", 1234, 0), "1,234");
    assert_eq!(number("es", 1234, 0), "1234");
    assert_eq!(number("es", 12345, 0), "12.345");
    assert_eq!(number("pl", 123_456, 2), "1234,56");
}

#[test]
fn all_decimals_are_always_written() {
    for (minor, decimals, expected) in [
        (0, 0, "0"),
        (0, 2, "0.00"),
        (5, 2, "0.05"),
        (100, 2, "1.00"),
        (-1, 9, "-0.000000001"),
        (1000, 3, "1.000"),
    ] {
        assert_eq!(number("en", minor, decimals), expected);
    }
}

#[test]
fn nothing_is_lost_at_the_edges() {
    assert_eq!(number("en", i64::MAX, 0), "9,223,372,036,854,775,807");
    assert_eq!(number("en", i64::MIN, 0), "-9,223,372,036,854,775,808");
    assert_eq!(number("de", i64::MAX, 9), "9.223.372.036,854775807");
    assert_eq!(number("en-IN", i64::MIN, 2), "-92,23,37,20,36,85,47,758.08");
    // Decimals that no currency may have come from apps that made a record by hand; they must not matter.
    assert!(number("en", i64::MIN, 255).ends_with("9223372036854775808"));
}

#[test]
fn the_sign_follows_after_a_space_that_does_not_break() {
    let format = MoneyFormat::for_locale("en").unwrap();
    assert_eq!(format.amount(Amount::new(-1050), &currency("BREAD", "", 2)), "-10.50\u{A0}BREAD");
    assert_eq!(format.amount(Amount::new(1050), &currency("BREAD", "🍞", 0)), "1,050\u{A0}🍞");
}

#[test]
fn approximations_say_so() {
    let format = MoneyFormat::for_locale("de").unwrap();
    let (bread, coffee) = (currency("BREAD", "", 0), currency("COFFEE", "☕", 2));
    let about = |text: &str| format.approximation(text.parse::<Decimal>().unwrap(), &coffee);
    assert_eq!(about("1234.5"), "≈\u{A0}1.234,50\u{A0}☕");
    assert_eq!(about("0.005"), "≈\u{A0}0,01\u{A0}☕");
    assert_eq!(about("-0.005"), "≈\u{A0}-0,01\u{A0}☕");
    let price = |text: &str| format.price(text.parse::<DisplayRate>().unwrap(), &bread, &coffee);
    assert_eq!(price("1.25"), "1\u{A0}BREAD ≈\u{A0}1,25\u{A0}☕");
    assert_eq!(price("0.00012345678"), "1\u{A0}BREAD ≈\u{A0}0,000123457\u{A0}☕");
    assert_eq!(price("100.0"), "1\u{A0}BREAD ≈\u{A0}100\u{A0}☕");
    assert_eq!(price("12345678"), "1\u{A0}BREAD ≈\u{A0}12.345.700\u{A0}☕");
    // Six digits of the largest price would be more than can be held, so all of it is shown.
    assert!(price("79228162514264337593543950335").contains("79.228.162.514.264.337.593.543.950.335"));
}

#[test]
fn language_tags_as_platforms_write_them() {
    for tag in ["de-CH", "de_CH", "de_CH.UTF-8", "de_CH@currency=EUR", "DE-ch", "de-Latn-CH-x-app"] {
        assert_eq!(number(tag, 100_000, 2), "1'000.00", "{tag}");
    }
    for tag in ["", "C", "C.UTF-8", "POSIX", "und", "xx", "xx-YY"] {
        assert_eq!(number(tag, 100_000, 2), "1,000.00", "{tag}");
    }
    let long = format!("en{}", "-abcdefgh".repeat(20));
    for tag in ["-", "d", "german", "de--CH", "de CH", "😀", "de-CH-", long.as_str()] {
        if let Ok(format) = MoneyFormat::for_locale(tag) {
            panic!("{tag} gave {format:?}");
        }
    }
}

#[test]
fn every_place_has_symbols_that_differ() {
    for (tag, format) in locales() {
        for symbols in std::iter::once(&format.own).chain(&format.ascii) {
            assert_eq!(symbols.primary, 3, "{tag}");
            assert!([2, 3].contains(&symbols.secondary), "{tag}");
            assert!(!symbols.decimal.is_empty() && !symbols.group.is_empty(), "{tag}");
            assert_ne!(symbols.decimal, symbols.group, "{tag}");
            assert!(!symbols.decimal.contains('-') && !symbols.group.contains('-'), "{tag}");
        }
        assert!(format.ascii.is_none_or(|ascii| ascii.has_ascii_digits()), "{tag}");
    }
}

#[test]
fn a_format_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<MoneyFormat>();
}
