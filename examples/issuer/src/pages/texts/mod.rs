//! What pages say, in the languages that they speak. `{…}` stands for what is put in.

mod ar;
mod de;
mod en;
mod es;
mod fr;
mod pt;
#[cfg(test)]
mod tests;

/// Everything that pages say in one language.
#[derive(Debug)]
pub(crate) struct Texts {
    /// Of the language (BCP 47).
    pub tag: &'static str,
    /// Written from right to left.
    pub right_to_left: bool,

    pub request: &'static str,
    pub asks: &'static str,
    pub says: &'static str,
    pub says_other: &'static str,
    pub unnamed: &'static str,
    pub payable_unnamed: &'static str,
    pub unnamed_advice: &'static str,
    pub unproven: &'static str,
    pub one_of: &'static str,
    pub issued_by: &'static str,
    pub any_amount: &'static str,
    pub elsewhere_price: &'static str,
    pub ambiguous_price: &'static str,
    pub untrusted_price: &'static str,
    pub cancelled_price: &'static str,
    pub stopped_price: &'static str,
    pub tip: &'static str,
    pub tip_free: &'static str,
    pub tip_choices: &'static str,
    pub until: &'static str,
    pub until_left: &'static str,
    pub ended: &'static str,
    pub no_end: &'static str,
    pub uses: &'static str,
    pub once: &'static str,
    pub reusable: &'static str,
    pub reference: &'static str,
    pub own_words: &'static str,
    pub minutes: &'static str,
    pub hours: &'static str,
    pub days: &'static str,

    pub payable: &'static str,
    pub payable_advice: &'static str,
    pub paid: &'static str,
    pub paid_advice: &'static str,
    pub expired: &'static str,
    pub cancelled: &'static str,
    pub ask_again: &'static str,
    pub untrusted: &'static str,
    pub untrusted_advice: &'static str,
    pub ambiguous: &'static str,
    pub ambiguous_advice: &'static str,
    pub elsewhere: &'static str,
    pub elsewhere_advice: &'static str,
    pub stopped: &'static str,
    pub stopped_advice: &'static str,

    pub open: &'static str,
    pub confirm_there: &'static str,
    pub no_wallet: &'static str,
    pub no_wallet_links: &'static str,
    pub no_wallet_ask: &'static str,
    pub code: &'static str,
    pub code_advice: &'static str,

    pub currency: &'static str,
    pub promise: &'static str,
    pub no_promise: &'static str,
    pub add: &'static str,
    pub card_advice: &'static str,
    pub issuer_id: &'static str,

    pub grant: &'static str,
    pub grant_account: &'static str,
    pub grant_advice: &'static str,
    pub receipt: &'static str,
    pub receipt_advice: &'static str,

    pub damaged: &'static str,
    pub damaged_advice: &'static str,
    pub gone: &'static str,
    pub unknown_issuer: &'static str,
    pub unknown_issuer_advice: &'static str,
    pub broken: &'static str,
    pub broken_advice: &'static str,
}

static ALL: [&Texts; 6] = [&en::TEXTS, &de::TEXTS, &fr::TEXTS, &es::TEXTS, &pt::TEXTS, &ar::TEXTS];

/// The texts in the language that a reader likes best (RFC 9110 §12.5.4); English if none of them is ours.
pub(crate) fn best(accept_language: &str) -> &'static Texts {
    let mut best = (&en::TEXTS, 0.0);
    for range in accept_language.split(',').take(32) {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let weight: f32 = match parts.next().and_then(|weight| weight.strip_prefix("q=")) {
            None => 1.0,
            Some(weight) => weight.parse().unwrap_or(0.0),
        };
        let primary = tag.split('-').next().unwrap_or_default();
        let Some(texts) = ALL.iter().find(|texts| texts.tag.eq_ignore_ascii_case(primary)) else { continue };
        if weight > best.1 {
            best = (texts, weight);
        }
    }
    best.0
}
