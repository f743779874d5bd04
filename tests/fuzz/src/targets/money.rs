//! What people type: amounts in the ways of many places, languages, words of a phrase; and what is computed with it.

use tallystick::keys::{PhraseError, RecoveryPhrase, phrase_words_beginning};
use tallystick::money::{Amount, Currency, ExactRate, MoneyFormat, Rounding, tip};

use crate::input::{Input, part};

const PLACES: [&str; 12] =
    ["en", "de-CH", "fr", "ar-EG", "hi", "my", "fa", "pt-PT", "es", "en-IN", "zh-u-nu-hanidec", ""];

/// The first byte chooses what the rest is: a typed amount, a number to be written and read again, a language, a
/// currency, a phrase, a rate.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() % 6 {
        0 => typed(&mut input),
        1 => written(&mut input),
        2 => place(&input.text(), 123_456, 2),
        3 => {
            let (code, name, symbol) = (input.text_part(), input.text_part(), input.text_part());
            if let Ok(currency) = Currency::new(code, name, symbol, input.byte()) {
                assert!(currency.decimals() <= 9 && !currency.sign().is_empty());
                assert_eq!(currency.clone().validated().as_ref(), Ok(&currency));
                round(&format_of("de-CH"), &currency, Amount::new(i64::from(input.byte()) - 128));
            }
        }
        4 => phrase(&input.text()),
        _ => rate(&mut input),
    }
}

/// Where mutation begins.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (place, text) in
        [(0, "1,234.50 BREAD"), (1, "1’234.50"), (2, "-1 234,50"), (3, "١٬٢٣٤٫٥٠"), (10, "一二.五")]
    {
        seeds.push([&[0, place, 2], text.as_bytes()].concat());
        seeds.push([&[1, place, 2], &1_234_567_i64.to_le_bytes()[..]].concat());
    }
    seeds.extend(PLACES.map(|place| [&[2], place.as_bytes()].concat()));
    seeds.push(b"\x02de_CH.UTF-8@euro".to_vec());
    seeds.push([&[3], &part("BREAD")[..], &part("Bread & Sons"), &part("₣"), &[2]].concat());
    let words = "abandon ".repeat(23) + "art";
    seeds.push([&[4], words.as_bytes()].concat());
    seeds.push([&[5], &3_u64.to_le_bytes()[..], &7_u64.to_le_bytes(), &99_u64.to_le_bytes(), &[10]].concat());
    seeds
}

fn format_of(place: &str) -> MoneyFormat {
    MoneyFormat::for_locale(place).expect("a place that is known")
}

fn bread(decimals: u8) -> Currency {
    Currency::new("BREAD", "Bread", "b", decimals % 10).expect("a currency")
}

fn typed(input: &mut Input<'_>) {
    let format = format_of(input.choice(&PLACES));
    let currency = bread(input.byte());
    let text = input.text();
    match format.parse(&text, &currency) {
        Ok(amount) => round(&format, &currency, amount),
        Err(error) => assert!(!error.code().is_empty() && error.to_string().len() < 400, "{error}"),
    }
    if let Ok(amount) = format.parse_payable(&text, &currency) {
        assert!(amount.is_positive());
    }
    if let Ok(amount) = Amount::from_decimal_str(&text, currency.decimals()) {
        plain(amount, currency.decimals());
    }
}

fn written(input: &mut Input<'_>) {
    let format = format_of(input.choice(&PLACES));
    let currency = bread(input.byte());
    let amount = Amount::new(input.number().cast_signed());
    round(&format, &currency, amount);
    plain(amount, currency.decimals());
}

/// Written and read again, an amount is the same.
fn round(format: &MoneyFormat, currency: &Currency, amount: Amount) {
    for text in [format.number(amount, currency.decimals()), format.amount(amount, currency)] {
        assert_eq!(format.parse(&text, currency).as_ref(), Ok(&amount), "{text:?}");
    }
}

fn plain(amount: Amount, decimals: u8) {
    let text = amount.to_decimal_string(decimals);
    assert_eq!(Amount::from_decimal_str(&text, decimals).as_ref(), Ok(&amount), "{text}");
}

fn place(tag: &str, minor: i64, decimals: u8) {
    if let Ok(format) = MoneyFormat::for_locale(tag) {
        round(&format, &bread(decimals), Amount::new(minor));
    }
}

/// An error tells where a phrase is wrong, never what was typed.
fn phrase(text: &str) {
    match RecoveryPhrase::parse(text) {
        Ok(phrase) => {
            let words: Vec<&str> = phrase.reveal().collect();
            let typed: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
            assert_eq!(words, typed);
        }
        // Its type has no room for a word.
        Err(PhraseError::UnknownWord { position }) => {
            let word = text.split_whitespace().nth(position as usize - 1).expect("the word that is told");
            assert!(phrase_words_beginning(word).iter().all(|known| !known.eq_ignore_ascii_case(word)));
        }
        Err(PhraseError::WordCount { found }) => assert_eq!(text.split_whitespace().count(), found as usize),
        Err(error) => assert_eq!(error, PhraseError::Checksum),
    }
    for word in text.split_whitespace().take(3) {
        assert!(phrase_words_beginning(word).len() <= 2_048);
    }
}

fn rate(input: &mut Input<'_>) {
    let (n, d) = (input.number(), input.number());
    let amount = Amount::new(input.number().cast_signed());
    let Ok(rate) = ExactRate::new(n, d) else { return };
    assert_eq!(rate.inverse().inverse(), rate);
    for rounding in [Rounding::Floor, Rounding::Ceiling, Rounding::HalfUp] {
        if let Ok(got) = rate.apply(amount, rounding) {
            assert!(!(got.is_negative() && amount.is_positive()), "{amount:?} became {got:?}");
        }
    }
    if let (Ok(gotten), true) = (rate.least_gotten(amount), amount.is_positive())
        && let Ok(given) = rate.least_given(gotten)
        && gotten.is_positive()
    {
        assert!(given <= amount, "{gotten:?} for {amount:?} would take {given:?}");
    }
    if let Ok(tip) = tip(amount, input.byte()) {
        assert!(tip <= amount || !amount.is_positive());
    }
}
