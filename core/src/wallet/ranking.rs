//! Which way to pay comes first: pure, and total.
//!
//! In this order, each rule deciding only between those that all before it find equal:
//!
//! 1. The way in which the request was paid already, for that payment is found again.
//! 2. What works before what will fail: too small a balance, an ended request.
//! 3. What leaves the holder's reserve whole before what breaks it.
//! 4. What needs no more than a yes before what needs a person's judgement or the PIN: a payee whom nobody names, or whose
//!    key or name is another than before, an amount over a spending limit, or money of somebody else, for whom this wallet
//!    acts.
//! 5. The holder's preferences, in the holder's order.
//! 6. The payee's: prices stand in a request in the order in which the payee likes them.
//! 7. The issuer's id, so that no two are ever equal.

use std::cmp::Ordering;

use super::exposure::IssuerRisk;
use super::policy::PaymentPreference;
use crate::keys::IssuerId;

/// What is known of a way to pay, as far as it matters for its rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, each of which decides by itself")]
pub(super) struct Merits {
    /// Whose money. No two ways to pay one wish have the same.
    pub(super) issuer: IssuerId,
    /// The request was paid in this way already.
    pub(super) taken: bool,
    /// Nothing that is known now makes it fail.
    pub(super) works: bool,
    /// At least the reserve is left.
    pub(super) keeps_reserve: bool,
    /// It takes more than a yes.
    pub(super) needs_care: bool,
    /// The payee's own shop issued the money.
    pub(super) own_shop: bool,
    /// How much there is to worry about the issuer.
    pub(super) risk: IssuerRisk,
    /// The place of the price in the request.
    pub(super) place: usize,
}

/// Which of two ways comes first. `Equal` only for ways in the same issuer's money.
pub(super) fn compare(preferences: &[PaymentPreference], one: &Merits, other: &Merits) -> Ordering {
    // What is true comes first, so the other one is on the left.
    let first = |one: bool, other: bool| other.cmp(&one);
    let preferred = || {
        preferences.iter().fold(Ordering::Equal, |decided, preference| {
            decided.then_with(|| match preference {
                PaymentPreference::OwnShopFirst => first(one.own_shop, other.own_shop),
                PaymentPreference::RiskiestFirst => one.risk.cmp(&other.risk),
            })
        })
    };
    first(one.taken, other.taken)
        .then(first(one.works, other.works))
        .then(first(one.keeps_reserve, other.keeps_reserve))
        .then(one.needs_care.cmp(&other.needs_care))
        .then_with(preferred)
        .then(one.place.cmp(&other.place))
        .then_with(|| one.issuer.cmp(&other.issuer))
}

/// Whether the best of ranked ways is a choice that the holder left to the wallet: it was taken already, or the holder
/// said what comes first, or no other one works.
pub(super) fn is_decided(preferences: &[PaymentPreference], ranked: &[Merits]) -> bool {
    let taken = ranked.first().is_some_and(|best| best.taken);
    taken || !preferences.is_empty() || ranked.iter().filter(|way| way.works).count() < 2
}

#[cfg(test)]
mod tests;
