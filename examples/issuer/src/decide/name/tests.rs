#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::looks;

fn clash(one: &str, other: &str) -> bool {
    looks(one).iter().any(|look| looks(other).contains(look))
}

#[test]
fn names_that_look_alike_clash() {
    for (one, other) in [
        ("Bakery", "bakery"),
        ("Bakery", "B\u{430}kery"),
        ("BILL", "BlLL"),
        ("BILL", "bill"),
        ("Two  Words ", "two words"),
        ("\u{ff22}akery", "Bakery"),
        ("paypal", "\u{440}\u{430}ypal"),
    ] {
        assert!(clash(one, other), "{one} and {other}");
    }
}

#[test]
fn names_that_differ_do_not() {
    for (one, other) in [("Bakery", "Bakery 2"), ("Anna", "Hanna"), ("Müller", "Miller")] {
        assert!(!clash(one, other), "{one} and {other}");
    }
}
