//! What an answer to an order means.
//!
//! ```text
//! order sent ──┬─ receipt ────────────────────────────→ Settled    (once its signature is found good)
//!              ├─ refusal ────────────────────────────→ Refused    (likewise)
//!              └─ pending, or any error whatsoever ───→ Unknown    send the same bytes again, or look it up
//! ```

use super::IssuerError;
use crate::artefact::{Receipt, Refusal, Signed};
use crate::clock::UnixSeconds;

/// What an issuer says to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderAnswer {
    /// Executed.
    Executed(Settlement),
    /// Refused, for ever.
    Refused(Rejection),
    /// Taken, and not decided yet.
    Pending {
        /// When it makes sense to ask again, by the issuer's clock.
        check_at: Option<UnixSeconds>,
    },
}

/// The order was executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// By a signed receipt.
    Signed {
        /// The receipt of the side that asked.
        receipt: Signed<Receipt>,
        /// The entry in that side's chain, as bytes; not in every answer, for it names a balance.
        entry: Option<Vec<u8>>,
    },
    /// By the word of a backend that does not sign.
    Stated {
        /// When, by the issuer's clock.
        at: UnixSeconds,
        /// The backend's own name for the movement.
        reference: String,
    },
}

/// The order was not executed and never will be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // There is one at a time, never a list of them.
pub enum Rejection {
    /// By a signed refusal.
    Signed {
        /// The refusal.
        refusal: Signed<Refusal>,
        /// Beside `already_paid`: the receipt of the same payer's earlier order.
        receipt: Option<Signed<Receipt>>,
    },
    /// By the word of a backend that does not sign.
    Stated {
        /// When, by the issuer's clock.
        at: UnixSeconds,
        /// One of the protocol's refusal codes (§6).
        code: String,
    },
}

/// What an attempt to pay has come to. What is held for it is freed by the first two, and never by the third.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Executed.
    Settled(Settlement),
    /// Refused.
    Refused(Rejection),
    /// Neither is known: the order may have been executed, or may still be.
    Unknown(Undecided),
}

/// Why an outcome is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undecided {
    /// The issuer has the order and has not decided.
    Pending {
        /// When it makes sense to ask again, by the issuer's clock.
        check_at: Option<UnixSeconds>,
    },
    /// The issuer does not know the order. It may still be on its way there.
    NotSeen,
    /// There was no answer, or none that decides. [`IssuerError::certainty`] says if this one request was sent, which
    /// is no word on earlier ones.
    Failed(IssuerError),
}

impl Outcome {
    /// What the answer to a submission means. Nothing else decides it.
    ///
    /// Before anything is settled, whoever calls this checks that a receipt or refusal was signed by the issuer's
    /// signing key and names this order; until then it is worth no more than [`Outcome::Unknown`].
    pub fn of(answer: Result<OrderAnswer, IssuerError>) -> Self {
        match answer {
            Ok(OrderAnswer::Executed(settlement)) => Self::Settled(settlement),
            Ok(OrderAnswer::Refused(rejection)) => Self::Refused(rejection),
            Ok(OrderAnswer::Pending { check_at }) => Self::Unknown(Undecided::Pending { check_at }),
            // Each error by its name, so that a new one cannot slip in undecided.
            Err(
                error @ (IssuerError::Unsupported { .. }
                | IssuerError::NoRoute { .. }
                | IssuerError::Unsendable { .. }
                | IssuerError::Unreachable { .. }
                | IssuerError::Untrusted { .. }
                | IssuerError::Interrupted { .. }
                | IssuerError::Timeout { .. }
                | IssuerError::Malformed { .. }
                | IssuerError::Problem(_)
                | IssuerError::ClockSkew { .. }),
            ) => Self::Unknown(Undecided::Failed(error)),
        }
    }

    /// What the answer to a look-up means: as [`Outcome::of`], and an order that is not known there is undecided.
    pub fn of_lookup(answer: Result<Option<OrderAnswer>, IssuerError>) -> Self {
        match answer.transpose() {
            Some(answer) => Self::of(answer),
            None => Self::Unknown(Undecided::NotSeen),
        }
    }
}
