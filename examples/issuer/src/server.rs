//! The running server: put together at the start, taken apart at the end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use rusqlite::params;
use tallystick::keys::Digest;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::access::Nonces;
use crate::config::{Config, Ports};
use crate::connections::Counted;
use crate::db::{self, OpenError, Readers, Writer, writer::WriterThread};
use crate::faults::{CrashPoint, Faults, NoFaults};
use crate::folder::{self, DataFolder};
use crate::hub::Hub;
use crate::keys::KeyRing;
use crate::metrics::Metrics;
use crate::rates::Rates;
use crate::services::{App, Services, Shared};
use crate::time::IssuerTime;
use crate::tls::{self, TlsError};
use crate::trees::Trees;
use crate::{chores, http, routes};

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another server uses the data folder.
    #[error("another server uses the data folder {0}")]
    InUse(String),
    /// The data folder cannot be used.
    #[error("the data folder {folder} cannot be used: {source}")]
    Folder {
        /// The folder.
        folder: String,
        /// What the system says.
        source: io::Error,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// There is no TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// An origin is not of the form `https://host[:port]`.
    #[error("{0} is not of the form https://host[:port], in lower case and without a path")]
    Origin(String),
    /// It fell over while it started.
    #[error("it fell over while it started: {0}")]
    Crashed(String),
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
    pub fn code(&self) -> &'static str {
        match self {
            Self::InUse(_) => "data_folder_in_use",
            Self::Folder { .. } => "data_folder_failed",
            Self::Database(error) => error.code(),
            Self::Tls(_) => "tls_failed",
            Self::Origin(_) => "bad_origin",
            Self::Crashed(_) => "crashed",
            Self::Listen { .. } => "listen_failed",
        }
    }
}

/// Starts servers.
#[derive(Debug, Clone, Copy)]
pub struct Issuer;

impl Issuer {
    /// Starts a server. It listens once this returns. Needs a Tokio runtime, and runs on it.
    pub async fn start(config: Config) -> Result<RunningServer, StartError> {
        Self::start_with(config, Ports::default()).await
    }

    /// Starts a server with a clock, randomness and faults of the caller's.
    pub async fn start_with(config: Config, ports: Ports) -> Result<RunningServer, StartError> {
        let (stop, stopping) = watch::channel(false);
        let (statement_interval, stop_within) = (config.statement_interval, config.stop_within);
        let assembled = tokio::task::spawn_blocking(move || assemble(config, ports, stopping)).await;
        let Assembled { app, folder, thread, listener, address, identity } =
            assembled.map_err(|error| StartError::Crashed(error.to_string()))??;
        let chores = tokio::spawn(chores::keep_doing(Arc::clone(&app), statement_interval));
        let handle = Handle::new();
        let serving = serve(listener, identity.config, handle.clone(), &app)
            .map_err(|source| StartError::Listen { address, source })?;
        tracing::info!(%address, origins = ?app.origins, "the issuer listens");
        Ok(RunningServer {
            app,
            folder,
            thread: Some(thread),
            handle,
            serving,
            chores,
            stop,
            address,
            certificate: identity.certificate.to_vec(),
            statement_interval,
            stop_within,
        })
    }
}

/// A server that does not serve yet.
pub(crate) struct Assembled {
    pub(crate) app: Shared,
    pub(crate) folder: DataFolder,
    pub(crate) thread: WriterThread,
    listener: TcpListener,
    address: SocketAddr,
    identity: tls::Identity,
}

impl Assembled {
    /// Where it would listen.
    #[cfg(feature = "testing")]
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

pub(crate) fn assemble(
    config: Config,
    ports: Ports,
    stopping: watch::Receiver<bool>,
) -> Result<Assembled, StartError> {
    let failed = |source| StartError::Folder { folder: config.data_folder.display().to_string(), source };
    let cannot_listen = |source| StartError::Listen { address: config.listen, source };
    let folder = open_folder(&config.data_folder)?;
    ports.faults.reach(CrashPoint::FolderLocked);
    let listener = TcpListener::bind(config.listen).map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let origins = origins(&config, address)?;
    let identity = match &config.tls {
        Some(files) => tls::given(files)?,
        None => tls::self_made(folder.path(), names(&origins, address), &*ports.faults)?,
    };
    let connection = db::open_writer(&folder.database())?;
    let ceiling = db::time_ceiling(&connection).map_err(OpenError::from)?;
    ports.faults.reach(CrashPoint::DatabaseOpened);
    let started_at = ports.clock.now();
    let services = Arc::new(Services {
        time: IssuerTime::new(ports.clock, ceiling),
        entropy: ports.entropy,
        keys: folder.keys().and_then(KeyRing::open).map_err(failed)?,
        hub: Arc::new(Hub::default()),
        metrics: Metrics::default(),
        limits: config.limits.clone(),
        faults: ports.faults,
    });
    let readers = Readers::open(&folder.database())?;
    let (writer, thread) = Writer::start(connection, Arc::clone(&services)).map_err(failed)?;
    let app = Arc::new(App {
        nonces: Nonces::new(started_at),
        rates: Rates::new(&config.limits),
        trees: Trees::default(),
        #[cfg(feature = "testing")]
        front: ports.front,
        admission_token: config.admission_token,
        metrics_token: config.metrics_token,
        apps: config.apps,
        origins,
        tls_key: identity.key_hash,
        services,
        writer,
        readers,
        stopping,
    });
    Ok(Assembled { app, folder, thread, listener, address, identity })
}

fn open_folder(path: &Path) -> Result<DataFolder, StartError> {
    DataFolder::open(path).map_err(|source| {
        let folder = path.display().to_string();
        match source.kind() {
            io::ErrorKind::WouldBlock => StartError::InUse(folder),
            _ => StartError::Folder { folder, source },
        }
    })
}

fn origins(config: &Config, address: SocketAddr) -> Result<Vec<String>, StartError> {
    if config.origins.is_empty() {
        return Ok(vec![format!("https://{address}")]);
    }
    for origin in &config.origins {
        let url = url::Url::parse(origin).ok().filter(|url| url.scheme() == "https");
        if url.is_none_or(|url| url.origin().ascii_serialization() != *origin) {
            return Err(StartError::Origin(origin.clone()));
        }
    }
    Ok(config.origins.clone())
}

/// The names that a self-made certificate is for.
fn names(origins: &[String], address: SocketAddr) -> Vec<String> {
    let hosts =
        origins.iter().filter_map(|origin| url::Url::parse(origin).ok()?.host_str().map(str::to_owned));
    let mut names: Vec<String> = hosts.map(|host| host.trim_matches(['[', ']']).to_owned()).collect();
    names.push(address.ip().to_string());
    names.push("localhost".to_owned());
    names.sort();
    names.dedup();
    names
}

/// All routes and the layers around them.
pub(crate) fn router(app: &Shared) -> Router {
    let (routes, _) = routes::all().split_for_parts();
    let routes: Router = routes
        .fallback(http::not_found)
        .method_not_allowed_fallback(http::wrong_method)
        .with_state(Arc::clone(app));
    http::around(routes, app)
}

type Serving = JoinHandle<io::Result<()>>;

fn serve(
    listener: TcpListener,
    tls: Arc<rustls::ServerConfig>,
    handle: Handle<SocketAddr>,
    app: &Shared,
) -> io::Result<Serving> {
    let routes = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(tls))?
        .map(|tls| tls.acceptor(Counted::new(&app.services.limits)))
        .handle(handle);
    // A client that connects and says nothing must not hold a place for ever.
    let mut server = server.first_request_timeout(app.services.limits.request_timeout);
    server.http_builder().http1().header_read_timeout(app.services.limits.request_timeout);
    server.http_builder().http2().keep_alive_interval(Duration::from_secs(30)).max_concurrent_streams(64);
    Ok(tokio::spawn(server.serve(routes)))
}

/// A server that runs.
pub struct RunningServer {
    app: Shared,
    folder: DataFolder,
    thread: Option<WriterThread>,
    handle: Handle<SocketAddr>,
    serving: Serving,
    chores: JoinHandle<()>,
    stop: watch::Sender<bool>,
    address: SocketAddr,
    certificate: Vec<u8>,
    statement_interval: Duration,
    stop_within: Duration,
}

impl RunningServer {
    /// How the world reaches it: `https://host[:port]`.
    pub fn origin(&self) -> &str {
        self.app.origins.first().map_or("", String::as_str)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// SHA-256 of the SubjectPublicKeyInfo of its TLS key: what cards name.
    pub fn tls_key_hashes(&self) -> Vec<Digest> {
        vec![self.app.tls_key]
    }

    /// Its certificate, DER.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }

    /// Does at once what is otherwise done from time to time: statements that are due, forgetting.
    pub async fn do_chores(&self) -> io::Result<()> {
        chores::once(&self.app, self.statement_interval).await.map_err(io::Error::other)
    }

    /// Copies the database into a new file, of one moment, while it runs. The copy holds no signing key.
    pub fn backup(&self, copy: &Path) -> Result<(), OpenError> {
        db::copy_to(&self.folder.database(), copy, &*self.app.services.faults)
    }

    /// Finishes what is in flight, ends event streams, closes the database, and frees folder and port.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        self.handle.graceful_shutdown(Some(self.stop_within));
        self.end(true).await;
    }

    /// Ends at once, like a crash: what was answered is durable, all else is lost.
    #[cfg(feature = "testing")]
    pub async fn kill(mut self) {
        self.handle.shutdown();
        self.serving.abort();
        self.stop.send_replace(true);
        self.end(false).await;
    }

    async fn end(&mut self, orderly: bool) {
        // Their failures are logged where they happen; at the end nothing more can be done about them.
        let _ = (&mut self.serving).await;
        let _ = (&mut self.chores).await;
        self.app.writer.stop().await;
        let Some(thread) = self.thread.take() else { return };
        let services = Arc::clone(&self.app.services);
        let last = services.time.last();
        let ended = tokio::task::spawn_blocking(move || {
            let Some(connection) = thread.join() else { return };
            if orderly {
                services.reach(CrashPoint::QueueDrained);
                let kept = connection.execute("UPDATE host SET time_ceiling = ?1", params![last]);
                services.reach(CrashPoint::TimeKept);
                let closed = kept.and_then(|_| connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"));
                if let Err(error) = closed {
                    tracing::error!(%error, "the database was not closed in good order");
                }
            }
        });
        let _ = ended.await;
        tracing::info!("the issuer has stopped");
    }

    /// Opens the server's inside to tests.
    #[cfg(feature = "testing")]
    pub(crate) fn app(&self) -> &Shared {
        &self.app
    }
}

impl Drop for RunningServer {
    /// Without [`shutdown`](Self::shutdown) the server ends in the background, as well as it can.
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.handle.shutdown();
    }
}

/// Copies the database of a data folder into a new file, also while a server uses it. The copy holds no signing key.
pub fn backup(data_folder: &Path, copy: &Path) -> Result<(), OpenError> {
    backup_with(data_folder, copy, &NoFaults)
}

/// Like [`backup`], with faults of the caller's.
pub fn backup_with(data_folder: &Path, copy: &Path, faults: &dyn Faults) -> Result<(), OpenError> {
    db::copy_to(&folder::database(data_folder), copy, faults)
}
