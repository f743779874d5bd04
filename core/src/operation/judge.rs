//! Whether an answer to an order is worth anything: pure.

use crate::artefact::{Card, Order, Receipt, Refusal, Signed};
use crate::error::WalletError;
use crate::keys::PublicKey;
use crate::store::tables::issuer::IssuerRecord;

/// The signing keys of an issuer, with the cards that name them.
pub(crate) struct IssuerKeys {
    cards: Vec<Signed<Card>>,
}

impl IssuerKeys {
    /// Of the card in force and those before it.
    pub(crate) fn of(issuer: &IssuerRecord) -> Result<Self, WalletError> {
        let cards = std::iter::once(&issuer.card)
            .chain(&issuer.earlier_cards)
            .map(|card| Signed::parse(&card.0).map_err(|error| WalletError::artefact("card", &error)))
            .collect::<Result<_, _>>()?;
        Ok(Self { cards })
    }

    /// The card in force.
    pub(crate) fn card(&self) -> &Card {
        // `of` puts it there.
        self.cards[0].body()
    }

    /// Whether signatures of this key, said to be made at `time`, count.
    pub(crate) fn counts(&self, signer: &PublicKey, time: i64) -> bool {
        self.cards
            .iter()
            .map(Signed::body)
            .any(|card| card.signing_key == *signer && card.signing_key_valid_at(time))
    }
}

/// Checks that a receipt is the issuer's word that our side of this order was executed.
pub(crate) fn receipt(
    keys: &IssuerKeys,
    order: &Signed<Order>,
    receipt: &Signed<Receipt>,
) -> Result<(), WalletError> {
    let body = receipt.body();
    let wrong = |rule, reason| Err(WalletError::untrusted("receipt", rule, reason));
    if body.issuer != order.body().issuer {
        wrong("wrong_issuer", "is of another issuer")
    } else if body.order != order.hash() {
        wrong("wrong_order", "is for another order")
    } else if body.account != order.body().payer {
        wrong("wrong_account", "is for another account")
    } else if !keys.counts(receipt.signer(), body.time) {
        wrong("wrong_signer", "is not signed by a key that the issuer's card names")
    } else {
        Ok(())
    }
}

/// Checks that a refusal is the issuer's word that this order will never be executed.
pub(crate) fn refusal(
    keys: &IssuerKeys,
    order: &Signed<Order>,
    refusal: &Signed<Refusal>,
) -> Result<(), WalletError> {
    let body = refusal.body();
    let wrong = |rule, reason| Err(WalletError::untrusted("refusal", rule, reason));
    if body.issuer != order.body().issuer {
        wrong("wrong_issuer", "is of another issuer")
    } else if body.subject != order.hash() {
        wrong("wrong_order", "is for another order")
    } else if !keys.counts(refusal.signer(), body.time) {
        wrong("wrong_signer", "is not signed by a key that the issuer's card names")
    } else {
        Ok(())
    }
}
