//! The walk that refuses everything but deterministic encoding, against an independent reading.

use minicbor::Encoder;
use proptest::prelude::*;

use super::oracle::{Fault, Writer, head, lenient, oracle, shortest, value};
use crate::artefact::ArtefactError;
use crate::artefact::cbor::{MAX_DEPTH, check};

fn reason(bytes: &[u8]) -> &'static str {
    match check(bytes) {
        Ok(()) => "fine",
        Err(ArtefactError::NotDeterministic { at, reason }) => {
            assert!(at <= bytes.len());
            reason
        }
        Err(error) => panic!("{error:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn deterministic_encoding_passes(value in value()) {
        let bytes = Writer::canonical(&value);
        prop_assert_eq!(lenient(&bytes), Some(value));
        prop_assert_eq!(check(&bytes), Ok(()));
    }

    #[test]
    fn every_fault_is_found(
        value in value(),
        at: prop::sample::Index,
        fault in prop::sample::select(&Fault::ALL[..]),
    ) {
        if let Some(bytes) = Writer::faulty(&value, at.index(value.count()), fault) {
            match reason(&bytes) {
                "fine" => prop_assert!(false, "{:02x?}", bytes),
                // What follows was read as its elements until something did not fit.
                _ if fault == Fault::HugeLength => {}
                found => prop_assert_eq!(found, fault.reason(), "{:02x?}", bytes),
            }
            prop_assert!(!oracle(&bytes));
        }
    }

    #[test]
    fn nothing_may_follow_or_be_missing(value in value(), more: u8, at: prop::sample::Index) {
        let mut bytes = Writer::canonical(&value);
        bytes.push(more);
        prop_assert_eq!(reason(&bytes), "bytes after the end");
        bytes.pop();
        bytes.truncate(at.index(bytes.len()));
        prop_assert_eq!(reason(&bytes), "ends too early");
    }

    #[test]
    fn the_walk_agrees_with_a_lenient_reader(
        value in value(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..3),
    ) {
        let mut bytes = Writer::canonical(&value);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert_eq!(check(&bytes).is_ok(), oracle(&bytes), "{:02x?}", bytes);
    }

    #[test]
    fn the_walk_agrees_on_random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
        prop_assert_eq!(check(&bytes).is_ok(), oracle(&bytes), "{:02x?}", bytes);
    }
}

#[test]
fn the_walk_agrees_on_all_short_bytes() {
    for first in 0..=u8::MAX {
        assert_eq!(check(&[first]).is_ok(), oracle(&[first]));
        for second in 0..=u8::MAX {
            let bytes = [first, second];
            assert_eq!(check(&bytes).is_ok(), oracle(&bytes), "{bytes:02x?}");
        }
    }
}

#[test]
fn nesting_has_a_limit() {
    let nested = |open: u8, depth: usize, inner: &[u8]| [vec![open; depth], inner.to_vec()].concat();
    assert_eq!(reason(&nested(0x81, MAX_DEPTH, &[1])), "fine");
    assert_eq!(reason(&nested(0x81, MAX_DEPTH - 1, &[0x80])), "fine");
    assert_eq!(reason(&nested(0x81, MAX_DEPTH, &[0x80])), "nested too deep");
    assert_eq!(reason(&nested(0x81, MAX_DEPTH, &[0xa0])), "nested too deep");
    // Far deeper than the stack.
    assert_eq!(reason(&nested(0x81, 1 << 20, &[1])), "nested too deep");
    assert_eq!(reason(&nested(0xa1, 1 << 20, &[1])), "nested too deep");
}

#[test]
fn declared_lengths_cost_nothing() {
    for major in 2..=5 {
        for length in [24, 1 << 16, 1 << 32, u64::MAX - 9, u64::MAX] {
            let mut bytes = Vec::new();
            head(&mut bytes, major, length, shortest(length));
            bytes.push(0);
            assert_eq!(reason(&bytes), "ends too early", "{bytes:02x?}");
        }
    }
}

#[test]
fn numbers_have_one_form() {
    let cases: [(&[u8], &str); 16] = [
        (&[0x17], "fine"),
        (&[0x18, 0x17], "not the shortest form"),
        (&[0x18, 0x18], "fine"),
        (&[0x19, 0x00, 0xff], "not the shortest form"),
        (&[0x19, 0x01, 0x00], "fine"),
        (&[0x1a, 0x00, 0x00, 0xff, 0xff], "not the shortest form"),
        (&[0x1a, 0x00, 0x01, 0x00, 0x00], "fine"),
        (&[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], "not the shortest form"),
        (&[0x1b, 0, 0, 0, 1, 0, 0, 0, 0], "fine"),
        (&[0x1c], "indefinite length or reserved head"),
        (&[0x3f], "indefinite length or reserved head"),
        (&[0x38, 0x17], "not the shortest form"),
        (&[0xf8, 0x18], "floating point or unknown simple value"),
        (&[0xfb, 0, 0, 0, 0, 0, 0, 0, 0], "floating point or unknown simple value"),
        (&[0xff], "floating point or unknown simple value"),
        (&[0xf3], "floating point or unknown simple value"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(reason(bytes), expected, "{bytes:02x?}");
    }
}

#[test]
fn keys_are_in_bytewise_order_of_their_encodings() {
    // RFC 8949 §4.2.1: 10, 100, -1, "z", "aa", [100], [-1], false.
    let keys: [&[u8]; 8] = [
        &[0x0a],
        &[0x18, 0x64],
        &[0x20],
        &[0x61, 0x7a],
        &[0x62, 0x61, 0x61],
        &[0x81, 0x18, 0x64],
        &[0x81, 0x20],
        &[0xf4],
    ];
    let map = |keys: &[&[u8]]| {
        let mut map = Encoder::new(Vec::new());
        map.map(keys.len() as u64).unwrap();
        for key in keys {
            map.writer_mut().extend_from_slice(key);
            map.null().unwrap();
        }
        map.into_writer()
    };
    assert_eq!(reason(&map(&keys)), "fine");
    for at in 1..keys.len() {
        let mut swapped = keys;
        swapped.swap(at - 1, at);
        assert_eq!(reason(&map(&swapped)), "keys out of order");
    }
}
