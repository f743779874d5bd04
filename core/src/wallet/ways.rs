//! All ways to pay, where a request leaves a choice.

use super::Wallet;
use super::exposure::IssuerRisk;
use super::payee::PayeeView;
use super::plan::{PaymentPlan, PaymentWish};
use super::request_view::PayeeWords;
use super::search::{self, Found, Tried};
use crate::artefact::{Price, Request};
use crate::error::WalletError;
use crate::keys::{Digest, IssuerId};
use crate::money::{Amount, Currency};
use crate::operation::trust;

/// The ways to pay, and what stands in the way of others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PaymentChoices {
    /// What can be confirmed, the best by the holder's policy first.
    pub ways: Vec<PaymentWay>,
    /// Whether the first is a choice that the holder left to the wallet. If not, ask.
    pub decided: bool,
    /// The request's other prices, in its order, each with what stands in its way.
    pub obstructed: Vec<ObstructedPrice>,
    /// What the payee writes in the request: its own words, which nobody vouches for.
    pub words: Option<PayeeWords>,
    /// The payment by which this wallet has paid the request already, or is about to. All ways find it and pay nothing.
    pub earlier_payment: Option<Digest>,
}

/// A way to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[non_exhaustive]
pub enum PaymentWay {
    /// With money that the wallet holds.
    Held {
        /// What to show and to confirm. Its warnings tell also whether it will fail.
        plan: PaymentPlan,
        /// The issuer attests that the payee is its owner or its worker: this is the payee's own money.
        own_shop: bool,
        /// How much there is to worry about the issuer.
        risk: IssuerRisk,
    },
}

/// A price of a request that cannot be paid as it was wished.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ObstructedPrice {
    /// The first 8 bytes of the issuer's id, which is all that the request says of it.
    pub issuer_prefix: Vec<u8>,
    /// The issuer, if the wallet holds its money.
    pub issuer: Option<IssuerId>,
    /// The currency, if the wallet holds it.
    pub currency: Option<Currency>,
    /// What is asked, in smallest units; absent if the payer chooses.
    pub amount: Option<Amount>,
    /// Who is paid, if that became known.
    pub payee: Option<PayeeView>,
    /// What stands in the way.
    pub obstacle: Obstacle,
}

/// What stands in the way of paying a price.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[non_exhaustive]
pub enum Obstacle {
    /// The wallet does not hold this currency.
    NotHeld,
    /// The request leaves the amount to the payer: wish for one, in this currency.
    AmountMissing,
    /// The amount or the tip that was wished for is not what the request takes.
    DoesNotFit {
        /// Which rule it breaks, as a stable code.
        rule: String,
    },
    /// The payee, or a key of it, is new to this wallet, and the issuer cannot be asked about it now.
    Unreachable {
        /// What went wrong, as a stable code.
        fault: String,
    },
    /// The issuer knows no such account.
    UnknownPayee,
    /// What the request or the issuer says is false: the payee did not sign this request. Do not pay.
    Untrusted {
        /// Which rule it breaks, as a stable code.
        rule: String,
    },
    /// This wallet is the payee itself.
    OwnAccount,
    /// Something else.
    Other {
        /// What, as a stable code.
        code: String,
    },
}

impl Wallet {
    /// All ways to pay a wish, ranked by the holder's [`PaymentPolicy`](super::PaymentPolicy), and the prices that cannot
    /// be paid so. To scan a code and show what can be done with it: wish for its link alone.
    ///
    /// Of a request, a wish that names an issuer has one way at most. An amount and a tip count in one currency, so a wish
    /// with one of them must name the issuer if the wallet holds several of the request's (`choose_issuer`). For a
    /// payment to an account, what stands in the way is the error.
    ///
    /// Needs the network for a request that its link does not hold, and for payees that are new or were not looked up
    /// for a day: each issuer is asked once at most, all at once, and those that do not answer within seconds only
    /// obstruct their own way.
    pub async fn ways_to_pay(&self, wish: PaymentWish) -> Result<PaymentChoices, WalletError> {
        let chosen = wish.issuer;
        let Found { request, policy, taken, mut tried } =
            Box::pin(search::search(&self.context, wish)).await?;
        let (obstructed, words) = match request {
            None => {
                if let Some(failed) = tried.pop_if(|tried| tried.way.is_err()) {
                    failed.way?;
                }
                (Vec::new(), None)
            }
            Some(request) => {
                let body = request.body().clone();
                let obstructed = self.obstructed(&body, chosen, &tried).await?;
                let words = self
                    .context
                    .read(move |connection, cipher| PayeeWords::of(connection, cipher, &body))
                    .await?;
                (obstructed, words)
            }
        };
        let (ways, decided) = Found::ranked(tried, &policy);
        let ways = ways.into_iter().map(|way| PaymentWay::Held {
            own_shop: way.merits.own_shop,
            risk: way.merits.risk,
            plan: way.plan,
        });
        Ok(PaymentChoices {
            ways: ways.collect(),
            decided,
            obstructed,
            words,
            earlier_payment: taken.map(|(_, payment)| payment),
        })
    }

    async fn obstructed(
        &self,
        request: &Request,
        chosen: Option<IssuerId>,
        tried: &[Tried],
    ) -> Result<Vec<ObstructedPrice>, WalletError> {
        let mut obstructed = Vec::new();
        for price in request.prices.iter().filter(|price| chosen.is_none_or(|chosen| price.is_of(&chosen))) {
            let Some(tried) = tried.iter().find(|tried| price.is_of(&tried.issuer)) else {
                obstructed.push(ObstructedPrice::new(price, Obstacle::NotHeld));
                continue;
            };
            let Err(error) = &tried.way else { continue };
            let issuer = tried.issuer;
            let known = self
                .context
                .read(move |connection, cipher| trust::issuer(connection, cipher, &issuer))
                .await?;
            obstructed.push(ObstructedPrice {
                issuer: Some(issuer),
                currency: Some(known.card().currency.clone()),
                payee: tried.payee.clone(),
                ..ObstructedPrice::new(price, Obstacle::of(error))
            });
        }
        Ok(obstructed)
    }
}

impl ObstructedPrice {
    fn new(price: &Price, obstacle: Obstacle) -> Self {
        Self {
            issuer_prefix: price.issuer_prefix.to_vec(),
            issuer: None,
            currency: None,
            amount: price.amount,
            payee: None,
            obstacle,
        }
    }
}

impl Obstacle {
    fn of(error: &WalletError) -> Self {
        match error {
            WalletError::InvalidInput { rule, .. } if rule == "amount_missing" => Self::AmountMissing,
            WalletError::InvalidInput { rule, .. } if rule == "same_account" => Self::OwnAccount,
            WalletError::InvalidInput { rule, .. } => Self::DoesNotFit { rule: rule.clone() },
            WalletError::Network { fault, .. } => Self::Unreachable { fault: fault.clone() },
            WalletError::NotFound { .. } => Self::UnknownPayee,
            WalletError::Untrusted { rule, .. } => Self::Untrusted { rule: rule.clone() },
            other => Self::Other { code: other.code().to_owned() },
        }
    }
}

#[cfg(test)]
mod tests;
