//! The servers that cards name, and a connection pool for each.
//!
//! A pool belongs to one origin *and* the TLS keys that count for it. So an issuer whose card names the host of another
//! and a TLS key of its own wins nothing: the other's pool never believes that key.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::{Client, redirect, retry};
use url::Url;

use super::config::NativeConfig;
use super::tls::{Tls, Trust};
use crate::artefact::Endpoint;
use crate::clock::Clock;
use crate::issuer::IssuerError;
use crate::keys::IssuerId;

const USER_AGENT: &str = concat!("tallystick/", env!("CARGO_PKG_VERSION"));
/// A phone's network forgets idle connections after a minute or so.
const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// One server of an issuer.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    /// Scheme, host and port.
    pub origin: Url,
    /// Host and port, as in the `Host` field.
    pub host: String,
    /// Its connections.
    pub client: Client,
    trust: Trust,
}

impl Peer {
    /// Whether the server has proved who it is.
    pub fn is_checked(&self) -> bool {
        self.trust != Trust::Unchecked
    }
}

/// The servers of all issuers.
#[derive(Debug)]
pub(super) struct Peers {
    tls: Tls,
    connect_timeout: Duration,
    ping_interval: Duration,
    routes: RwLock<HashMap<IssuerId, Arc<[Peer]>>>,
}

impl Peers {
    pub fn new(config: &NativeConfig, clock: Arc<dyn Clock>) -> Result<Self, IssuerError> {
        let tls = Tls::new(&config.extra_roots, clock)?;
        Ok(Self {
            tls,
            connect_timeout: config.connect_timeout,
            ping_interval: config.ping_interval,
            routes: RwLock::default(),
        })
    }

    /// The servers of an issuer, first preferred.
    pub fn of(&self, issuer: &IssuerId) -> Result<Arc<[Peer]>, IssuerError> {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        routes.get(issuer).cloned().ok_or(IssuerError::NoRoute { issuer: *issuer })
    }

    /// From now on the issuer is reached at these endpoints. Unusable ones are passed over.
    pub fn set(&self, issuer: &IssuerId, endpoints: &[Endpoint]) {
        let peers = self.checked(endpoints);
        self.routes.write().unwrap_or_else(PoisonError::into_inner).insert(*issuer, peers.into());
    }

    /// Peers for these endpoints; pools that exist already are shared.
    pub fn checked(&self, endpoints: &[Endpoint]) -> Vec<Peer> {
        let of_endpoint = |endpoint: &Endpoint| {
            let mut tls_keys = endpoint.tls_keys.clone();
            tls_keys.sort_unstable();
            self.peer(&endpoint.origin, &Trust::Checked(tls_keys)).ok()
        };
        endpoints.iter().filter_map(of_endpoint).collect()
    }

    /// A server that is only known by its host. If it serves a known issuer, that one's TLS keys count.
    pub fn of_host(&self, host: &str) -> Result<Peer, IssuerError> {
        let origin = format!("https://{host}");
        let wanted = parse_origin(&origin)?;
        match self.find(|peer| peer.origin == wanted) {
            Some(peer) => Ok(peer),
            None => self.peer(&origin, &Trust::Checked(Vec::new())),
        }
    }

    /// A server that nobody vouches for. What it gives must prove itself.
    pub fn unchecked(&self, origin: &str) -> Result<Peer, IssuerError> {
        self.peer(origin, &Trust::Unchecked)
    }

    fn peer(&self, origin: &str, trust: &Trust) -> Result<Peer, IssuerError> {
        let origin = parse_origin(origin)?;
        if let Some(peer) = self.find(|peer| peer.origin == origin && peer.trust == *trust) {
            return Ok(peer);
        }
        let host = match (origin.host_str(), origin.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            (None, _) => return Err(NOT_AN_ORIGIN),
        };
        Ok(Peer { client: self.client(trust)?, origin, host, trust: trust.clone() })
    }

    fn find(&self, wanted: impl Fn(&Peer) -> bool) -> Option<Peer> {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        routes.values().flat_map(|peers| peers.iter()).find(|peer| wanted(peer)).cloned()
    }

    fn client(&self, trust: &Trust) -> Result<Client, IssuerError> {
        Client::builder()
            .tls_backend_preconfigured(self.tls.config(trust)?)
            .https_only(true)
            .no_proxy()
            .referer(false)
            .redirect(redirect::Policy::none())
            // What may be sent again is decided in `repeat` alone.
            .retry(retry::never())
            .user_agent(USER_AGENT)
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(if *trust == Trust::Unchecked { 0 } else { 2 })
            .http2_keep_alive_interval(self.ping_interval)
            .http2_keep_alive_timeout(self.ping_interval)
            .build()
            .map_err(|_| IssuerError::Unsendable { reason: "the HTTP client cannot be set up" })
    }
}

/// None of a card's endpoints can be used.
pub(super) const NO_ADDRESS: IssuerError =
    IssuerError::Unsendable { reason: "the issuer has no usable address" };

const NOT_AN_ORIGIN: IssuerError =
    IssuerError::Unsendable { reason: "the address is not https://host[:port]" };

/// `https://host[:port]` and nothing else.
fn parse_origin(text: &str) -> Result<Url, IssuerError> {
    let url = Url::parse(text).map_err(|_| NOT_AN_ORIGIN)?;
    let is_origin = url.scheme() == "https"
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    if is_origin { Ok(url) } else { Err(NOT_AN_ORIGIN) }
}
