//! The conformance kit: any issuer that speaks the protocol is told pass or fail, rule by rule, from outside.
//!
//! [`run`] founds an issuer on a host, or takes a test issuer whose founding key it is given, and asks it everything that
//! `docs/protocol.md` demands. Each rule has a stable id and the section it stands on; of a rule that fails the
//! [`Report`] tells what was sent and what came back.
//!
//! - [`rules`]: the rules, one file a subject.
//! - `case`: what rules are written with; `scene`: the issuer and its people; `client`: calls over TLS.
//! - `wire`: artefacts made by hand, so that they can be made wrong; `http_signature`: the same for signed reads. Neither
//!   shares code with the wallet or the reference issuer.

mod case;
mod client;
mod http_signature;
mod merkle;
mod outcome;
mod people;
mod report;
pub mod rules;
mod run;
mod scene;
mod sse;
mod wire;

pub use client::{ConnectError, Roots};
pub use outcome::{Exchange, Outcome};
pub use report::{Report, RuleReport};
pub use run::{Options, run};
pub use scene::{Existing, SigningKeys, Target};
