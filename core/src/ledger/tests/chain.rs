use proptest::prelude::*;

use crate::keys::{AccountId, Digest, IssuerId};
use crate::ledger::{Authority, ChainState, Entry, LedgerError};
use crate::money::Amount;

fn empty(epoch: u32) -> ChainState {
    ChainState::genesis(IssuerId::new([1; 16]), AccountId::new([2; 16]), epoch)
}

fn order() -> Authority {
    Authority::Order { counterpart: AccountId::new([3; 16]), hash: Digest::of(&[b"order"]) }
}

fn carried(epoch: u32) -> Authority {
    Authority::Carried { epoch, sequence: 4, chain_hash: Digest::of(&[b"old"]) }
}

#[test]
fn the_empty_chain_differs_by_issuer_account_and_epoch() {
    let other = ChainState::genesis(IssuerId::new([2; 16]), AccountId::new([1; 16]), 0);
    assert_ne!(empty(0).hash, empty(1).hash);
    assert_ne!(empty(0).hash, other.hash);
    assert_eq!(empty(0).balance, Amount::ZERO);
}

#[test]
fn what_does_not_follow_is_refused() {
    let (one, ..) = empty(0).append(Amount::new(500), 100, [1; 16], order()).unwrap();
    let next = Entry {
        sequence: 2,
        amount: Amount::new(-200),
        balance: Amount::new(300),
        blind: [2; 16],
        time: 100,
        authority: order(),
    };
    let refused = |change: &dyn Fn(&mut Entry)| {
        let mut entry = next.clone();
        change(&mut entry);
        one.advance(&entry.encode()).unwrap_err()
    };
    assert!(one.advance(&next.encode()).is_ok());
    assert_eq!(refused(&|entry| entry.sequence = 3), LedgerError::Sequence { expected: 2, found: 3 });
    assert_eq!(refused(&|entry| entry.sequence = 1), LedgerError::Sequence { expected: 2, found: 1 });
    assert_eq!(
        refused(&|entry| entry.balance = Amount::new(301)),
        LedgerError::Balance { expected: Amount::new(300), found: Amount::new(301) }
    );
    assert_eq!(refused(&|entry| entry.time = 99), LedgerError::TimeWentBack { previous: 100, found: 99 });
    assert_eq!(refused(&|entry| entry.amount = Amount::MAX), LedgerError::Overflow);
    assert_eq!(refused(&|entry| entry.authority = carried(0)), LedgerError::CarriedMisplaced);
    assert!(matches!(one.advance(b"no entry"), Err(LedgerError::NotAnEntry(_))));
    let last = ChainState { sequence: i64::MAX, ..one };
    assert_eq!(last.append(Amount::new(1), 100, [1; 16], order()).unwrap_err(), LedgerError::Full);
}

#[test]
fn a_balance_is_carried_once_and_from_an_older_epoch() {
    let carry = |state: ChainState, from| state.append(Amount::new(70), 100, [1; 16], carried(from));
    let (one, ..) = carry(empty(2), 0).unwrap();
    assert_eq!(one.balance, Amount::new(70));
    assert_eq!(carry(one, 1).unwrap_err(), LedgerError::CarriedMisplaced);
    assert_eq!(carry(empty(2), 2).unwrap_err(), LedgerError::CarriedMisplaced);
    assert_eq!(carry(empty(0), 0).unwrap_err(), LedgerError::CarriedMisplaced);
}

proptest! {
    #[test]
    fn what_is_appended_follows(amounts in prop::collection::vec(-1000_i64..1000, 0..20)) {
        let mut state = empty(0);
        let mut total = 0;
        for (index, amount) in amounts.into_iter().filter(|amount| *amount != 0).enumerate() {
            let time = i64::try_from(index).unwrap() / 2;
            let (next, entry, bytes) = state.append(Amount::new(amount), time, [3; 16], order()).unwrap();
            prop_assert_eq!(state.advance(&bytes), Ok((next, entry)));
            total += amount;
            prop_assert_eq!(next.balance, Amount::new(total));
            prop_assert_ne!(next.hash, state.hash);
            state = next;
        }
    }
}
