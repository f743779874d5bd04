//! What every part of the server needs: one of each, shared.

use std::sync::Arc;

use tallystick::clock::Entropy;
use tallystick::keys::Digest;

use crate::access::Nonces;
use crate::apps::Apps;
use crate::config::{Limits, Token};
use crate::db::{Readers, Writer};
use crate::faults::{CrashPoint, Faults};
use crate::hub::Hub;
use crate::keys::KeyRing;
use crate::metrics::Metrics;
use crate::rates::Rates;
use crate::time::IssuerTime;
use crate::trees::Trees;

/// What both the thread that writes and the requests use.
pub(crate) struct Services {
    pub time: IssuerTime,
    pub entropy: Arc<dyn Entropy>,
    pub keys: KeyRing,
    pub hub: Arc<Hub>,
    pub metrics: Metrics,
    pub limits: Limits,
    pub faults: Arc<dyn Faults>,
}

impl Services {
    /// For tests of crashes: the process is here.
    pub fn reach(&self, point: CrashPoint) {
        self.faults.reach(point);
    }
}

/// What the requests use.
pub(crate) struct App {
    pub services: Arc<Services>,
    pub writer: Writer,
    pub readers: Readers,
    pub nonces: Nonces,
    pub rates: Rates,
    pub trees: Trees,
    #[cfg(feature = "testing")]
    pub front: Option<Arc<dyn crate::testing::Front>>,
    pub admission_token: Option<Token>,
    pub metrics_token: Option<Token>,
    pub apps: Apps,
    /// How the world reaches this server, first preferred.
    pub origins: Vec<String>,
    /// The hash of the TLS key, for cards to name.
    pub tls_key: Digest,
    /// Turns to `true` when the server stops.
    pub stopping: tokio::sync::watch::Receiver<bool>,
}

/// What handlers are given.
pub(crate) type Shared = Arc<App>;

impl App {
    /// A time to sign heads with. Must be taken before the state that they tell of is read.
    pub async fn head_time(&self) -> Result<i64, crate::problem::Problem> {
        loop {
            if let Some(time) = self.services.time.for_head() {
                return Ok(time);
            }
            // Any transaction raises the ceiling.
            self.writer.write(|_| Ok(())).await?;
        }
    }
}
