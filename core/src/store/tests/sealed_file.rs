//! What a thief finds in the files.

use std::fs;
use std::path::Path;

use super::super::cipher::Place;
use super::super::database::Database;
use super::super::migrate::Schema;
use super::super::opening::IfAbsent;
use super::super::search::{Reach, RowKind, candidates, index, matches};
use super::{block_on, cipher_of, names, options};

const CONTACTS: Schema = Schema {
    application_id: 0x5445_5354,
    steps: &[
        "CREATE TABLE contact (id BLOB PRIMARY KEY, account BLOB NOT NULL, name BLOB NOT NULL,
                               plain TEXT NOT NULL) STRICT;",
        include_str!("../migrations/0001_search.sql"),
    ],
};
const KIND: RowKind = RowKind(1);
const NAME: &str = "Wilhelmina Featherstonehaugh";
const MEMO: &str = "for the quincunx of larches";
const ACCOUNT: &[u8] = b"ACCOUNTACCOUNTAC";
const AMOUNT: i64 = 8_765_432_109_876;
const CONTROL: &str = "this one stands in the clear";

fn find(folder: &Path, needle: &[u8]) -> Vec<String> {
    let holds = |name: &String| {
        fs::read(folder.join(name)).unwrap().windows(needle.len()).any(|window| window == needle)
    };
    names(folder).into_iter().filter(holds).collect()
}

fn write_contact(store: &Database) {
    let cipher = store.cipher().unwrap();
    block_on(store.write(move |tx| {
        let at = |column| Place { table: "contact", key: b"1", column };
        tx.execute(
            "INSERT INTO contact (id, account, name, plain) VALUES (?1, ?2, ?3, ?4)",
            rusqlite::params![
                b"1",
                cipher.blind_index("contact", "account", ACCOUNT),
                cipher.seal_value(at("name"), &(NAME, MEMO, AMOUNT, ACCOUNT))?,
                CONTROL
            ],
        )?;
        index(tx, &cipher, KIND, b"1", &[NAME, MEMO])
    }))
    .unwrap();
}

#[test]
fn a_thief_with_the_files_reads_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = block_on(Database::open(options(folder.path(), CONTACTS, IfAbsent::Create))).unwrap();
    store.unlock(cipher_of(0xC3));
    write_contact(&store);

    let mut needles: Vec<Vec<u8>> = vec![vec![0xC3; 32], ACCOUNT.to_vec()];
    for text in [NAME, MEMO] {
        for word in text.split(' ').filter(|word| word.len() > 4) {
            needles.push(word.into());
            needles.push(word.to_lowercase().into());
        }
    }
    needles.push(AMOUNT.to_string().into());
    needles.push(AMOUNT.to_be_bytes()[1..].to_vec());
    needles.push(AMOUNT.to_le_bytes()[..7].to_vec());

    // While open, from the log; when closed, from the database.
    assert_eq!(find(folder.path(), CONTROL.as_bytes()), ["wallet.db-wal"]);
    for needle in &needles {
        assert!(find(folder.path(), needle).is_empty(), "{needle:?}");
    }
    block_on(store.close()).unwrap();
    assert_eq!(find(folder.path(), CONTROL.as_bytes()), ["wallet.db"]);
    for needle in &needles {
        assert!(find(folder.path(), needle).is_empty(), "{needle:?}");
    }
}

#[test]
fn what_is_deleted_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let store = block_on(Database::open(options(folder.path(), CONTACTS, IfAbsent::Create))).unwrap();
    store.unlock(cipher_of(1));
    write_contact(&store);
    block_on(store.pause()).unwrap();
    assert_eq!(find(folder.path(), CONTROL.as_bytes()), ["wallet.db"]);
    block_on(store.resume()).unwrap();
    block_on(store.write(|tx| Ok(tx.execute("DELETE FROM contact", [])?))).unwrap();
    block_on(store.close()).unwrap();
    assert!(find(folder.path(), CONTROL.as_bytes()).is_empty());
}

#[test]
fn the_owner_finds_it_by_account_and_by_words() {
    let folder = tempfile::tempdir().unwrap();
    let store = block_on(Database::open(options(folder.path(), CONTACTS, IfAbsent::Create))).unwrap();
    store.unlock(cipher_of(1));
    write_contact(&store);
    let cipher = store.cipher().unwrap();
    let found = block_on(store.read(move |conn| {
        let sealed: Vec<u8> = conn.query_row(
            "SELECT name FROM contact WHERE account = ?1",
            [cipher.blind_index("contact", "account", ACCOUNT)],
            |row| row.get(0),
        )?;
        let place = Place { table: "contact", key: b"1", column: "name" };
        let by_account = cipher.open_value::<(String, String, i64, [u8; 16])>(place, &sealed)?;
        let by_words = candidates(conn, &cipher, KIND, "larch feather", Reach::Beginnings)?;
        Ok((by_account.0, by_account.2, by_words))
    }))
    .unwrap();
    assert_eq!(found, (NAME.to_owned(), AMOUNT, Some(vec![b"1".to_vec()])));
    assert!(matches(&format!("{NAME} {MEMO}"), "larch feather", Reach::Beginnings));
}
