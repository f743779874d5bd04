use proptest::prelude::*;

use super::*;

/// `swpt:124/456`, 1000, in the form of Swaptacular's own tests.
const WITH_SUM: &str = "PR0\n61ea4c13\nswpt:124/456\nPayee name\n1000\n2021-07-20T09:19:07.643Z\npayeeReference\n\n\
    This is a multi-line\ndescription.";

fn pr0(text: &str) -> Pr0 {
    match scan(text) {
        Scanned::SwaptacularRequest { request } => request,
        other => panic!("{text:?}: {other:?}"),
    }
}

fn fault(text: &str) -> SwaptacularError {
    assert!(matches!(scan(text), Scanned::Broken { .. }), "{text:?}");
    Pr0::parse(text).expect_err(text)
}

#[test]
fn the_example_of_its_wallets_is_read() {
    let read = pr0(
        "PR0\n\nswpt:112233445566778899/998877665544332211\nPayee Name\n1000\n2001-01-01\n12d3a45642665544\n-\n\
         http://example.com",
    );
    let expected = Pr0 {
        account_uri: "swpt:112233445566778899/998877665544332211".into(),
        debtor_uri: "swpt:112233445566778899".into(),
        payee_name: "Payee Name".into(),
        amount: 1_000,
        deadline: "2001-01-01".into(),
        reference: "12d3a45642665544".into(),
        reason_format: "-".into(),
        reason: "http://example.com".into(),
    };
    assert_eq!(read, expected);
}

#[test]
fn a_checksum_must_be_right() {
    assert_eq!(pr0(WITH_SUM).reason, "This is a multi-line\ndescription.");
    for damaged in
        [WITH_SUM.replace("1000", "9000"), format!("{WITH_SUM}\n"), WITH_SUM.replace("61ea", "61eb")]
    {
        assert_eq!(fault(&damaged), SwaptacularError::Checksum, "{damaged}");
    }
    let upper = WITH_SUM.replace("61ea4c13", "61EA4C13");
    assert_eq!(fault(&upper), SwaptacularError::Malformed { field: "crc32" });
    assert_eq!(pr0(&WITH_SUM.replace("61ea4c13", "").replace("1000", "9000")).amount, 9_000);
}

#[test]
fn lines_may_be_missing_from_the_end() {
    let least = pr0("PR0\n\nswpt:1/2\n\n0");
    assert_eq!((least.payee_name.as_str(), least.amount, least.deadline.as_str()), ("", 0, ""));
    assert_eq!(pr0("PR0\n\nswpt:1/2\n\n0\n"), least);
    let windows = pr0("PR0\r\n\r\nswpt:1/2\r\nname\r\n10\r\n\r\nref\r\n\r\nhi");
    assert_eq!((windows.amount, windows.reference.as_str(), windows.reason.as_str()), (10, "ref", "hi"));
}

#[test]
fn what_is_malformed_says_where() {
    for (text, field) in [
        ("PR0\n", "accountUri"),
        ("PR0\n\n", "accountUri"),
        ("PR0\n\n\n\n0", "accountUri"),
        ("PR0\n\nswpt:1\n\n0", "accountUri"),
        ("PR0\n\nSWPT:1/2\n\n0", "accountUri"),
        ("PR0\n\nswpt:01/2\n\n0", "accountUri"),
        ("PR0\n\nswpt:18446744073709551616/1\n\n0", "accountUri"),
        ("PR0\n\nswpt:1/2", "payeeName"),
        ("PR0\n\nswpt:1/2\nname", "amount"),
        ("PR0\n\nswpt:1/2\nname\n", "amount"),
        ("PR0\n\nswpt:1/2\nname\n-1", "amount"),
        ("PR0\n\nswpt:1/2\nname\n000000000000000000001", "amount"),
        ("PR0\n\nswpt:1/2\nname\n9223372036854775808", "amount"),
        ("PR0\n\nswpt:1/2\nname\n1\nnot-a-date", "deadline"),
        ("PR0\n\nswpt:1/2\nname\n1\n2026-13-01", "deadline"),
        ("PR0\n\nswpt:1/2\nname\n1\n\n\nabcdefghi", "reasonFormat"),
        ("PR0\n\nswpt:1/2\nname\n1\n\n\na b", "reasonFormat"),
        ("PR0\nxyz\nswpt:1/2\nname\n1", "crc32"),
    ] {
        assert_eq!(fault(text), SwaptacularError::Malformed { field }, "{text:?}");
    }
    let long = "n".repeat(201);
    assert_eq!(
        fault(&format!("PR0\n\nswpt:1/2\n{long}\n0")),
        SwaptacularError::Malformed { field: "payeeName" }
    );
    let long = "r".repeat(3_001);
    assert_eq!(fault(&format!("PR0\n\nswpt:1/2\n\n0\n\n\n\n{long}")).code(), "pr0_malformed");
    assert!(matches!(scan("PR1\n\nswpt:1/2\n\n0"), Scanned::Text { .. }));
    assert!(matches!(scan("PR0"), Scanned::Text { .. }));
}

#[test]
fn accounts_have_the_form_of_the_scheme() {
    let at = |account: &str| Pr0::parse(&format!("PR0\n\nswpt:1/{account}\n\n0"));
    let (a100, a132) = ("A".repeat(100), "A".repeat(132));
    for good in ["1", "abc-_=123", "!aA==", &a100, &format!("!{a132}AA==")] {
        assert!(at(good).is_ok(), "{good}");
    }
    let tail = |tail: &str| format!("!{a132}{tail}");
    let bad = [tail("A"), tail("AA"), tail("AAAA"), tail("AAAAA"), format!("{a100}A"), tail("!")];
    for bad in bad.iter().map(String::as_str).chain(["", "!", "!a=A==", "!9A==", "a b", "1/2", "é"]) {
        assert_eq!(at(bad), Err(SwaptacularError::Malformed { field: "accountUri" }), "{bad}");
    }
}

#[test]
fn coins_are_a_locator_and_a_currency() {
    let coin = |text: &str| match scan(text) {
        Scanned::SwaptacularCoin { coin } => Some((coin.locator, coin.debtor_uri)),
        _ => None,
    };
    for (locator, debtor) in [
        ("https://demo.example/debtors/1/public", "swpt:1"),
        ("https://demo.example/?x=y", "swpt:18446744073709551615"),
    ] {
        assert_eq!(coin(&format!("{locator}#{debtor}")), Some((locator.to_owned(), debtor.to_owned())));
    }
    for other in [
        "https://demo.example#swpt:1",
        "https://DEMO.example/#swpt:1",
        "https://demo.example:443/#swpt:1",
        "https://user@demo.example/#swpt:1",
        "https://demo.example/#x#swpt:1",
        "http://demo.example/#swpt:1",
        "https://demo.example/#swpt:-1",
        "https://demo.example/#swpt:1/2",
        "https://demo.example/#swpt:",
    ] {
        assert!(matches!(scan(other), Scanned::Web { .. }), "{other}");
    }
    assert!(coin(&format!("https://demo.example/{}#swpt:1", "x".repeat(200))).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_follows_the_header_is_read_or_refused(body in "[\\x00-\\x7fé\\u{2028}]{0,200}", sum in "[0-9a-f]{0,9}") {
        let _ = Pr0::parse(&format!("PR0\n{sum}\n{body}"));
        let _ = scan(&format!("PR0\r\n{body}"));
    }

    #[test]
    fn one_changed_byte_is_noticed(at in 13_usize..WITH_SUM.len(), to in b' '..=b'~') {
        let mut bytes = WITH_SUM.as_bytes().to_vec();
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        prop_assert_eq!(Pr0::parse(std::str::from_utf8(&bytes).unwrap()), Err(SwaptacularError::Checksum));
    }
}
