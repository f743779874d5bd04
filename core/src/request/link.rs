//! Links to payment requests (protocol §7).

use std::fmt;

use data_encoding::BASE32_NOPAD;

use super::LinkError;
use super::card_link::{host_of, is_host};
use crate::artefact::{Kind, Request, Unproven};
use crate::keys::Digest;

/// The longest link that is looked at: a request of 2 KB in BASE32, and a host.
const MAX_LENGTH: usize = 4_096;

/// A request, or where it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestLink {
    /// The request itself, its signature not yet checked.
    ByValue {
        /// The host of the link, which is not needed to pay.
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

impl RequestLink {
    /// Reads `https://host/p/…` or `tallystick:p/…[?h=host]`.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        if text.len() > MAX_LENGTH {
            return Err(LinkError::TooLong);
        }
        let url = url::Url::parse(text).map_err(|_| LinkError::NotARequest)?;
        let (host, path) = host_of(&url).ok_or(LinkError::NotARequest)?;
        let code =
            path.strip_prefix("p/").or_else(|| path.strip_prefix("P/")).ok_or(LinkError::NotARequest)?;
        let bytes = BASE32_NOPAD.decode(code.to_ascii_uppercase().as_bytes()).map_err(|_| LinkError::Code)?;
        if bytes.len() == Digest::LENGTH {
            let host = host.filter(|host| is_host(host)).ok_or(LinkError::Host)?;
            let hash = Digest::from_slice(&bytes).map_err(|_| LinkError::Code)?;
            return Ok(Self::ByReference { host, hash });
        }
        if bytes.len() > Kind::Request.size_limit() {
            return Err(LinkError::TooLong);
        }
        Ok(Self::ByValue { host, request: Unproven::parse(&bytes).map_err(LinkError::Request)? })
    }

    /// The link as a plain camera opens it. By value without a host there is only the app's own form.
    pub fn text(&self) -> String {
        match self {
            Self::ByValue { host: Some(host), request } => {
                format!("https://{host}/p/{}", encode(request.bytes()))
            }
            Self::ByValue { host: None, .. } => self.app_text(),
            Self::ByReference { host, hash } => format!("https://{host}/p/{hash}"),
        }
    }

    /// The app's own form.
    pub fn app_text(&self) -> String {
        match self {
            Self::ByValue { request, .. } => format!("tallystick:p/{}", encode(request.bytes())),
            Self::ByReference { host, hash } => format!("tallystick:p/{hash}?h={host}"),
        }
    }
}

impl fmt::Display for RequestLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes)
}
