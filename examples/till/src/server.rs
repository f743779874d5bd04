//! The running till: put together at the start, taken apart at the end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::RustlsConfig;
use axum_server::{Handle, Server};
use tallystick::error::WalletError;
use tallystick::keys::Digest;
use tallystick::wallet::Wallet;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

use crate::app::{App, Shared};
use crate::book::Book;
use crate::config::{Config, Hosts, Transport};
use crate::rates::Rates;
use crate::session::Sessions;
use crate::tls::{self, TlsError};
use crate::watch::Watchers;
use crate::{http, routes};

/// News that a stream may be behind before it is told the whole state instead.
const NEWS_KEPT: usize = 64;

/// Why a till did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Without TLS it would be heard by everybody around.
    #[error("{0} can be reached from outside: plain HTTP is for loopback addresses only")]
    PlainHttpNotLoopback(SocketAddr),
    /// Anybody could use it.
    #[error("the till has no PIN: set one with `tallystick-till set-pin`")]
    PinNotSet,
    /// The wallet cannot be opened.
    #[error("the wallet cannot be opened: {0}")]
    Wallet(#[from] WalletError),
    /// The till's own file of charges cannot be read.
    #[error("the file of charges cannot be read: {0}. If it is moved away, the till begins a new one")]
    Charges(io::Error),
    /// There is no TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// It cannot listen there.
    #[error("it cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

impl StartError {
    /// A stable name for this error.
    pub fn code(&self) -> &str {
        match self {
            Self::PlainHttpNotLoopback(_) => "plain_http_not_loopback",
            Self::PinNotSet => "pin_not_set",
            Self::Wallet(error) => error.code(),
            Self::Charges(_) => "charges_unreadable",
            Self::Tls(_) => "tls_failed",
            Self::Listen { .. } => "listen_failed",
        }
    }
}

/// Starts tills.
#[derive(Debug, Clone, Copy)]
pub struct Till;

impl Till {
    /// Starts a till. It listens once this returns. Needs a Tokio runtime, and runs on it.
    ///
    /// The wallet stays locked until somebody gives the PIN on the page.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        if matches!(config.transport, Transport::PlainHttp) && !config.listen.ip().is_loopback() {
            return Err(StartError::PlainHttpNotLoopback(config.listen));
        }
        let hosts = Hosts::new(&config);
        let folder = config.wallet.folder.clone();
        let cannot_listen = |source| StartError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        let wallet = Wallet::open(&config.wallet).await?;
        let prepared = async {
            if !wallet.app_lock().await?.pin_set {
                return Err(StartError::PinNotSet);
            }
            let identity = match &config.transport {
                Transport::SelfMade => {
                    let now = config.wallet.clock.now();
                    Some(tls::self_made(&folder, hosts.for_certificate(), now)?)
                }
                Transport::Files(files) => Some(tls::given(files)?),
                Transport::PlainHttp => None,
            };
            let book = Book::open(&folder, config.limits.charges).map_err(StartError::Charges)?;
            Ok((identity, book))
        };
        let (identity, book) = match prepared.await {
            Ok(prepared) => prepared,
            Err(error) => {
                // The first error tells more than a second one would.
                let _ = wallet.close().await;
                return Err(error);
            }
        };
        let (stop, stopping) = watch::channel(false);
        let app = Arc::new(App {
            wallet,
            clock: config.wallet.clock,
            entropy: config.wallet.entropy,
            shop: config.shop,
            locale: config.locale,
            time_zone: config.time_zone,
            charge_seconds: i64::try_from(config.charge_lifetime.as_secs()).unwrap_or(i64::MAX),
            over_tls: identity.is_some(),
            hosts,
            rates: Rates::new(&config.limits),
            sessions: Sessions::new(&config.limits),
            limits: config.limits,
            book,
            news: broadcast::Sender::new(NEWS_KEPT),
            refunding: tokio::sync::Mutex::default(),
            watchers: Watchers::default(),
            stopping,
        });
        let handle = Handle::new();
        let tls = identity.as_ref().map(|identity| Arc::clone(&identity.config));
        let serving = serve(listener, tls, handle.clone(), &app)
            .map_err(|source| StartError::Listen { address, source })?;
        tracing::info!(%address, over_tls = app.over_tls, "the till listens");
        Ok(Running {
            app,
            handle,
            serving,
            stop,
            address,
            certificate: identity.map(|identity| identity.certificate.to_vec()),
            stop_within: config.stop_within,
        })
    }
}

type Serving = JoinHandle<io::Result<()>>;

fn serve(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    handle: Handle<SocketAddr>,
    app: &Shared,
) -> io::Result<Serving> {
    let routes = http::around(routes::all(app), app);
    // A client that connects and says nothing must not hold a place for ever.
    let patience = app.limits.request_timeout;
    if let Some(tls) = tls {
        let server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(tls))?
            // News are small and must not wait for the next: without this each comes 40 ms late.
            .map(|tls| tls.acceptor(NoDelayAcceptor))
            .handle(handle);
        Ok(tokio::spawn(bounded(server, patience).serve(with_addresses(routes))))
    } else {
        let server = axum_server::from_tcp(listener)?.acceptor(NoDelayAcceptor).handle(handle);
        Ok(tokio::spawn(bounded(server, patience).serve(with_addresses(routes))))
    }
}

fn bounded<A>(server: Server<SocketAddr, A>, patience: Duration) -> Server<SocketAddr, A> {
    let mut server = server.first_request_timeout(patience);
    server.http_builder().http1().header_read_timeout(patience);
    server.http_builder().http2().keep_alive_interval(Duration::from_secs(30)).max_concurrent_streams(64);
    server
}

fn with_addresses(
    routes: Router,
) -> axum::extract::connect_info::IntoMakeServiceWithConnectInfo<Router, SocketAddr> {
    routes.into_make_service_with_connect_info::<SocketAddr>()
}

/// A till that runs.
pub struct Running {
    app: Shared,
    handle: Handle<SocketAddr>,
    serving: Serving,
    stop: watch::Sender<bool>,
    address: SocketAddr,
    certificate: Option<Vec<u8>>,
    stop_within: Duration,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a tablet opens: `https://127.0.0.1:7443`. Of a till that listens on all addresses, by its first name, or by an
    /// address of this machine.
    pub fn url(&self) -> String {
        let scheme = if self.app.over_tls { "https" } else { "http" };
        format!("{scheme}://{}", self.app.hosts.authority(self.address.port()))
    }

    /// Its certificate, DER; none over plain HTTP.
    pub fn certificate_der(&self) -> Option<&[u8]> {
        self.certificate.as_deref()
    }

    /// What a browser shows of its certificate, to compare (SHA-256, in hexadecimal pairs); none over plain HTTP.
    pub fn fingerprint(&self) -> Option<String> {
        let hash = Digest::of(&[self.certificate_der()?]);
        let pairs: Vec<String> = hash.as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
        Some(pairs.join(":"))
    }

    /// Ends event streams, finishes what is in flight, closes the wallet, and frees folder and port.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        self.handle.graceful_shutdown(Some(self.stop_within));
        // Its failure was logged where it happened; at the end nothing more can be done about it.
        let _ = (&mut self.serving).await;
        self.app.watchers.end().await;
        if let Err(error) = self.app.wallet.close().await {
            tracing::error!(code = error.code(), "the wallet was not closed in good order");
        }
        tracing::info!("the till has stopped");
    }
}

impl Drop for Running {
    /// Without [`shutdown`](Self::shutdown) the server ends in the background, as well as it can.
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.handle.shutdown();
    }
}
