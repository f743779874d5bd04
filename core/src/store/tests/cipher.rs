//! Sealing.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::super::cipher::{Cipher, DataKey, Place};
use super::super::error::StoreError;
use super::{CountingEntropy, cipher_of};
use crate::clock::SystemEntropy;

const PLACE: Place<'_> = Place { table: "payment", key: b"row-1", column: "memo" };

#[test]
fn what_is_sealed_opens_at_its_place() {
    let cipher = cipher_of(1);
    for plain in [&b""[..], b"x", b"\x80", b"ends in zeros\0\0\0", &[0; 31], &[0x80; 32], &[7; 4000]] {
        let blob = cipher.seal(PLACE, plain).unwrap();
        assert_eq!(cipher.open(PLACE, &blob).unwrap().as_slice(), plain);
    }
}

#[test]
fn values_are_sealed_as_they_are() {
    let cipher = cipher_of(1);
    let blob = cipher.seal_value(PLACE, &("Anna", 1_250_i64)).unwrap();
    assert_eq!(cipher.open_value::<(String, i64)>(PLACE, &blob).unwrap(), ("Anna".to_owned(), 1_250));
    let error = cipher.open_value::<bool>(PLACE, &blob).unwrap_err();
    assert_eq!(error, StoreError::StorageUnreadable { what: "payment.memo".into() });
}

#[test]
fn what_was_moved_does_not_open() {
    let cipher = cipher_of(1);
    let blob = cipher.seal(PLACE, b"hello").unwrap();
    let elsewhere = [
        Place { table: "order", ..PLACE },
        Place { key: b"row-2", ..PLACE },
        Place { column: "name", ..PLACE },
        // The same letters, cut elsewhere.
        Place { table: "paymentr", key: b"ow-1", column: "memo" },
        Place { table: "payment", key: b"row-1m", column: "emo" },
        Place { table: "", key: b"paymentrow-1memo", column: "" },
    ];
    for place in elsewhere {
        let error = cipher.open(place, &blob).unwrap_err();
        assert_eq!(error, StoreError::SealedValue { table: place.table.into(), column: place.column.into() });
        assert_eq!(error.code(), "sealed_value");
    }
    assert!(cipher_of(2).open(PLACE, &blob).is_err());
}

#[test]
fn what_was_altered_does_not_open() {
    let cipher = cipher_of(1);
    let blob = cipher.seal(PLACE, b"hello").unwrap();
    for bit in 0..blob.len() * 8 {
        let mut altered = blob.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(cipher.open(PLACE, &altered).is_err(), "bit {bit}");
    }
    for length in 0..blob.len() {
        assert!(cipher.open(PLACE, &blob[..length]).is_err(), "cut to {length}");
    }
    let mut longer = blob;
    longer.push(0);
    assert!(cipher.open(PLACE, &longer).is_err());
}

#[test]
fn no_nonce_comes_twice() {
    let key = DataKey::generate(&SystemEntropy);
    let cipher = Cipher::new(&key, Arc::new(SystemEntropy)).unwrap();
    let mut seen = HashSet::new();
    for _ in 0..10_000 {
        let blob = cipher.seal(PLACE, b"same").unwrap();
        assert!(seen.insert(blob[1..25].to_vec()));
    }
}

#[test]
fn the_length_shows_only_in_steps() {
    let cipher = cipher_of(1);
    let length = |plain: &[u8]| cipher.seal(PLACE, plain).unwrap().len();
    assert_eq!(length(b"1"), length(b"9223372036854775807"));
    assert_eq!(length(&[0; 31]) + 32, length(&[0; 32]));
    assert_eq!(length(b""), 1 + 24 + 32 + 16);
}

#[test]
fn the_format_is_pinned() {
    let cipher = cipher_of(1);
    let blob = cipher.seal(PLACE, b"hello").unwrap();
    insta::assert_snapshot!("sealed", data_encoding::HEXLOWER.encode(&blob));
    insta::assert_snapshot!(
        "blind_index",
        data_encoding::HEXLOWER.encode(&cipher.blind_index("payee", "account", b"hello"))
    );
    insta::assert_snapshot!(
        "search_token",
        data_encoding::HEXLOWER.encode(&cipher.search_token(1, b'w', "hello"))
    );
}

#[test]
fn a_blind_index_finds_equal_values_of_one_column() {
    let cipher = cipher_of(1);
    let index = cipher.blind_index("payee", "account", b"A");
    assert_eq!(index, cipher.blind_index("payee", "account", b"A"));
    assert_ne!(index, cipher.blind_index("payee", "account", b"B"));
    assert_ne!(index, cipher.blind_index("payee", "name", b"A"));
    assert_ne!(index, cipher.blind_index("issuer", "account", b"A"));
    assert_ne!(cipher.blind_index("ab", "c", b""), cipher.blind_index("a", "bc", b""));
    assert_ne!(index, cipher_of(2).blind_index("payee", "account", b"A"));
}

#[test]
fn a_data_key_has_32_bytes_and_no_debug_of_them() {
    assert!(DataKey::from_slice(&[1; 31]).is_err());
    let key = DataKey::from_slice(&[0xAB; 32]).unwrap();
    assert_eq!(key.as_bytes(), &[0xAB; 32]);
    assert_eq!(format!("{key:?}"), "DataKey(..)");
    assert_eq!(format!("{:?}", cipher_of(1)), "Cipher(..)");
    let entropy = CountingEntropy::default();
    assert_ne!(DataKey::generate(&entropy).as_bytes(), DataKey::generate(&entropy).as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn anything_opens_at_its_place_only(
        plain in proptest::collection::vec(any::<u8>(), 0..200),
        key in proptest::collection::vec(any::<u8>(), 0..20),
        other in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let cipher = cipher_of(1);
        let place = Place { table: "t", key: &key, column: "c" };
        let blob = cipher.seal(place, &plain).unwrap();
        prop_assert_eq!(cipher.open(place, &blob).unwrap().to_vec(), plain);
        let opened = cipher.open(Place { key: &other, ..place }, &blob).is_ok();
        prop_assert_eq!(opened, key == other);
    }

    #[test]
    fn no_blob_makes_it_panic(blob in proptest::collection::vec(any::<u8>(), 0..120)) {
        prop_assert!(cipher_of(1).open(PLACE, &blob).is_err());
    }
}
