//! What stands in the file: its form is pinned, and a value that was moved or altered does not open.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::super::account::{ACCOUNTS, ActingState};
use super::super::act::{self, ActKind, ActRecord};
use super::super::entry::{self, EntryRecord};
use super::super::issuer::ISSUERS;
use super::super::operation::{self, OperationState};
use super::super::payee::{self, PAYEES, PayeeRecord};
use super::super::request::{self, RequestRecord};
use super::super::{Keyed, evidence, keyring, outbox, payment, statement};
use super::{File, account_id, blob, digest, issuer_id, operation, payment as shown};
use crate::event::Event;
use crate::keys::{PublicKey, RequestId};
use crate::money::Amount;
use crate::store::cipher::{Cipher, Place};
use crate::store::error::StoreError;

/// Tables whose values are sealed.
const SEALED: [&str; 12] = [
    "account",
    "act",
    "entry",
    "evidence",
    "hold",
    "issuer",
    "operation",
    "outbox",
    "payee",
    "payment",
    "request",
    "statement",
];

fn every_event() -> Vec<Event> {
    let (issuer, payment) = (issuer_id(1), digest(1));
    vec![
        Event::CurrencyAdded { issuer },
        Event::PaymentSubmitted { issuer, payment },
        Event::PaymentSettled { issuer, payment },
        Event::PaymentRefused { issuer, payment, code: "expired".into() },
        Event::PaymentLapsed { issuer, payment },
        Event::PaymentReceived {
            issuer,
            payment,
            amount: Amount::new(1050),
            request: Some(RequestId::new([1; 16])),
        },
        Event::BalanceChanged { issuer },
        Event::CardChanged { issuer, owners_limit_raised: true, rekeyed: false, restored: false },
        Event::AccountUnproven { issuer, since: 1_700_000_000 },
        Event::FraudFound { issuer, evidence: 1, code: "two_states".into() },
        Event::HistoriesDiffer { issuer, payment },
        Event::ActingChanged { issuer, state: ActingState::Ended },
        Event::AccountRekeyed { issuer },
    ]
}

/// At least two rows in every table.
fn populated() -> File {
    let file = File::new();
    for number in [1, 2] {
        let row = file.issuer(number);
        let payee = PayeeRecord {
            issuer: issuer_id(number),
            account: account_id(9),
            opening: blob("opening"),
            rekeys: vec![blob("rekey")],
            attestation: Some(blob("attestation")),
            grants: vec![blob("grant")],
            fetched_at: 1_700_000_000,
            first_paid_at: Some(1_700_000_001),
            key_when_paid: Some(PublicKey::new([9; 32])),
            name_when_paid: Some("Zoë".into()),
        };
        let request = RequestRecord {
            request: RequestId::new([number; 16]),
            artefact: blob("request"),
            issuers: vec![issuer_id(number)],
            link: "https://bread.example/p/ABC".into(),
            created_at: 1_700_000_000,
            paid_by: vec![digest(number)],
            cancelled: false,
        };
        let act = ActRecord {
            issuer: issuer_id(number),
            kind: ActKind::Attestation,
            artefact: blob("attestation"),
            hash: digest(number),
            signed_at: 1_700_000_000,
            answer: Some(blob("answer")),
            refusal: Some("role_missing".into()),
        };
        let entry = EntryRecord {
            entry: b"entry".to_vec(),
            chain_hash: digest(number),
            order: b"order".to_vec(),
            receipt: b"receipt".to_vec(),
            request: b"request".to_vec(),
            memo: Vec::new(),
        };
        file.write(|tx, cipher| {
            PAYEES.put(tx, cipher, payee::id(&payee.issuer, &payee.account), &payee).unwrap();
            request::put(tx, cipher, &request).unwrap();
            act::insert(tx, cipher, &row, &act).unwrap();
            entry::put(tx, cipher, &row, 1, 9, &entry).unwrap();
            statement::put(tx, cipher, &row, 12, b"statement").unwrap();
            evidence::put(tx, cipher, &row, 1_700_000_000, b"evidence").unwrap();
            let key =
                operation::insert(tx, cipher, &row, &operation(number, number, 1050), 1_700_000_000).unwrap();
            operation::note_fault(tx, &key, "timeout", 1_700_000_001).unwrap();
            payment::put(tx, cipher, &row, &shown(number, number, 1_700_000_000)).unwrap();
        });
    }
    file.write(|tx, cipher| {
        keyring::put(tx, b"wrapped").unwrap();
        let settled = operation::get(tx, cipher, &operation::key(cipher, "tap 1")).unwrap().unwrap();
        operation::finish(tx, cipher, &settled, OperationState::Settled, Some(b"receipt"), 1_700_000_002)
            .unwrap();
        for event in every_event() {
            outbox::push(tx, cipher, &event).unwrap();
        }
        Keyed::<u32>::new("setting").put(tx, cipher, "recovery/next", &7).unwrap();
    });
    file
}

type Row = Vec<(String, Value)>;

fn rows(connection: &Connection, table: &str) -> Vec<Row> {
    let mut select = connection
        .prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3"))
        .unwrap_or_else(|_| connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).unwrap());
    let names: Vec<String> = select.column_names().map(Into::into).collect();
    let rows = select.query_map([], |row| {
        names.iter().enumerate().map(|(index, name)| Ok((name.clone(), row.get(index)?))).collect()
    });
    rows.unwrap().map(|row| row.unwrap()).collect()
}

/// What a value is bound to beside its table and column, said a second time, apart from the code under test.
fn bound_key(table: &str, row: &Row) -> Vec<u8> {
    let column = |wanted: &str| &row.iter().find(|(name, _)| name == wanted).unwrap().1;
    let bytes = |name: &str| match column(name) {
        Value::Blob(bytes) => bytes.clone(),
        other => panic!("{other:?}"),
    };
    let number = |name: &str| match column(name) {
        Value::Integer(number) => number.to_be_bytes(),
        other => panic!("{other:?}"),
    };
    match table {
        "entry" => [&bytes("issuer_key")[..], &number("epoch")[4..], &number("sequence")].concat(),
        "statement" => [&bytes("issuer_key")[..], &number("number")].concat(),
        "evidence" => number("id").to_vec(),
        "outbox" => number("sequence").to_vec(),
        "hold" => bytes("operation_key"),
        _ => bytes("key"),
    }
}

fn opened(cipher: &Cipher, table: &str, row: &Row, sealed: &[u8]) -> String {
    let key = bound_key(table, row);
    let plain = cipher.open(Place { table, key: &key, column: "value" }, sealed).unwrap();
    match std::str::from_utf8(&plain) {
        Ok(text) if text.starts_with(['{', '"', '[']) || text.parse::<i64>().is_ok() => text.to_owned(),
        _ => HEXLOWER.encode(&plain),
    }
}

/// The whole file as text, its values opened.
fn dump(file: &File) -> String {
    let mut text = String::new();
    let tables = SEALED.into_iter().chain(["keyring", "search_token", "setting"]);
    for table in tables {
        writeln!(text, "{table}").unwrap();
        for row in rows(&file.connection, table) {
            let cells: Vec<String> = row
                .iter()
                .map(|(name, value)| match value {
                    Value::Blob(sealed) if name == "value" && table != "keyring" => {
                        format!("value = {}", opened(&file.cipher, table, &row, sealed))
                    }
                    Value::Blob(bytes) => format!("{name} = x{}", HEXLOWER.encode(bytes)),
                    Value::Text(text) => format!("{name} = '{text}'"),
                    Value::Integer(number) => format!("{name} = {number}"),
                    other => format!("{name} = {other:?}"),
                })
                .collect();
            writeln!(text, "  {}", cells.join(", ")).unwrap();
        }
    }
    text
}

#[test]
fn the_form_of_the_file_changes_only_on_purpose() {
    insta::assert_snapshot!("wallet_file", dump(&populated()));
}

#[test]
fn no_table_is_forgotten_here() {
    let file = File::new();
    let mut select =
        file.connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1").unwrap();
    let names = select.query_map([], |row| row.get::<_, String>(0)).unwrap().map(|name| name.unwrap());
    let names: Vec<String> = names.filter(|name| !name.starts_with("sqlite_")).collect();
    let mut known: Vec<&str> = SEALED.into_iter().chain(["keyring", "search_token", "setting"]).collect();
    known.sort_unstable();
    assert_eq!(names, known);
}

/// Reads everything in a table through its own functions.
fn read_all(file: &File, table: &str) -> Result<(), StoreError> {
    let (connection, cipher) = (&file.connection, &file.cipher);
    for number in [1, 2] {
        let row = ISSUERS.key(cipher, issuer_id(number));
        match table {
            "account" => ACCOUNTS.get(connection, cipher, issuer_id(number)).map(drop),
            "act" => act::get(connection, cipher, &digest(number)).map(drop),
            "entry" => entry::get(connection, cipher, &row, 1, 9).map(drop),
            "evidence" => evidence::of_issuer(connection, cipher, &row).map(drop),
            "hold" => operation::held(connection, cipher, &row).map(drop),
            "issuer" => ISSUERS.get(connection, cipher, issuer_id(number)).map(drop),
            "operation" => {
                operation::get(connection, cipher, &operation::key(cipher, &format!("tap {number}")))
                    .map(drop)
            }
            "outbox" => outbox::next(connection, cipher, i64::from(number) - 1).map(drop),
            "payee" => {
                PAYEES.get(connection, cipher, payee::id(&issuer_id(number), &account_id(9))).map(drop)
            }
            "payment" => payment::get(connection, cipher, &digest(number)).map(drop),
            "request" => request::get(connection, cipher, &RequestId::new([number; 16])).map(drop),
            "statement" => statement::get(connection, cipher, &row, 12).map(drop),
            other => panic!("{other}"),
        }?;
    }
    Ok(())
}

#[test]
fn a_value_moved_to_another_row_or_altered_does_not_open() {
    for table in SEALED {
        let file = populated();
        assert_eq!(read_all(&file, table), Ok(()), "{table}");
        let refused = Err(StoreError::SealedValue { table: table.into(), column: "value".into() });
        let values: Vec<Value> = rows(&file.connection, table)
            .into_iter()
            .map(|row| row.into_iter().find(|(name, _)| name == "value").unwrap().1)
            .collect();
        assert!(values.len() >= 2, "{table}");
        for value in &values[..2] {
            file.connection
                .execute(&format!("UPDATE {table} SET value = ?1"), params_from_iter([value]))
                .unwrap();
            assert_eq!(read_all(&file, table), refused, "{table}");
        }

        let file = populated();
        for value in &values {
            let Value::Blob(mut sealed) = value.clone() else { panic!("{value:?}") };
            *sealed.last_mut().unwrap() ^= 1;
            let changed = file
                .connection
                .execute(
                    &format!("UPDATE {table} SET value = ?1 WHERE value = ?2"),
                    params_from_iter([&Value::Blob(sealed), value]),
                )
                .unwrap();
            assert_eq!(changed, 1);
        }
        assert_eq!(read_all(&file, table), refused, "{table}");
    }
}

#[test]
fn a_value_moved_to_another_table_does_not_open() {
    let file = populated();
    let key = ISSUERS.key(&file.cipher, issuer_id(1));
    let sealed: Vec<u8> = file
        .connection
        .query_row("SELECT value FROM issuer WHERE key = ?1", [key.as_slice()], |row| row.get(0))
        .unwrap();
    file.connection
        .execute("INSERT INTO payee (key, value) VALUES (?1, ?2)", (key.as_slice(), &sealed))
        .unwrap();
    let read = PAYEES.at(&file.connection, &file.cipher, &key);
    assert_eq!(read, Err(StoreError::SealedValue { table: "payee".into(), column: "value".into() }));
}

#[test]
fn a_state_that_this_program_does_not_write_is_unreadable() {
    let file = populated();
    file.connection.execute_batch("UPDATE operation SET state = 9; UPDATE act SET state = 9").unwrap();
    assert_eq!(read_all(&file, "operation"), Err(StoreError::unreadable("operation.state")));
    assert_eq!(read_all(&file, "act"), Err(StoreError::unreadable("act.state")));
}
