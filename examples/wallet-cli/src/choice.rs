//! Which one is meant, when a person names a thing by a few letters.

use tallystick::keys::IssuerId;
use tallystick::wallet::CurrencyInfo;

use crate::failure::Failure;
use crate::show::{short, tame};

/// Fewer letters of an id name nothing.
const LEAST_LETTERS: usize = 4;

/// The currency that a person means: by the issuer's id, the currency's code, the issuer's name, or the first letters
/// of the id, in this order. Without a word, the only one.
pub fn currency<'a>(all: &'a [CurrencyInfo], wanted: Option<&str>) -> Result<&'a CurrencyInfo, Failure> {
    let Some(wanted) = wanted.map(str::trim) else {
        return match all {
            [only] => Ok(only),
            [] => Err(Failure::new("no_currency", "This wallet has no currency yet")),
            _ => Err(which("choose_currency", "There are several currencies; which one?", all.iter())),
        };
    };
    let folded = wanted.to_lowercase();
    let is_id = |info: &&CurrencyInfo| wanted.parse::<IssuerId>().is_ok_and(|id| id == info.issuer);
    let has_code = |info: &&CurrencyInfo| info.currency.code().to_lowercase() == folded;
    let has_name = |info: &&CurrencyInfo| info.issuer_name.to_lowercase() == folded;
    let begins_so = |info: &&CurrencyInfo| begins(&info.issuer, wanted);
    let ways: [&dyn Fn(&&CurrencyInfo) -> bool; 4] = [&is_id, &has_code, &has_name, &begins_so];
    for way in ways {
        let found: Vec<&CurrencyInfo> = all.iter().filter(|info| way(info)).collect();
        match found.as_slice() {
            [] => {}
            [only] => return Ok(only),
            several => {
                let text = format!("`{}` fits several currencies:", tame(wanted));
                return Err(which("ambiguous_currency", &text, several.iter().copied()));
            }
        }
    }
    Err(Failure::new("unknown_currency", format!("There is no currency `{}` in this wallet", tame(wanted))))
}

/// Whether a person's few letters begin this id.
pub fn begins(id: &impl ToString, letters: &str) -> bool {
    let letters = letters.trim();
    letters.len() >= LEAST_LETTERS && id.to_string().starts_with(&letters.to_uppercase())
}

fn which<'a>(code: &str, text: &str, all: impl Iterator<Item = &'a CurrencyInfo>) -> Failure {
    let lines: Vec<String> = all
        .map(|info| {
            format!("  {}  {} ({})", short(&info.issuer), info.currency.code(), tame(&info.issuer_name))
        })
        .collect();
    let failure = Failure::new(code, text);
    let advice = failure.advice.clone().unwrap_or_default();
    failure.advise(format!("{}\n{advice}", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick::keys::AccountId;
    use tallystick::money::{Amount, Currency};

    fn info(number: u8, issuer_name: &str, code: &str) -> CurrencyInfo {
        CurrencyInfo {
            issuer: IssuerId::new([number; 16]),
            issuer_name: issuer_name.into(),
            currency: Currency::new(code, code, "", 2).unwrap(),
            account: AccountId::new([0; 16]),
            promise: String::new(),
            owners_limit: Amount::ZERO,
            link: String::new(),
            opened: true,
            owned: false,
            acting: None,
        }
    }

    #[test]
    fn one_currency_needs_no_name() {
        assert_eq!(currency(&[], None).unwrap_err().code, "no_currency");
        let all = [info(1, "Bakery", "BREAD"), info(2, "Café", "COFFEE")];
        assert_eq!(currency(&all[..1], None), Ok(&all[0]));
        let failure = currency(&all, None).unwrap_err();
        assert_eq!(failure.code, "choose_currency");
        assert!(
            failure.advice.is_some_and(|advice| advice.contains("Bakery") && advice.contains("--currency"))
        );
    }

    #[test]
    fn currencies_go_by_code_name_and_id() {
        let all = [info(1, "Bakery", "BREAD"), info(2, "Café", "COFFEE"), info(3, "Mill", "BREAD")];
        assert_eq!(currency(&all, Some("coffee")), Ok(&all[1]));
        assert_eq!(currency(&all, Some("CAFÉ")), Ok(&all[1]));
        assert_eq!(currency(&all, Some(&all[2].issuer.to_string())), Ok(&all[2]));
        assert_eq!(currency(&all, Some(&all[2].issuer.to_string()[..6].to_lowercase())), Ok(&all[2]));
        assert_eq!(currency(&all, Some("BREAD")).unwrap_err().code, "ambiguous_currency");
        for unknown in ["", "tea", "AE", "AEBAGBAFAYDQ"] {
            assert_eq!(currency(&all, Some(unknown)).unwrap_err().code, "unknown_currency", "{unknown}");
        }
    }

    #[test]
    fn a_name_that_is_another_issuers_code_does_not_win() {
        let all = [info(1, "Bakery", "BREAD"), info(2, "BREAD", "COFFEE")];
        assert_eq!(currency(&all, Some("bread")), Ok(&all[0]));
    }
}
