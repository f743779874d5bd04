//! The page's words: every language says everything, with the same blanks to fill, and nothing that no one asks for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

type Words = BTreeMap<String, String>;

const LANGUAGES: [&str; 6] = ["en", "de", "fr", "es", "pt", "ar"];
/// Keys of which the page knows the beginning, and the server or the state the end.
const FAMILIES: [&str; 5] = ["error_", "state_", "colour_", "entry_", "refund_"];

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("page")
}

fn words(language: &str) -> Words {
    let text = std::fs::read_to_string(page().join(format!("locales/{language}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The names in braces.
fn blanks(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').expect("a closed brace").0).collect()
}

#[test]
fn every_language_says_everything() {
    let english = words("en");
    for language in LANGUAGES {
        let words = words(language);
        assert!(words.keys().eq(english.keys()), "{language} has other keys");
        for (key, text) in &words {
            assert_eq!(blanks(text), blanks(&english[key]), "{language} {key}");
            assert!(!text.trim().is_empty() && text.trim() == text, "{language} {key}: {text:?}");
        }
    }
    let files = std::fs::read_dir(page().join("locales")).unwrap().count();
    assert_eq!(files, LANGUAGES.len());
}

#[test]
fn translations_are_translated() {
    let english = words("en");
    for language in LANGUAGES.iter().skip(1) {
        let words = words(language);
        let same = english.iter().filter(|(key, text)| text.split(' ').count() > 2 && &words[*key] == *text);
        assert_eq!(same.map(|(key, _)| key).collect::<Vec<_>>(), Vec::<&String>::new(), "{language}");
    }
}

#[test]
fn the_page_uses_every_word_and_asks_for_no_other() {
    let mut source = String::new();
    for file in std::fs::read_dir(page()).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|end| end == "js" || end == "html") {
            source.push_str(&std::fs::read_to_string(file).unwrap());
        }
    }
    // Every text in quotes that has the form of a key.
    let quoted: BTreeSet<&str> = source
        .split('"')
        .filter(|text| text.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        .collect();
    let english = words("en");
    for key in english.keys() {
        let family = FAMILIES.iter().any(|family| key.starts_with(family));
        assert!(family || quoted.contains(&**key), "nobody says {key}");
    }
    for call in source.split("t(\"").skip(1) {
        let key = call.split_once('"').unwrap().0;
        let is_key = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(
            !is_key || english.contains_key(key) || !source.contains(&format!(" t(\"{key}\"")),
            "no words for {key}"
        );
    }
    for (at, _) in source.match_indices("data-t") {
        let Some((_, rest)) = source[at..].split_once("=\"") else { continue };
        let key = rest.split_once('"').unwrap().0;
        let is_key = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(!is_key || english.contains_key(key), "no words for {key}");
    }
}
