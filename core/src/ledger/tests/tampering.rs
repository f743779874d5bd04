//! Whoever stands between issuer and wallet has no keys: whatever they change is noticed, and is no fraud of the issuer.

use proptest::prelude::*;
use proptest::sample::Index;

use super::support::{Kept, Served, cases, follow, run, serve, steps};
use crate::ledger::Entry;
use crate::ledger::follow::{Base, FollowError, Item, NoPast};
use crate::money::Amount;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Owned {
    entry: Vec<u8>,
    order: Option<Vec<u8>>,
    receipt: Option<Vec<u8>>,
    grant: Option<Vec<u8>>,
}

impl Owned {
    fn of(item: &Item<'_>) -> Self {
        Self {
            entry: item.entry.to_vec(),
            order: item.order.map(<[u8]>::to_vec),
            receipt: item.receipt.map(<[u8]>::to_vec),
            grant: item.grant.map(<[u8]>::to_vec),
        }
    }

    fn item(&self) -> Item<'_> {
        Item {
            entry: &self.entry,
            order: self.order.as_deref(),
            receipt: self.receipt.as_deref(),
            grant: self.grant.as_deref(),
            request: None,
            memo: None,
        }
    }
}

#[derive(Debug, Clone)]
struct Change {
    way: u8,
    at: Index,
    byte: Index,
    flip: u8,
}

fn change() -> impl Strategy<Value = Change> {
    (0_u8..14, any::<Index>(), any::<Index>(), 1_u8..).prop_map(|(way, at, byte, flip)| Change {
        way,
        at,
        byte,
        flip,
    })
}

fn flipped(bytes: &mut [u8], change: &Change) {
    let at = change.byte.index(bytes.len());
    bytes[at] ^= change.flip;
}

fn apply(items: &mut Vec<Owned>, change: &Change) {
    let at = change.at.index(items.len());
    let next = (at + 1) % items.len();
    match change.way {
        0..=3 => flipped(&mut items[at].entry, change),
        4 => drop(items.remove(at)),
        5 => items.swap(at, next),
        6 => items.insert(at, items[at].clone()),
        7 => {
            // An invented credit, and everything after it made to fit.
            let entry = Entry::read(&items[at].entry).unwrap();
            let gift = i64::from(change.flip);
            let more = Amount::new(entry.amount.minor().checked_add(gift).unwrap());
            let balance = Amount::new(entry.balance.minor() + gift);
            items[at].entry = Entry { amount: more, balance, ..entry }.encode();
        }
        8 => items[at].order.iter_mut().for_each(|order| flipped(order, change)),
        9 => items[at].receipt.iter_mut().for_each(|receipt| flipped(receipt, change)),
        10 => items[at].order = None,
        11 => items[at].receipt = None,
        12 => items.truncate(at),
        _ => {
            // Beside what was carried, a receipt is of no use and not looked at.
            let taken = items[next].receipt.clone();
            items[at].receipt = items[at].receipt.take().and(taken);
        }
    }
}

proptest! {
    #![proptest_config(cases(160))]

    #[test]
    fn whatever_is_changed_on_the_way_is_unproven(
        steps in steps(), account in any::<Index>(), part in any::<Index>(), change in change(), page in 1_usize..9,
    ) {
        let mut issuer = run(&steps);
        let account = account.index(issuer.accounts.len());
        let head = issuer.head(account);
        let knowledge = issuer.knowledge(account);
        let id = issuer.accounts[account].id;
        let first = issuer.accounts[account].chains[0].state().epoch;
        let base = Base::empty(issuer.id, id, first);
        let served = serve(&issuer, account, &base);
        let mut owned: Vec<(u32, Vec<Owned>)> =
            served.iter().map(|part| (part.epoch, part.items.iter().map(Owned::of).collect())).collect();
        let part = part.index(owned.len());
        prop_assume!(!owned[part].1.is_empty());
        let before = owned[part].1.clone();
        apply(&mut owned[part].1, &change);
        prop_assume!(owned[part].1 != before);
        let changed: Vec<Served<'_>> = owned
            .iter()
            .map(|(epoch, items)| Served { epoch: *epoch, items: items.iter().map(Owned::item).collect() })
            .collect();
        let kept = Kept { world: &issuer.world, account: id };
        let results = [
            follow(knowledge.known(), &kept, base.clone(), &changed, page, &head),
            follow(knowledge.known(), &NoPast, base, &changed, page, &head),
        ];
        for result in results {
            match result {
                Err(FollowError::Unproven(_)) => {}
                Err(FollowError::Fraud { words, .. }) => prop_assert!(false, "{words}"),
                Ok((movements, _)) => prop_assert!(false, "{} movements passed", movements.len()),
            }
        }
    }
}
