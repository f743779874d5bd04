//! Amounts on the page: text in, text out, no digit lost, in every locale's own signs.

use serde_json::{Value, json};

use crate::counter::Counter;
use crate::screen::{Look, Screen};

#[tokio::test(flavor = "multi_thread")]
async fn amounts_are_read_and_written_without_losing_a_digit() {
    let counter = Counter::new().await;
    let screen = Screen::open(counter.till.as_ref().unwrap(), Look::TABLET).await;
    let cases: Vec<(&str, Value, Value)> = vec![
        // Keys of the pad.
        ("press", json!(["", "5", 2]), json!("5")),
        ("press", json!(["0", "5", 2]), json!("5")),
        ("press", json!(["", ".", 2]), json!("0.")),
        ("press", json!(["12", ".", 0]), json!("12")),
        ("press", json!(["1.2", ".", 2]), json!("1.2")),
        ("press", json!(["1.25", "9", 2]), json!("1.25")),
        ("press", json!(["1.25", "9", 3]), json!("1.259")),
        ("press", json!(["123456789012345", "6", 2]), json!("123456789012345")),
        ("press", json!(["0.", "back", 2]), json!("")),
        ("press", json!(["1.2", "back", 2]), json!("1.")),
        ("press", json!(["1.2", "clear", 2]), json!("")),
        // What is typed or pasted into the field.
        ("clean", json!(["12,5", 2, "de"]), json!("12.5")),
        ("clean", json!(["12.5", 2, "de"]), json!("12.5")),
        ("clean", json!(["1.234,50", 2, "de"]), json!("1234.50")),
        ("clean", json!(["1,234.50", 2, "en"]), json!("1234.50")),
        ("clean", json!(["1,234", 2, "en"]), json!("1234")),
        ("clean", json!(["1.234", 2, "de"]), json!("1234")),
        ("clean", json!(["1.234", 3, "de"]), json!("1.234")),
        ("clean", json!(["1.234.567", 2, "de"]), json!("1234567")),
        ("clean", json!(["1 234,5 €", 2, "fr"]), json!("1234.5")),
        ("clean", json!(["1'234.50", 2, "de-CH"]), json!("1234.50")),
        ("clean", json!(["١٬٢٣٤٫٥٠", 2, "ar-EG"]), json!("1234.50")),
        ("clean", json!(["۱۲٫۵", 2, "ar"]), json!("12.5")),
        ("clean", json!(["12.999", 2, "en"]), json!("12.99")),
        ("clean", json!(["-4x", 2, "en"]), json!("4")),
        ("clean", json!([",5", 2, "de"]), json!("0.5")),
        ("clean", json!(["", 2, "en"]), json!("")),
        // To the server.
        ("decimal", json!(["12.5", 2]), json!("12.50")),
        ("decimal", json!(["12.", 2]), json!("12.00")),
        ("decimal", json!(["7", 0]), json!("7")),
        ("decimal", json!(["0.05", 2]), json!("0.05")),
        ("decimal", json!(["0.00", 2]), json!(null)),
        ("decimal", json!(["", 2]), json!(null)),
        // To people.
        ("format", json!(["1234567.80", "en"]), json!("1,234,567.80")),
        ("format", json!(["1234567.80", "de"]), json!("1.234.567,80")),
        ("format", json!(["1234567.80", "fr"]), json!("1\u{202f}234\u{202f}567,80")),
        ("format", json!(["1234567.80", "ar-EG"]), json!("١٬٢٣٤٬٥٦٧٫٨٠")),
        ("format", json!(["92233720368547758.07", "en"]), json!("92,233,720,368,547,758.07")),
        ("format", json!(["0.10", "pt"]), json!("0,10")),
        ("format", json!(["-0.50", "en"]), json!("\u{2212}0.50")),
        ("format", json!(["42", "es"]), json!("42")),
        ("shown", json!(["1234.5", "de"]), json!("1234,5")),
        ("shown", json!(["12.50", "ar-EG"]), json!("١٢٫٥٠")),
        ("ascii", json!(["١٢۳4"]), json!("1234")),
        ("isZero", json!(["0.00"]), json!(true)),
        ("isZero", json!(["0.01"]), json!(false)),
    ];
    let asked: Vec<Value> = cases.iter().map(|(name, arguments, _)| json!([name, arguments])).collect();
    let script = "const [cases, done] = arguments;
        import('/amount.js').then((of) => done(cases.map(([name, values]) => of[name](...values))), (e) => done(String(e)));";
    let answers = screen.call(script, vec![json!(asked)]).await;
    for ((name, arguments, wanted), answer) in
        cases.iter().zip(answers.as_array().expect("the module is read"))
    {
        assert_eq!(answer, wanted, "{name}{arguments}");
    }

    let script = "const done = arguments[0];
        import('/amount.js').then((of) => done([
            String(of.minor('92233720368547758.07', 2)), String(of.minor('-0.5', 2)), String(of.minor('3', 0)),
        ]));";
    assert_eq!(screen.call(script, vec![]).await, json!(["9223372036854775807", "-50", "3"]));
    screen.is_calm().await;
    screen.close().await;
}
