//! Issuers: the port that the wallet speaks through, and the drivers behind it.
//!
//! [`IssuerBackend`] is what a wallet asks of any issuer; [`native`] speaks `docs/protocol.md` over HTTPS. A driver says
//! with [`BackendCapabilities`] what its backend can do, and the wallet shows less where there is less. Answers are
//! parsed into typed artefacts, whose signatures are good but whose signers are not yet judged: that is for the
//! ledger's rules. Failures are an [`IssuerError`], which knows whether the request may have taken effect, and
//! [`Outcome::of`] is the one place that decides what an answer to an order means.
//!
//! - [`answer`]: what comes back.
//! - [`http_signature`]: signed reads, for client and server.

pub mod answer;
mod backend;
mod capabilities;
mod fault;
pub mod http_signature;
mod live;
pub mod native;
mod outcome;
#[cfg(test)]
mod tests;

pub use backend::{AccountRef, EntriesQuery, HostToken, IssuerBackend, OrderSubmission, Pin, Reader};
pub use capabilities::{BackendCapabilities, MemoSupport};
pub use fault::{Certainty, ConnectFault, IssuerError, Problem, TrustFault};
pub use live::{AccountEvent, ChainPosition, LiveEvent, LiveEvents};
pub use outcome::{OrderAnswer, Outcome, Rejection, Settlement, Undecided};
