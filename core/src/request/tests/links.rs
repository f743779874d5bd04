use data_encoding::BASE32_NOPAD;
use proptest::prelude::*;

use super::*;
use crate::artefact::{ArtefactError, testing};
use crate::keys::{Digest, KeyError, PublicKey};

fn code() -> String {
    BASE32_NOPAD.encode(sign(one_price()).bytes())
}

fn by_value(text: &str) -> (Option<String>, Digest) {
    match RequestLink::parse(text).unwrap() {
        RequestLink::ByValue { host, request } => (host, request.hash()),
        other @ RequestLink::ByReference { .. } => panic!("{other:?}"),
    }
}

fn by_reference(text: &str) -> (String, Digest) {
    match RequestLink::parse(text).unwrap() {
        RequestLink::ByReference { host, hash } => (host, hash),
        other @ RequestLink::ByValue { .. } => panic!("{other:?}"),
    }
}

#[test]
fn requests_by_value_are_read() {
    let (code, hash) = (code(), hash());
    let host = |host: &str| (Some(host.to_owned()), hash);
    assert_eq!(by_value(&format!("https://shop.example/p/{code}")), host("shop.example"));
    assert_eq!(by_value(&format!("  https://shop.example:8443/p/{code}\n")), host("shop.example:8443"));
    assert_eq!(by_value(&format!("https://shop.example:443/p/{code}")), host("shop.example"));
    assert_eq!(by_value(&format!("HTTPS://SHOP.Example/P/{}", code.to_lowercase())), host("shop.example"));
    assert_eq!(by_value(&format!("https://[2001:DB8::7]:8443/p/{code}")), host("[2001:db8::7]:8443"));
    assert_eq!(by_value(&format!("https://bücher.example/p/{code}")), host("xn--bcher-kva.example"));
    assert_eq!(by_value(&format!("https://shop.example/p/{code}?fbclid=x#y")), host("shop.example"));
    assert_eq!(by_value(&format!("tallystick:p/{code}")), (None, hash));
    assert_eq!(by_value(&format!("TALLYSTICK:P/{code}")), (None, hash));
    assert_eq!(by_value(&format!("tallystick:p/{code}?h=Shop.example")), host("shop.example"));
}

#[test]
fn requests_by_reference_are_read() {
    let hash = hash();
    let at = |host: &str| (host.to_owned(), hash);
    assert_eq!(by_reference(&format!("https://shop.example/p/{hash}")), at("shop.example"));
    assert_eq!(by_reference(&format!("tallystick:p/{hash}?h=shop.example:8443")), at("shop.example:8443"));
    assert_eq!(by_reference(&format!("tallystick:p/{hash}?x=y&H=shop.example")), at("shop.example"));
    assert_eq!(by_reference(&format!("tallystick:p/{hash}?h=%5B::1%5D:1")), at("[::1]:1"));
    assert_eq!(by_reference(&format!("tallystick:p/{hash}?h=[::1]:1")), at("[::1]:1"));
    let lower = hash.to_string().to_lowercase();
    assert_eq!(by_reference(&format!("tallystick:p/{lower}?h=shop.example")), at("shop.example"));
}

#[test]
fn cards_are_read() {
    let link = CardLink { host: "shop.example".into(), issuer: issuer(1) };
    let id = issuer(1).to_string();
    for text in [
        format!("https://shop.example/c/{id}"),
        format!("https://SHOP.example:443/c/{}", id.to_lowercase()),
        format!("tallystick:c/{id}?h=shop.example"),
        format!("TALLYSTICK:C/{id}?H=SHOP.EXAMPLE"),
    ] {
        assert_eq!(CardLink::parse(&text), Ok(link.clone()), "{text}");
        assert_eq!(parse_link(&text), Ok(Link::Card(link.clone())), "{text}");
    }
    assert_eq!(link.text(), format!("https://shop.example/c/{id}"));
    assert_eq!(link.to_string(), link.text());
    assert_eq!(link.app_text(), format!("tallystick:c/{id}?h=shop.example"));
}

#[test]
fn accounts_to_act_for_are_read() {
    let link = GrantLink::new("shop.example", issuer(1), crate::keys::AccountId::new([2; 16])).unwrap();
    let ids = link.segments().code;
    assert_eq!(ids.len(), 52);
    for text in [
        link.text(),
        link.app_text(),
        format!("HTTPS://SHOP.example:443/G/{}?x#y", ids.to_lowercase()),
        format!("tallystick:g/{ids}?h=shop.example"),
    ] {
        assert_eq!(GrantLink::parse(&text), Ok(link.clone()), "{text}");
        assert_eq!(parse_link(&text), Ok(Link::Grant(link.clone())), "{text}");
    }
    assert_eq!(
        GrantLink::parse(&format!("https://shop.example/g/{}", &ids[..50])),
        Err(LinkError::Incomplete)
    );
    assert_eq!(GrantLink::parse("https://shop.example/g/"), Err(LinkError::Incomplete));
    assert_eq!(GrantLink::parse(&format!("tallystick:g/{ids}")), Err(LinkError::HostMissing));
    assert_eq!(GrantLink::parse(&format!("https://shop.example/r/{ids}")), Err(LinkError::NotAGrant));
    assert_eq!(link.segments().code_version(CodeLevel::Screen), Ok(4));
}

#[test]
fn receipts_are_read() {
    let link = ReceiptLink::new("shop.example", hash()).unwrap();
    for text in [link.text(), link.app_text(), link.text().to_lowercase()] {
        assert_eq!(ReceiptLink::parse(&text), Ok(link.clone()), "{text}");
        assert_eq!(parse_link(&text), Ok(Link::Receipt(link.clone())), "{text}");
    }
    assert_eq!(
        ReceiptLink::parse(&format!("https://shop.example/p/{}", hash())),
        Err(LinkError::NotAReceipt)
    );
    assert_eq!(ReceiptLink::parse("https://shop.example/r/MZXW6"), Err(LinkError::Incomplete));
    assert_eq!(ReceiptLink::parse(&format!("tallystick:r/{}", hash())), Err(LinkError::HostMissing));
    assert_eq!(link.segments().code_version(CodeLevel::Screen), Ok(4));
}

#[test]
fn keys_to_be_granted_are_read() {
    let link = KeyLink::new(key().public_key()).unwrap();
    assert_eq!(link.to_string(), format!("tallystick:k/{}", key().public_key()));
    for text in [link.text(), link.text().to_uppercase(), format!(" {}\n", link.text().to_lowercase())] {
        assert_eq!(KeyLink::parse(&text), Ok(link), "{text}");
        assert_eq!(parse_link(&text), Ok(Link::Key(link)), "{text}");
    }
    let code = link.segments().code;
    assert_eq!(code.len(), 52);
    assert_eq!(KeyLink::parse(&format!("tallystick:k/{}", &code[..51])), Err(LinkError::Incomplete));
    assert_eq!(KeyLink::parse("tallystick:k/"), Err(LinkError::Incomplete));
    assert_eq!(KeyLink::parse(&format!("tallystick:r/{code}?h=a.example")), Err(LinkError::NotAKey));
    assert_eq!(KeyLink::parse(&format!("https://shop.example/k/{code}")), Err(LinkError::NotALink));
    assert_eq!(KeyLink::parse(&format!("http://shop.example/k/{code}")), Err(LinkError::NotALink));
    // The neutral element: every signature would be good.
    let mut one = [0; 32];
    one[0] = 1;
    assert_eq!(KeyLink::new(PublicKey::new(one)), Err(LinkError::Key(KeyError::WeakKey)));
    let weak = format!("tallystick:k/{}", PublicKey::new(one));
    assert_eq!(KeyLink::parse(&weak), Err(LinkError::Key(KeyError::WeakKey)));
    assert_eq!(link.segments().code_version(CodeLevel::Screen), Ok(4));
}

#[test]
fn links_are_told_apart() {
    let request = format!("https://shop.example/p/{}", code());
    let card = format!("https://shop.example/c/{}", issuer(1));
    assert_eq!(CardLink::parse(&request), Err(LinkError::NotACard));
    assert_eq!(RequestLink::parse(&card), Err(LinkError::NotARequest));
    assert!(matches!(parse_link(&request), Ok(Link::Request(_))));
    assert!(matches!(parse_link(&card), Ok(Link::Card(_))));
}

#[test]
fn what_is_no_link_says_why() {
    let (code, hash, id) = (code(), hash(), issuer(1));
    let long_note = BASE32_NOPAD.encode(sign(one_price().note("Thank you")).bytes());
    let broken = {
        let mut bytes = sign(one_price()).bytes().to_vec();
        bytes[9] = 2;
        BASE32_NOPAD.encode(&bytes)
    };
    let cases: Vec<(String, LinkError)> = vec![
        (String::new(), LinkError::NotALink),
        ("hello".into(), LinkError::NotALink),
        (code.clone(), LinkError::NotALink),
        ("https://shop.example".into(), LinkError::NotALink),
        (format!("https://shop.example/x/{code}"), LinkError::NotALink),
        (format!("https://shop.example/pay/p/{code}"), LinkError::NotALink),
        (format!("mailto:p/{code}"), LinkError::NotALink),
        ("https:///p/AA".into(), LinkError::NotALink),
        (format!("tallystick:{code}"), LinkError::NotALink),
        (format!("tallystick://p/{code}"), LinkError::NotALink),
        (format!("http://shop.example/p/{code}"), LinkError::NotSecure),
        ("http://shop.example/".into(), LinkError::NotALink),
        (format!("tallystick:p/{hash}"), LinkError::HostMissing),
        (format!("tallystick:p/{hash}?h="), LinkError::HostMissing),
        (format!("tallystick:c/{id}"), LinkError::HostMissing),
        (format!("tallystick:p/{hash}?h=a.example&h=b.example"), LinkError::Host),
        (format!("tallystick:p/{hash}?h=a.example/x"), LinkError::Host),
        (format!("tallystick:p/{hash}?h=user@a.example"), LinkError::Host),
        (format!("tallystick:p/{hash}?h=a%20b"), LinkError::Host),
        (format!("tallystick:p/{hash}?h=a%0Ab"), LinkError::Host),
        (format!("tallystick:p/{hash}?h=a:99999"), LinkError::Host),
        (format!("tallystick:p/{hash}?h={}", "a.".repeat(127)), LinkError::Host),
        (format!("https://shop.example@evil.example/p/{hash}"), LinkError::Host),
        (format!("https://{}/p/{hash}", "a.".repeat(127)), LinkError::Host),
        (format!("https://shop.example/p/{hash}/"), LinkError::Damaged { found: '/' }),
        (format!("https://shop.example/p/0{}", &code[1..]), LinkError::Damaged { found: '0' }),
        (format!("https://shop.example/p/{code}="), LinkError::Damaged { found: '=' }),
        (format!("https://shop.example/p/{} {}", &code[..9], &code[9..]), LinkError::Damaged { found: '%' }),
        (format!("https://shop.example/p/{}é", &code[..8]), LinkError::Damaged { found: '%' }),
        ("https://shop.example/p/".into(), LinkError::Incomplete),
        (format!("https://shop.example/p/{}", &hash.to_string()[..51]), LinkError::Incomplete),
        ("https://shop.example/p/AB".into(), LinkError::Incomplete),
        (format!("https://shop.example/c/{}", &id.to_string()[..24]), LinkError::Incomplete),
        (format!("https://shop.example/c/{hash}"), LinkError::Incomplete),
        ("https://shop.example/c/".into(), LinkError::Incomplete),
        (format!("https://shop.example/p/{}", "A".repeat(3_288)), LinkError::TooLong),
        (format!("https://shop.example/p/{code}?{}", "x".repeat(4_096)), LinkError::TooLong),
        (format!("https://shop.example/p/{long_note}"), LinkError::MustBeKept),
        (
            format!("https://shop.example/p/{}", BASE32_NOPAD.encode(&sign(one_price()).bytes()[..100])),
            LinkError::Request(ArtefactError::NotDeterministic { at: 76, reason: "ends too early" }),
        ),
        (
            format!("https://shop.example/p/{broken}"),
            LinkError::Request(ArtefactError::NotDeterministic { at: 0, reason: "" }),
        ),
    ];
    for (text, expected) in cases {
        let found = parse_link(&text).expect_err(&text);
        match (&found, &expected) {
            // Which fault of an artefact is for its own tests.
            (LinkError::Request(_), LinkError::Request(_)) => {}
            _ => assert_eq!(found, expected, "{text}"),
        }
    }
}

#[test]
fn what_cannot_be_written_says_why() {
    let kept = unproven(one_price().note("Thank you"));
    assert_eq!(RequestLink::by_value(kept, Some("shop.example")), Err(LinkError::MustBeKept));
    for (host, error) in [
        ("", LinkError::HostMissing),
        ("a b", LinkError::Host),
        ("a/b", LinkError::Host),
        ("a?b", LinkError::Host),
        ("a\\b", LinkError::Host),
        ("u@a", LinkError::Host),
        ("https://a.example", LinkError::Host),
        ("[::1", LinkError::Host),
        ("a.example:port", LinkError::Host),
        (":8443", LinkError::Host),
    ] {
        assert_eq!(RequestLink::by_reference(hash(), host), Err(error.clone()), "{host}");
        assert_eq!(RequestLink::by_value(unproven(one_price()), Some(host)), Err(error.clone()), "{host}");
        assert_eq!(CardLink::new(host, issuer(1)), Err(error), "{host}");
    }
    let link = CardLink::new("SHOP.example:443", issuer(1)).unwrap();
    assert_eq!(link.host, "shop.example");
}

#[test]
fn links_are_written_in_two_segments() {
    let link = RequestLink::by_value(unproven(one_price()), Some("shop.example:8443")).unwrap();
    let segments = link.segments();
    assert_eq!(segments.start, "https://shop.example:8443/p/");
    assert_eq!(segments.code, code());
    assert_eq!(link.text(), format!("{}{}", segments.start, segments.code));
    assert_eq!(link.to_string(), link.text());
    assert_eq!(link.app_text(), format!("tallystick:p/{}", code()));
    let alone = RequestLink::by_value(unproven(one_price()), None).unwrap();
    assert_eq!(alone.text(), alone.app_text());
    let kept = RequestLink::by_reference(hash(), "[::1]:8443").unwrap();
    assert_eq!(kept.text(), format!("https://[::1]:8443/p/{}", hash()));
    assert_eq!(kept.app_text(), format!("tallystick:p/{}?h=%5B::1%5D:8443", hash()));
}

#[test]
fn a_code_is_a_request_or_a_hash() {
    assert_eq!(RequestCode::parse(&code()), Ok(RequestCode::ByValue(unproven(one_price()))));
    assert_eq!(RequestCode::parse(&hash().to_string().to_lowercase()), Ok(RequestCode::ByReference(hash())));
    assert_eq!(RequestCode::parse(&code()).unwrap().to_string(), code());
    assert_eq!(RequestCode::parse(&hash().to_string()).unwrap().to_string(), hash().to_string());
    assert_eq!(RequestCode::parse(&"A".repeat(9_999)), Err(LinkError::TooLong));
    assert_eq!(RequestCode::parse(""), Err(LinkError::Incomplete));
}

#[test]
fn every_error_has_its_code_and_sentence() {
    let errors = [
        LinkError::NotALink,
        LinkError::NotARequest,
        LinkError::NotACard,
        LinkError::NotAKey,
        LinkError::NotSecure,
        LinkError::HostMissing,
        LinkError::Host,
        LinkError::Damaged { found: '0' },
        LinkError::Incomplete,
        LinkError::TooLong,
        LinkError::Request(ArtefactError::UnknownVersion { found: 2 }),
        LinkError::Request(ArtefactError::Missing { field: "payee" }),
        LinkError::Key(KeyError::WeakKey),
        LinkError::MustBeKept,
        LinkError::TooMuchForACode,
    ];
    let lines: Vec<_> = errors.iter().map(|error| format!("{}: {error}", error.code())).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    not_a_link: this is neither a payment request nor a currency
    not_a_request: this link does not ask for a payment
    not_a_card: this link does not add a currency
    not_a_key_link: this link does not show the key of a till or a second device
    not_secure: this link is not secure: it must begin with https
    host_missing: this link does not say on which server to look
    bad_host: the name of the server in this link is malformed
    link_damaged: '0' does not belong in this link; scan or copy it again
    link_incomplete: a part of this link is missing; scan or copy it again
    link_too_long: this link is too long for a payment request
    unknown_version: the request in this link is of version 2, which this software does not know; update it
    missing_field: the request in this link lacks the field `payee`
    weak_key: the key in this link is of no use: the public key is weak
    request_must_be_kept: the request in this link has a text that only a request kept by an issuer may have
    too_much_for_a_code: this is too much for one code; let the issuer keep the request
    ");
}

fn host() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        "[a-z]([a-z0-9-]{0,8}[a-z0-9])?(\\.[a-z]([a-z0-9]{0,8})){0,4}",
        Just("127.0.0.1".to_owned()),
        Just("[2001:db8::7]".to_owned()),
    ];
    (name, prop::option::of(1_024_u16..)).prop_map(|(name, port)| match port {
        Some(port) => format!("{name}:{port}"),
        None => name,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read(
        body in testing::short_request(),
        host in host(),
        with_host: bool,
        lower: bool,
    ) {
        let signed = Unproven::sign(&body, &key()).unwrap();
        let request = Unproven::parse(signed.bytes()).unwrap();
        let by_value = RequestLink::by_value(request, with_host.then_some(host.as_str())).unwrap();
        let by_reference = RequestLink::by_reference(signed.hash(), &host).unwrap();
        let card = CardLink::new(&host, issuer(3)).unwrap();
        let cased = |text: String| if lower { text.to_lowercase() } else { text };

        prop_assert_eq!(RequestLink::parse(&cased(by_value.text())), Ok(by_value.clone()));
        prop_assert_eq!(RequestLink::parse(&by_reference.text().to_uppercase()), Ok(by_reference.clone()));
        prop_assert_eq!(RequestLink::parse(&cased(by_reference.app_text())), Ok(by_reference));
        prop_assert_eq!(CardLink::parse(&cased(card.text())), Ok(card.clone()));
        prop_assert_eq!(CardLink::parse(&cased(card.app_text())), Ok(card));
        match RequestLink::parse(&cased(by_value.app_text())) {
            Ok(RequestLink::ByValue { host: None, request }) => prop_assert_eq!(request.hash(), signed.hash()),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}", code in "[A-Za-z2-7%?#/=@:.]{0,80}", at in 0_usize..6) {
        let _ = parse_link(&text);
        let start = ["https://", "https://a/p/", "tallystick:", "tallystick:p/", "tallystick:c/", "https://a/c/"][at];
        for text in [format!("{start}{text}"), format!("{start}{code}"), format!("{start}AA?h={code}")] {
            if let Err(error) = parse_link(&text) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}
