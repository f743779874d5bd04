//! The network between wallets and the issuer.
//!
//! It ends the wallets' TLS with the issuer's own key, so that it sees calls, and speaks TLS to the issuer. Each call has
//! a connection of its own on both sides. Below TLS it can break a connection after any number of bytes.

mod cut;
mod http;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{self, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use cut::Cut;
use http::Call;

/// What the network does to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The call is lost on its way.
    DropCall,
    /// Half of the call arrives: the connection breaks in the middle of its body.
    CutCall,
    /// The call is done, its answer is lost.
    DropAnswer,
    /// Half of the answer arrives: the connection breaks in the middle of its body.
    CutAnswer,
    /// The call arrives twice, the second time once the first is answered; the second answer is given.
    Twice,
    /// The call arrives twice at the same time; the answer of either is given.
    TwiceAtOnce,
    /// The call waits until another one that fits was answered: they arrive in another order than they were sent.
    Overtaken,
    /// The call arrives once more after the next one that fits was answered; its own answer is given at once.
    Echoed,
    /// Nothing of the call arrives, and status 500 is answered.
    FailInstead,
    /// The call is done, and status 500 is answered.
    FailAfter,
    /// The call is done, and nothing is answered for as long as the caller waits.
    Stall,
}

impl Trouble {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::DropCall,
        Self::CutCall,
        Self::DropAnswer,
        Self::CutAnswer,
        Self::Twice,
        Self::TwiceAtOnce,
        Self::Overtaken,
        Self::Echoed,
        Self::FailInstead,
        Self::FailAfter,
        Self::Stall,
    ];
}

#[derive(Debug)]
struct Step {
    method: &'static str,
    path_end: &'static str,
    trouble: Trouble,
}

/// A running proxy.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

struct Shared {
    issuer: Mutex<Option<SocketAddr>>,
    accept: Mutex<Option<TlsAcceptor>>,
    connect: TlsConnector,
    script: Mutex<Vec<Step>>,
    /// Bytes after which the next connections break.
    cuts: Mutex<Vec<usize>>,
    spent: Notify,
    /// Method and path of every call that was answered, in order.
    answered: Mutex<Vec<(String, String)>>,
    one_answered: Notify,
}

impl Proxy {
    /// Listens. Calls come through once it knows the issuer and has its key.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let shared = Arc::new(Shared {
            issuer: Mutex::default(),
            accept: Mutex::default(),
            connect: TlsConnector::from(Arc::new(crate::programs::trusting_anyone())),
            script: Mutex::default(),
            cuts: Mutex::default(),
            spent: Notify::new(),
            answered: Mutex::default(),
            one_answered: Notify::new(),
        });
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Self { address, shared, serving }
    }

    /// How wallets reach the issuer: `https://127.0.0.1:port`.
    pub fn origin(&self) -> String {
        format!("https://{}", self.address)
    }

    /// From now on calls go there.
    pub fn lead_to(&self, issuer: SocketAddr) {
        *hold(&self.shared.issuer) = Some(issuer);
    }

    /// Shows the key of this file (PEM), as the issuer does.
    pub fn show_key(&self, file: &Path) {
        let key =
            rcgen::KeyPair::from_pem(&std::fs::read_to_string(file).expect("a key file")).expect("a key");
        let certificate = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()])
            .and_then(|params| params.self_signed(&key))
            .expect("a certificate");
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .expect("a TLS configuration");
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        *hold(&self.shared.accept) = Some(TlsAcceptor::from(Arc::new(config)));
    }

    /// The next call with this method whose path ends like this suffers `trouble`.
    pub fn once(&self, method: &'static str, path_end: &'static str, trouble: Trouble) {
        hold(&self.shared.script).push(Step { method, path_end, trouble });
    }

    /// The next connection breaks, below TLS, once this many bytes have gone to and fro; the one after it after the
    /// next number, and so on.
    pub fn cut_after(&self, bytes: impl IntoIterator<Item = usize>) {
        let mut cuts: Vec<_> = bytes.into_iter().collect();
        cuts.reverse();
        *hold(&self.shared.cuts) = cuts;
    }

    /// How many troubles and cuts have not begun.
    pub fn remaining(&self) -> usize {
        hold(&self.shared.script).len() + hold(&self.shared.cuts).len()
    }

    /// Waits until every trouble has begun.
    pub async fn all_spent(&self) {
        loop {
            let spent = self.shared.spent.notified();
            if self.remaining() == 0 {
                return;
            }
            spent.await;
        }
    }

    /// Waits until so many calls like this were answered.
    pub async fn until_answered(&self, method: &str, path_end: &str, times: usize) {
        loop {
            let one = self.shared.one_answered.notified();
            if self.answered(method, path_end) >= times {
                return;
            }
            one.await;
        }
    }

    /// How many calls like this were answered, or came to their trouble's end.
    pub fn answered(&self, method: &str, path_end: &str) -> usize {
        let answered = hold(&self.shared.answered);
        answered.iter().filter(|(done, path)| done == method && path.ends_with(path_end)).count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let cut = hold(&shared.cuts).pop();
        shared.spent.notify_waiters();
        let shared = Arc::clone(&shared);
        // A connection that breaks is what this is for.
        tokio::spawn(async move { drop(connection(stream, cut, &shared).await) });
    }
}

type Client = tokio_rustls::server::TlsStream<Cut<TcpStream>>;
type Server = tokio_rustls::client::TlsStream<TcpStream>;

async fn connection(stream: TcpStream, cut: Option<usize>, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let Some(acceptor) = hold(&shared.accept).clone() else { return Ok(()) };
    let mut client = acceptor.accept(Cut::after(stream, cut)).await?;
    let call = http::read_call(&mut client).await?;
    let trouble = shared.take(&call);
    let done = match trouble {
        None => relay(shared, &call, &mut client).await,
        Some(trouble) => suffer(shared, &call, trouble, &mut client).await,
    };
    shared.note(&call);
    done?;
    client.shutdown().await
}

impl Shared {
    fn take(&self, call: &Call) -> Option<Trouble> {
        let mut script = hold(&self.script);
        let fits = |step: &Step| step.method == call.method && call.path.ends_with(step.path_end);
        let step = script.iter().position(fits).map(|at| script.remove(at));
        drop(script);
        self.spent.notify_waiters();
        step.map(|step| step.trouble)
    }

    fn note(&self, call: &Call) {
        hold(&self.answered).push((call.method.clone(), call.path.clone()));
        self.one_answered.notify_waiters();
    }

    fn times_answered(&self, call: &Call) -> usize {
        let same = |(method, path): &&(String, String)| *method == call.method && *path == call.path;
        hold(&self.answered).iter().filter(same).count()
    }

    /// Waits until another call like this was answered.
    async fn overtaken(&self, call: &Call) {
        let before = self.times_answered(call);
        loop {
            let one = self.one_answered.notified();
            if self.times_answered(call) > before {
                return;
            }
            one.await;
        }
    }

    async fn pass_on(&self, bytes: &[u8]) -> io::Result<Server> {
        let Some(address) = *hold(&self.issuer) else { return Err(io::ErrorKind::HostUnreachable.into()) };
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::from(address.ip());
        let mut server = self.connect.connect(name, stream).await?;
        server.write_all(bytes).await?;
        server.flush().await?;
        Ok(server)
    }

    /// The whole answer to a call.
    async fn answer(&self, call: &Call) -> io::Result<Vec<u8>> {
        http::read_to_end(&mut self.pass_on(&call.bytes()).await?).await
    }
}

/// Passes a call on, and its answer back as it comes; ends when either side has gone.
async fn relay(shared: &Shared, call: &Call, client: &mut Client) -> io::Result<()> {
    let mut server = shared.pass_on(&call.bytes()).await?;
    let (mut from_client, mut to_client) = io::split(client);
    tokio::select! {
        copied = http::copy(&mut server, &mut to_client) => copied,
        _ = http::read_to_end(&mut from_client) => Ok(()),
    }
}

async fn suffer(shared: &Shared, call: &Call, trouble: Trouble, client: &mut Client) -> io::Result<()> {
    let broken = || io::Error::from(io::ErrorKind::ConnectionReset);
    let answer = match trouble {
        Trouble::DropCall => return Err(broken()),
        Trouble::CutCall => {
            let bytes = call.bytes();
            drop(shared.pass_on(&bytes[..bytes.len() - call.body.len() / 2 - 1]).await?);
            return Err(broken());
        }
        Trouble::DropAnswer => {
            shared.answer(call).await?;
            return Err(broken());
        }
        Trouble::CutAnswer => {
            let answer = shared.answer(call).await?;
            let body = http::body_at(&answer);
            client.write_all(&answer[..body + (answer.len() - body) / 2]).await?;
            client.flush().await?;
            return Err(broken());
        }
        Trouble::Twice => {
            shared.answer(call).await?;
            shared.answer(call).await?
        }
        Trouble::TwiceAtOnce => {
            let (first, second) = tokio::join!(shared.answer(call), shared.answer(call));
            first.and(second)?
        }
        Trouble::Overtaken => {
            shared.overtaken(call).await;
            shared.answer(call).await?
        }
        Trouble::Echoed => {
            let answer = shared.answer(call).await?;
            client.write_all(&answer).await?;
            client.shutdown().await?;
            shared.overtaken(call).await;
            shared.answer(call).await?;
            return Ok(());
        }
        Trouble::FailInstead => http::FAILURE.to_vec(),
        Trouble::FailAfter => {
            shared.answer(call).await?;
            http::FAILURE.to_vec()
        }
        Trouble::Stall => {
            shared.answer(call).await?;
            http::read_to_end(client).await?;
            return Err(broken());
        }
    };
    client.write_all(&answer).await?;
    client.flush().await
}
