//! The wallet's file in the hands of somebody else: sealed values that hold anything, blobs that are not sealed, rows of
//! other types than the table says.

use std::sync::{Arc, LazyLock};

use rusqlite::types::Value;
use rusqlite::{Connection, params};
use tallystick::clock::SystemEntropy;
use tallystick::keys::{AccountId, Digest, IssuerId, ListKey, RecoveryKeys, RecoveryPhrase, WalletSeed};
use tallystick::store::tables::account::ACCOUNTS;
use tallystick::store::tables::issuer::ISSUERS;
use tallystick::store::tables::payee::{self, PAYEES};
use tallystick::store::tables::{
    act, entry, evidence, keyring, operation, outbox, payment, request, statement,
};
use tallystick::store::{Cipher, DataKey, Place, StoreError, WALLET};

use crate::input::{Input, part};

static CIPHER: LazyLock<Cipher> = LazyLock::new(|| {
    let key = DataKey::from_slice(&[7; 32]).expect("a key");
    Cipher::new(&key, Arc::new(SystemEntropy)).expect("a cipher")
});

static LIST_KEY: LazyLock<ListKey> = LazyLock::new(|| seed().list_key());

fn seed() -> WalletSeed {
    let words = "abandon ".repeat(23) + "art";
    RecoveryPhrase::parse(&words).expect("a phrase").seed().wallet_seed(0)
}

fn issuer() -> IssuerId {
    IssuerId::new([1; 16])
}

fn account() -> AccountId {
    AccountId::new([2; 16])
}

/// Tables with a column that is sealed.
const TABLES: [&str; 12] = [
    "setting",
    "issuer",
    "account",
    "payee",
    "entry",
    "statement",
    "operation",
    "hold",
    "payment",
    "request",
    "outbox",
    "evidence",
];

/// The first byte: 0: the rest is a sealed blob; 1: a wallet's list, inside its seal; 2: the forms of keys; 3: rows of any
/// types; 4 and more: what is inside the seal of a table's value.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() % 8 {
        0 => blob(input.rest()),
        1 => list(input.rest()),
        2 => keys(input.rest()),
        3 => rows(&mut input),
        _ => {
            let table = input.choice(&TABLES);
            sealed(table, input.rest());
        }
    }
}

/// Where mutation begins.
pub fn seeds() -> Vec<Vec<u8>> {
    let place = Place { table: "payment", key: &[0; 16], column: "value" };
    let good = CIPHER.seal(place, b"{}").expect("sealed");
    let mut seeds = vec![[&[0], &good[..]].concat(), [&[1], &[0x80][..]].concat()];
    let (issuer, account) = (issuer(), account());
    let line = [
        &[0x81, 0x86, 0x50][..],
        issuer.as_bytes(),
        &[0x50],
        account.as_bytes(),
        &[0x6f],
        b"https://a.exampl",
        &[0x80, 0, 3],
    ];
    seeds.push([&[1], &line.concat()[..]].concat());
    seeds.push([&[2], seed().to_secret().expose()].concat());
    for (number, (_, example)) in TABLES.iter().zip(examples()).enumerate() {
        let number = u8::try_from(number).expect("few tables");
        seeds.push([&[4, number], &example[..]].concat());
        seeds.push([&[3, number, 0, 1, 2, 3, 4], &part(b"text")[..]].concat());
    }
    seeds
}

/// What values of the tables look like.
fn examples() -> Vec<Vec<u8>> {
    let id = Digest::of(&[b"x"]);
    let (issuer, account) = (issuer(), account());
    let payment = format!(
        r#"{{"payment":"{id}","issuer":"{issuer}","at":1700000000,"state":"settled","direction":"out","counterpart":"{account}","counterpart_name":"Zoe","amount":"1250","tip":null,"memo":"bread","request":null,"repays":null,"refunded":"0","refusal":null,"epoch":0,"sequence":3}}"#
    );
    let parts = [&[0x86, 0x40, 0x58, 32][..], id.as_bytes(), &[0x40, 0x40, 0x40, 0x40]].concat();
    let record =
        format!(r#"{{"issuer":"{issuer}","account":"{account}","card":"AA","opened":true,"chain":{{}}}}"#);
    let record = record.into_bytes();
    vec![
        b"3".to_vec(),
        record.clone(),
        record.clone(),
        record.clone(),
        parts,
        record.clone(),
        record.clone(),
        br#""1250""#.to_vec(),
        payment.into_bytes(),
        record,
        br#"{"kind":"payment_settled"}"#.to_vec(),
        vec![0xa0],
    ]
}

/// A file in memory; its tables take any types.
fn file() -> Connection {
    let connection = Connection::open_in_memory().expect("a file in memory");
    connection.pragma_update(None, "foreign_keys", false).expect("a setting");
    for step in WALLET.steps {
        connection.execute_batch(&step.replace("STRICT, ", "").replace("STRICT", "")).expect("its tables");
    }
    connection
}

fn blob(bytes: &[u8]) {
    let place = Place { table: "payment", key: &[0; 16], column: "value" };
    if let Ok(plain) = CIPHER.open(place, bytes) {
        assert!(plain.len() < bytes.len());
        let other = Place { column: "other", ..place };
        assert!(CIPHER.open(other, bytes).is_err(), "it opens in two places");
    }
    let _ = LIST_KEY.open(&issuer(), &account(), bytes);
}

fn list(bytes: &[u8]) {
    if let Ok(sealed) = LIST_KEY.seal(&issuer(), &account(), bytes, &SystemEntropy) {
        assert_eq!(LIST_KEY.open(&issuer(), &account(), &sealed).as_deref(), Ok(bytes));
    }
    if let Some(lines) = tallystick::wallet::list_lines(bytes) {
        assert!(lines * 35 <= bytes.len(), "{lines} lines in {} bytes", bytes.len());
    }
}

fn keys(bytes: &[u8]) {
    if let Ok(seed) = WalletSeed::from_secret(bytes) {
        assert_eq!(seed.to_secret().expose(), bytes);
    }
    if let Ok(keys) = RecoveryKeys::from_bytes(bytes) {
        assert_eq!(keys.to_bytes(), bytes);
    }
    let _ = DataKey::from_slice(bytes);
}

/// An error never repeats what was inside a seal.
fn judge<T>(read: Result<T, StoreError>, inside: &[u8]) {
    let Err(error) = read else { return };
    let said = format!("{error} {error:?}");
    assert!(!error.code().is_empty() && said.len() < 1_000);
    // Shorter pieces may stand in it by chance.
    let piece = inside
        .split(|byte| !byte.is_ascii_alphanumeric())
        .filter(|piece| piece.len() >= 12)
        .max_by_key(|piece| piece.len());
    let leaked = piece.is_some_and(|piece| said.contains(&*String::from_utf8_lossy(piece)));
    assert!(!leaked, "{said:?} repeats what was sealed");
}

fn sealed(table: &str, inside: &[u8]) {
    let connection = file();
    let cipher = &*CIPHER;
    let id = Digest::of(&[b"x"]);
    let issuer_key = ISSUERS.key(cipher, issuer());
    let put = |key: &[u8], columns: &str, more: &[Value]| {
        let value = cipher.seal(Place { table, key, column: "value" }, inside).expect("sealed");
        let marks: Vec<String> = (1..=more.len() + 1).map(|at| format!("?{at}")).collect();
        let sql = format!("INSERT INTO {table} ({columns}value) VALUES ({})", marks.join(", "));
        let all = more.iter().cloned().chain([Value::Blob(value)]);
        connection.execute(&sql, rusqlite::params_from_iter(all)).expect("a row");
    };
    let blob = |bytes: &[u8]| Value::Blob(bytes.to_vec());
    match table {
        "issuer" => {
            put(&issuer_key, "key, ", &[blob(&issuer_key)]);
            judge(ISSUERS.get(&connection, cipher, issuer()), inside);
            judge(ISSUERS.all(&connection, cipher), inside);
        }
        "account" => {
            let key = ACCOUNTS.key(cipher, issuer());
            put(&key, "key, ", &[blob(&key)]);
            judge(ACCOUNTS.get(&connection, cipher, issuer()), inside);
        }
        "payee" => {
            let id = payee::id(&issuer(), &account());
            let key = PAYEES.key(cipher, id);
            put(&key, "key, ", &[blob(&key)]);
            judge(PAYEES.get(&connection, cipher, id), inside);
        }
        "entry" => {
            let key = [&issuer_key[..], &0_u32.to_be_bytes(), &3_i64.to_be_bytes()].concat();
            put(
                &key,
                "issuer_key, epoch, sequence, ",
                &[blob(&issuer_key), Value::Integer(0), Value::Integer(3)],
            );
            judge(entry::get(&connection, cipher, &issuer_key, 0, 3), inside);
            let chain = entry::Chain { connection: &connection, cipher, issuer: &issuer_key, epoch: 0 };
            judge(chain.after(0, 10), inside);
        }
        "payment" => {
            let key = payment::key(cipher, &id);
            let zeros = [1, 2, 3, 0].map(Value::Integer);
            let more = [&[blob(&key), blob(&issuer_key)][..], &zeros].concat();
            put(&key, "key, issuer_key, at, epoch, sequence, state, ", &more);
            judge(payment::get(&connection, cipher, &id), inside);
            judge(payment::page(&connection, cipher, &payment::Filter::default(), 10), inside);
        }
        "operation" => {
            let key = operation::key(cipher, "tap");
            let zeros = [0, 0, 1, 1].map(Value::Integer);
            let more = [&[blob(&key), blob(&issuer_key), blob(&key)][..], &zeros].concat();
            put(&key, "key, issuer_key, payment_key, state, attempts, created_at, updated_at, ", &more);
            judge(operation::get(&connection, cipher, &key), inside);
            judge(operation::open(&connection, cipher), inside);
        }
        "hold" => {
            put(&issuer_key, "operation_key, issuer_key, ", &[blob(&issuer_key), blob(&issuer_key)]);
            judge(operation::held(&connection, cipher, &issuer_key), inside);
        }
        "outbox" => {
            put(&1_i64.to_be_bytes(), "sequence, ", &[Value::Integer(1)]);
            judge(outbox::next(&connection, cipher, 0), inside);
        }
        "request" => {
            let key = [3; 16];
            put(&key, "key, created_at, state, ", &[blob(&key), Value::Integer(1), Value::Integer(0)]);
            judge(request::newest(&connection, cipher, 10), inside);
        }
        "statement" => {
            let key = [&issuer_key[..], &3_i64.to_be_bytes()].concat();
            put(&key, "issuer_key, number, ", &[blob(&issuer_key), Value::Integer(3)]);
            judge(statement::get(&connection, cipher, &issuer_key, 3), inside);
        }
        _ => rest_of(&connection, inside),
    }
}

/// Everything that is read without knowing where: none of it may fall over.
fn rest_of(connection: &Connection, inside: &[u8]) {
    let cipher = &*CIPHER;
    let issuer_key = ISSUERS.key(cipher, issuer());
    let id = Digest::of(&[b"x"]);
    judge(ISSUERS.all(connection, cipher), inside);
    judge(ACCOUNTS.all(connection, cipher), inside);
    judge(PAYEES.all(connection, cipher), inside);
    judge(payment::page(connection, cipher, &payment::Filter::default(), 10), inside);
    judge(payment::get(connection, cipher, &id), inside);
    judge(operation::open(connection, cipher), inside);
    judge(operation::open_at(connection, cipher, &issuer_key), inside);
    judge(operation::held(connection, cipher, &issuer_key), inside);
    judge(act::of_issuer(connection, cipher, &issuer_key), inside);
    judge(evidence::of_issuer(connection, cipher, &issuer_key), inside);
    judge(statement::get(connection, cipher, &issuer_key, 3), inside);
    judge(request::newest(connection, cipher, 10), inside);
    judge(outbox::next(connection, cipher, 0), inside);
    judge(keyring::get(connection), inside);
    judge(keyring::pin_state(connection), inside);
}

/// A row of a table, its columns of any types and lengths.
fn rows(input: &mut Input<'_>) {
    let connection = file();
    let table = input.choice(&TABLES);
    let mut names =
        connection.prepare(&format!("SELECT name FROM pragma_table_info('{table}')")).expect("names");
    let names: Vec<String> =
        names.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("columns");
    let values: Vec<Value> = names.iter().map(|_| value(input)).collect();
    let marks: Vec<String> = (1..=names.len()).map(|at| format!("?{at}")).collect();
    let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), marks.join(", "));
    // Some of it the table itself refuses.
    if connection.execute(&sql, rusqlite::params_from_iter(values)).is_ok() {
        rest_of(&connection, &[]);
    }
    let _ = connection.execute(
        "INSERT INTO keyring (id, value, pin_required, wrong_pins, last_pin_at) VALUES (1, ?1, ?2, ?3, ?4)",
        params![value(input), value(input), value(input), value(input)],
    );
    judge(keyring::pin_state(&connection), &[]);
}

fn value(input: &mut Input<'_>) -> Value {
    match input.byte() % 7 {
        0 => Value::Null,
        1 => Value::Integer(input.byte().into()),
        2 => Value::Integer(input.number().cast_signed()),
        3 => Value::Real(f64::from_bits(input.number())),
        4 => Value::Text(input.text_part()),
        5 => Value::Blob(input.part().to_vec()),
        _ => Value::Blob(ISSUERS.key(&CIPHER, issuer()).to_vec()),
    }
}
