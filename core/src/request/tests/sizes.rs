//! How large requests are as codes: the table of the decisions (§5), from the bytes that are really signed.

use super::*;
use crate::artefact::TipPolicy;
use crate::keys::Digest;

const SHORT: &str = "pay.a.example";
const MIDDLE: &str = "pay.bakery77.example";
const LONG: &str = "pay.longest.bakery.example";

/// Amounts just under 2^32, the rest as asked.
fn request(currencies: u8, full: bool) -> PaymentRequest {
    let draft = PaymentRequest::new(payee()).until(NOON);
    let draft =
        (1..=currencies).fold(draft, |draft, number| draft.price(issuer(number), amount((1 << 32) - 1)));
    if full { draft.reference(b"12345678").tip(TipPolicy::Percentages(vec![25, 50, 100])) } else { draft }
}

fn version(draft: PaymentRequest, host: &str) -> u8 {
    let link = RequestLink::by_value(unproven(draft), Some(host)).unwrap();
    link.segments().code_version(CodeLevel::Screen).unwrap()
}

#[test]
fn hosts_have_the_lengths_of_the_table() {
    assert_eq!([SHORT, MIDDLE, LONG].map(str::len), [13, 20, 26]);
}

#[test]
fn bytes_of_a_request() {
    let length = |currencies, full| sign(request(currencies, full)).bytes().len();
    assert_eq!([1, 2, 3].map(|currencies| length(currencies, false)), [129, 143, 157]);
    assert_eq!([1, 2, 3].map(|currencies| length(currencies, true)), [147, 161, 175]);
}

#[test]
fn versions_by_value() {
    let versions =
        |currencies, full| [SHORT, MIDDLE, LONG].map(|host| version(request(currencies, full), host));
    assert_eq!(versions(1, false), [9, 9, 10]);
    assert_eq!(versions(1, true), [10, 10, 10]);
    assert_eq!(versions(2, false), [10, 10, 10]);
    assert_eq!(versions(2, true), [10, 10, 11]);
    assert_eq!(versions(3, false), [10, 10, 10]);
    assert_eq!(versions(3, true), [11, 11, 11]);
}

#[test]
fn versions_by_reference() {
    let version = |host: &str, level| {
        let link = RequestLink::by_reference(Digest::of(&[b"request"]), host).unwrap();
        link.segments().code_version(level).unwrap()
    };
    assert_eq!([SHORT, MIDDLE, LONG].map(|host| version(host, CodeLevel::Screen)), [4, 5, 5]);
    assert_eq!(version(LONG, CodeLevel::Paper), 6);
    let card = CardLink::new(LONG, issuer(1)).unwrap();
    assert!(card.segments().code_version(CodeLevel::Paper).unwrap() < 6);
}

#[test]
fn versions_of_the_standard() {
    // The capacities of table 7 of the standard: bytes alone, and characters alone less what an empty first segment takes.
    let version = |start: usize, code: usize, level| {
        LinkText { start: "x".repeat(start), code: "A".repeat(code) }.code_version(level)
    };
    let bytes = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251];
    for (number, capacity) in (1_u8..).zip(bytes) {
        // 13 or 15 bits go to an empty second segment: two bytes less.
        assert_eq!(version(capacity - 2, 0, CodeLevel::Screen), Ok(number));
        assert!(version(capacity, 0, CodeLevel::Screen) != Ok(number));
    }
    assert_eq!(version(250, 0, CodeLevel::Screen), Err(LinkError::TooMuchForACode));
    assert_eq!(version(249, 0, CodeLevel::Screen), Ok(MAX_CODE_VERSION));
    assert_eq!(version(180, 0, CodeLevel::Paper), Err(LinkError::TooMuchForACode));
    // Two characters of BASE32 take 11 bits, one takes 6.
    let bits = |code| LinkText { start: String::new(), code: "A".repeat(code) };
    assert_eq!(
        (bits(8).code_version(CodeLevel::Paper), bits(40).code_version(CodeLevel::Paper)),
        (Ok(1), Ok(3))
    );
}

#[test]
fn what_is_too_much_for_a_code_is_said() {
    let host = format!("{}.example", ["a"; 40].join("."));
    let link = RequestLink::by_value(unproven(request(3, true)), Some(&host)).unwrap();
    assert_eq!(link.segments().code_version(CodeLevel::Screen), Err(LinkError::TooMuchForACode));
    // Kept by the issuer it fits.
    let link = RequestLink::by_reference(sign(request(3, true)).hash(), &host).unwrap();
    assert!(link.segments().code_version(CodeLevel::Screen).is_ok());
}
