//! What an operator decides: where the server listens, what it is called, and where its bounds lie.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tallystick::clock::{Clock, Entropy, SystemClock, SystemEntropy};
use zeroize::Zeroizing;

use crate::apps::Apps;
use crate::db::accounts::AccountRow;
use crate::faults::{Faults, NoFaults};

/// Everything that an operator decides.
#[derive(Clone)]
pub struct Config {
    /// Database, keys and certificate live here. Created if absent; only its owner may read it.
    pub data_folder: PathBuf,
    /// Where to listen. Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// How the world reaches this server: `https://host[:port]`, without a path, first preferred. Empty: by the address
    /// that it listens on.
    pub origins: Vec<String>,
    /// A certificate and its key. Absent: one is made and kept in the data folder.
    pub tls: Option<TlsFiles>,
    /// Whoever founds an issuer here must show this token. Absent: anyone may.
    pub admission_token: Option<Token>,
    /// Whoever reads the metrics must show this token. Absent: anyone may.
    pub metrics_token: Option<Token>,
    /// The wallets that pages recommend, and the apps that may open links.
    pub apps: Apps,
    /// The longest time between two statements of an issuer. The protocol asks for one a day at least.
    pub statement_interval: Duration,
    /// How long a graceful stop waits for requests in flight.
    pub stop_within: Duration,
    /// Where the server's bounds lie.
    pub limits: Limits,
}

/// PEM files of a certificate chain and its private key.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The chain, the server's own certificate first.
    pub certificates: PathBuf,
    /// The private key of the first certificate.
    pub key: PathBuf,
}

/// A secret that a caller must show. Erased from memory when dropped; never printed.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// From its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Whether `text` is this token. Takes the same time wherever they differ.
    pub fn is(&self, text: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        self.0.as_bytes().ct_eq(text.as_bytes()).into()
    }
}

/// Where the server's bounds lie.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest body of a request, in bytes.
    pub body_bytes: usize,
    /// The longest that a request may take, event streams apart.
    pub request_timeout: Duration,
    /// Requests a second that one client address may make in the long run.
    pub address_per_second: u32,
    /// Requests that one client address may make at once after a rest.
    pub address_burst: u32,
    /// Requests a second that one key may sign in the long run.
    pub key_per_second: u32,
    /// Requests that one key may sign at once after a rest.
    pub key_burst: u32,
    /// Accounts without entries, roles or names that an issuer keeps; the oldest are forgotten first.
    pub unused_accounts: u32,
    /// Issuers without a card that the host keeps; the oldest are forgotten first.
    pub unfounded_issuers: u32,
    /// Requests that nobody paid that are kept of an account; those that ended are forgotten first.
    pub requests_per_account: u32,
    /// The most requests that nobody paid, grants and cancels, of each, of an account without entries, roles or names:
    /// anyone can open as many of those as they like.
    pub left_by_unused_account: u32,
    /// Connections that one client address may hold open.
    pub connections_per_address: u32,
    /// Connections that the host holds open; never more than the system lets it, less a reserve for its own files.
    pub connections: u32,
    /// Key grants in force that an account may have.
    pub key_grants_per_account: u32,
    /// Owner grants in force that an issuer may have: they stand in each statement, whose size is bounded.
    pub owners: u32,
    /// Event streams that an account may hold open.
    pub streams_per_account: u32,
    /// Event streams that the host holds open.
    pub streams: u32,
    /// The longest that an event stream lasts.
    pub stream_lifetime: Duration,
    /// Statements of an issuer for which proofs are kept, the newest ones.
    pub statements_with_proofs: u32,
    /// Jobs that share one durable transaction.
    pub group: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            request_timeout: Duration::from_secs(30),
            address_per_second: 50,
            address_burst: 500,
            key_per_second: 20,
            key_burst: 200,
            unused_accounts: 10_000,
            unfounded_issuers: 100,
            requests_per_account: 1_000,
            left_by_unused_account: 64,
            // A mobile network may hide a street behind one address.
            connections_per_address: 512,
            connections: 16_384,
            key_grants_per_account: 64,
            owners: 1_000,
            streams_per_account: 8,
            streams: 10_000,
            stream_lifetime: Duration::from_hours(1),
            statements_with_proofs: 62,
            group: 512,
        }
    }
}

impl Limits {
    /// The most requests that nobody paid that are kept of an account.
    pub(crate) fn requests(&self, of: &AccountRow) -> u32 {
        let most = self.requests_per_account;
        if of.kept { most } else { most.min(self.left_by_unused_account) }
    }

    /// The most grants that an account has in all its time.
    pub(crate) fn grants(&self, of: &AccountRow) -> u32 {
        if of.kept { u32::MAX } else { self.left_by_unused_account }
    }

    /// The most that is cancelled of an account in all its time.
    pub(crate) fn cancels(&self, of: &AccountRow) -> u32 {
        if of.kept { u32::MAX } else { self.left_by_unused_account }
    }

    /// The usual bounds, but rates so wide that nobody meets them: for tests and demonstrations, where a whole town asks
    /// from one address.
    pub fn without_rates() -> Self {
        const WIDE: u32 = 1_000_000;
        Self {
            address_per_second: WIDE,
            address_burst: WIDE,
            key_per_second: WIDE,
            key_burst: WIDE,
            connections_per_address: WIDE,
            ..Self::default()
        }
    }
}

impl Config {
    /// A server that keeps its data in `data_folder` and listens on a free port of the loopback interface.
    pub fn on_loopback(data_folder: impl Into<PathBuf>) -> Self {
        Self {
            data_folder: data_folder.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            origins: Vec::new(),
            tls: None,
            admission_token: None,
            metrics_token: None,
            apps: Apps::default(),
            // Twice the rate that the protocol asks for, so that an hour of downtime misses no day.
            statement_interval: Duration::from_hours(12),
            stop_within: Duration::from_secs(10),
            limits: Limits::default(),
        }
    }
}

/// What the server takes from outside, so that tests can own it.
#[derive(Debug, Clone)]
pub struct Ports {
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// What goes wrong on purpose.
    pub faults: Arc<dyn Faults>,
    /// What stands in front of all answers, for the tests of those who must notice.
    #[cfg(feature = "testing")]
    pub front: Option<Arc<dyn crate::testing::Front>>,
}

impl Default for Ports {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            faults: Arc::new(NoFaults),
            #[cfg(feature = "testing")]
            front: None,
        }
    }
}

impl Ports {
    /// What the program takes: the machine's clock and randomness, and no faults.
    ///
    /// A debug build for tests also hears the environment, see `testing::program`.
    #[allow(clippy::unnecessary_wraps, reason = "a build for tests may be told nonsense")]
    pub fn of_program() -> std::io::Result<Self> {
        #[cfg(all(unix, feature = "testing", debug_assertions))]
        return crate::testing::program::ports();
        #[cfg(not(all(unix, feature = "testing", debug_assertions)))]
        Ok(Self::default())
    }
}
