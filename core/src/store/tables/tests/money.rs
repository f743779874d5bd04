//! Operations, holds and the history.

use super::super::RowKey;
use super::super::operation::{self, Operation, OperationState};
use super::super::payment::{self, Filter, Payment, PaymentState, Position};
use super::{File, digest, operation, payment};
use crate::money::Amount;
use crate::store::error::StoreError;

impl File {
    fn submit(&self, number: u8, issuer: u8, amount: i64, at: i64) -> Result<RowKey, StoreError> {
        let row = super::ISSUERS.key(&self.cipher, super::issuer_id(issuer));
        self.write(|tx, cipher| operation::insert(tx, cipher, &row, &operation(number, issuer, amount), at))
    }

    fn operation(&self, key: &RowKey) -> Operation {
        self.read(|connection, cipher| operation::get(connection, cipher, key).unwrap().unwrap())
    }

    fn held(&self, issuer: &RowKey) -> i64 {
        let held = self.read(|connection, cipher| operation::held(connection, cipher, issuer).unwrap());
        Amount::checked_sum(held).unwrap().minor()
    }

    fn finish(&self, operation: &Operation, state: OperationState, answer: Option<&[u8]>) -> bool {
        self.write(|tx, cipher| operation::finish(tx, cipher, operation, state, answer, 99).unwrap())
    }
}

#[test]
fn an_operation_is_stored_once_and_holds_its_money() {
    let file = File::new();
    let (one, two) = (file.issuer(1), file.issuer(2));
    let key = file.submit(1, 1, 30, 100).unwrap();
    let again = file.connection.unchecked_transaction().unwrap();
    let taken = operation::insert(&again, &file.cipher, &one, &operation(1, 1, 30), 101).unwrap_err();
    drop(again);
    assert_eq!(taken.code(), "storage_conflict");
    // The same order under another idempotency key is the same payment.
    let again = file.connection.unchecked_transaction().unwrap();
    let renamed = super::OperationRecord { idempotency_key: "other".into(), ..operation(1, 1, 30) };
    let taken = operation::insert(&again, &file.cipher, &one, &renamed, 101).unwrap_err();
    drop(again);
    assert_eq!(taken.code(), "storage_conflict");

    let stored = file.operation(&key);
    assert_eq!(
        stored,
        Operation {
            key,
            state: OperationState::Submitted,
            attempts: 1,
            created_at: 100,
            last_error: None,
            record: operation(1, 1, 30)
        }
    );
    assert_eq!(operation::key(&file.cipher, "tap 1"), key);
    file.submit(2, 1, 12, 100).unwrap();
    file.submit(3, 2, 500, 100).unwrap();
    assert_eq!((file.held(&one), file.held(&two)), (42, 500));
}

#[test]
fn an_operation_needs_its_issuer() {
    let file = File::new();
    let transaction = file.connection.unchecked_transaction().unwrap();
    let missing =
        operation::insert(&transaction, &file.cipher, &[5; 16], &operation(1, 1, 30), 100).unwrap_err();
    assert_eq!(missing.code(), "storage_conflict");
}

#[test]
fn an_operation_ends_once_and_its_money_is_freed_apart() {
    let file = File::new();
    let issuer = file.issuer(1);
    for (number, state, answer) in [
        (1, OperationState::Settled, Some(b"receipt".as_slice())),
        (2, OperationState::Refused, Some(b"refusal")),
        (3, OperationState::Lapsed, None),
    ] {
        let key = file.submit(number, 1, 10, 100).unwrap();
        let open = file.operation(&key);
        assert!(file.finish(&open, state, answer));
        for other in [OperationState::Settled, OperationState::Refused, OperationState::Lapsed] {
            assert!(!file.finish(&open, other, Some(b"late")));
        }
        let done = file.operation(&key);
        assert_eq!(
            (done.state, done.record.answer.map(|answer| answer.0)),
            (state, answer.map(<[u8]>::to_vec))
        );
        // Neither tries nor faults of what is done count.
        assert!(!file.write(|tx, _| operation::begin_attempt(tx, &key, 101).unwrap()));
        file.write(|tx, _| operation::note_fault(tx, &key, "timeout", 101).unwrap());
        assert_eq!((file.operation(&key).attempts, file.operation(&key).last_error), (1, None));
    }
    assert_eq!(file.held(&issuer), 30);
    let key = operation::key(&file.cipher, "tap 2");
    for _ in 0..2 {
        file.write(|tx, _| operation::release_hold(tx, &key).unwrap());
        assert_eq!(file.held(&issuer), 20);
    }
}

#[test]
fn tries_and_faults_of_an_open_operation_are_counted() {
    let file = File::new();
    file.issuer(1);
    let key = file.submit(1, 1, 10, 100).unwrap();
    for attempts in 2..=4 {
        assert!(file.write(|tx, _| operation::begin_attempt(tx, &key, 101).unwrap()));
        assert_eq!(file.operation(&key).attempts, attempts);
    }
    file.write(|tx, _| operation::note_fault(tx, &key, "timeout", 102).unwrap());
    assert_eq!(file.operation(&key).last_error.as_deref(), Some("timeout"));
}

#[test]
fn operations_are_found_by_payment_issuer_time_and_state() {
    let file = File::new();
    let (one, two) = (file.issuer(1), file.issuer(2));
    for (number, issuer, at) in [(1, 1, 300), (2, 2, 200), (3, 1, 100), (4, 1, 200)] {
        file.submit(number, issuer, 10, at).unwrap();
    }
    let settled = file.operation(&operation::key(&file.cipher, "tap 4"));
    file.finish(&settled, OperationState::Settled, None);
    let numbers = |found: Result<Vec<Operation>, StoreError>| -> Vec<u8> {
        found.unwrap().iter().map(|operation| operation.record.payment.as_bytes()[0]).collect()
    };
    file.read(|connection, cipher| {
        assert_eq!(numbers(operation::open(connection, cipher)), [3, 2, 1]);
        assert_eq!(numbers(operation::open_at(connection, cipher, &one)), [3, 1]);
        assert_eq!(numbers(operation::since(connection, cipher, &one, 200)), [4, 1]);
        assert_eq!(numbers(operation::since(connection, cipher, &two, 0)), [2]);
        // Settled, but not yet in the chain: it still holds its money.
        let mut holding = numbers(operation::holding(connection, cipher, &one));
        holding.sort_unstable();
        assert_eq!(holding, [1, 3, 4]);
        let found = operation::of_payment(connection, cipher, &digest(2)).unwrap().unwrap();
        assert_eq!(found.record, operation(2, 2, 10));
        assert_eq!(operation::of_payment(connection, cipher, &digest(9)), Ok(None));
    });
}

impl File {
    fn show(&self, shown: &Payment) -> RowKey {
        let row = super::ISSUERS.key(&self.cipher, shown.issuer);
        self.write(|tx, cipher| payment::put(tx, cipher, &row, shown).unwrap())
    }

    fn page(&self, filter: &Filter, limit: u32) -> Vec<u8> {
        let page = self.read(|connection, cipher| payment::page(connection, cipher, filter, limit).unwrap());
        page.iter().map(|(_, payment)| payment.payment.as_bytes()[0]).collect()
    }

    fn position(&self, number: u8) -> Position {
        let row = payment::key(&self.cipher, &digest(number));
        Position::of(&self.read(|c, cipher| payment::get(c, cipher, &digest(number)).unwrap().unwrap()), row)
    }
}

fn text(text: &str) -> Filter {
    Filter { text: Some(text.into()), ..Filter::default() }
}

#[test]
fn a_payment_is_replaced_by_its_newer_version_in_place() {
    let file = File::new();
    file.issuer(1);
    let key = file.show(&payment(1, 1, 100));
    let changed = Payment {
        state: PaymentState::Refused,
        at: 200,
        counterpart_name: Some("Anna".into()),
        memo: None,
        ..payment(1, 1, 100)
    };
    assert_eq!(file.show(&changed), key);
    assert_eq!(file.read(|c, cipher| payment::get(c, cipher, &digest(1)).unwrap()), Some(changed));
    assert_eq!(file.read(|c, cipher| payment::get(c, cipher, &digest(2)).unwrap()), None);
    assert_eq!(file.page(&Filter::default(), 9), [1]);
    // It is found by its new words only.
    for (words, found) in [("anna", true), ("zoe", false), ("loaves", false)] {
        assert_eq!(!file.page(&text(words), 9).is_empty(), found, "{words}");
    }
}

#[test]
fn the_history_is_newest_first_from_any_place_on() {
    let file = File::new();
    let (one, _) = (file.issuer(1), file.issuer(2));
    for (number, issuer, at) in [(1, 1, 100), (2, 1, 300), (3, 2, 200), (4, 1, 200), (5, 1, 200)] {
        file.show(&payment(number, issuer, at));
    }
    let all = file.page(&Filter::default(), 9);
    assert_eq!((all[0], all[4]), (2, 1));
    assert_eq!(file.page(&Filter::default(), 2), all[..2]);
    for (index, number) in all.iter().enumerate() {
        let before = Some(file.position(*number));
        assert_eq!(file.page(&Filter { before, ..Filter::default() }, 9), all[index + 1..]);
    }
    let of_one = file.page(&Filter { issuer: Some(one), ..Filter::default() }, 9);
    assert_eq!(of_one, all.iter().copied().filter(|number| *number != 3).collect::<Vec<_>>());
    let before = Some(Position { at: 200, epoch: i64::MAX, sequence: i64::MAX, row: [0xFF; 16] });
    let both = Filter { issuer: Some(one), before, text: Some("zoe".into()) };
    let expected: Vec<_> = all.iter().copied().filter(|number| [1, 4, 5].contains(number)).collect();
    assert_eq!(file.page(&both, 9), expected);
}

/// Payments of one second stand as they do in their chain, what is in no chain yet as the newest, and pages keep that.
#[test]
fn the_history_of_one_second_follows_the_chain() {
    let file = File::new();
    file.issuer(1);
    let at = |number: u8, epoch: Option<u32>, sequence: Option<i64>| {
        file.show(&Payment { epoch, sequence, ..payment(number, 1, 100) });
    };
    at(1, Some(1), Some(9));
    at(2, Some(2), Some(1));
    at(3, None, None);
    for (number, sequence) in (4..=20).zip(10_i64..) {
        at(number, Some(1), Some(sequence));
    }
    let expected: Vec<u8> = [3, 2].into_iter().chain((4..=20).rev()).chain([1]).collect();
    assert_eq!(file.page(&Filter::default(), 99), expected);
    for (index, number) in expected.iter().enumerate() {
        let before = Some(file.position(*number));
        assert_eq!(file.page(&Filter { before, ..Filter::default() }, 99), expected[index + 1..]);
    }
    // Once it is in the chain, it stands there.
    at(3, Some(1), Some(8));
    assert_eq!(file.page(&Filter::default(), 99).last(), Some(&3));
}
