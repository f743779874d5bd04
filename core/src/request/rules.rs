//! What pays a request (protocol §3.6 and §5.1, step 6): pure, and shared by wallet and issuer.

use crate::artefact::{Request, TipPolicy};
use crate::keys::IssuerId;
use crate::money::{Amount, tip};

/// Why an amount does not pay a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The request has no price in this issuer's money.
    #[error("the request cannot be paid in this money")]
    NoPrice,
    /// A prefix in the request fits two issuers that the wallet knows.
    #[error("the request names an issuer by a prefix that fits two currencies of this wallet")]
    AmbiguousIssuer,
    /// The request leaves the amount to the payer, who gave none.
    #[error("the request leaves the amount to you: give one")]
    AmountMissing,
    /// The request asks for another amount.
    #[error("the request asks for {asked}, not {given}")]
    WrongAmount {
        /// What it asks, tip included, in smallest units.
        asked: Amount,
        /// What was given.
        given: Amount,
    },
    /// The request takes no tip.
    #[error("this payee takes no tips")]
    NoTip,
    /// The tip is more than the price.
    #[error("the tip is more than {most}")]
    TipTooLarge {
        /// The most that is allowed, in smallest units.
        most: Amount,
    },
    /// The tip is none of those that the request offers.
    #[error("the tip is none of those that the request offers")]
    TipNotOffered,
    /// Price and tip together are more than money can count.
    #[error("price and tip together are too large")]
    TooLarge,
}

impl RequestError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPrice => "no_price",
            Self::AmbiguousIssuer => "ambiguous_issuer",
            Self::AmountMissing => "amount_missing",
            Self::WrongAmount { .. } => "wrong_amount",
            Self::NoTip => "no_tip",
            Self::TipTooLarge { .. } => "tip_too_large",
            Self::TipNotOffered => "tip_not_offered",
            Self::TooLarge => "amount_too_large",
        }
    }
}

/// Those of the known issuers in whose money the request can be paid, in the request's order.
pub fn issuers_of(request: &Request, known: &[IssuerId]) -> Result<Vec<IssuerId>, RequestError> {
    let mut found = Vec::new();
    for price in &request.prices {
        let mut fitting = known.iter().filter(|issuer| price.is_of(issuer));
        match (fitting.next(), fitting.next()) {
            (Some(issuer), None) => found.push(*issuer),
            (None, _) => {}
            (Some(_), Some(_)) => return Err(RequestError::AmbiguousIssuer),
        }
    }
    Ok(found)
}

/// The price in an issuer's money, without tip: the request's, or the payer's where the request leaves it open.
pub fn price(request: &Request, issuer: &IssuerId, given: Option<Amount>) -> Result<Amount, RequestError> {
    let asked = request.price_at(issuer).ok_or(RequestError::NoPrice)?.amount;
    match (asked, given) {
        (None, None) => Err(RequestError::AmountMissing),
        (None, Some(given)) => Ok(given),
        (Some(asked), Some(given)) if given != asked => Err(RequestError::WrongAmount { asked, given }),
        (Some(asked), _) => Ok(asked),
    }
}

/// Whether a tip on top of a price is allowed.
pub fn check_tip(policy: Option<&TipPolicy>, price: Amount, given: Amount) -> Result<(), RequestError> {
    match policy {
        None => Err(RequestError::NoTip),
        Some(TipPolicy::Free) if given <= price => Ok(()),
        Some(TipPolicy::Free) => Err(RequestError::TipTooLarge { most: price }),
        Some(TipPolicy::Percentages(percentages)) => {
            let offered = percentages.iter().any(|percentage| tip(price, *percentage) == Ok(given));
            if offered { Ok(()) } else { Err(RequestError::TipNotOffered) }
        }
    }
}

/// Whether an order of this amount and tip pays the request.
pub fn check_amount(
    request: &Request,
    issuer: &IssuerId,
    total: Amount,
    tip: Option<Amount>,
) -> Result<(), RequestError> {
    let tip = tip.unwrap_or(Amount::ZERO);
    let paid = total.checked_sub(tip).map_err(|_| RequestError::TooLarge)?;
    match price(request, issuer, Some(paid)) {
        Err(RequestError::WrongAmount { asked, .. }) => {
            let asked = asked.checked_add(tip).map_err(|_| RequestError::TooLarge)?;
            Err(RequestError::WrongAmount { asked, given: total })
        }
        checked => checked.map(drop),
    }?;
    if tip.is_zero() { Ok(()) } else { check_tip(request.tip.as_ref(), paid, tip) }
}
