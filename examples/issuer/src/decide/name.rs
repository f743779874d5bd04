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
mod tests;
