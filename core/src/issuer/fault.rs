//! Why an issuer gave no answer, and whether the request may have taken effect all the same.
//!
//! | error | certainty | because |
//! | --- | --- | --- |
//! | `Unsupported`, `NoRoute`, `Unsendable` | `NotSent` | it never left this machine |
//! | `Unreachable`, `Untrusted` | `NotSent` | no connection was made that it could have left by |
//! | `Problem` 4xx (not 408), `ClockSkew` | `Declined` | the server says that it did nothing, but did not sign that |
//! | `Interrupted`, `Timeout` | `Unknown` | the answer was lost, not necessarily the request |
//! | `Malformed`, any other `Problem` | `Unknown` | what was answered says nothing of what was done |

use crate::clock::UnixSeconds;
use crate::keys::{Digest, IssuerId};

/// Why an issuer gave no answer. Hosts are named, URLs are not: they may say more than a log should hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// This kind of backend cannot do that; its capabilities say so.
    #[error("this issuer's system cannot {operation}")]
    Unsupported {
        /// What was asked for.
        operation: &'static str,
    },
    /// No card of this issuer is known, so nor is its address.
    #[error("no address is known for issuer {issuer}")]
    NoRoute {
        /// The issuer.
        issuer: IssuerId,
    },
    /// The request could not be put into a form that can be sent.
    #[error("the request cannot be sent: {reason}")]
    Unsendable {
        /// What is wrong.
        reason: &'static str,
    },
    /// No connection was made.
    #[error("{host} cannot be reached ({})", .fault.code())]
    Unreachable {
        /// The host that was tried.
        host: String,
        /// How far it got.
        fault: ConnectFault,
    },
    /// The host did not prove who it is: its certificate is not valid and its TLS key is not one that the card names.
    #[error("{host} did not prove who it is ({})", .fault.code())]
    Untrusted {
        /// The host that was tried.
        host: String,
        /// What is wrong with the certificate.
        fault: TrustFault,
        /// SHA-256 of the SubjectPublicKeyInfo that it showed, for a person to compare.
        tls_key: Option<Digest>,
    },
    /// The connection broke after the request may have been sent.
    #[error("the connection to {host} broke")]
    Interrupted {
        /// The host.
        host: String,
    },
    /// No whole answer came in time.
    #[error("{host} did not answer in time")]
    Timeout {
        /// The host.
        host: String,
    },
    /// The answer is not what the protocol says it should be.
    #[error("the issuer's answer cannot be read: {what} {reason}")]
    Malformed {
        /// The part that is wrong.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The server answered with an error. It is not signed, and decides nothing about an order.
    #[error("the issuer answered with {} ({})", .0.code, .0.status)]
    Problem(Problem),
    /// The clocks differ too much, even after setting ours by the issuer's.
    #[error("the issuer's clock says {issuer_now}, too far from ours")]
    ClockSkew {
        /// The issuer's time.
        issuer_now: UnixSeconds,
    },
}

/// An error as the server tells it (RFC 9457, protocol §1.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The protocol's code, or `http_error` if the answer has none.
    pub code: String,
    /// The server's explanation, at most 300 characters. For people who search for a fault, not for users.
    pub detail: Option<String>,
    /// The field of the request that is wrong.
    pub field: Option<String>,
    /// When to try again, in seconds from now.
    pub retry_after_seconds: Option<i64>,
}

/// How far a connection got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectFault {
    /// The host's name has no address, or there is no network.
    Name,
    /// The host refused the connection.
    Refused,
    /// The host did not answer in time.
    Timeout,
    /// The two could not agree on encryption.
    Tls,
    /// Anything else.
    Other,
}

impl ConnectFault {
    /// A stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Name => "no_such_host",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Tls => "tls_failed",
            Self::Other => "no_connection",
        }
    }
}

/// What is wrong with a certificate whose key is not pinned either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustFault {
    /// Nobody whom we trust has signed it.
    UnknownAuthority,
    /// It is for another host.
    WrongHost,
    /// It is not valid yet or no longer; this machine's clock may be wrong.
    NotValidNow,
    /// Anything else.
    Other,
}

impl TrustFault {
    /// A stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownAuthority => "unknown_authority",
            Self::WrongHost => "wrong_host",
            Self::NotValidNow => "not_valid_now",
            Self::Other => "bad_certificate",
        }
    }
}

/// Whether a request that failed may have taken effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Certainty {
    /// It was never sent.
    NotSent,
    /// The server says that it did nothing. That is not signed: good enough to try again, never to free money.
    Declined,
    /// It may have taken effect.
    Unknown,
}

impl IssuerError {
    /// A stable name for this error; for a problem, the server's own.
    pub fn code(&self) -> &str {
        match self {
            Self::Unsupported { .. } => "unsupported",
            Self::NoRoute { .. } => "no_route",
            Self::Unsendable { .. } => "unsendable",
            Self::Unreachable { .. } => "unreachable",
            Self::Untrusted { .. } => "untrusted",
            Self::Interrupted { .. } => "interrupted",
            Self::Timeout { .. } => "timeout",
            Self::Malformed { .. } => "malformed_answer",
            Self::Problem(problem) => &problem.code,
            Self::ClockSkew { .. } => "clock_skew",
        }
    }

    /// Whether the request may have taken effect.
    pub fn certainty(&self) -> Certainty {
        match self {
            Self::Unsupported { .. }
            | Self::NoRoute { .. }
            | Self::Unsendable { .. }
            | Self::Unreachable { .. }
            | Self::Untrusted { .. } => Certainty::NotSent,
            Self::ClockSkew { .. } => Certainty::Declined,
            Self::Problem(Problem { status: 408, .. }) => Certainty::Unknown,
            Self::Problem(Problem { status: 400..=499, .. }) => Certainty::Declined,
            Self::Problem(_) | Self::Interrupted { .. } | Self::Timeout { .. } | Self::Malformed { .. } => {
                Certainty::Unknown
            }
        }
    }

    /// Whether the same request may succeed a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Interrupted { .. } | Self::Timeout { .. } => true,
            // A server that is behind stays so until its owner publishes a new card.
            Self::Problem(problem) => {
                problem.code != "ledger_behind" && matches!(problem.status, 408 | 429 | 500 | 502 | 503 | 504)
            }
            Self::Unsupported { .. }
            | Self::NoRoute { .. }
            | Self::Unsendable { .. }
            | Self::Untrusted { .. }
            | Self::Malformed { .. }
            | Self::ClockSkew { .. } => false,
        }
    }

    /// When the server asks to be tried again, in seconds from now.
    pub fn retry_after_seconds(&self) -> Option<i64> {
        match self {
            Self::Problem(problem) => problem.retry_after_seconds,
            _ => None,
        }
    }

    /// Whether this is a problem with the given code.
    pub fn is_problem(&self, code: &str) -> bool {
        matches!(self, Self::Problem(problem) if problem.code == code)
    }
}
