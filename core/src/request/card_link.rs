//! Links to cards (protocol §7).

use std::fmt;

use crate::keys::IssuerId;

/// Where a currency is found: the link on a shop's door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardLink {
    /// Host, with a port if it is not 443.
    pub host: String,
    /// The issuer; its card proves itself against this.
    pub issuer: IssuerId,
}

/// Why a text is not a link of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// It is not a link, or one of another kind.
    #[error("this is not the link of a currency")]
    NotACard,
    /// The host is missing or malformed.
    #[error("the link names no usable host")]
    Host,
    /// The id is malformed.
    #[error("the link's currency id is broken")]
    Issuer,
}

impl LinkError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotACard => "not_a_card",
            Self::Host => "bad_host",
            Self::Issuer => "bad_issuer",
        }
    }
}

impl CardLink {
    /// Reads `https://host/c/<id>` or `tallystick:c/<id>?h=<host>`.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let url = url::Url::parse(text.trim()).map_err(|_| LinkError::NotACard)?;
        let (host, path) = match url.scheme() {
            "https" => {
                let host = url.host_str().ok_or(LinkError::Host)?;
                let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
                (host, url.path().trim_start_matches('/'))
            }
            "tallystick" => {
                let named = url.query_pairs().find(|(name, _)| name == "h");
                (named.ok_or(LinkError::Host)?.1.into_owned(), url.path())
            }
            _ => return Err(LinkError::NotACard),
        };
        if host.is_empty() || host.len() > 253 || url::Url::parse(&format!("https://{host}/")).is_err() {
            return Err(LinkError::Host);
        }
        let id = path.strip_prefix("c/").or_else(|| path.strip_prefix("C/")).ok_or(LinkError::NotACard)?;
        Ok(Self { host, issuer: id.parse().map_err(|_| LinkError::Issuer)? })
    }
}

impl fmt::Display for CardLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}/c/{}", self.host, self.issuer)
    }
}
