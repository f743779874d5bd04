//! The driver for issuers that speak `docs/protocol.md`, over HTTPS.
//!
//! ```text
//! backend ── one method a call: path, body, answer
//!    │
//! repeat ─── rounds over the issuer's endpoints, with back-off; never a different order
//!    │
//! exchange ─ one request and its answer: signature, size, time, problems, the issuer's clock
//!    │
//! peers ──── the endpoints that cards name, a connection pool each ── tls: who is believed
//! ```
//!
//! `events` is the live connection: server-sent events, a stream that connects again by itself. `wire` and `answers`
//! are the JSON.

mod answers;
mod backend;
mod call;
mod card;
#[cfg(any(test, feature = "testing"))]
mod carrier;
mod clocks;
mod config;
mod events;
mod exchange;
mod peers;
mod problem;
mod repeat;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod tls;
mod wire;

use std::sync::Arc;

#[cfg(any(test, feature = "testing"))]
pub use carrier::Carrier;
pub use config::NativeConfig;

use self::clocks::IssuerClocks;
use self::peers::Peers;
use super::IssuerError;
use crate::clock::{Clock, Entropy};

/// Speaks to any number of issuers over HTTPS.
///
/// It must be used within a tokio runtime. Clones share connections and what is known of the issuers.
#[derive(Debug, Clone)]
pub struct NativeBackend {
    session: Arc<Session>,
}

/// What all calls share.
#[derive(Debug)]
struct Session {
    config: NativeConfig,
    peers: Peers,
    clocks: IssuerClocks,
    entropy: Arc<dyn Entropy>,
    #[cfg(any(test, feature = "testing"))]
    carrier: Option<Arc<dyn Carrier>>,
}

impl NativeBackend {
    /// A driver that knows no issuer yet. Fails if one of the configured roots is not a certificate.
    pub fn new(
        config: NativeConfig,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, IssuerError> {
        let peers = Peers::new(&config, clock.clone())?;
        let clocks = IssuerClocks::new(clock);
        let session = Session {
            config,
            peers,
            clocks,
            entropy,
            #[cfg(any(test, feature = "testing"))]
            carrier: None,
        };
        Ok(Self { session: Arc::new(session) })
    }

    /// The same, but calls take this way instead of the network's. For a driver that nobody uses yet.
    #[cfg(any(test, feature = "testing"))]
    pub fn over(mut self, carrier: Arc<dyn Carrier>) -> Self {
        if let Some(session) = Arc::get_mut(&mut self.session) {
            session.carrier = Some(carrier);
        }
        self
    }
}
