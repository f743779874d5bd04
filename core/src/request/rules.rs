//! What pays a request (protocol §3.6 and §5.1, step 6): pure, and shared by wallet and issuer.

use super::RequestError;
use crate::artefact::{Request, TipPolicy};
use crate::clock::UnixSeconds;
use crate::keys::IssuerId;
use crate::money::{Amount, tip};

/// Those of the known issuers in whose money the request can be paid, in the request's order.
pub fn issuers_of(request: &Request, known: &[IssuerId]) -> Result<Vec<IssuerId>, RequestError> {
    let mut found = Vec::new();
    for price in &request.prices {
        let mut fitting = known.iter().filter(|issuer| price.is_of(issuer));
        let Some(issuer) = fitting.next() else { continue };
        if fitting.any(|other| other != issuer) {
            return Err(RequestError::AmbiguousIssuer);
        }
        found.push(*issuer);
    }
    Ok(found)
}

/// Whether the request has not ended yet, by the clock of the issuer that is to be paid at.
pub fn check_end(request: &Request, issuer_now: UnixSeconds) -> Result<(), RequestError> {
    match request.not_after {
        Some(ended_at) if issuer_now > ended_at => Err(RequestError::Expired { ended_at }),
        _ => Ok(()),
    }
}

/// The price in an issuer's money, without tip: the request's, or the payer's where the request leaves it open.
pub fn price(request: &Request, issuer: &IssuerId, given: Option<Amount>) -> Result<Amount, RequestError> {
    let asked = request.price_at(issuer).ok_or(RequestError::NoPrice)?.amount;
    match (asked, given) {
        (None, None) => Err(RequestError::AmountMissing),
        (None, Some(given)) if !given.is_positive() => Err(RequestError::AmountNotPositive),
        (None, Some(given)) => Ok(given),
        (Some(asked), Some(given)) if given != asked => Err(RequestError::WrongAmount { asked, given }),
        (Some(asked), _) => Ok(asked),
    }
}

/// A tip that a request offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct TipChoice {
    /// The percentage.
    pub percent: u8,
    /// What it comes to, in smallest units; of a very small price it can be zero.
    pub amount: Amount,
}

/// The tips that a policy offers on top of a price, in its order; none for a free choice, or if no tip is taken.
pub fn tip_choices(policy: Option<&TipPolicy>, price: Amount) -> Result<Vec<TipChoice>, RequestError> {
    let Some(TipPolicy::Percentages(percentages)) = policy else { return Ok(Vec::new()) };
    percentages
        .iter()
        .map(|percent| {
            let amount = tip(price, *percent).map_err(|_| RequestError::AmountNotPositive)?;
            Ok(TipChoice { percent: *percent, amount })
        })
        .collect()
}

/// Whether a tip on top of a price is allowed. No tip always is.
pub fn check_tip(policy: Option<&TipPolicy>, price: Amount, given: Amount) -> Result<(), RequestError> {
    match policy {
        _ if given.is_zero() => Ok(()),
        _ if given.is_negative() => Err(RequestError::TipNegative),
        None => Err(RequestError::NoTip),
        Some(TipPolicy::Free) if given <= price => Ok(()),
        Some(TipPolicy::Free) => Err(RequestError::TipTooLarge { most: price }),
        Some(TipPolicy::Percentages(_)) => {
            let offered = tip_choices(policy, price)?.iter().any(|choice| choice.amount == given);
            if offered { Ok(()) } else { Err(RequestError::TipNotOffered) }
        }
    }
}

/// What an order must move to pay the request: the price, chosen by the payer where the request leaves it open, and a
/// tip that it allows.
pub fn amount_for(
    request: &Request,
    issuer: &IssuerId,
    given: Option<Amount>,
    tip: Option<Amount>,
) -> Result<Amount, RequestError> {
    let price = price(request, issuer, given)?;
    let tip = tip.unwrap_or(Amount::ZERO);
    check_tip(request.tip.as_ref(), price, tip)?;
    price.checked_add(tip).map_err(|_| RequestError::TooLarge)
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
    match amount_for(request, issuer, Some(paid), Some(tip)) {
        Err(RequestError::WrongAmount { asked, .. }) => {
            let asked = asked.checked_add(tip).map_err(|_| RequestError::TooLarge)?;
            Err(RequestError::WrongAmount { asked, given: total })
        }
        checked => checked.map(drop),
    }
}
