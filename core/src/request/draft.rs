//! What a payee asks for, until it is signed.

use unicode_normalization::UnicodeNormalization as _;

use super::RequestError;
use crate::artefact::{ArtefactError, Line, Price, Request, Signed, TipPolicy, Unproven};
use crate::clock::{Entropy, UnixSeconds};
use crate::keys::{AccountId, IssuerId, SigningKey};
use crate::money::Amount;

/// A request for payment in the making.
///
/// ```
/// # use tallystick::{artefact::TipPolicy, clock::SystemEntropy, keys::*, money::Amount, request::*};
/// # let (payee, bakery) = (AccountId::new([1; 16]), IssuerId::new([2; 16]));
/// # let (key, noon) = (SigningKey::generate(&SystemEntropy), 1_800_000_000);
/// let request = PaymentRequest::new(payee)
///     .price(bakery, Amount::new(450))
///     .tip(TipPolicy::Percentages(vec![5, 10]))
///     .until(noon + 600)
///     .sign(&key, &SystemEntropy)?;
/// # Ok::<(), RequestError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRequest {
    body: Request,
}

impl PaymentRequest {
    /// A request to pay this account, which does not ask for anything yet.
    pub fn new(payee: AccountId) -> Self {
        Self {
            body: Request {
                payee,
                not_after: None,
                prices: Vec::new(),
                nonce: [0; 8],
                reference: None,
                tip: None,
                reusable: false,
                lines: Vec::new(),
                note: None,
            },
        }
    }

    /// Can be paid with this amount of this issuer's money, in full. At most three currencies, preferred first.
    pub fn price(mut self, issuer: IssuerId, amount: Amount) -> Self {
        self.body.prices.push(Price { issuer_prefix: prefix(&issuer), amount: Some(amount) });
        self
    }

    /// Can be paid in this issuer's money with an amount that the payer chooses. The request must be reusable.
    pub fn any_amount(mut self, issuer: IssuerId) -> Self {
        self.body.prices.push(Price { issuer_prefix: prefix(&issuer), amount: None });
        self
    }

    /// Ends after this, by the issuers' clocks. Only a reusable request may be without end.
    pub fn until(mut self, not_after: UnixSeconds) -> Self {
        self.body.not_after = Some(not_after);
        self
    }

    /// Can be paid more than once.
    pub fn reusable(mut self) -> Self {
        self.body.reusable = true;
        self
    }

    /// Takes a tip.
    pub fn tip(mut self, policy: TipPolicy) -> Self {
        self.body.tip = Some(policy);
        self
    }

    /// The payee's own reference, 1 to 8 bytes.
    pub fn reference(mut self, reference: &[u8]) -> Self {
        self.body.reference = Some(reference.to_vec());
        self
    }

    /// One thing that is paid for: up to 100 characters, how much of it in thousandths, and what that costs in the first
    /// price's currency. At most 40. A request with lines must be kept by its issuer.
    pub fn line(mut self, text: &str, quantity_thousandths: i64, amount: Amount) -> Self {
        self.body.lines.push(Line { text: text.nfc().collect(), quantity_thousandths, amount });
        self
    }

    /// A word to the payer, up to 200 characters. A request with a note must be kept by its issuer.
    pub fn note(mut self, note: &str) -> Self {
        self.body.note = Some(note.nfc().collect());
        self
    }

    /// Whether it must be kept by its issuer: its link then names it by its hash.
    pub fn must_be_kept(&self) -> bool {
        self.body.is_long()
    }

    /// Signs it with the payee's founding key, or one granted `receive`. Two requests for the same differ.
    pub fn sign(mut self, key: &SigningKey, entropy: &dyn Entropy) -> Result<Signed<Request>, RequestError> {
        let prices = &self.body.prices;
        if prices.is_empty() {
            return Err(RequestError::NothingAsked);
        }
        if prices.iter().any(|price| price.amount.is_some_and(|amount| !amount.is_positive())) {
            return Err(RequestError::AmountNotPositive);
        }
        if prices.len() > 3 {
            let reason = "has more than three currencies";
            return Err(RequestError::Unsignable(ArtefactError::Field { field: "prices", reason }));
        }
        self.body.nonce = entropy.bytes();
        Unproven::sign(&self.body, key).map_err(RequestError::Unsignable)
    }
}

fn prefix(issuer: &IssuerId) -> [u8; 8] {
    let mut prefix = [0; 8];
    prefix.copy_from_slice(&issuer.as_bytes()[..8]);
    prefix
}
