//! Search in sealed texts: a table of keyed hashes of words.
//!
//! A text is taken apart into words; each word gives a token for itself and, from 3 letters on, one for its first 3
//! letters. A query finds the rows that have a token for every one of its words. Words that only begin alike are
//! found too, so the caller opens the texts and asks [`matches()`] before it shows them.
//!
//! What the table shows to a thief with the file: how many different words a row has (up to the bound), which rows
//! of one kind share a word or the beginning of one, and so how frequent the words are. Tokens of different kinds of
//! rows cannot be compared. Without the key no word can be tried. Whoever can also watch the wallet being used sees
//! which tokens are asked for.

use std::collections::BTreeSet;

use rusqlite::{Connection, Transaction, params};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::cipher::Cipher;
use super::error::StoreError;

/// How many tokens a row has at most. The words after that are not found.
pub const MAX_TOKENS: usize = 128;
/// How many words of a query count; those after are ignored.
pub const MAX_QUERY_WORDS: usize = 8;
/// The letters by which the beginning of a word is found.
const PREFIX: usize = 3;

/// Which words of a text answer to a word of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The word itself.
    WholeWords,
    /// The word itself, and from 3 letters on every word that begins with it.
    Beginnings,
}

/// The kind of a row that can be found; each kind numbers its rows by itself. The number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowKind(pub i64);

/// The part of a query that narrows rows down: `id IN (<sql>)`, with its parameters in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Narrowing {
    /// A query for row ids, with unnumbered parameters.
    pub sql: String,
    /// The parameters' values: tokens, and the kind.
    pub parameters: Vec<rusqlite::types::Value>,
}

/// Makes a row findable by these texts, and by nothing else: what it was found by before is forgotten.
pub fn index(
    transaction: &Transaction<'_>,
    cipher: &Cipher,
    kind: RowKind,
    row: &[u8],
    texts: &[&str],
) -> Result<(), StoreError> {
    forget(transaction, kind, row)?;
    let mut insert = transaction
        .prepare_cached("INSERT INTO search_token (token, row_kind, row_id) VALUES (?1, ?2, ?3)")?;
    for token in tokens(cipher, kind, texts) {
        insert.execute(params![token.as_slice(), kind.0, row])?;
    }
    Ok(())
}

/// Makes a row unfindable.
pub fn forget(transaction: &Transaction<'_>, kind: RowKind, row: &[u8]) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM search_token WHERE row_kind = ?1 AND row_id = ?2")?
        .execute(params![kind.0, row])?;
    Ok(())
}

/// Narrows rows down to those that may match. None if the query has no word: then it narrows nothing.
pub fn narrow(cipher: &Cipher, kind: RowKind, query: &str, reach: Reach) -> Option<Narrowing> {
    let mut parts = Vec::new();
    let mut parameters = Vec::new();
    for word in query_words(query) {
        let token = match (reach, prefix(&word)) {
            (Reach::Beginnings, Some(prefix)) => prefix_token(cipher, kind, prefix),
            _ => word_token(cipher, kind, &word),
        };
        parts.push("SELECT row_id FROM search_token WHERE token = ? AND row_kind = ?");
        parameters.push(token.to_vec().into());
        parameters.push(kind.0.into());
    }
    (!parts.is_empty()).then(|| Narrowing { sql: parts.join(" INTERSECT "), parameters })
}

/// The rows that may match, in no order. None if the query has no word.
pub fn candidates(
    connection: &Connection,
    cipher: &Cipher,
    kind: RowKind,
    query: &str,
    reach: Reach,
) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
    let Some(narrowing) = narrow(cipher, kind, query, reach) else { return Ok(None) };
    let mut select = connection.prepare_cached(&narrowing.sql)?;
    let rows = select.query_map(rusqlite::params_from_iter(narrowing.parameters), |row| row.get(0))?;
    Ok(Some(rows.collect::<Result<_, _>>()?))
}

/// Whether a text answers to every word of a query. One without words matches everything.
pub fn matches(text: &str, query: &str, reach: Reach) -> bool {
    let text: Vec<String> = words(text).collect();
    query_words(query).iter().all(|wanted| {
        let beginning = reach == Reach::Beginnings && prefix(wanted).is_some();
        text.iter().any(|word| word == wanted || (beginning && word.starts_with(wanted.as_str())))
    })
}

/// The words of a text: compatibility forms made one (NFKD), marks dropped, lower case; letters and digits only.
fn words(text: &str) -> impl Iterator<Item = String> {
    let plain: String = text
        .nfkd()
        .flat_map(char::to_lowercase)
        // Lower case can bring marks of its own: İ becomes i with a dot.
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .collect();
    let words: Vec<String> = plain
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.into_iter()
}

fn query_words(query: &str) -> Vec<String> {
    words(query).take(MAX_QUERY_WORDS).collect()
}

/// The first letters of a word that has enough of them.
fn prefix(word: &str) -> Option<&str> {
    let (last, letter) = word.char_indices().nth(PREFIX - 1)?;
    word.get(..last + letter.len_utf8())
}

fn tokens(cipher: &Cipher, kind: RowKind, texts: &[&str]) -> BTreeSet<[u8; 8]> {
    let mut tokens = BTreeSet::new();
    for word in texts.iter().flat_map(|text| words(text)) {
        if tokens.len() + 2 > MAX_TOKENS {
            break;
        }
        if let Some(prefix) = prefix(&word) {
            tokens.insert(prefix_token(cipher, kind, prefix));
        }
        tokens.insert(word_token(cipher, kind, &word));
    }
    tokens
}

fn word_token(cipher: &Cipher, kind: RowKind, word: &str) -> [u8; 8] {
    cipher.search_token(kind.0, b'w', word)
}

fn prefix_token(cipher: &Cipher, kind: RowKind, prefix: &str) -> [u8; 8] {
    cipher.search_token(kind.0, b'p', prefix)
}
