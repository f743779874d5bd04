//! Which names look alike (UTS 39 §4).

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::confusable_detection::skeleton;

/// How a name looks, in two ways: by its skeleton with letters folded after, and before. Two names clash if they share
/// either, so that `BILL` clashes with `BlLL` as well as with `bill`. Spaces at the ends or in a row do not count.
pub(crate) fn looks(name: &str) -> Vec<String> {
    let name = name.nfkc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    let after = skeleton(&name).collect::<String>().to_lowercase();
    let before = skeleton(&name.to_lowercase()).collect::<String>().to_lowercase();
    if after == before { vec![after] } else { vec![after, before] }
}

#[cfg(test)]
mod tests {
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
}
