#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;

use proptest::prelude::*;

use super::{Listed, decode, encode};
use crate::keys::{AccountId, Digest, IssuerId, LIST_CAPACITY};
use crate::store::tables::account::Persona;

fn line(number: u16, keys: usize) -> Listed {
    let mut id = [0; 16];
    // Spread over the whole range, so that the order of ids is not the order of numbers.
    id[..2].copy_from_slice(&number.wrapping_mul(40_503).to_be_bytes());
    id[2..4].copy_from_slice(&number.to_be_bytes());
    Listed {
        issuer: IssuerId::new(id),
        account: AccountId::new([7; 16]),
        endpoint: format!("https://issuer-{number}.example:8443"),
        tls_keys: vec![Digest::new([9; 32]); keys],
        persona: if number.is_multiple_of(2) {
            Persona::Private { index: 0 }
        } else {
            Persona::Public { index: u32::from(number) }
        },
    }
}

/// Follows the lists from one place to all that they lead to.
fn reachable(all: &[Listed], from: IssuerId) -> HashSet<IssuerId> {
    let mut reached = HashSet::from([from]);
    let mut open = vec![from];
    while let Some(place) = open.pop() {
        for listed in decode(&encode(all.to_vec(), &place)).unwrap() {
            if reached.insert(listed.issuer) {
                open.push(listed.issuer);
            }
        }
    }
    reached
}

#[test]
fn a_short_list_is_whole_everywhere() {
    let all: Vec<Listed> = (0..12).map(|number| line(number, 2)).collect();
    for place in &all {
        let mut listed = decode(&encode(all.clone(), &place.issuer)).unwrap();
        // Its own place comes last.
        assert_eq!(listed.last().unwrap(), place);
        listed.sort_by_key(|one| one.endpoint.len());
        let sorted = |list: &[Listed]| {
            let mut list = list.to_vec();
            list.sort_by_key(|one| one.issuer);
            list
        };
        assert_eq!(sorted(&listed), sorted(&all));
    }
}

/// Other wallets must read it, for ever (protocol §2).
#[test]
fn the_form_is_pinned() {
    let lines = vec![
        Listed { persona: Persona::Public { index: 3 }, ..line(1, 1) },
        Listed { persona: Persona::Private { index: 0 }, ..line(2, 0) },
    ];
    insta::assert_snapshot!(data_encoding::HEXLOWER.encode(&encode(lines, &IssuerId::new([0; 16]))));
}

#[test]
fn an_empty_list_is_one() {
    assert_eq!(decode(&encode(Vec::new(), &IssuerId::new([0; 16]))), Some(Vec::new()));
}

#[test]
fn only_lists_are_read() {
    let good = encode(vec![line(1, 1)], &IssuerId::new([0; 16]));
    assert!(decode(&good).is_some());
    assert_eq!(decode(&[]), None);
    assert_eq!(decode(&good[..good.len() - 1]), None);
    assert_eq!(decode(&[good.as_slice(), &[0]].concat()), None);
    // A persona that nobody knows is passed over, and what follows it is read.
    let mut newer = encode(vec![line(1, 0), line(2, 0)], &IssuerId::new([0; 16]));
    let at = newer.len() - 2;
    newer[at] = 9;
    assert_eq!(decode(&newer).unwrap().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn long_lists_lead_to_all_from_everywhere(count in 1_u16..150, keys in 0_usize..=4, start in any::<prop::sample::Index>()) {
        let all: Vec<Listed> = (0..count).map(|number| line(number, keys)).collect();
        for place in &all {
            prop_assert!(encode(all.clone(), &place.issuer).len() <= LIST_CAPACITY);
        }
        let from = all[start.index(all.len())].issuer;
        prop_assert_eq!(reachable(&all, from).len(), all.len());
    }

    #[test]
    fn nothing_that_is_read_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }
}
