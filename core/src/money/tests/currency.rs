use crate::money::{Currency, MoneyError};

fn field_of(result: Result<Currency, MoneyError>) -> &'static str {
    match result {
        Err(MoneyError::Currency { field, .. }) => field,
        other => panic!("expected a currency error, got {other:?}"),
    }
}

#[test]
fn takes_what_a_shop_would_choose() {
    for (code, name, symbol, decimals) in [
        ("BREAD", "Anna's bread", "🍞", 0),
        ("B", "Bäckerei Müller", "", 2),
        ("KR2026ABCDEF", "Krone", "kr.", 9),
        ("NAN", "نان خانه‌ی ما", "﷼", 2),
        ("ROTI", "रोटी क्लब", "₹", 2),
        ("FAM", "Family 👨‍👩‍👧 club", "👨‍👩‍👧", 1),
    ] {
        let currency = Currency::new(code, name, symbol, decimals).unwrap();
        assert_eq!((currency.code(), currency.name(), currency.symbol()), (code, name, symbol));
        assert_eq!(currency.decimals(), decimals);
        assert_eq!(currency.sign(), if symbol.is_empty() { code } else { symbol });
    }
    assert!(Currency::new("A", "x".repeat(64), "é".repeat(8), 0).is_ok());
}

#[test]
fn refuses_codes() {
    for code in ["", "bread", "1BREAD", "BRE AD", "BREÄD", "ABCDEFGHIJKLM", "A-B", "А"] {
        assert_eq!(field_of(Currency::new(code, "Name", "", 2)), "code", "{code}");
    }
}

#[test]
fn refuses_names_that_could_deceive() {
    let long = "x".repeat(65);
    for name in [
        "",
        " ",
        " Anna",
        "Anna ",
        long.as_str(),
        "An\nna",
        "An\u{0}na",
        "An\u{202E}na",
        "An\u{2066}na",
        "An\u{200F}na",
        "An\u{200B}na",
        "An\u{FEFF}na",
        "An\u{2028}na",
        "An\u{AD}na",
        "Anna\u{E0041}",
        "\u{301}Anna",
        "Anne\u{301}",
    ] {
        assert_eq!(field_of(Currency::new("ANNA", name, "", 2)), "name", "{name:?}");
    }
}

#[test]
fn refuses_symbols_that_could_change_a_number() {
    let long = "x".repeat(9);
    for symbol in [
        "0",
        "a0",
        "٠",
        "½",
        "²",
        "-",
        "−",
        "+",
        "a b",
        "a\u{A0}",
        "\u{202E}",
        "\u{20E0}",
        long.as_str(),
        "—",
    ] {
        assert_eq!(field_of(Currency::new("ANNA", "Anna", symbol, 2)), "symbol", "{symbol:?}");
    }
}

#[test]
fn refuses_decimals() {
    assert_eq!(field_of(Currency::new("ANNA", "Anna", "", 10)), "decimals");
}

#[test]
fn stored_currencies_are_judged_again() {
    let currency = Currency::new("ANNA", "Anna", "A$", 2).unwrap();
    let json = serde_json::to_string(&currency).unwrap();
    assert_eq!(json, r#"{"code":"ANNA","name":"Anna","symbol":"A$","decimals":2}"#);
    assert_eq!(serde_json::from_str::<Currency>(&json).unwrap(), currency);
    let wrong = json.replace("\"decimals\":2", "\"decimals\":20");
    assert!(serde_json::from_str::<Currency>(&wrong).unwrap_err().to_string().contains("decimals"));
}
