//! A server that answers as it is told, and remembers what it was asked.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use http::{HeaderMap, Method, StatusCode, Uri, Version};
use rcgen::{CertificateParams, KeyPair, PublicKeyData as _};
use rustls::pki_types::PrivateKeyDer;

use crate::artefact::Endpoint;
use crate::issuer::http_signature::target_uri;
use crate::keys::Digest;

/// What the server was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    pub uri: Uri,
    pub version: Version,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    /// As it was signed.
    pub fn target_uri(&self) -> String {
        let host = self.uri.authority().map_or_else(|| self.header("host"), |host| host.as_str());
        target_uri(host, self.uri.path_and_query().unwrap().as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

pub struct Server {
    pub address: SocketAddr,
    pub certificate: Vec<u8>,
    pub tls_key: Digest,
    asked: Arc<Mutex<Vec<Asked>>>,
    handle: Handle<SocketAddr>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

/// A certificate for `names` and its key.
pub fn certificate(names: &[&str]) -> (CertificateParams, KeyPair) {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    (CertificateParams::new(names).unwrap(), KeyPair::generate().unwrap())
}

impl Server {
    /// Answers by `script`, which is told the request and how many came before it.
    pub fn start(script: impl Fn(&Asked, usize) -> Response + Send + Sync + 'static) -> Self {
        Self::start_as(certificate(&["127.0.0.1"]), script)
    }

    /// The same, but it knows HTTP/1.1 alone.
    pub fn start_http1(script: impl Fn(&Asked, usize) -> Response + Send + Sync + 'static) -> Self {
        Self::start_with(certificate(&["127.0.0.1"]), &[b"http/1.1"], script)
    }

    pub fn start_as(
        identity: (CertificateParams, KeyPair),
        script: impl Fn(&Asked, usize) -> Response + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(identity, &[b"h2", b"http/1.1"], script)
    }

    fn start_with(
        (params, key): (CertificateParams, KeyPair),
        protocols: &[&[u8]],
        script: impl Fn(&Asked, usize) -> Response + Send + Sync + 'static,
    ) -> Self {
        let certificate = params.self_signed(&key).unwrap().der().to_vec();
        let tls_key = Digest::of(&[&key.subject_public_key_info()]);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.clone().into()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();

        let asked = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(script);
        let seen = asked.clone();
        let app = axum::Router::new().fallback(move |request: Request| {
            let (seen, script) = (seen.clone(), script.clone());
            async move {
                let (parts, body) = request.into_parts();
                let asked = Asked {
                    method: parts.method,
                    uri: parts.uri,
                    version: parts.version,
                    headers: parts.headers,
                    body: to_bytes(body, 1 << 20).await.unwrap(),
                };
                let before = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(asked.clone());
                    seen.len() - 1
                };
                script(&asked, before)
            }
        });

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let handle = Handle::new();
        let server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(Arc::new(config)))
            .unwrap()
            .handle(handle.clone());
        tokio::spawn(server.serve(app.into_make_service()));
        Self { address, certificate, tls_key, asked, handle }
    }

    /// Everything that it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub fn origin(&self) -> String {
        format!("https://{}", self.address)
    }

    /// As a card names it.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint { origin: self.origin(), tls_keys: vec![self.tls_key] }
    }

    /// As a card names a server that has a certificate of an authority.
    pub fn unpinned(&self) -> Endpoint {
        Endpoint { origin: self.origin(), tls_keys: Vec::new() }
    }
}

pub fn json(body: &serde_json::Value) -> Response {
    Response::builder().header("content-type", "application/json").body(Body::from(body.to_string())).unwrap()
}

pub fn status(status: u16) -> Response {
    Response::builder().status(status).body(Body::empty()).unwrap()
}

pub fn problem(status: u16, code: &str) -> Response {
    problem_with(status, &serde_json::json!({ "code": code, "status": status, "title": code }))
}

pub fn problem_with(status: u16, body: &serde_json::Value) -> Response {
    let mut response = json(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response.headers_mut().insert("content-type", "application/problem+json".parse().unwrap());
    response
}

pub fn with_header(mut response: Response, name: &'static str, value: &str) -> Response {
    response.headers_mut().insert(name, value.parse().unwrap());
    response
}

/// Promises more than it sends.
pub fn cut_short(body: &serde_json::Value) -> Response {
    let text = body.to_string();
    let half = Bytes::from(text.as_bytes()[..text.len() / 2].to_vec());
    let chunks = [Ok(half), Err(std::io::Error::other("cut"))];
    Response::builder()
        .header("content-type", "application/json")
        .body(Body::from_stream(futures_util::stream::iter(chunks)))
        .unwrap()
}

/// Never says anything.
pub fn silent() -> Response {
    let body = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
    Response::builder().body(Body::from_stream(body)).unwrap()
}
