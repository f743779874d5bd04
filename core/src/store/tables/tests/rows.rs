//! What the tables give back.

use proptest::prelude::*;
use rusqlite::Connection;

use super::super::account::ACCOUNTS;
use super::super::act::{self, ActKind, ActRecord, ActState};
use super::super::entry::{self, EntryRecord};
use super::super::issuer::ISSUERS;
use super::super::keyring::{self, PinState};
use super::super::payee::{self, PAYEES, PayeeRecord};
use super::super::request::{self, RequestRecord};
use super::super::{Blob, Keyed, RowKey, evidence, outbox, statement};
use super::{File, account, account_id, blob, digest, issuer, issuer_id};
use crate::event::Event;
use crate::keys::{PublicKey, RequestId};
use crate::store::error::StoreError;

const NUMBERS: Keyed<i64> = Keyed::new("setting");

#[test]
fn a_keyed_table_keeps_the_last_value_of_an_id() {
    let file = File::new();
    let get = |id: &str| file.read(|connection, cipher| NUMBERS.get(connection, cipher, id).unwrap());
    assert_eq!(get("one"), None);
    let key = file.write(|tx, cipher| NUMBERS.put(tx, cipher, "one", &1).unwrap());
    assert_eq!(file.write(|tx, cipher| NUMBERS.put(tx, cipher, "one", &2).unwrap()), key);
    let other = file.write(|tx, cipher| NUMBERS.put(tx, cipher, "two", &22).unwrap());
    assert_ne!(key, other);
    assert_eq!((get("one"), get("two"), get("on"), get("")), (Some(2), Some(22), None, None));
    assert_eq!(file.read(|connection, cipher| NUMBERS.at(connection, cipher, &other).unwrap()), Some(22));
    let mut all = file.read(|connection, cipher| NUMBERS.all(connection, cipher).unwrap());
    all.sort_unstable();
    assert_eq!(all, [2, 22]);

    assert!(file.write(|tx, cipher| NUMBERS.remove(tx, cipher, "one").unwrap()));
    assert!(!file.write(|tx, cipher| NUMBERS.remove(tx, cipher, "one").unwrap()));
    assert_eq!((get("one"), get("two")), (None, Some(22)));
}

#[test]
fn one_id_has_another_key_in_every_table() {
    let file = File::new();
    let id = issuer_id(1);
    assert_ne!(ISSUERS.key(&file.cipher, id), ACCOUNTS.key(&file.cipher, id));
    assert_ne!(ISSUERS.key(&file.cipher, id), ISSUERS.key(&file.cipher, issuer_id(2)));
}

#[test]
fn a_value_that_is_not_what_it_should_be_is_unreadable_not_absent() {
    let file = File::new();
    file.write(|tx, cipher| {
        Keyed::<String>::new("setting").put(tx, cipher, "one", &"text".to_owned()).unwrap()
    });
    let read = file.read(|connection, cipher| NUMBERS.get(connection, cipher, "one"));
    assert_eq!(read, Err(StoreError::unreadable("setting.value")));
    assert!(file.read(|connection, cipher| NUMBERS.all(connection, cipher)).is_err());
}

#[test]
fn issuers_and_accounts_come_back_whole() {
    let file = File::new();
    file.issuer(1);
    file.issuer(2);
    file.read(|connection, cipher| {
        for number in [1, 2] {
            assert_eq!(ISSUERS.get(connection, cipher, issuer_id(number)).unwrap(), Some(issuer(number)));
            assert_eq!(ACCOUNTS.get(connection, cipher, issuer_id(number)).unwrap(), Some(account(number)));
        }
        assert_eq!(ACCOUNTS.get(connection, cipher, issuer_id(3)).unwrap(), None);
    });
}

#[test]
fn payees_are_told_apart_by_issuer_and_account() {
    let file = File::new();
    let record = PayeeRecord {
        issuer: issuer_id(1),
        account: account_id(2),
        opening: blob("opening"),
        rekeys: Vec::new(),
        attestation: None,
        grants: vec![blob("grant")],
        fetched_at: 5,
        first_paid_at: Some(6),
        key_when_paid: Some(PublicKey::new([2; 32])),
        name_when_paid: Some("Zoë".into()),
    };
    let id = |issuer, account| payee::id(&issuer_id(issuer), &account_id(account));
    file.write(|tx, cipher| PAYEES.put(tx, cipher, id(1, 2), &record).unwrap());
    file.read(|connection, cipher| {
        assert_eq!(PAYEES.get(connection, cipher, id(1, 2)).unwrap(), Some(record));
        assert_eq!(PAYEES.get(connection, cipher, id(2, 1)).unwrap(), None);
        assert_eq!(PAYEES.get(connection, cipher, id(1, 1)).unwrap(), None);
    });
}

#[test]
fn the_keyring_holds_one_key_and_what_is_known_of_the_pin() {
    let file = File::new();
    let state = PinState { required: true, wrong: 3, last_at: Some(-5) };
    // Before there is a key there is nothing to know of a PIN.
    file.write(|tx, _| keyring::put_pin_state(tx, &state).unwrap());
    assert_eq!(keyring::get(&file.connection), Ok(None));
    assert_eq!(keyring::pin_state(&file.connection), Ok(PinState::default()));

    file.write(|tx, _| keyring::put(tx, b"wrapped").unwrap());
    assert_eq!(keyring::pin_state(&file.connection), Ok(PinState::default()));
    file.write(|tx, _| keyring::put_pin_state(tx, &state).unwrap());
    // Wrapping anew forgets no wrong PIN.
    file.write(|tx, _| keyring::put(tx, b"wrapped anew").unwrap());
    assert_eq!(keyring::get(&file.connection), Ok(Some(b"wrapped anew".to_vec())));
    assert_eq!(keyring::pin_state(&file.connection), Ok(state));
}

fn entry_record(number: u8) -> EntryRecord {
    EntryRecord {
        entry: vec![number; 3],
        chain_hash: digest(number),
        order: vec![number; 5],
        receipt: Vec::new(),
        request: vec![0, 255],
        memo: Vec::new(),
    }
}

#[test]
fn entries_come_in_order_of_their_chain_and_are_never_replaced() {
    let file = File::new();
    let (issuer, other) = (file.issuer(1), file.issuer(2));
    file.write(|tx, cipher| {
        for (issuer, epoch, sequence) in
            [(issuer, 0, 2), (issuer, 0, 1), (issuer, 0, 3), (issuer, 1, 1), (other, 0, 4)]
        {
            let number = u8::try_from(sequence).unwrap() + 10 * u8::try_from(epoch).unwrap();
            entry::put(tx, cipher, &issuer, epoch, sequence, &entry_record(number)).unwrap();
        }
        entry::put(tx, cipher, &issuer, 0, 2, &entry_record(77)).unwrap();
    });
    file.read(|connection, cipher| {
        let get = |epoch, sequence| entry::get(connection, cipher, &issuer, epoch, sequence).unwrap();
        assert_eq!(get(0, 2), Some(entry_record(2)));
        assert_eq!(get(1, 1), Some(entry_record(11)));
        assert_eq!((get(0, 4), get(2, 1), get(0, 0)), (None, None, None));
        let after = |sequence, limit| {
            entry::Chain { connection, cipher, issuer: &issuer, epoch: 0 }.after(sequence, limit).unwrap()
        };
        assert_eq!(after(0, 2), [(1, entry_record(1)), (2, entry_record(2))]);
        assert_eq!(after(2, 9), [(3, entry_record(3))]);
        assert_eq!(after(3, 9), []);
        let before = |sequence, limit| {
            entry::Chain { connection, cipher, issuer: &issuer, epoch: 0 }.before(sequence, limit).unwrap()
        };
        assert_eq!(before(4, 2), [(3, entry_record(3)), (2, entry_record(2))]);
        assert_eq!(before(1, 2), []);
    });
}

proptest! {
    /// Whatever came with an entry comes back as it was.
    #[test]
    fn entries_come_back_whole(parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 5), hash in any::<[u8; 32]>()) {
        let file = File::new();
        let issuer = file.issuer(1);
        let [entry, order, receipt, request, memo] = parts.try_into().unwrap();
        let record = EntryRecord { entry, chain_hash: crate::keys::Digest::new(hash), order, receipt, request, memo };
        file.write(|tx, cipher| entry::put(tx, cipher, &issuer, u32::MAX, i64::MAX, &record).unwrap());
        let read = file.read(|connection, cipher| entry::get(connection, cipher, &issuer, u32::MAX, i64::MAX));
        prop_assert_eq!(read, Ok(Some(record)));
    }

    /// Any bytes come back from inside a sealed value.
    #[test]
    fn blobs_come_back_whole(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let json = serde_json::to_string(&Blob(bytes.clone())).unwrap();
        prop_assert_eq!(serde_json::from_str::<Blob>(&json).unwrap(), Blob(bytes));
    }
}

#[test]
fn statements_are_never_replaced() {
    let file = File::new();
    let issuer = file.issuer(1);
    file.write(|tx, cipher| {
        statement::put(tx, cipher, &issuer, 0, b"statement 0").unwrap();
        statement::put(tx, cipher, &issuer, 1, b"statement 1").unwrap();
        statement::put(tx, cipher, &issuer, 1, b"another 1").unwrap();
    });
    let get =
        |number| file.read(|connection, cipher| statement::get(connection, cipher, &issuer, number).unwrap());
    assert_eq!(get(0), Some(b"statement 0".to_vec()));
    assert_eq!(get(1), Some(b"statement 1".to_vec()));
    assert_eq!(get(2), None);
}

#[test]
fn evidence_is_kept_in_order_even_against_issuers_that_are_not_in_the_wallet() {
    let file = File::new();
    let (issuer, other): (RowKey, RowKey) = (file.issuer(1), [9; 16]);
    let numbers: Vec<i64> = file.write(|tx, cipher| {
        [(issuer, "a"), (other, "b"), (issuer, "c")]
            .iter()
            .zip(100..)
            .map(|((issuer, text), at)| evidence::put(tx, cipher, issuer, at, text.as_bytes()).unwrap())
            .collect()
    });
    assert!(numbers.is_sorted_by(|one, next| one < next));
    file.read(|connection, cipher| {
        let of = |issuer| evidence::of_issuer(connection, cipher, issuer).unwrap();
        assert_eq!(of(&issuer), [(numbers[0], 100, b"a".to_vec()), (numbers[2], 102, b"c".to_vec())]);
        assert_eq!(of(&other), [(numbers[1], 101, b"b".to_vec())]);
        assert_eq!(evidence::count(connection, &issuer), Ok(2));
        assert_eq!(evidence::count(connection, &[8; 16]), Ok(0));
    });
}

fn request_record(number: u8) -> RequestRecord {
    RequestRecord {
        request: RequestId::new([number; 16]),
        artefact: blob("request"),
        issuers: vec![issuer_id(1), issuer_id(2)],
        link: "https://bread.example/p/ABC".into(),
        created_at: i64::from(number),
        paid_by: Vec::new(),
        cancelled: false,
    }
}

#[test]
fn requests_are_found_by_id_and_newest_first() {
    let file = File::new();
    file.write(|tx, cipher| {
        (1..=4).for_each(|number| request::put(tx, cipher, &request_record(number)).unwrap());
    });
    let paid = RequestRecord { paid_by: vec![digest(1)], cancelled: true, ..request_record(2) };
    file.write(|tx, cipher| request::put(tx, cipher, &paid).unwrap());
    file.read(|connection, cipher| {
        let get = |number| request::get(connection, cipher, &RequestId::new([number; 16])).unwrap();
        assert_eq!((get(1), get(2), get(9)), (Some(request_record(1)), Some(paid.clone()), None));
        let newest = request::newest(connection, cipher, 3).unwrap();
        assert_eq!(newest, [request_record(4), request_record(3), paid]);
    });
}

fn balance_changed(number: u8) -> Event {
    Event::BalanceChanged { issuer: issuer_id(number) }
}

#[test]
fn events_are_numbered_in_order_and_no_number_is_used_twice() {
    let file = File::new();
    let next = |after| file.read(|connection, cipher| outbox::next(connection, cipher, after).unwrap());
    assert_eq!((next(0), outbox::newest(&file.connection)), (None, Ok(0)));
    let numbers: Vec<i64> = file.write(|tx, cipher| {
        (1..=3).map(|number| outbox::push(tx, cipher, &balance_changed(number)).unwrap()).collect()
    });
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(next(0), Some((1, balance_changed(1))));
    assert_eq!(next(1), Some((2, balance_changed(2))));
    assert_eq!(next(i64::MIN), Some((1, balance_changed(1))));
    assert_eq!(next(3), None);

    file.write(|tx, _| outbox::acknowledge(tx, 2).unwrap());
    assert_eq!(next(0), Some((3, balance_changed(3))));
    file.write(|tx, _| outbox::acknowledge(tx, 3).unwrap());
    assert_eq!((next(0), outbox::newest(&file.connection)), (None, Ok(3)));
    assert_eq!(file.write(|tx, cipher| outbox::push(tx, cipher, &balance_changed(4)).unwrap()), 4);

    // What is rolled back never had a number.
    let undone = file.connection.unchecked_transaction().unwrap();
    assert_eq!(outbox::push(&undone, &file.cipher, &balance_changed(5)), Ok(5));
    undone.rollback().unwrap();
    assert_eq!(outbox::newest(&file.connection), Ok(4));
    assert_eq!(file.write(|tx, cipher| outbox::push(tx, cipher, &balance_changed(6)).unwrap()), 5);
}

fn act_record(number: u8, issuer: u8) -> ActRecord {
    ActRecord {
        issuer: issuer_id(issuer),
        kind: ActKind::Grant,
        artefact: blob("grant"),
        hash: digest(number),
        signed_at: 5,
        answer: None,
        refusal: None,
    }
}

#[test]
fn acts_wait_in_the_order_of_signing_and_are_answered_once() {
    let file = File::new();
    let (one, two) = (file.issuer(1), file.issuer(2));
    file.write(|tx, cipher| {
        for (number, issuer, row) in [(1, 2, two), (2, 1, one), (3, 2, two), (1, 2, two)] {
            act::insert(tx, cipher, &row, &act_record(number, issuer)).unwrap();
        }
    });
    let waiting = |connection: &Connection| act::waiting_issuers(connection, &file.cipher).unwrap();
    let next = |row| act::next_waiting(&file.connection, &file.cipher, row).unwrap();
    assert_eq!(waiting(&file.connection), [issuer_id(2), issuer_id(1)]);
    let first = next(&two).unwrap();
    assert_eq!((&first.record, first.state), (&act_record(1, 2), ActState::Waiting));
    assert_eq!(act::of_issuer(&file.connection, &file.cipher, &two).unwrap().len(), 2);

    let finish = |act, state, answer, refusal| {
        file.write(|tx, cipher| act::finish(tx, cipher, act, state, answer, refusal).unwrap())
    };
    assert!(finish(&first, ActState::Accepted, Some(b"taken"), None));
    assert!(!finish(&first, ActState::Refused, None, Some("late")));
    let second = next(&two).unwrap();
    assert_eq!(second.record.hash, digest(3));
    assert!(finish(&second, ActState::Refused, None, Some("role_missing")));
    assert_eq!(next(&two), None);
    assert_eq!(waiting(&file.connection), [issuer_id(1)]);

    let get = |number| act::get(&file.connection, &file.cipher, &digest(number)).unwrap().unwrap();
    assert_eq!((get(1).state, get(1).record.answer), (ActState::Accepted, Some(blob("taken"))));
    assert_eq!((get(3).state, get(3).record.refusal.as_deref()), (ActState::Refused, Some("role_missing")));
    assert!(get(1).number < get(2).number && get(2).number < get(3).number);
    assert_eq!(act::get(&file.connection, &file.cipher, &digest(9)), Ok(None));
}
