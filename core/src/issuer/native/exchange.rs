//! One request and its answer.

use std::error::Error as StdError;
use std::io;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use reqwest::{RequestBuilder, Response};

use super::Session;
use super::call::Call;
use super::clocks::parse_http_date;
use super::peers::Peer;
use super::problem;
use super::tls::NotTrusted;
use crate::clock::Entropy;
use crate::issuer::http_signature::{sign, target_uri};
use crate::issuer::{ConnectFault, IssuerError, TrustFault};
use crate::keys::IssuerId;

/// More of an error's body is not read.
const PROBLEM_LIMIT_BYTES: usize = 16 << 10;

impl Session {
    /// Sends a call to one server and reads the whole answer: the body, if the status is a success.
    pub(super) async fn exchange(&self, peer: &Peer, call: &Call<'_>) -> Result<Bytes, IssuerError> {
        let request = self.prepare(peer, call, &[])?.timeout(self.config.call_timeout);
        let response = self.open(peer, call, request).await?;
        read_body(&peer.host, response, self.config.answer_limit_bytes).await
    }

    /// The request as it will be sent, signed if the call is.
    pub(super) fn prepare(
        &self,
        peer: &Peer,
        call: &Call<'_>,
        more: &[(HeaderName, HeaderValue)],
    ) -> Result<RequestBuilder, IssuerError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in more {
            headers.insert(name.clone(), value.clone());
        }
        if call.body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(token) = call.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.0.as_str())).map_err(|_| {
                IssuerError::Unsendable { reason: "the host's token has other than plain characters" }
            })?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        let url = peer
            .origin
            .join(&call.path)
            .map_err(|_| IssuerError::Unsendable { reason: "the path is not one" })?;
        if let Some(key) = call.signer {
            let created =
                call.issuer.map_or_else(|| self.clocks.own_now(), |issuer| self.clocks.now(&issuer));
            let uri = target_uri(&peer.host, &call.path);
            let nonce = <dyn Entropy>::bytes(&*self.entropy);
            sign(call.method.as_str(), &uri, call.body.as_deref(), created, &nonce, key)
                .map_err(|_| IssuerError::Unsendable { reason: "the request cannot be signed" })?
                .apply(&mut headers);
        }
        let request = peer.client.request(call.method.clone(), url).headers(headers);
        Ok(match &call.body {
            Some(body) => request.body(body.clone()),
            None => request,
        })
    }

    async fn pass(&self, peer: &Peer, request: RequestBuilder) -> Result<Response, IssuerError> {
        #[cfg(any(test, feature = "testing"))]
        if let Some(carrier) = &self.carrier {
            return super::carrier::send(&**carrier, request).await;
        }
        request.send().await.map_err(|error| classify(&peer.host, &error))
    }

    /// Sends a request; gives the response if its status is a success. The issuer's clock is taken note of.
    pub(super) async fn open(
        &self,
        peer: &Peer,
        call: &Call<'_>,
        request: RequestBuilder,
    ) -> Result<Response, IssuerError> {
        let response = self.pass(peer, request).await?;
        // An answer that nobody vouches for says nothing about the issuer's clock.
        let issuer = call.issuer.as_ref().filter(|_| peer.is_checked());
        self.judge(&peer.host, issuer, response).await
    }

    /// Takes note of the clock of the issuer that vouches for the answer; gives the response if its status is a success.
    pub(super) async fn judge(
        &self,
        host: &str,
        issuer: Option<&IssuerId>,
        response: Response,
    ) -> Result<Response, IssuerError> {
        let status = response.status();
        if let Some(issuer) = issuer
            && let Some(date) = response.headers().get(header::DATE)
            && let Some(now) = date.to_str().ok().and_then(parse_http_date)
        {
            self.clocks.observe(issuer, now);
        }
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            return Err(malformed("status", "is a redirect, which the protocol does not allow"));
        }
        let headers = response.headers().clone();
        let body = read_body(host, response, PROBLEM_LIMIT_BYTES).await.unwrap_or_default();
        let error = problem::read(status, &headers, &body, self.clocks.own_now());
        if let (IssuerError::ClockSkew { issuer_now }, Some(issuer)) = (&error, issuer) {
            self.clocks.observe(issuer, *issuer_now);
        }
        Err(error)
    }
}

pub(super) async fn read_body(
    host: &str,
    mut response: Response,
    limit: usize,
) -> Result<Bytes, IssuerError> {
    let too_large = || malformed("body", &format!("is larger than {limit} bytes"));
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| classify_body(host, &error))? {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

pub(super) fn malformed(what: &'static str, reason: &str) -> IssuerError {
    IssuerError::Malformed { what, reason: reason.to_owned() }
}

/// What went wrong before there was a response.
fn classify(host: &str, error: &reqwest::Error) -> IssuerError {
    let host = host.to_owned();
    if error.is_builder() {
        return IssuerError::Unsendable { reason: "the request cannot be built" };
    }
    if !error.is_connect() {
        return classify_body(&host, error);
    }
    for cause in causes(error) {
        if let Some(rustls::Error::InvalidCertificate(reason)) = cause.downcast_ref::<rustls::Error>() {
            let not_trusted = match reason {
                rustls::CertificateError::Other(other) => other.0.downcast_ref::<NotTrusted>(),
                _ => None,
            };
            return match not_trusted {
                Some(NotTrusted { fault, tls_key }) => {
                    IssuerError::Untrusted { host, fault: *fault, tls_key: *tls_key }
                }
                None => IssuerError::Untrusted { host, fault: TrustFault::Other, tls_key: None },
            };
        }
    }
    let fault = if error.is_dns() {
        ConnectFault::Name
    } else if error.is_timeout() {
        ConnectFault::Timeout
    } else if causes(error).any(|cause| cause.is::<rustls::Error>()) {
        ConnectFault::Tls
    } else if causes(error).any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    }) {
        ConnectFault::Refused
    } else {
        ConnectFault::Other
    };
    IssuerError::Unreachable { host, fault }
}

/// What went wrong once the request may have been sent.
pub(super) fn classify_body(host: &str, error: &reqwest::Error) -> IssuerError {
    let host = host.to_owned();
    if error.is_timeout() { IssuerError::Timeout { host } } else { IssuerError::Interrupted { host } }
}

/// The chain of causes. An [`io::Error`] hides the one that it was made of; it is shown too.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn StdError + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    })
}
