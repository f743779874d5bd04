//! `swpt:<debtor>` and `swpt:<debtor>/<account>` (the `swpt` URI scheme).

use data_encoding::BASE64URL;

/// The most characters of an account's id.
const MAX_ACCOUNT: usize = 100;

/// The currency that a debtor's URI names: the debtor's number, for which negative ones stand above 2⁶³.
pub(super) fn debtor(uri: &str) -> Option<i64> {
    let number = uri.strip_prefix("swpt:")?;
    // Leading zeros and signs would be a second name of the same currency.
    let canonical = number == "0" || !number.starts_with('0');
    if !canonical || number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok().map(u64::cast_signed)
}

/// The URI of the debtor in an account's URI, if the latter is well formed.
pub(super) fn debtor_of_account(uri: &str) -> Option<&str> {
    let (currency, account) = uri.split_once('/')?;
    debtor(currency)?;
    is_account(account).then_some(currency)
}

fn is_account(account: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'=' | b'-');
    match account.strip_prefix('!') {
        None => (1..=MAX_ACCOUNT).contains(&account.len()) && account.bytes().all(plain),
        Some(encoded) => BASE64URL
            .decode(encoded.as_bytes())
            .is_ok_and(|id| (1..=MAX_ACCOUNT).contains(&id.len()) && id.is_ascii()),
    }
}
