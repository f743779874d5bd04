use super::draft::{Draft, SECRET, envelope, item, sign_payload, to_be_signed};
use super::samples;
use crate::artefact::*;
use crate::keys::{Digest, SigningKey};

fn key() -> SigningKey {
    SigningKey::from_bytes(&SECRET)
}

#[test]
fn numbers_and_names_of_kinds_are_those_of_the_protocol() {
    let numbered: Vec<_> = Kind::ALL.into_iter().map(|kind| (kind.value(), kind.name())).collect();
    let expected = [
        (1, "card"),
        (2, "opening"),
        (3, "rekey"),
        (4, "grant"),
        (5, "attestation"),
        (6, "request"),
        (7, "order"),
        (8, "receipt"),
        (9, "refusal"),
        (10, "head"),
        (11, "statement"),
        (12, "cancel"),
    ];
    assert_eq!(numbered, expected);
    assert!(Kind::ALL.into_iter().all(|kind| Kind::from_value(kind.value()) == Some(kind)));
    assert_eq!((Kind::from_value(0), Kind::from_value(13)), (None, None));
}

/// Signs a good payload and puts it into an envelope of another form.
fn in_another_envelope(write: impl FnOnce(&mut minicbor::Encoder<Vec<u8>>, &[u8], &[u8; 64])) -> Vec<u8> {
    let payload = Draft::of(&samples::order()).payload();
    let signature = key().sign(&to_be_signed(&payload));
    item(|item| write(item, &payload, &signature))
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn the_envelope_has_one_form() {
    let header = [0xa1, 0x01, 0x27];
    let form = "is not an untagged COSE_Sign1 with header {1: -8}";
    let no_payload = "has no payload in a byte string";
    let no_signature = "has no signature of 64 bytes";
    let cases: [(&str, &str, Vec<u8>); 10] = [
        (
            "tagged",
            "tag",
            in_another_envelope(|item, payload, signature| {
                item.tag(minicbor::data::Tag::new(18)).unwrap();
                item.writer_mut().extend(envelope(payload, signature));
            }),
        ),
        (
            "another algorithm",
            form,
            in_another_envelope(|item, payload, signature| {
                item.array(4).unwrap().bytes(&[0xa1, 0x01, 0x26]).unwrap().map(0).unwrap();
                item.bytes(payload).unwrap().bytes(signature).unwrap();
            }),
        ),
        (
            "no protected header",
            form,
            in_another_envelope(|item, payload, signature| {
                item.array(4).unwrap().bytes(&[]).unwrap().map(0).unwrap();
                item.bytes(payload).unwrap().bytes(signature).unwrap();
            }),
        ),
        (
            "an unprotected header",
            form,
            in_another_envelope(|item, payload, signature| {
                item.array(4)
                    .unwrap()
                    .bytes(&header)
                    .unwrap()
                    .map(1)
                    .unwrap()
                    .u8(4)
                    .unwrap()
                    .bytes(b"kid")
                    .unwrap();
                item.bytes(payload).unwrap().bytes(signature).unwrap();
            }),
        ),
        (
            "three elements",
            form,
            in_another_envelope(|item, payload, _| {
                item.array(3).unwrap().bytes(&header).unwrap().map(0).unwrap().bytes(payload).unwrap();
            }),
        ),
        (
            "five elements",
            form,
            in_another_envelope(|item, payload, signature| {
                item.array(5).unwrap().bytes(&header).unwrap().map(0).unwrap();
                item.bytes(payload).unwrap().bytes(signature).unwrap().null().unwrap();
            }),
        ),
        (
            "a detached payload",
            no_payload,
            in_another_envelope(|item, _, signature| {
                item.array(4).unwrap().bytes(&header).unwrap().map(0).unwrap();
                item.null().unwrap().bytes(signature).unwrap();
            }),
        ),
        (
            "a payload that is not wrapped",
            no_payload,
            in_another_envelope(|item, payload, signature| {
                item.array(4).unwrap().bytes(&header).unwrap().map(0).unwrap();
                item.writer_mut().extend_from_slice(payload);
                item.bytes(signature).unwrap();
            }),
        ),
        (
            "a short signature",
            no_signature,
            in_another_envelope(|item, payload, signature| {
                item.array(4).unwrap().bytes(&header).unwrap().map(0).unwrap();
                item.bytes(payload).unwrap().bytes(&signature[..63]).unwrap();
            }),
        ),
        // The same signed payload, other bytes: the fourth element ends as a signature does.
        (
            "a long signature",
            no_signature,
            in_another_envelope(|item, payload, signature| {
                let long = [&[0, 0x58, 0x40][..], signature].concat();
                item.array(4).unwrap().bytes(&header).unwrap().map(0).unwrap();
                item.bytes(payload).unwrap().bytes(&long).unwrap();
            }),
        ),
    ];
    for (name, expected, bytes) in cases {
        match Signed::<Order>::parse(&bytes) {
            Err(ArtefactError::Envelope { reason } | ArtefactError::NotDeterministic { reason, .. }) => {
                assert_eq!(reason, expected, "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
        assert!(kind_of(&bytes).is_err(), "{name}");
    }
}

#[test]
fn a_payload_that_is_no_map_is_no_artefact() {
    let refused = |payload: &[u8]| Signed::<Order>::parse(&sign_payload(payload, &SECRET)).unwrap_err();
    let field = |reason| ArtefactError::Field { field: "payload", reason };
    assert_eq!(refused(&item(|item| drop(item.array(0)))), field("is not a map"));
    assert_eq!(refused(&[]), ArtefactError::NotDeterministic { at: 0, reason: "ends too early" });
    assert_eq!(refused(&[0xa0]), ArtefactError::Missing { field: "kind" });
    let text_key = Draft::of(&samples::order()).payload();
    let mut text_key = [&[text_key[0] + 1], &text_key[1..]].concat();
    text_key.extend([0x61, b'a', 0]);
    assert_eq!(refused(&text_key), field("is not a map with integer keys"));
}

#[test]
fn a_wrong_signature_is_refused() {
    let order = samples::order();
    let payload = Draft::of(&order).payload();
    let good: [u8; 64] = key().sign(&to_be_signed(&payload));
    assert!(Signed::<Order>::parse(&envelope(&payload, &good)).is_ok());
    let refused = |payload: &[u8], signature: &[u8]| {
        assert_eq!(Signed::<Order>::parse(&envelope(payload, signature)), Err(ArtefactError::BadSignature));
    };

    // By another key than the one it names.
    refused(&payload, &SigningKey::from_bytes(&[8; 32]).sign(&to_be_signed(&payload)));
    // Over the bare payload, or for another protocol.
    refused(&payload, &key().sign(&payload));
    let mut foreign = to_be_signed(&payload);
    let at = foreign.windows(12).position(|window| window == b"tallystick-1").unwrap();
    foreign[at + 11] = b'2';
    refused(&payload, &key().sign(&foreign));

    // s + L solves the same equation; s must be reduced (RFC 8032 §5.1.7).
    let mut not_reduced = good;
    let mut carry = 0;
    for (byte, add) in not_reduced[32..].iter_mut().zip(GROUP_ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    refused(&payload, &not_reduced);

    // The neutral point "signs" everything with R = neutral, s = 0.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let weak = Draft::of(&order).bytes(3, &neutral).payload();
    refused(&weak, &[&neutral[..], &[0; 32]].concat());
    // The same point in an encoding that is not canonical: y = p + 1.
    let mut long = [0xff; 32];
    (long[0], long[31]) = (0xee, 0x7f);
    refused(&Draft::of(&order).bytes(3, &long).payload(), &[&neutral[..], &[0; 32]].concat());
    // No point at all.
    let mut none = [0; 32];
    none[0] = 2;
    refused(&Draft::of(&order).bytes(3, &none).payload(), &good);
}

/// L of RFC 8032 §5.1, little endian.
pub const GROUP_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn a_request_is_proven_by_the_right_key_only() {
    let signed = Unproven::sign(&samples::request(), &key()).unwrap();
    let unproven = Unproven::<Request>::parse(signed.bytes()).unwrap();
    assert_eq!(unproven.body(), signed.body());
    assert_eq!((unproven.bytes(), unproven.hash()), (signed.bytes(), signed.hash()));
    assert_eq!(unproven.clone().prove(&key().public_key()), Ok(signed));
    let other = SigningKey::from_bytes(&[8; 32]).public_key();
    assert_eq!(unproven.prove(&other), Err(ArtefactError::BadSignature));
}

#[test]
fn sizes_have_limits() {
    // Unknown fields count, too: what is kept must be bounded.
    let padded = |draft: Draft, size: usize| {
        let empty = draft.clone().bytes(900, &[]).signed().len();
        let mut filler = size - empty;
        loop {
            let bytes = draft.clone().bytes(900, &vec![0; filler]).signed();
            if bytes.len() <= size {
                return bytes;
            }
            filler -= bytes.len() - size;
        }
    };
    let too_large = |size, limit| Some(ArtefactError::TooLarge { size, limit });
    let order = |size| Signed::<Order>::parse(&padded(Draft::of(&samples::order()), size)).err();
    assert_eq!(order(65_536), None);
    assert_eq!(order(65_537), too_large(65_537, 65_536));
    let request = |size| Unproven::<Request>::parse(&padded(Draft::of(&samples::request()), size)).err();
    assert_eq!(request(2_048), None);
    assert_eq!(request(2_049), too_large(2_049, 2_048));
    let statement = |size| Signed::<Statement>::parse(&padded(Draft::of(&samples::statement()), size)).err();
    assert_eq!(statement(1 << 20), None);
    assert_eq!(statement((1 << 20) + 1), too_large((1 << 20) + 1, 1 << 20));
    assert_eq!(kind_of(&vec![0; (1 << 20) + 1]).err(), too_large((1 << 20) + 1, 1 << 20));

    // Nothing is signed that nobody would read.
    let line = Line { text: "é".repeat(100), quantity_thousandths: 1, amount: crate::money::Amount::new(1) };
    let long = Request { lines: vec![line; 12], ..samples::request() };
    assert!(matches!(Unproven::sign(&long, &key()), Err(ArtefactError::TooLarge { limit: 2_048, .. })));
}

#[test]
fn what_is_unknown_is_kept_or_refused() {
    let draft = Draft::of(&samples::order());
    let expected = draft.signed();
    let with_more = draft.clone().uint(16, 1).text(1_000, "from the future").signed();
    let read = Signed::<Order>::parse(&with_more).unwrap();
    assert_eq!(read.body(), &samples::order());
    assert_eq!(read.bytes(), with_more);
    assert_ne!(read.hash(), Digest::of(&[&expected]));

    let critical = |key| Signed::<Order>::parse(&draft.clone().uint(key, 1).signed()).err();
    assert_eq!(critical(-1), Some(ArtefactError::UnknownCritical { key: -1 }));
    assert_eq!(critical(-900), Some(ArtefactError::UnknownCritical { key: -900 }));
    // In a map within as well.
    let endpoint = item(|item| {
        item.array(1).unwrap().map(3).unwrap();
        item.u8(0).unwrap().str("https://a.example").unwrap();
        item.u8(1).unwrap().array(0).unwrap();
        item.i8(-1).unwrap().u8(1).unwrap();
    });
    assert_eq!(
        Signed::<Card>::parse(&Draft::of(&samples::card()).raw(9, &endpoint).signed()).err(),
        Some(ArtefactError::UnknownCritical { key: -1 })
    );
}

#[test]
fn another_version_is_refused_whatever_it_holds() {
    let draft = Draft::of(&samples::order());
    let error = Some(ArtefactError::UnknownVersion { found: 2 });
    assert_eq!(Signed::<Order>::parse(&draft.clone().uint(1, 2).signed()).err(), error);
    assert_eq!(
        Signed::<Order>::parse(&draft.clone().uint(1, 2).uint(-1, 0).without(4).signed()).err(),
        error
    );
    assert_eq!(kind_of(&draft.clone().uint(1, 2).signed()), Ok(Kind::Order));
    let zero = Some(ArtefactError::UnknownVersion { found: 0 });
    assert_eq!(Signed::<Order>::parse(&draft.clone().uint(1, 0).signed()).err(), zero);

    let unknown = draft.clone().uint(0, 19).signed();
    assert_eq!(kind_of(&unknown), Err(ArtefactError::WrongKind { expected: None, found: 19 }));
    assert_eq!(
        Signed::<Order>::parse(&unknown).err(),
        Some(ArtefactError::WrongKind { expected: Some(Kind::Order), found: 19 })
    );
    let missing = |key| Signed::<Order>::parse(&draft.clone().without(key).signed()).err();
    assert_eq!(missing(0), Some(ArtefactError::Missing { field: "kind" }));
    assert_eq!(missing(1), Some(ArtefactError::Missing { field: "version" }));
    assert_eq!(missing(3), Some(ArtefactError::Missing { field: "signer" }));
}

#[test]
fn errors_read_as_sentences_and_have_codes() {
    let errors = [
        (ArtefactError::TooLarge { size: 2_049, limit: 2_048 }, "too_large", "too_large"),
        (ArtefactError::NotDeterministic { at: 6, reason: "tag" }, "not_deterministic", "bad_artefact"),
        (ArtefactError::Envelope { reason: "has no signature of 64 bytes" }, "bad_artefact", "bad_artefact"),
        (ArtefactError::WrongKind { expected: Some(Kind::Request), found: 7 }, "wrong_kind", "bad_artefact"),
        (ArtefactError::WrongKind { expected: None, found: 19 }, "wrong_kind", "bad_artefact"),
        (ArtefactError::UnknownVersion { found: 2 }, "unknown_version", "unknown_version"),
        (ArtefactError::UnknownCritical { key: -1 }, "unknown_critical", "unknown_critical"),
        (ArtefactError::Missing { field: "payee" }, "missing_field", "bad_artefact"),
        (ArtefactError::Field { field: "amount", reason: "must be at least 1" }, "bad_field", "bad_artefact"),
        (ArtefactError::BadSignature, "bad_signature", "bad_signature"),
    ];
    let texts: Vec<_> = errors
        .iter()
        .map(|(error, code, problem)| {
            assert_eq!((error.code(), error.problem_code()), (*code, *problem));
            format!("request: {error}")
        })
        .collect();
    insta::assert_snapshot!(texts.join("\n"), @r"
    request: has 2049 bytes, where at most 2048 are allowed
    request: is not deterministic CBOR at byte 6: tag
    request: has no signature of 64 bytes
    request: is an order, where a request belongs
    request: is of kind 19, which this software does not know; update it
    request: is of version 2, which this software does not know; update it
    request: holds the critical field -1, which this software does not know; update it
    request: lacks the field `payee`
    request: has a field `amount` that must be at least 1
    request: has a wrong signature
    ");
}
