#![allow(clippy::unwrap_used)]

use super::*;

/// What stands in braces, sorted.
fn holes(text: &str) -> Vec<&str> {
    let mut holes: Vec<_> =
        text.split('{').skip(1).map(|rest| rest.split_once('}').map_or("", |(name, _)| name)).collect();
    holes.sort_unstable();
    holes
}

/// Every text of a language, in the order of the fields.
fn texts(of: &Texts) -> Vec<String> {
    // Combining marks are escaped with braces.
    format!("{of:?}").replace("\\u{", "").split("\", ").map(str::to_owned).collect()
}

#[test]
fn every_language_says_everything_with_the_same_holes() {
    let english = texts(&en::TEXTS);
    for language in &ALL[1..] {
        let own = texts(language);
        assert_eq!(own.len(), english.len(), "{}", language.tag);
        // The first holds tag and direction.
        for (ours, theirs) in own.iter().zip(&english).skip(1) {
            assert_eq!(holes(ours), holes(theirs), "{}: {ours}", language.tag);
            // Short units and names may agree; whole sentences were not translated then.
            let is_sentence = theirs.split(' ').count() > 4;
            assert!(!is_sentence || ours != theirs, "{}: {ours}", language.tag);
            assert!(!ours.contains(['<', '&']), "{ours}");
        }
    }
}

#[test]
fn the_best_of_what_a_reader_accepts() {
    for (accept, tag) in [
        ("", "en"),
        ("*", "en"),
        ("fr", "fr"),
        ("DE-at", "de"),
        ("xx, es;q=0.1", "es"),
        ("en;q=0.4, ar;q=0.8, de;q=0.6", "ar"),
        ("de;q=0, pt", "pt"),
        ("de;q=nonsense", "en"),
        ("de, fr", "de"),
        (";;;,,,q=1", "en"),
    ] {
        assert_eq!(best(accept).tag, tag, "{accept}");
    }
}
