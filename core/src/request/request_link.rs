//! Links to payment requests (protocol §7).

use std::fmt;

use super::link::{LinkKind, Parts, decode, encode, query};
use super::{LinkError, LinkText, host};
use crate::artefact::{Kind, Request, Unproven};
use crate::keys::Digest;

/// A request, or where it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestLink {
    /// The request itself, its signature not yet checked.
    ByValue {
        /// The host of the link, with a port if it is not 443; it is not needed to pay.
        host: Option<String>,
        /// The request.
        request: Unproven<Request>,
    },
    /// The request's hash; the request is kept by a host.
    ByReference {
        /// Host, with a port if it is not 443.
        host: String,
        /// Hash of the request.
        hash: Digest,
    },
}

/// What stands for a request in a link: the last part of its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestCode {
    /// The request itself, its signature not yet checked.
    ByValue(Unproven<Request>),
    /// Its hash.
    ByReference(Digest),
}

impl RequestCode {
    /// Reads BASE32 of either case: 32 bytes are a hash, anything else must be a request that may travel by value.
    pub fn parse(code: &str) -> Result<Self, LinkError> {
        // Eight characters hold five bytes.
        if code.len() > Kind::Request.size_limit() * 8 / 5 + 8 {
            return Err(LinkError::TooLong);
        }
        Self::of(&decode(code)?)
    }

    fn of(bytes: &[u8]) -> Result<Self, LinkError> {
        if let Ok(hash) = Digest::from_slice(bytes) {
            return Ok(Self::ByReference(hash));
        }
        if bytes.is_empty() {
            return Err(LinkError::Incomplete);
        }
        if bytes.len() > Kind::Request.size_limit() {
            return Err(LinkError::TooLong);
        }
        let request = Unproven::<Request>::parse(bytes).map_err(LinkError::Request)?;
        if request.body().is_long() { Err(LinkError::MustBeKept) } else { Ok(Self::ByValue(request)) }
    }
}

/// BASE32 in upper case.
impl fmt::Display for RequestCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByValue(request) => f.write_str(&encode(request.bytes())),
            Self::ByReference(hash) => hash.fmt(f),
        }
    }
}

impl RequestLink {
    /// A link that holds the request. The host serves its page to whoever has no wallet; none: only wallets can read it.
    /// A request with lines or a note must be kept by its issuer instead.
    pub fn by_value(request: Unproven<Request>, host: Option<&str>) -> Result<Self, LinkError> {
        if request.body().is_long() {
            return Err(LinkError::MustBeKept);
        }
        Ok(Self::ByValue { host: host.map(host::normal).transpose()?, request })
    }

    /// A link to a request that a host keeps.
    pub fn by_reference(hash: Digest, host: &str) -> Result<Self, LinkError> {
        Ok(Self::ByReference { host: host::normal(host)?, hash })
    }

    /// Reads `https://<host>/p/…` or `tallystick:p/…[?h=<host>]`.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        match Parts::read(text)? {
            parts if parts.kind == LinkKind::Request => Self::of(parts),
            _ => Err(LinkError::NotARequest),
        }
    }

    pub(super) fn of(parts: Parts) -> Result<Self, LinkError> {
        Ok(match RequestCode::of(&parts.code)? {
            RequestCode::ByValue(request) => Self::ByValue { host: parts.host, request },
            RequestCode::ByReference(hash) => {
                Self::ByReference { host: parts.host.ok_or(LinkError::HostMissing)?, hash }
            }
        })
    }

    /// The link as a plain camera opens it. By value without a host there is only the app's own form.
    pub fn text(&self) -> String {
        self.segments().to_string()
    }

    /// The app's own form.
    pub fn app_text(&self) -> String {
        match self {
            Self::ByValue { request, .. } => format!("tallystick:p/{}", encode(request.bytes())),
            Self::ByReference { host, hash } => format!("tallystick:p/{hash}{}", query(Some(host))),
        }
    }

    /// [`text`](Self::text) in the two segments of a code.
    pub fn segments(&self) -> LinkText {
        let start = |host: &str| format!("https://{host}/p/");
        match self {
            Self::ByValue { host, request } => LinkText {
                start: host.as_deref().map_or_else(|| "tallystick:p/".to_owned(), start),
                code: encode(request.bytes()),
            },
            Self::ByReference { host, hash } => LinkText { start: start(host), code: hash.to_string() },
        }
    }
}

/// The link as a plain camera opens it.
impl fmt::Display for RequestLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments().fmt(f)
    }
}

// In other languages a request's link is its text.
#[cfg(feature = "uniffi")]
uniffi::custom_type!(RequestLink, String, {
    lower: |link| link.text(),
    try_lift: |text| Ok(RequestLink::parse(&text)
        .map_err(|error| crate::error::WalletError::invalid("link", error.code(), error))?),
});
