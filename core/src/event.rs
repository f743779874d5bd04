//! What the wallet tells its app.
//!
//! Events are written in the same transaction as what they tell about, and kept until the app acknowledges them: none
//! is lost when the app dies, and none tells of something that did not happen.

use serde::{Deserialize, Serialize};

use crate::clock::UnixSeconds;
use crate::keys::{Digest, IssuerId, RequestId};
use crate::money::Amount;
use crate::store::tables::account::ActingState;

/// An event with its number. Numbers ascend; some may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct NumberedEvent {
    /// Acknowledge with this number once the app has dealt with the event.
    pub sequence: i64,
    /// What happened.
    pub event: Event,
}

/// Something happened in the wallet. A payment is named by the hash of its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A currency was added to the wallet.
    CurrencyAdded {
        /// Whose money it is.
        issuer: IssuerId,
    },
    /// A payment was confirmed and is on its way. Its money is held.
    PaymentSubmitted {
        /// Whose money is paid.
        issuer: IssuerId,
        /// The payment.
        payment: Digest,
    },
    /// A payment was executed; its receipt is kept.
    PaymentSettled {
        /// Whose money was paid.
        issuer: IssuerId,
        /// The payment.
        payment: Digest,
    },
    /// A payment was refused for good; its money is free again.
    PaymentRefused {
        /// Whose money was to be paid.
        issuer: IssuerId,
        /// The payment.
        payment: Digest,
        /// Why, as a stable code.
        code: String,
    },
    /// A payment ran out of time and was provably not executed; its money is free again.
    PaymentLapsed {
        /// Whose money was to be paid.
        issuer: IssuerId,
        /// The payment.
        payment: Digest,
    },
    /// Money came in.
    PaymentReceived {
        /// Whose money it is.
        issuer: IssuerId,
        /// The payment.
        payment: Digest,
        /// How much.
        amount: Amount,
        /// The request that it pays, if it names one.
        request: Option<RequestId>,
    },
    /// The verified balance of an account is another now.
    BalanceChanged {
        /// Whose money it is.
        issuer: IssuerId,
    },
    /// The issuer published a new card.
    CardChanged {
        /// The issuer.
        issuer: IssuerId,
        /// The owners allowed themselves to owe more than before.
        owners_limit_raised: bool,
        /// The founding key was replaced by the recovery key.
        rekeyed: bool,
        /// A new epoch was declared: the ledger was restored from a copy.
        restored: bool,
    },
    /// The issuer withholds entries or proofs since then.
    AccountUnproven {
        /// The issuer.
        issuer: IssuerId,
        /// Since when.
        since: UnixSeconds,
    },
    /// The issuer was caught contradicting itself, or breaking its rules without an answer to it. The evidence is kept.
    FraudFound {
        /// The issuer.
        issuer: IssuerId,
        /// The number of the evidence.
        evidence: i64,
        /// What it proves, as a stable code.
        code: String,
    },
    /// A payer has seen another history of this issuer than this wallet.
    HistoriesDiffer {
        /// The issuer.
        issuer: IssuerId,
        /// The payment whose order says so.
        payment: Digest,
    },
    /// The grant by which this wallet acts for somebody else's account stands otherwise now, or is another one.
    ActingChanged {
        /// The issuer.
        issuer: IssuerId,
        /// How it stands.
        state: ActingState,
    },
    /// The account's founding key was replaced.
    AccountRekeyed {
        /// The issuer.
        issuer: IssuerId,
    },
}
