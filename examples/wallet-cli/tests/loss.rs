//! A lost computer: everything comes back from the phrase and one card, and the thief can do nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Town, text};

#[test]
fn a_lost_wallet_comes_back_and_the_thief_is_left_with_nothing() {
    let town = Town::new();
    let owner = town.with_wallet("owner");
    let bread = town.found(&owner, "Old Town", "BREAD");
    let coffee = town.found(&owner, "Corner", "COFFEE");
    let anna = town.person("anna");
    anna.cheap_key();
    let made = anna.json(["init"]);
    let words: Vec<&str> =
        made["recovery_phrase"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let phrase = words.join(" ");
    for (link, name) in [(&bread, "Old Town"), (&coffee, "Corner")] {
        let account = text(&anna.json(["add", link]), "account");
        owner.json(["issue", &account, "20", "--currency", name, "--yes", "--unnamed-ok"]);
    }
    anna.json(["sync"]);

    // Wrong words, an unknown shop, a card that is none: no wallet is made, and no key file stays.
    let restored = town.person("restored");
    for (card, input, code) in [
        (bread.as_str(), "one two treee", "phrase_unknown_word"),
        (&bread, &words[..23].join(" "), "phrase_word_count"),
        (&bread, "", "phrase_word_count"),
        ("hello", &phrase, "not_a_link"),
    ] {
        let ran = restored.run_with_input(["restore", "--card", card], input);
        assert_eq!((ran.code, ran.error()), (1, code), "{ran:?}");
        assert!(!ran.err.contains(words[3]), "{ran:?}");
        assert!(restored.files().is_empty(), "{:?}", restored.files());
    }
    let stranger = town.person("stranger").json_phrase();
    let ran = restored.run_with_input(["restore", "--card", &bread], &stranger);
    assert_eq!((ran.code, ran.error()), (1, "phrase_not_known"), "{ran:?}");
    assert!(!restored.files().iter().any(|name| name == "wallet.db"), "{:?}", restored.files());

    // The right ones bring both currencies back; the old computer is evicted.
    restored.cheap_key_if_absent();
    let ran = restored.run_with_input(["restore", "--card", &bread, "--after-loss", "--json"], &phrase);
    assert_eq!(ran.code, 0, "{ran:?}");
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["restored"].as_array().map(Vec::len), Some(2), "{report}");
    assert_eq!(
        (report["complete"].as_bool(), report["rekeyed"]["complete"].as_bool()),
        (Some(true), Some(true))
    );
    assert_eq!(restored.json(["restore", "--continue"])["complete"], true);

    let pay = |amount: &str| {
        let to = text(&owner.json(["balance", "BREAD"]), "account");
        ["pay", &to, amount, "--currency", "BREAD", "--yes", "--unnamed-ok"].map(str::to_owned)
    };
    let theft = anna.run(pay("5"));
    assert_ne!(theft.code, 0, "{theft:?}");
    // Whoever holds the old computer and is no thief is told what became of it.
    let examined = anna.run(["doctor"]);
    assert_eq!(examined.code, 1, "{examined:?}");
    for said in ["does not accept the key of this wallet", "NEW-FOLDER restore"] {
        assert!(examined.out.contains(said), "{said}: {}", examined.out);
    }
    assert_eq!(text(&restored.json(["balance", "BREAD"])["balance"], "decimal"), "20.00");
    restored.json(pay("6"));
    assert_eq!(text(&restored.json(["balance", "BREAD"])["balance"], "decimal"), "14.00");

    // Once more by hand, with the phrase; with another one nothing is done.
    let wrong = restored.run_with_input(["rekey"], &stranger);
    assert_eq!((wrong.code, wrong.error()), (1, "wrong_phrase"), "{wrong:?}");
    let ran = restored.run_with_input(["rekey", "--json"], &phrase);
    assert_eq!(ran.code, 0, "{ran:?}");
    restored.json(pay("1"));
}
