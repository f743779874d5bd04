//! Calls over TLS, and what came back.

use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use reqwest::header::HeaderMap;
use rustls::RootCertStore;
use serde_json::Value;
use tallystick::artefact::{NamesSigner, Refusal, Signed};
use tallystick::keys::Digest;

use crate::outcome::{Check, Exchange, broken, hold};

/// Whom the kit believes that it talks to the right host.
#[derive(Debug, Clone)]
pub struct Roots(RootCertStore);

/// Why the kit cannot talk to a host.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// A certificate cannot be read.
    #[error("that is no certificate in PEM or DER: {0}")]
    Certificate(String),
    /// There is no TLS.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

impl Roots {
    /// The authorities that browsers believe.
    pub fn usual() -> Self {
        Self(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
    }

    /// Certificates in PEM, as a file of authorities has them.
    pub fn from_pem(pem: &[u8]) -> Result<Self, ConnectError> {
        use rustls_pki_types::{CertificateDer, pem::PemObject as _};
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| ConnectError::Certificate(error.to_string()))?;
            roots.add(certificate).map_err(|error| ConnectError::Certificate(error.to_string()))?;
        }
        Ok(Self(roots))
    }

    /// One certificate, DER.
    pub fn from_der(der: &[u8]) -> Result<Self, ConnectError> {
        let mut roots = RootCertStore::empty();
        roots.add(der.to_vec().into()).map_err(|error| ConnectError::Certificate(error.to_string()))?;
        Ok(Self(roots))
    }
}

/// A call.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Fields beside those that belong to the body.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The fields.
    pub headers: HeaderMap,
    /// The body, if it is JSON.
    pub json: Value,
    /// The body.
    pub text: String,
}

/// Talks to one host.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    /// `https://host[:port]`.
    pub origin: String,
}

/// The codes of problems (protocol §6).
pub const PROBLEMS: &[&str] = &[
    "bad_artefact",
    "bad_signature",
    "wrong_issuer",
    "unknown_version",
    "unknown_critical",
    "too_large",
    "bad_request",
    "unknown_issuer",
    "unknown_account",
    "unknown_order",
    "unknown_request",
    "unknown_statement",
    "not_authorised",
    "clock_skew",
    "signature_replayed",
    "stale_card",
    "name_taken",
    "limit_exceeded",
    "already_paid",
    "rekey_conflict",
    "rate_limited",
    "ledger_behind",
    "unavailable",
    "internal",
];

/// How often a call is repeated that was turned away for its rate.
const PATIENCE: usize = 20;

impl Client {
    /// For a host.
    pub fn new(origin: &str, roots: &Roots) -> Result<Self, ConnectError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| ConnectError::Tls(error.to_string()))?
            .with_root_certificates(roots.0.clone())
            .with_no_client_auth();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            // Rules set the field `Host`, which HTTP/2 does not have.
            .http1_only()
            .no_proxy()
            .tls_info(true)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(20))
            // A server closes what is idle for long; a call on a connection that is just being closed would be lost.
            .pool_idle_timeout(Duration::from_secs(3))
            .build()
            .map_err(|error| ConnectError::Tls(error.to_string()))?;
        Ok(Self { http, origin: origin.to_owned() })
    }

    /// The host with its port.
    pub fn host(&self) -> &str {
        self.origin.strip_prefix("https://").unwrap_or(&self.origin)
    }

    /// Sends a call and gives the answer before its body.
    pub async fn open(&self, call: &Call) -> Check<reqwest::Response> {
        let method = call.method.parse().or_else(|_| broken("no method"))?;
        let mut request = self.http.request(method, format!("{}{}", self.origin, call.path));
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &call.body {
            request = request.header("content-type", "application/json").body(body.clone());
        }
        request.send().await.or_else(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause:?}"));
            broken(format!("the call failed: {error}{}", cause.unwrap_or_default()))
        })
    }

    /// Sends a call and reads its answer. Waits where the issuer asks for it.
    pub async fn send(&self, call: &Call) -> Check<Answer> {
        let mut answer = self.send_once(call).await?;
        for _ in 0..PATIENCE {
            if answer.json["code"] != "rate_limited" {
                break;
            }
            let wait = answer.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
            tokio::time::sleep(Duration::from_secs(wait.unwrap_or(1).min(60))).await;
            answer = self.send_once(call).await?;
        }
        Ok(answer)
    }

    async fn send_once(&self, call: &Call) -> Check<Answer> {
        let response = tokio::time::timeout(Duration::from_mins(1), self.open(call))
            .await
            .unwrap_or_else(|_| broken("no answer within a minute"))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.or_else(|error| broken(format!("the answer broke off: {error}")))?;
        Ok(Answer { status, headers, json: serde_json::from_str(&text).unwrap_or(Value::Null), text })
    }

    /// SHA-256 of the SubjectPublicKeyInfo of the host's TLS key.
    pub async fn tls_key(&self) -> Check<Digest> {
        let call = Call { method: "GET".into(), path: "/healthz".into(), ..Call::default() };
        let response = self.open(&call).await?;
        let info = response.extensions().get::<reqwest::tls::TlsInfo>();
        let Some(certificate) = info.and_then(|info| info.peer_certificate()) else {
            return broken("the host showed no certificate");
        };
        match x509_parser::parse_x509_certificate(certificate) {
            Ok((_, certificate)) => Ok(Digest::of(&[certificate.public_key().raw])),
            Err(error) => broken(format!("the host's certificate cannot be read: {error}")),
        }
    }
}

impl Call {
    /// A call and its answer, short enough for a report.
    pub fn with_answer(&self, answer: &Check<Answer>) -> Exchange {
        let body = self.body.as_deref().map(|body| short(&String::from_utf8_lossy(body))).unwrap_or_default();
        let headers: String =
            self.headers.iter().fold(String::new(), |all, (name, value)| format!("{all}\n{name}: {value}"));
        Exchange {
            sent: format!("{} {}{headers}\n{body}", self.method, self.path).trim_end().to_owned(),
            received: match answer {
                Ok(answer) => format!("{} {}", answer.status, short(&answer.text)).trim_end().to_owned(),
                Err(trouble) => format!("{trouble:?}"),
            },
        }
    }
}

fn short(text: &str) -> String {
    const MOST: usize = 2_000;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}… ({} bytes)", &text[..at], text.len()),
        None => text.to_owned(),
    }
}

impl Answer {
    /// The code of a problem; empty if it is none.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or("")
    }

    /// The answer must be a success.
    pub fn ok(self) -> Check<Self> {
        match self.status {
            200 | 204 => Ok(self),
            status => broken(format!("expected success, found {status} {}", self.code())),
        }
    }

    /// The answer must be one of these problems.
    pub fn problem(&self, codes: &[&str]) -> Check {
        hold(self.status >= 400 && codes.contains(&self.code()), || {
            format!("expected the problem {}, found {}", codes.join(" or "), self.what())
        })
    }

    /// The answer must be this problem with this status.
    pub fn problem_with(&self, status: u16, code: &str) -> Check {
        self.problem(&[code])?;
        hold(self.status == status, || format!("expected status {status}, found {}", self.status))
    }

    /// The answer must be a problem, whichever.
    pub fn refuses(&self) -> Check {
        hold((400..500).contains(&self.status), || format!("expected a problem, found {}", self.what()))
    }

    /// The answer must be a refusal with this code.
    pub fn refusal(&self, code: &str) -> Check<Signed<Refusal>> {
        let Some(refusal) = self.member("refusal") else {
            return broken(format!("expected the refusal {code}, found {}", self.what()));
        };
        let refusal = parse::<Refusal>(&refusal)?;
        hold(refusal.body().code == code, || {
            format!("expected the refusal {code}, found the refusal {}", refusal.body().code)
        })?;
        Ok(refusal)
    }

    /// What it is, in a few words.
    pub fn what(&self) -> String {
        if let Some(refusal) = self.member("refusal").and_then(|bytes| Signed::<Refusal>::parse(&bytes).ok())
        {
            return format!("the refusal {}", refusal.body().code);
        }
        match self.code() {
            "" if self.has("receipt") => "a receipt".to_owned(),
            "" => format!("status {}", self.status),
            code => format!("status {} {code}", self.status),
        }
    }

    /// Whether a member is there.
    pub fn has(&self, member: &str) -> bool {
        !self.json[member].is_null()
    }

    /// A member of bytes, if it is there and base64url.
    pub fn member(&self, name: &str) -> Option<Vec<u8>> {
        BASE64URL_NOPAD.decode(self.json[name].as_str()?.as_bytes()).ok()
    }

    /// A member of bytes that must be there.
    pub fn bytes(&self, name: &str) -> Check<Vec<u8>> {
        self.member(name).map_or_else(|| broken(format!("`{name}` is missing: {}", self.what())), Ok)
    }

    /// A member that must be an artefact.
    pub fn artefact<T: NamesSigner>(&self, name: &str) -> Check<Signed<T>> {
        parse(&self.bytes(name)?)
    }
}

/// Bytes that must be an artefact.
pub fn parse<T: NamesSigner>(bytes: &[u8]) -> Check<Signed<T>> {
    Signed::parse(bytes).or_else(|error| broken(format!("no good artefact: {error}")))
}

/// Bytes in JSON.
pub fn base64(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}
