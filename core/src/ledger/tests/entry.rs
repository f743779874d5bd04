use proptest::prelude::*;

use crate::keys::{AccountId, Digest};
use crate::ledger::{Authority, Entry};
use crate::money::Amount;

fn authority() -> impl Strategy<Value = Authority> {
    let side = (any::<[u8; 16]>(), any::<[u8; 32]>())
        .prop_map(|(account, hash)| (AccountId::new(account), Digest::new(hash)));
    prop_oneof![
        side.clone().prop_map(|(counterpart, hash)| Authority::Order { counterpart, hash }),
        side.clone().prop_map(|(counterpart, hash)| Authority::Acceptance { counterpart, hash }),
        side.prop_map(|(counterpart, hash)| Authority::Mandate { counterpart, hash }),
        (any::<u32>(), 1..=i64::MAX, any::<[u8; 32]>()).prop_map(|(epoch, sequence, hash)| {
            Authority::Carried { epoch, sequence, chain_hash: Digest::new(hash) }
        }),
    ]
}

pub fn entry() -> impl Strategy<Value = Entry> {
    let amount = any::<i64>().prop_filter("moves something", |amount| *amount != 0);
    (1..=i64::MAX, amount, any::<i64>(), any::<[u8; 16]>(), 0..=i64::MAX, authority()).prop_map(
        |(sequence, amount, balance, blind, time, authority)| Entry {
            sequence,
            amount: Amount::new(amount),
            balance: Amount::new(balance),
            blind,
            time,
            authority,
        },
    )
}

proptest! {
    #[test]
    fn what_was_written_is_read_again(entry in entry()) {
        prop_assert_eq!(Entry::read(&entry.encode()), Ok(entry));
    }

    #[test]
    fn whatever_is_read_has_no_other_encoding(entry in entry(), at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let mut bytes = entry.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(read) = Entry::read(&bytes) {
            prop_assert_eq!(read.encode(), bytes);
            prop_assert_ne!(read, entry);
        }
    }

    #[test]
    fn a_cut_or_longer_one_is_refused(entry in entry(), at in any::<prop::sample::Index>(), more in any::<u8>()) {
        let bytes = entry.encode();
        prop_assert!(Entry::read(&bytes[..at.index(bytes.len())]).is_err());
        let longer = [bytes.as_slice(), &[more]].concat();
        prop_assert!(Entry::read(&longer).is_err());
    }
}

#[test]
fn fields_of_another_kind_and_unknown_ones_are_refused() {
    use crate::artefact::fields::MapWriter;
    let plain = |kind: u8, amount: i64, more: &dyn Fn(&mut MapWriter)| {
        let mut map = MapWriter::default();
        map.int(0, 1).uint(1, kind).int(2, amount).int(3, 5).bytes(4, [7; 16]).int(5, 9);
        more(&mut map);
        Entry::read(&map.finish())
    };
    let order = |map: &mut MapWriter| {
        map.bytes(6, [1; 16]).bytes(7, [2; 32]);
    };
    let carried = |map: &mut MapWriter| {
        map.uint(8, 0_u8).int(9, 1).bytes(10, [3; 32]);
    };
    assert!(plain(1, 5, &order).is_ok());
    assert!(plain(4, 5, &carried).is_ok());
    assert!(plain(4, 0, &carried).is_ok(), "nothing can be carried");
    assert!(plain(1, 0, &order).is_err(), "an order moves something");
    assert!(plain(4, 5, &order).is_err());
    assert!(plain(1, 5, &carried).is_err());
    assert!(plain(5, 5, &order).is_err());
    let both = |map: &mut MapWriter| {
        order(map);
        carried(map);
    };
    assert!(plain(1, 5, &both).is_err());
    assert!(plain(4, 5, &both).is_err());
    let unknown = |map: &mut MapWriter| {
        order(map);
        map.uint(11, 1_u8);
    };
    assert!(plain(1, 5, &unknown).is_err());
}
