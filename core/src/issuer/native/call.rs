//! A call, before it is sent.

use bytes::Bytes;
use http::Method;
use serde::Serialize;

use crate::issuer::{HostToken, IssuerError};
use crate::keys::{IssuerId, SigningKey};

/// A call, before it is sent.
pub(super) struct Call<'a> {
    /// Whose clock counts; `None` where there is no issuer yet.
    pub issuer: Option<IssuerId>,
    pub method: Method,
    /// From the root of the host, with the query.
    pub path: String,
    pub body: Option<Bytes>,
    /// Signs the request, if it is an authenticated read.
    pub signer: Option<&'a SigningKey>,
    pub token: Option<&'a HostToken>,
    pub repeat: Repeat,
}

/// When a call may be sent again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Sending it twice is as good as once: a read, or the same artefact.
    Freely,
    /// Only if it surely did nothing.
    IfNotDone,
}

impl<'a> Call<'a> {
    /// A read at an issuer. `path` is relative to `/v1/{issuer}/`.
    pub fn get(issuer: &IssuerId, path: &str) -> Self {
        Self::new(Method::GET, Some(*issuer), format!("/v1/{issuer}/{path}"))
    }

    /// A post to an issuer of something that proves itself: the same bytes do the same, once.
    pub fn post(issuer: &IssuerId, path: &str, body: &impl Serialize) -> Result<Self, IssuerError> {
        Self::new(Method::POST, Some(*issuer), format!("/v1/{issuer}/{path}")).body(body)
    }

    /// Anything else.
    pub fn new(method: Method, issuer: Option<IssuerId>, path: String) -> Self {
        Self { issuer, method, path, body: None, signer: None, token: None, repeat: Repeat::Freely }
    }

    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub fn body(mut self, body: &impl Serialize) -> Result<Self, IssuerError> {
        let json = serde_json::to_vec(body)
            .map_err(|_| IssuerError::Unsendable { reason: "the body cannot be written as JSON" })?;
        self.body = Some(json.into());
        Ok(self)
    }

    pub fn signed(mut self, key: &'a SigningKey) -> Self {
        self.signer = Some(key);
        self
    }

    pub fn token(mut self, token: Option<&'a HostToken>) -> Self {
        self.token = token;
        self
    }

    pub fn only_once(mut self) -> Self {
        self.repeat = Repeat::IfNotDone;
        self
    }
}
