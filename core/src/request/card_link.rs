//! Links to cards (protocol §7).

use std::fmt;

use url::Url;

use crate::artefact::ArtefactError;
use crate::keys::IssuerId;

/// Where a currency is found: the link on a shop's door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardLink {
    /// Host, with a port if it is not 443.
    pub host: String,
    /// The issuer; its card proves itself against this.
    pub issuer: IssuerId,
}

/// Why a text is not a link of the kind that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// It is not a link to a card.
    #[error("this is not the link of a currency")]
    NotACard,
    /// It is not a link to a payment request.
    #[error("this is not the link of a payment request")]
    NotARequest,
    /// The host is missing or malformed.
    #[error("the link names no usable host")]
    Host,
    /// The issuer's id is malformed.
    #[error("the link's currency id is broken")]
    Issuer,
    /// The code is not BASE32.
    #[error("the link's code is broken: was it copied whole?")]
    Code,
    /// It is longer than any link of ours.
    #[error("the link is too long")]
    TooLong,
    /// The request in it is broken.
    #[error("the request in the link is broken: {0}")]
    Request(ArtefactError),
}

impl LinkError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotACard => "not_a_card",
            Self::NotARequest => "not_a_request",
            Self::Host => "bad_host",
            Self::Issuer => "bad_issuer",
            Self::Code => "bad_code",
            Self::TooLong => "too_large",
            Self::Request(error) => error.code(),
        }
    }
}

impl CardLink {
    /// Reads `https://host/c/<id>` or `tallystick:c/<id>?h=<host>`.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let url = Url::parse(text.trim()).map_err(|_| LinkError::NotACard)?;
        let (host, path) = host_of(&url).ok_or(LinkError::NotACard)?;
        let id = path.strip_prefix("c/").or_else(|| path.strip_prefix("C/")).ok_or(LinkError::NotACard)?;
        let issuer = id.parse().map_err(|_| LinkError::Issuer)?;
        let host = host.filter(|host| is_host(host)).ok_or(LinkError::Host)?;
        Ok(Self { host, issuer })
    }
}

impl fmt::Display for CardLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}/c/{}", self.host, self.issuer)
    }
}

/// Host and path of a link of ours; `None` if its scheme is another.
pub(super) fn host_of(url: &Url) -> Option<(Option<String>, &str)> {
    match url.scheme() {
        "https" => {
            let host = url.host_str()?;
            let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
            Some((Some(host), url.path().trim_start_matches('/')))
        }
        "tallystick" => {
            let host = url.query_pairs().find(|(name, _)| name == "h").map(|(_, host)| host.into_owned());
            Some((host, url.path()))
        }
        _ => None,
    }
}

/// Whether a text is a host with an optional port, and nothing else.
pub(super) fn is_host(host: &str) -> bool {
    let Ok(url) = Url::parse(&format!("https://{host}/")) else { return false };
    let alone = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    host.len() <= 253 && alone && url.username().is_empty() && url.password().is_none()
}
