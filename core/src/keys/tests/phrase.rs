use std::collections::HashSet;

use proptest::prelude::*;

use super::{Script, Sequence};
use crate::keys::{PHRASE_WORDS, PhraseError, RecoveryPhrase, phrase_words_beginning};

const ZEROS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                     abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

fn text_of(phrase: &RecoveryPhrase) -> String {
    phrase.reveal().collect::<Vec<_>>().join(" ")
}

fn error_of(text: &str) -> Option<PhraseError> {
    RecoveryPhrase::parse(text).err()
}

#[test]
fn a_fresh_phrase_comes_from_the_entropy_alone() {
    assert_eq!(text_of(&RecoveryPhrase::generate(&Script::new(&[&[0; 32]]))), ZEROS);
    let entropy = Sequence::default();
    assert_ne!(text_of(&RecoveryPhrase::generate(&entropy)), text_of(&RecoveryPhrase::generate(&entropy)));
}

#[test]
fn spaces_and_case_do_not_matter() {
    let typed = format!("\n\t{}  ", ZEROS.to_uppercase().replace(' ', " \u{a0}\r\n "));
    let read = RecoveryPhrase::parse(&typed).ok().unwrap();
    assert_eq!(text_of(&read), ZEROS);
    assert_eq!(read.seed().as_bytes(), RecoveryPhrase::parse(ZEROS).ok().unwrap().seed().as_bytes());
}

#[test]
fn the_wrong_word_is_pointed_at() {
    let mut words: Vec<_> = ZEROS.split(' ').collect();
    for position in 1..=24 {
        let right = std::mem::replace(&mut words[position as usize - 1], "abandom");
        assert_eq!(error_of(&words.join(" ")), Some(PhraseError::UnknownWord { position }));
        words[position as usize - 1] = right;
    }
    // Two words run together: the place helps more than the count.
    assert_eq!(
        error_of(&ZEROS.replacen("abandon abandon", "abandonabandon", 1)),
        Some(PhraseError::UnknownWord { position: 1 })
    );
}

#[test]
fn only_24_words_are_a_phrase() {
    assert_eq!(error_of(""), Some(PhraseError::WordCount { found: 0 }));
    // A good phrase of 12 words by BIP 39, but not one of ours.
    let twelve = format!("{}about", "abandon ".repeat(11));
    assert_eq!(error_of(&twelve), Some(PhraseError::WordCount { found: 12 }));
    assert_eq!(error_of(&format!("{ZEROS} art")), Some(PhraseError::WordCount { found: 25 }));
    assert_eq!(error_of(&"abandon ".repeat(100_000)), Some(PhraseError::WordCount { found: 100_000 }));
}

#[test]
fn words_that_do_not_fit_are_told_apart_from_unknown_ones() {
    assert_eq!(error_of(&ZEROS.replace("art", "zoo")), Some(PhraseError::Checksum));
    assert_eq!(error_of(&ZEROS.replace("art", "arm")).unwrap().code(), "phrase_checksum");
}

#[test]
fn no_error_repeats_a_word() {
    for text in ["hunter2", &ZEROS.replace("art", "hunter2")] {
        let error = error_of(text).unwrap();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

#[test]
fn words_are_offered_while_typing() {
    assert_eq!(phrase_words_beginning("zo"), ["zone", "zoo"]);
    assert_eq!(phrase_words_beginning("ZEB"), ["zebra"]);
    assert_eq!(phrase_words_beginning("abandons"), [""; 0]);
    assert_eq!(phrase_words_beginning("é"), [""; 0]);
    let all: HashSet<_> = phrase_words_beginning("").into_iter().collect();
    assert_eq!(all.len(), 2048);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_shown_can_be_typed_again(bits: [u8; 32]) {
        let phrase = RecoveryPhrase::generate(&Script::new(&[&bits]));
        prop_assert_eq!(phrase.reveal().count(), PHRASE_WORDS);
        let again = RecoveryPhrase::parse(&text_of(&phrase)).ok().unwrap();
        prop_assert_eq!(text_of(&again), text_of(&phrase));
    }

    #[test]
    fn any_text_is_a_phrase_or_a_typed_error(text in "[a-z é\n]{0,200}") {
        prop_assert!(RecoveryPhrase::parse(&text).is_err());
    }
}
