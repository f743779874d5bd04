//! Search.

use proptest::prelude::*;
use rusqlite::Connection;

use super::super::cipher::Cipher;
use super::super::migrate::{WALLET, migrate};
use super::super::search::{MAX_TOKENS, Reach, RowKind, candidates, forget, index, matches, narrow};
use super::cipher_of;

const NAMES: RowKind = RowKind(1);
const MEMOS: RowKind = RowKind(2);

struct Index {
    connection: Connection,
    cipher: Cipher,
}

impl Index {
    fn new() -> Self {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &WALLET).unwrap();
        Self { connection, cipher: cipher_of(1) }
    }

    fn add(&mut self, kind: RowKind, row: &[u8], texts: &[&str]) {
        let transaction = self.connection.transaction().unwrap();
        index(&transaction, &self.cipher, kind, row, texts).unwrap();
        transaction.commit().unwrap();
    }

    fn find(&self, kind: RowKind, query: &str, reach: Reach) -> Option<Vec<Vec<u8>>> {
        let mut found = candidates(&self.connection, &self.cipher, kind, query, reach).unwrap()?;
        found.sort();
        Some(found)
    }

    fn tokens(&self) -> i64 {
        self.connection.query_row("SELECT count(*) FROM search_token", [], |row| row.get(0)).unwrap()
    }
}

#[allow(clippy::unnecessary_wraps, reason = "it is compared with what `find` gives")]
fn rows(rows: &[&[u8]]) -> Option<Vec<Vec<u8>>> {
    Some(rows.iter().map(|row| row.to_vec()).collect())
}

#[test]
fn rows_are_found_by_all_words_of_a_query() {
    let mut all = Index::new();
    all.add(NAMES, b"1", &["Anna's Bakery", "two loaves of rye"]);
    all.add(NAMES, b"2", &["Annabel", "rye whiskey"]);
    all.add(NAMES, b"3", &["Bob"]);
    let find = |query| all.find(NAMES, query, Reach::Beginnings);
    assert_eq!(find("rye"), rows(&[b"1", b"2"]));
    assert_eq!(find("RYE anna"), rows(&[b"1", b"2"]));
    assert_eq!(find("bakery, rye!"), rows(&[b"1"]));
    assert_eq!(find("rye bob"), rows(&[]));
    assert_eq!(find("of"), rows(&[b"1"]));
    assert_eq!(find("bo"), rows(&[]));
    assert_eq!(find(" … "), None);
    assert_eq!(all.find(NAMES, "anna", Reach::WholeWords), rows(&[b"1"]));
    assert_eq!(all.find(NAMES, "ann", Reach::WholeWords), rows(&[]));
    assert_eq!(all.find(MEMOS, "rye", Reach::Beginnings), rows(&[]));
}

#[test]
fn a_beginning_may_find_too_much_and_the_text_decides() {
    let mut all = Index::new();
    all.add(NAMES, b"1", &["Annabel"]);
    all.add(NAMES, b"2", &["Annika"]);
    assert_eq!(all.find(NAMES, "annik", Reach::Beginnings), rows(&[b"1", b"2"]));
    assert!(!matches("Annabel", "annik", Reach::Beginnings));
    assert!(matches("Annika", "annik", Reach::Beginnings));
    assert!(!matches("Annika", "annik", Reach::WholeWords));
    assert!(!matches("Annika", "an", Reach::Beginnings));
    assert!(matches("Li an", "an", Reach::Beginnings));
    assert!(matches("anything", "", Reach::WholeWords));
}

#[test]
fn writing_does_not_matter() {
    for (text, query) in [
        ("Café Zürich", "cafe zurich"),
        ("Cafe\u{301}", "café"),
        ("ﬁnance", "finance"),
        ("İstanbul", "istanbul"),
        ("ΑΘΗΝΑ", "αθηνα"),
        ("№5 ①②③", "no5 123"),
        ("コーヒー", "ｺｰﾋｰ"),
        ("Łódź", "łódz"),
    ] {
        assert!(matches(text, query, Reach::Beginnings), "{text} / {query}");
        let mut all = Index::new();
        all.add(NAMES, b"1", &[text]);
        assert_eq!(all.find(NAMES, query, Reach::Beginnings), rows(&[b"1"]), "{text} / {query}");
    }
}

#[test]
fn a_row_is_found_by_its_newest_texts_only() {
    let mut all = Index::new();
    all.add(NAMES, b"1", &["old name"]);
    all.add(NAMES, b"2", &["old friend"]);
    all.add(NAMES, b"1", &["new name"]);
    assert_eq!(all.find(NAMES, "old", Reach::Beginnings), rows(&[b"2"]));
    assert_eq!(all.find(NAMES, "new", Reach::Beginnings), rows(&[b"1"]));
    let transaction = all.connection.transaction().unwrap();
    forget(&transaction, NAMES, b"1").unwrap();
    transaction.commit().unwrap();
    assert_eq!(all.find(NAMES, "new", Reach::Beginnings), rows(&[]));
    assert_eq!(all.find(NAMES, "old", Reach::Beginnings), rows(&[b"2"]));
}

#[test]
fn kinds_of_rows_share_no_token() {
    let mut all = Index::new();
    all.add(NAMES, b"1", &["rye"]);
    all.add(MEMOS, b"1", &["rye"]);
    let distinct: i64 = all
        .connection
        .query_row("SELECT count(DISTINCT token) FROM search_token", [], |row| row.get(0))
        .unwrap();
    assert_eq!((distinct, all.tokens()), (4, 4));
}

#[test]
fn tokens_are_bounded() {
    let mut all = Index::new();
    let long = (0..5_000).map(|i| format!("word{i}x")).collect::<Vec<_>>().join(" ");
    all.add(NAMES, b"1", &[&long]);
    assert!(all.tokens() <= i64::try_from(MAX_TOKENS).unwrap());
    let narrowing = narrow(&all.cipher, NAMES, &long, Reach::Beginnings).unwrap();
    assert_eq!(narrowing.parameters.len(), 16);
}

#[test]
fn a_query_can_be_narrowed_inside_another() {
    let mut all = Index::new();
    all.add(NAMES, b"1", &["rye"]);
    let narrowing = narrow(&all.cipher, NAMES, "rye", Reach::Beginnings).unwrap();
    let sql = format!("SELECT x FROM (SELECT x'31' AS x UNION SELECT x'32') WHERE x IN ({})", narrowing.sql);
    let found: Vec<u8> = all
        .connection
        .query_row(&sql, rusqlite::params_from_iter(narrowing.parameters), |row| row.get(0))
        .unwrap();
    assert_eq!(found, b"1");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The index may find too much; it must never miss what the text answers to.
    #[test]
    fn what_matches_is_found(text in "[a-cA-CéÉ0-1 .-]{0,24}", query in "[a-cA-CéÉ0-1 ]{1,8}") {
        let mut all = Index::new();
        all.add(NAMES, b"1", &[&text]);
        for reach in [Reach::WholeWords, Reach::Beginnings] {
            let found = all.find(NAMES, &query, reach);
            if matches(&text, &query, reach) {
                prop_assert!(found.is_none_or(|found| found.len() == 1));
            } else if reach == Reach::WholeWords {
                prop_assert_eq!(found, rows(&[]));
            }
        }
    }

    #[test]
    fn any_text_can_be_indexed(text in any::<String>(), query in any::<String>()) {
        let mut all = Index::new();
        all.add(NAMES, b"1", &[&text]);
        all.find(NAMES, &query, Reach::Beginnings);
        prop_assert!(matches(&text, &text, Reach::WholeWords));
    }
}
