use proptest::prelude::*;
use zeroize::Zeroizing;

use super::{Sequence, account, issuer};
use crate::keys::aead;
use crate::keys::{AccountId, IssuerId, LIST_CAPACITY, LIST_LENGTH, ListError, ListKey};

fn key(byte: u8) -> ListKey {
    ListKey::new(Zeroizing::new([byte; 32]))
}

#[test]
fn every_list_has_the_same_length_and_none_repeats() {
    let entropy = Sequence::default();
    let mut lists = Vec::new();
    for length in [0, 1, LIST_CAPACITY - 1, LIST_CAPACITY, 0] {
        let content = vec![0xab; length];
        let sealed = key(1).seal(&issuer(), &account(), &content, &entropy).unwrap();
        assert_eq!(sealed.len(), LIST_LENGTH);
        assert_eq!(key(1).open(&issuer(), &account(), &sealed), Ok(content));
        lists.push(sealed);
    }
    assert_ne!(lists[0], lists[4]);
}

#[test]
fn one_byte_too_many_is_refused() {
    let content = vec![0; LIST_CAPACITY + 1];
    let error = key(1).seal(&issuer(), &account(), &content, &Sequence::default()).unwrap_err();
    assert_eq!(error, ListError::TooLarge { length: 4055, limit: 4054 });
    assert_eq!(error.code(), "list_too_large");
    let content = vec![0; 70_000];
    assert!(key(1).seal(&issuer(), &account(), &content, &Sequence::default()).is_err());
}

#[test]
fn it_opens_with_its_key_in_its_place_only() {
    let sealed = key(1).seal(&issuer(), &account(), b"content", &Sequence::default()).unwrap();
    let not_opened = Err(ListError::NotOpened);
    assert_eq!(key(2).open(&issuer(), &account(), &sealed), not_opened);
    assert_eq!(key(1).open(&IssuerId::new([0; 16]), &account(), &sealed), not_opened);
    assert_eq!(key(1).open(&issuer(), &AccountId::new([0; 16]), &sealed), not_opened);
    assert_eq!(key(1).open(&issuer(), &account(), &sealed[1..]), not_opened);
    assert_eq!(key(1).open(&issuer(), &account(), &[]), not_opened);
    assert_eq!(key(1).open(&issuer(), &account(), &[sealed, vec![0]].concat()), not_opened);
}

#[test]
fn its_padding_is_zeros() {
    let bound_to = [b"tallystick-list-1".as_slice(), issuer().as_bytes(), account().as_bytes()].concat();
    let mut padded = vec![0; 2 + LIST_CAPACITY];
    let sealed = aead::seal(&[1; 32], [9; 24], &bound_to, &padded);
    assert_eq!(key(1).open(&issuer(), &account(), &sealed), Ok(Vec::new()));

    *padded.last_mut().unwrap() = 1;
    let sealed = aead::seal(&[1; 32], [9; 24], &bound_to, &padded);
    assert_eq!(key(1).open(&issuer(), &account(), &sealed), Err(ListError::Malformed));

    let padded = [&[0xff, 0xff], vec![0; LIST_CAPACITY].as_slice()].concat();
    let sealed = aead::seal(&[1; 32], [9; 24], &bound_to, &padded);
    assert_eq!(key(1).open(&issuer(), &account(), &sealed), Err(ListError::Malformed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bit_can_change(content in prop::collection::vec(any::<u8>(), 0..200), at in 0..LIST_LENGTH, bit in 0..8) {
        let mut sealed = key(1).seal(&issuer(), &account(), &content, &Sequence::default()).unwrap();
        prop_assert_eq!(key(1).open(&issuer(), &account(), &sealed), Ok(content));
        sealed[at] ^= 1_u8 << bit;
        prop_assert_eq!(key(1).open(&issuer(), &account(), &sealed), Err(ListError::NotOpened));
    }
}
