//! Why a link is not one of ours, and why a request cannot be made or paid. Every text can be shown to a user as it is.

use crate::artefact::ArtefactError;
use crate::clock::UnixSeconds;
use crate::keys::KeyError;
use crate::money::Amount;

/// Why a text is not a link of ours, or not of the kind that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// It is some other text: another app's code, a web page.
    #[error("this is neither a payment request nor a currency")]
    NotALink,
    /// It is another link of ours, where a payment request was expected.
    #[error("this link does not ask for a payment")]
    NotARequest,
    /// It is another link of ours, where a currency was expected.
    #[error("this link does not add a currency")]
    NotACard,
    /// It is another link of ours, where an account to act for was expected.
    #[error("this link hands nobody an account to act for")]
    NotAGrant,
    /// It is another link of ours, where a receipt was expected.
    #[error("this link does not name a payment that was made")]
    NotAReceipt,
    /// It is another link of ours, where the key of a till was expected.
    #[error("this link does not show the key of a till or a second device")]
    NotAKey,
    /// It leads to a server without encryption.
    #[error("this link is not secure: it must begin with https")]
    NotSecure,
    /// It does not say where the card or the request is kept.
    #[error("this link does not say on which server to look")]
    HostMissing,
    /// Its host is malformed, longer than 253 characters, or hides another one behind a user name.
    #[error("the name of the server in this link is malformed")]
    Host,
    /// A character that no code of ours has.
    #[error("'{found}' does not belong in this link; scan or copy it again")]
    Damaged {
        /// The character.
        found: char,
    },
    /// The code is cut, or was never whole.
    #[error("a part of this link is missing; scan or copy it again")]
    Incomplete,
    /// It is longer than any link of ours.
    #[error("this link is too long for a payment request")]
    TooLong,
    /// The request in it is no good.
    #[error("the request in this link {0}")]
    Request(ArtefactError),
    /// The key in it can belong to nobody.
    #[error("the key in this link is of no use: {0}")]
    Key(KeyError),
    /// The request in it has lines or a note, which only a request kept by a server may have.
    #[error("the request in this link has a text that only a request kept by an issuer may have")]
    MustBeKept,
    /// No code that every phone reads at a glance can hold it. A request can be kept by its issuer instead: its link is
    /// then short.
    #[error("this is too much for one code; let the issuer keep the request")]
    TooMuchForACode,
}

impl LinkError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotALink => "not_a_link",
            Self::NotARequest => "not_a_request",
            Self::NotACard => "not_a_card",
            Self::NotAGrant => "not_a_grant",
            Self::NotAReceipt => "not_a_receipt",
            Self::NotAKey => "not_a_key_link",
            Self::NotSecure => "not_secure",
            Self::HostMissing => "host_missing",
            Self::Host => "bad_host",
            Self::Damaged { .. } => "link_damaged",
            Self::Incomplete => "link_incomplete",
            Self::TooLong => "link_too_long",
            Self::Request(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::MustBeKept => "request_must_be_kept",
            Self::TooMuchForACode => "too_much_for_a_code",
        }
    }
}

/// Why a request cannot be made, or why an amount does not pay it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// A draft asks for nothing.
    #[error("the request asks for nothing: add a price, or a currency in which the payer chooses")]
    NothingAsked,
    /// A draft breaks a rule of requests.
    #[error("the request {0}")]
    Unsignable(ArtefactError),
    /// The request has no price in this issuer's money.
    #[error("the request cannot be paid in this money")]
    NoPrice,
    /// A prefix in the request fits two issuers that the wallet knows.
    #[error("the request names a currency in a way that fits two of this wallet; do not pay it")]
    AmbiguousIssuer,
    /// The request has ended.
    #[error("the request has expired; ask for a new one")]
    Expired {
        /// When it ended, by the issuers' clocks.
        ended_at: UnixSeconds,
    },
    /// The request leaves the amount to the payer, who gave none.
    #[error("the request leaves the amount to you: give one")]
    AmountMissing,
    /// An amount of zero or less.
    #[error("the amount must be at least the smallest unit")]
    AmountNotPositive,
    /// The request asks for another amount.
    #[error("the request asks for another amount")]
    WrongAmount {
        /// What it asks, tip included, in smallest units.
        asked: Amount,
        /// What was given.
        given: Amount,
    },
    /// The request takes no tip.
    #[error("this payee takes no tips")]
    NoTip,
    /// The tip is below zero.
    #[error("the tip is negative")]
    TipNegative,
    /// The tip is more than the price.
    #[error("the tip is more than the price")]
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
            Self::NothingAsked => "nothing_asked",
            Self::Unsignable(error) => error.code(),
            Self::NoPrice => "no_price",
            Self::AmbiguousIssuer => "ambiguous_issuer",
            Self::Expired { .. } => "request_expired",
            Self::AmountMissing => "amount_missing",
            Self::AmountNotPositive => "amount_not_positive",
            Self::WrongAmount { .. } => "wrong_amount",
            Self::NoTip => "no_tip",
            Self::TipNegative => "tip_negative",
            Self::TipTooLarge { .. } => "tip_too_large",
            Self::TipNotOffered => "tip_not_offered",
            Self::TooLarge => "amount_too_large",
        }
    }
}
