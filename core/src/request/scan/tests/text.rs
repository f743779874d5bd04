use proptest::prelude::*;

use super::super::super::tests::{hash, issuer, key, one_price, sign, unproven};
use super::*;
use crate::keys::AccountId;
use crate::request::{CardLink, GrantLink, KeyLink, MAX_LINK_LENGTH, ReceiptLink, RequestLink};

const HOST: &str = "shop.example";

fn broken(text: &str) -> Option<String> {
    match scan(text) {
        Scanned::Broken { rule, reason } => {
            assert!(!reason.is_empty());
            Some(rule)
        }
        _ => None,
    }
}

fn foreign(text: &str) -> Option<CodeSystem> {
    match scan(text) {
        Scanned::Foreign { system } => Some(system),
        _ => None,
    }
}

#[test]
fn every_link_of_ours_is_known() {
    let by_value = RequestLink::by_value(unproven(one_price()), Some(HOST)).unwrap();
    let by_reference = RequestLink::by_reference(hash(), HOST).unwrap();
    let card = CardLink::new(HOST, issuer(1)).unwrap();
    let grant = GrantLink::new(HOST, issuer(1), AccountId::new([2; 16])).unwrap();
    let receipt = ReceiptLink::new(HOST, hash()).unwrap();
    let key = KeyLink::new(key().public_key()).unwrap();
    let cases = [
        (by_value.text(), Scanned::Request { link: Box::new(by_value.clone()) }),
        (by_reference.text(), Scanned::Request { link: Box::new(by_reference.clone()) }),
        (by_reference.app_text(), Scanned::Request { link: Box::new(by_reference.clone()) }),
        (card.text(), Scanned::Card { link: card.clone() }),
        (card.app_text(), Scanned::Card { link: card }),
        (grant.text(), Scanned::Grant { link: grant.clone() }),
        (grant.app_text(), Scanned::Grant { link: grant }),
        (receipt.text(), Scanned::Receipt { link: receipt.clone() }),
        (receipt.app_text(), Scanned::Receipt { link: receipt }),
        (key.text(), Scanned::Key { link: key }),
    ];
    for (text, expected) in cases {
        assert_eq!(scan(&text), expected, "{text}");
        assert_eq!(scan(&format!(" {}\r\n", text.to_uppercase())), expected, "{text}");
        assert!(expected.is_ours());
    }
    assert!(matches!(scan(&by_value.app_text()), Scanned::Request { .. }));
}

#[test]
fn damage_is_told_from_strangeness() {
    let (code, hash, id) = (unproven(one_price()), hash(), issuer(1));
    let code = RequestLink::by_value(code, None).unwrap().segments().code;
    let long_note = RequestLink::by_reference(sign(one_price().note("Thank you")).hash(), HOST).unwrap();
    for (text, rule) in [
        (format!("https://shop.example/p/{}", &code[..code.len() - 9]), "not_deterministic"),
        (format!("https://shop.example/p/{}0{}", &code[..20], &code[21..]), "link_damaged"),
        (format!("https://shop.example/p/{}", &hash.to_string()[..50]), "link_incomplete"),
        (format!("https://shop.example/c/{}", &id.to_string()[..20]), "link_incomplete"),
        (format!("https://shop.example/c/{id}/"), "link_damaged"),
        (format!("http://shop.example/p/{hash}"), "not_secure"),
        (format!("https://shop.example@evil.example/p/{hash}"), "bad_host"),
        (format!("tallystick:p/{hash}"), "host_missing"),
        ("tallystick:p/".to_owned(), "link_incomplete"),
        ("tallystick:c/hello".to_owned(), "link_incomplete"),
        ("tallystick:k/AEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(), "weak_key"),
        (format!("tallystick:p/{}", "A".repeat(MAX_LINK_LENGTH)), "link_too_long"),
        (format!("https://shop.example/p/{}", "A".repeat(MAX_LINK_LENGTH)), "link_too_long"),
    ] {
        let found = broken(&text);
        match rule {
            // Which fault of an artefact is for its own tests.
            "not_deterministic" => assert!(found.is_some(), "{text}"),
            rule => assert_eq!(found.as_deref(), Some(rule), "{text}"),
        }
    }
    assert!(matches!(scan(&long_note.text()), Scanned::Request { .. }));
    // Other sites' pages, which have the form of our links alone.
    for page in [
        "https://pictures.example/p/CxYz1abQ9_-/",
        "https://shop.example/p/12345678901234567890",
        "https://shop.example/c/shoes-and-boots-for-winter",
        "https://video.example/c/SomeChannelWithAName",
        "https://forum.example/r/rust",
        "https://forum.example/r/rust/comments/1abcdef/a_title/",
        "https://shop.example/p/",
        "http://shop.example/g/1",
        "https://user:secret@shop.example/p/1",
        "https://shop.example/k/AEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        assert!(matches!(scan(page), Scanned::Web { .. }), "{page}: {:?}", scan(page));
    }
}

#[test]
fn codes_of_other_systems_are_named() {
    let epc = "BCD\n002\n1\nSCT\nBFSWDE33BER\nWikimedia\nDE33100205000001194700\nEUR10.00\n\n\nDonation";
    for (text, system) in [
        (epc, CodeSystem::BankTransfer),
        (&epc.replace('\n', "\r\n"), CodeSystem::BankTransfer),
        (
            "00020101021129300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING",
            CodeSystem::CardScheme,
        ),
        ("bitcoin:175tWpb8K1S7NmH4Zx6rewF9WQrcZv245W?amount=20.3", CodeSystem::Bitcoin),
        ("BITCOIN:BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", CodeSystem::Bitcoin),
        ("lightning:LNURL1DP68GURN8GHJ7UM9WFMXJCM99E3K7MF0V9CXJ0M385EKVCENXC6R2C35", CodeSystem::Lightning),
        (
            "lnbc2500u1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdq5xysxxatsyp3k7enxv4js",
            CodeSystem::Lightning,
        ),
        ("taler://pay/backend.demo.example/instances/blog/2026.326-03GQ/", CodeSystem::Taler),
        ("payto://iban/DE75512108001245126199?amount=EUR:200.0", CodeSystem::PayTo),
        ("WIFI:T:WPA;S:network;P:secret;;", CodeSystem::Wifi),
        ("BEGIN:VCARD\nVERSION:3.0\nN:Baker;Ann\nEND:VCARD", CodeSystem::Contact),
        ("MECARD:N:Baker,Ann;TEL:1;;", CodeSystem::Contact),
        ("otpauth://totp/Shop:ann?secret=JBSWY3DPEHPK3PXP&issuer=Shop", CodeSystem::Authenticator),
    ] {
        assert_eq!(foreign(text), Some(system), "{text}");
        assert!(!format!("{:?}", scan(text)).contains("secret"));
    }
    for text in ["lnbc", "000201", "bcd", "wifi", "lno1"] {
        assert_eq!(foreign(text), None, "{text}");
    }
}

#[test]
fn pages_and_words_are_shown_as_they_are() {
    let web = |text: &str| match scan(text) {
        Scanned::Web { url, host } => Some((url, host)),
        _ => None,
    };
    let leads = |text: &str, host: &str| {
        assert_eq!(web(text), Some((text.to_owned(), host.to_owned())), "{text}");
    };
    leads("https://example.com/menu?x=y#z", "example.com");
    leads("HTTP://Example.COM:8080", "example.com:8080");
    leads("https://bücher.example/", "xn--bcher-kva.example");
    leads("https://bank.example@evil.example/", "evil.example");
    for text in
        ["", "Table 7", "mailto:ann@example.com", "tel:+4912345", "javascript:alert(1)", "https://", "a\nb"]
    {
        assert_eq!(scan(text), Scanned::Text { text: text.to_owned() });
        assert!(!scan(text).is_ours());
    }
    assert_eq!(scan(" \u{feff}Table 7 \n"), Scanned::Text { text: "\u{feff}Table 7".into() });
}

#[test]
fn what_is_too_long_is_not_looked_at() {
    let long = "x".repeat(MAX_SCANNED_LENGTH);
    assert!(matches!(scan(&long), Scanned::Text { .. }));
    assert_eq!(scan(&format!("{long}y")), Scanned::TooLong { bytes: 16_385 });
    let page = format!("https://example.com/{}", "x".repeat(MAX_LINK_LENGTH));
    assert!(matches!(scan(&page), Scanned::Text { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_text_is_something(text in ".{0,120}", at in 0_usize..9) {
        let start = ["", "tallystick:p/", "https://a.example/p/", "https://a/c/", "PR0\n", "https://", "bcd\n", "WIFI:", "é"][at];
        let _ = scan(&format!("{start}{text}"));
    }

    #[test]
    fn one_wrong_character_never_makes_another_payment(at in 28_usize..200, to in "[A-Z2-7018]") {
        let link = RequestLink::by_value(unproven(one_price()), Some("shop.example")).unwrap();
        let mut text = link.text();
        prop_assume!(at < text.len() && &text[at..=at] != to.as_str());
        text.replace_range(at..=at, &to);
        // Its signature is checked before anything is shown; here it is damaged, or another request by its hash.
        match scan(&text) {
            Scanned::Request { link: other } => prop_assert_ne!(*other, link),
            Scanned::Broken { .. } => {}
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
