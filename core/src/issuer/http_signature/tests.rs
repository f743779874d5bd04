#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use sfv::{Dictionary, InnerList, ListEntry, Parser};

use super::base::SignatureBase;
use super::*;
use crate::keys::{PublicKey, SigningKey};

const URI: &str = "https://bread.example/v1/AAAA/accounts/BBBB?epoch=1&after=2";
const NONCE: Nonce = [7; 16];
const CREATED: i64 = 1_800_000_000;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn signed(method: &str, uri: &str, body: Option<&[u8]>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    sign(method, uri, body, CREATED, &NONCE, &key()).unwrap().apply(&mut headers);
    headers
}

fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
    fields
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect()
}

fn with_input(input: &str) -> HeaderMap {
    let mut headers = signed("GET", URI, None);
    headers.insert(INPUT, HeaderValue::from_str(input).unwrap());
    headers
}

mod rfc_9421 {
    use super::*;

    // Appendix B.1.4, the key as a JWK: d and x.
    const PRIVATE: &str = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU";
    const PUBLIC: &str = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";

    // Appendix B.2.6.
    const INPUT_B26: &str = r#"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#;
    const SIGNATURE_B26: &str =
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    const BASE_B26: &str = r#""date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#;

    // Appendix B.2, the parts of `test-request` that the example covers.
    fn test_request(component: &str) -> Option<String> {
        let value = match component {
            "date" => "Tue, 20 Apr 2021 02:07:55 GMT",
            "@method" => "POST",
            "@path" => "/foo",
            "@authority" => "example.com",
            "content-type" => "application/json",
            "content-length" => "18",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn inner_list(field: &str) -> InnerList {
        let dictionary: Dictionary = Parser::new(field).parse().unwrap();
        match dictionary.into_values().next() {
            Some(ListEntry::InnerList(list)) => list,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn b_2_6_base_and_signature() {
        let base = SignatureBase::build(&inner_list(INPUT_B26), test_request).unwrap();
        assert_eq!(base.text, BASE_B26);

        let private = BASE64URL_NOPAD.decode(PRIVATE.as_bytes()).unwrap().try_into().unwrap();
        let key = SigningKey::from_bytes(&private);
        let public = PublicKey::from_slice(&BASE64URL_NOPAD.decode(PUBLIC.as_bytes()).unwrap()).unwrap();
        assert_eq!(key.public_key(), public);

        let expected: [u8; 64] = BASE64.decode(SIGNATURE_B26.as_bytes()).unwrap().try_into().unwrap();
        assert_eq!(key.sign(base.text.as_bytes()), expected);
        public.verify(base.text.as_bytes(), &expected).unwrap();
    }

    // §2.5, whose base covers a component with a parameter.
    #[test]
    fn component_parameters_are_kept() {
        let list = inner_list(r#"s=("@query-param";name="Pet");created=1"#);
        let base = SignatureBase::build(&list, |_| Some("dog".to_owned())).unwrap();
        assert_eq!(
            base.text,
            "\"@query-param\";name=\"Pet\": dog\n\"@signature-params\": (\"@query-param\";name=\"Pet\");created=1"
        );
    }

    #[test]
    fn a_value_never_adds_a_line() {
        let list = inner_list(r#"s=("a");created=1"#);
        assert_eq!(SignatureBase::build(&list, |_| Some("x\n\"b\": y".to_owned())), None);
        assert_eq!(SignatureBase::build(&list, |_| Some("é".to_owned())), None);
        assert_eq!(SignatureBase::build(&list, |_| None), None);
    }
}

mod rfc_9530 {
    use super::*;

    // Appendix B.1 (`{"hello": "world"}` and a line feed) and the request of RFC 9421 appendix B.2, whose sha-512 is
    // replaced by sha-256.
    #[test]
    fn examples() {
        assert_eq!(
            content_digest(b"{\"hello\": \"world\"}\n"),
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
        );
        assert_eq!(
            content_digest(b"{\"hello\": \"world\"}"),
            "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
        );
    }

    #[test]
    fn other_algorithms_are_passed_over() {
        let body = b"{\"hello\": \"world\"}";
        let both = "sha-512=:AAAA:, sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
        assert_eq!(digest::check(both, body), Ok(()));
        assert_eq!(digest::check(both, b"{}"), Err(HttpSignatureError::Digest));
        for bad in ["sha-512=:AAAA:", "sha-256=1", "sha-256", "sha-256=(:AAAA:)", "", "\"", "sha-256=:A"] {
            assert_eq!(
                digest::check(bad, body),
                Err(HttpSignatureError::Malformed { field: "content-digest" })
            );
        }
    }
}

#[test]
fn the_fields_are_these_bytes() {
    let made = sign("POST", URI, Some(b"{}"), CREATED, &NONCE, &key()).unwrap();
    assert_eq!(
        made.signature_input,
        format!(
            "tallystick=(\"@method\" \"@target-uri\" \"content-digest\");created=1800000000;\
             nonce=\"A4DQOBYHA4DQOBYHA4DQOBYHA4\";keyid=\"{}\";tag=\"tallystick\"",
            key().public_key()
        )
    );
    assert_eq!(made.content_digest.unwrap(), "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:");

    let text = format!(
        "\"@method\": POST\n\"@target-uri\": {URI}\n\
         \"content-digest\": sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:\n\"@signature-params\": {}",
        made.signature_input.strip_prefix("tallystick=").unwrap()
    );
    let signature = key().sign(text.as_bytes());
    assert_eq!(made.signature, format!("tallystick=:{}:", BASE64.encode(&signature)));
}

#[test]
fn what_is_signed_verifies() {
    for body in [None, Some(&b""[..]), Some(&b"{\"list\":\"AA\"}"[..])] {
        let reader = verify("PUT", URI, &signed("PUT", URI, body), body).unwrap();
        assert_eq!(reader, VerifiedReader { key: key().public_key(), created: CREATED, nonce: NONCE });
    }
    assert_eq!(target_uri("bread.example:8443", "/a?b=c"), "https://bread.example:8443/a?b=c");
}

#[test]
fn anything_changed_is_noticed() {
    let body = Some(&b"{}"[..]);
    let headers = signed("PUT", URI, body);
    assert_eq!(verify("POST", URI, &headers, body), Err(HttpSignatureError::Signature));
    assert_eq!(
        verify("PUT", &URI.replace("bread", "bead"), &headers, body),
        Err(HttpSignatureError::Signature)
    );
    assert_eq!(
        verify("PUT", &URI.replace("after=2", "after=3"), &headers, body),
        Err(HttpSignatureError::Signature)
    );
    assert_eq!(verify("PUT", URI, &headers, Some(b"{ }")), Err(HttpSignatureError::Digest));

    let mut resealed = headers.clone();
    resealed.insert("content-digest", content_digest(b"{ }").parse().unwrap());
    assert_eq!(verify("PUT", URI, &resealed, Some(b"{ }")), Err(HttpSignatureError::Signature));

    let mut other_key = headers.clone();
    let other = SigningKey::from_bytes(&[8; 32]).public_key().to_string();
    let input = headers[INPUT].to_str().unwrap().replace(&key().public_key().to_string(), &other);
    other_key.insert(INPUT, input.parse().unwrap());
    assert_eq!(verify("PUT", URI, &other_key, body), Err(HttpSignatureError::Signature));
}

#[test]
fn a_body_must_be_covered_and_nothing_else() {
    let with = HttpSignatureError::Components { expected: "\"@method\" \"@target-uri\" \"content-digest\"" };
    let without = HttpSignatureError::Components { expected: "\"@method\" \"@target-uri\"" };
    assert_eq!(verify("PUT", URI, &signed("PUT", URI, None), Some(b"{}")), Err(with));
    assert_eq!(verify("PUT", URI, &signed("PUT", URI, Some(b"{}")), None), Err(without.clone()));

    let mut undigested = signed("PUT", URI, Some(b"{}"));
    undigested.remove("content-digest");
    assert_eq!(
        verify("PUT", URI, &undigested, Some(b"{}")),
        Err(HttpSignatureError::Missing { field: "content-digest" })
    );

    let input = signed("GET", URI, None)[INPUT].to_str().unwrap().to_owned();
    for (from, to) in [
        ("\"@method\" \"@target-uri\"", "\"@target-uri\" \"@method\""),
        ("\"@method\" \"@target-uri\"", "\"@method\""),
        ("\"@method\" \"@target-uri\"", ""),
        ("\"@method\" \"@target-uri\"", "\"@method\" \"@target-uri\" \"@target-uri\""),
        ("\"@method\"", "\"@method\";req"),
        ("\"@method\"", "@method"),
        ("\"@method\"", "\"@path\""),
    ] {
        let headers = headers(&[(INPUT, &input.replace(from, to)), (SIGNATURE, "tallystick=:AA==:")]);
        let mut whole = signed("GET", URI, None);
        whole.insert(INPUT, headers[INPUT].clone());
        let error = verify("GET", URI, &whole, None).unwrap_err();
        let expected = if to.starts_with('@') {
            HttpSignatureError::Malformed { field: INPUT }
        } else {
            without.clone()
        };
        assert_eq!(error, expected, "{to}");
    }
}

#[test]
fn parameters_are_exactly_four() {
    let input = signed("GET", URI, None)[INPUT].to_str().unwrap().to_owned();
    let keyid = format!("keyid=\"{}\"", key().public_key());
    let wrong_parameters = [
        input.replace(";tag=\"tallystick\"", ""),
        input.replace(";tag=\"tallystick\"", ";tag=\"other\""),
        input.replace(";tag=\"tallystick\"", ";tag=tallystick"),
        format!("{input};alg=\"ed25519\""),
        format!("{input};expires=1900000000"),
        input.replace("created=1800000000;", ""),
        input.replace(&format!(";{keyid}"), "").replace("(\"@method", &format!("({keyid};\"@method")),
        input
            .replace("created=1800000000;nonce", "nonce")
            .replace("nonce", "created=1800000000;alg=\"x\";nonce"),
    ];
    for input in wrong_parameters {
        let error = verify("GET", URI, &with_input(&input), None).unwrap_err();
        assert!(
            matches!(error, HttpSignatureError::Parameters | HttpSignatureError::Malformed { field: INPUT }),
            "{input}: {error}"
        );
    }
    for (from, to, field) in [
        ("created=1800000000", "created=\"1800000000\"", "created"),
        ("created=1800000000", "created=1800000000.5", "created"),
        ("A4DQOBYHA4DQOBYHA4DQOBYHA4", "A4DQ", "nonce"),
        ("A4DQOBYHA4DQOBYHA4DQOBYHA4", "1", "nonce"),
        (keyid.as_str(), "keyid=\"AA\"", "keyid"),
    ] {
        let headers = with_input(&input.replace(from, to));
        assert_eq!(verify("GET", URI, &headers, None), Err(HttpSignatureError::Malformed { field }));
    }
}

#[test]
fn fields_must_be_there_and_ours() {
    let complete = signed("GET", URI, None);
    for field in [INPUT, SIGNATURE] {
        let mut without = complete.clone();
        without.remove(field);
        assert_eq!(verify("GET", URI, &without, None), Err(HttpSignatureError::Missing { field }));

        let mut relabelled = complete.clone();
        let value = complete[field].to_str().unwrap().replacen("tallystick=", "sig1=", 1);
        relabelled.insert(field, value.parse().unwrap());
        assert_eq!(verify("GET", URI, &relabelled, None), Err(HttpSignatureError::Missing { field }));

        for junk in ["tallystick=(", "tallystick", "tallystick=1", "tallystick=:AAAA:", "\u{7f}é", "=", ""] {
            let mut malformed = complete.clone();
            malformed.insert(field, HeaderValue::from_bytes(junk.replace('\u{7f}', "x").as_bytes()).unwrap());
            let error = verify("GET", URI, &malformed, None).unwrap_err();
            assert!(
                matches!(error, HttpSignatureError::Malformed { .. } | HttpSignatureError::Missing { .. }),
                "{field}: {junk}: {error}"
            );
        }
    }
    // A proxy may add a signature of its own, on the same line or another.
    let mut shared = complete.clone();
    shared.insert(
        INPUT,
        format!("proxy=(\"@method\");created=1, {}", complete[INPUT].to_str().unwrap()).parse().unwrap(),
    );
    shared.append(SIGNATURE, "proxy=:AAAA:".parse().unwrap());
    verify("GET", URI, &shared, None).unwrap();
}

#[test]
fn lower_case_base32_is_read() {
    let text = signed("GET", URI, None)[INPUT].to_str().unwrap().to_lowercase();
    // The signature is over the parameters as sent, so this one is of no use; but what it says is understood.
    assert_eq!(verify("GET", URI, &with_input(&text), None), Err(HttpSignatureError::Signature));
}

#[test]
fn freshness_is_five_minutes_either_way() {
    let reader = VerifiedReader { key: key().public_key(), created: CREATED, nonce: NONCE };
    for offset in [-300, 0, 300] {
        assert_eq!(reader.check_fresh(CREATED + offset), Ok(()));
    }
    for now in [CREATED - 301, CREATED + 301, i64::MIN, i64::MAX] {
        let error = HttpSignatureError::ClockSkew { created: CREATED, now };
        assert_eq!(error.problem(), (401, "clock_skew"));
        assert_eq!(reader.check_fresh(now), Err(error));
    }
}

#[test]
fn what_cannot_be_signed_is_an_error() {
    let field = "@target-uri";
    for uri in ["https://bread.example/é", "https://bread.example/\n"] {
        assert_eq!(
            sign("GET", uri, None, CREATED, &NONCE, &key()),
            Err(HttpSignatureError::Malformed { field })
        );
    }
    assert_eq!(
        sign("GET", URI, None, i64::MAX, &NONCE, &key()),
        Err(HttpSignatureError::Malformed { field: "created" })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn round_trip(path in "/[ -~]{0,40}", body in proptest::option::of(prop::collection::vec(any::<u8>(), 0..64)),
                  created in 0..4_000_000_000_i64, nonce: Nonce, seed: [u8; 32]) {
        let key = SigningKey::from_bytes(&seed);
        let uri = target_uri("bread.example", &path);
        let mut headers = HeaderMap::new();
        sign("PUT", &uri, body.as_deref(), created, &nonce, &key).unwrap().apply(&mut headers);
        let reader = verify("PUT", &uri, &headers, body.as_deref()).unwrap();
        prop_assert_eq!(reader, VerifiedReader { key: key.public_key(), created, nonce });
    }

    #[test]
    fn junk_is_refused_without_panic(input in "tallystick=[ -~]{0,80}", signature in "tallystick=:[A-Za-z0-9=]{0,90}:",
                                     body in proptest::option::of(prop::collection::vec(any::<u8>(), 0..8))) {
        let headers = headers(&[(INPUT, &input), (SIGNATURE, &signature), ("content-digest", &input)]);
        prop_assert!(verify("GET", URI, &headers, body.as_deref()).is_err());
    }
}
