//! Whatever was scanned, tapped or pasted: which of our links it is (protocol §7).

use std::borrow::Cow;

use data_encoding::BASE32_NOPAD;
use url::Url;

use super::{CardLink, GrantLink, KeyLink, LinkError, LinkText, ReceiptLink, RequestLink, host};

/// The most bytes of a text that is looked at: a request of 2,048 bytes in BASE32 and a host fit.
pub const MAX_LINK_LENGTH: usize = 4_096;

/// A link of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Link {
    /// Asks for a payment.
    Request(Box<RequestLink>),
    /// Adds a currency.
    Card(CardLink),
    /// Hands an account to a granted key.
    Grant(GrantLink),
    /// Names a payment that was made.
    Receipt(ReceiptLink),
    /// Shows a key that wants to be granted something.
    Key(KeyLink),
}

impl Link {
    /// The link as a plain camera opens it, in the two segments of a code.
    pub fn segments(&self) -> LinkText {
        match self {
            Self::Request(link) => link.segments(),
            Self::Card(link) => link.segments(),
            Self::Grant(link) => link.segments(),
            Self::Receipt(link) => link.segments(),
            Self::Key(link) => link.segments(),
        }
    }
}

/// Reads a link: `https://<host>/p/…` (or `/c/…`, `/g/…`, `/r/…`), or the app's own form `tallystick:p/…` (and so on, and
/// `tallystick:k/…`, which has no other form).
///
/// Upper and lower case are the same, white space around it and whatever follows `?` or `#` in a web link is left out of
/// account. Nothing is fetched.
pub fn parse_link(text: &str) -> Result<Link, LinkError> {
    let parts = Parts::read(text)?;
    match parts.kind {
        LinkKind::Request => RequestLink::of(parts).map(Box::new).map(Link::Request),
        LinkKind::Card => CardLink::of(parts).map(Link::Card),
        LinkKind::Grant => GrantLink::of(parts).map(Link::Grant),
        LinkKind::Receipt => ReceiptLink::of(parts).map(Link::Receipt),
        LinkKind::Key => KeyLink::of(&parts).map(Link::Key),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkKind {
    Request,
    Card,
    Grant,
    Receipt,
    Key,
}

/// A link taken apart: its kind, the host if one is named, and what the code says.
pub(super) struct Parts {
    pub(super) kind: LinkKind,
    pub(super) host: Option<String>,
    pub(super) code: Vec<u8>,
}

impl Parts {
    pub(super) fn read(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        if text.len() > MAX_LINK_LENGTH {
            return Err(LinkError::TooLong);
        }
        let url = Url::parse(text).map_err(|_| LinkError::NotALink)?;
        let (path, web) = match url.scheme() {
            "https" => (url.path().strip_prefix('/').unwrap_or_default(), true),
            "http"
                if kind_and_code(url.path().trim_start_matches('/'))
                    .is_some_and(|(kind, _)| kind != LinkKind::Key) =>
            {
                return Err(LinkError::NotSecure);
            }
            "tallystick" => (url.path(), false),
            _ => return Err(LinkError::NotALink),
        };
        let (kind, code) = kind_and_code(path).ok_or(LinkError::NotALink)?;
        // A key is nobody's page.
        if web && kind == LinkKind::Key {
            return Err(LinkError::NotALink);
        }
        let host = if web { Some(host::of_url(&url)?) } else { named_host(&url)? };
        Ok(Self { kind, host, code: decode(code)? })
    }
}

fn kind_and_code(path: &str) -> Option<(LinkKind, &str)> {
    let (kind, code) = path.split_once('/')?;
    match kind {
        "p" | "P" => Some((LinkKind::Request, code)),
        "c" | "C" => Some((LinkKind::Card, code)),
        "g" | "G" => Some((LinkKind::Grant, code)),
        "r" | "R" => Some((LinkKind::Receipt, code)),
        "k" | "K" => Some((LinkKind::Key, code)),
        _ => None,
    }
}

/// Whether a text that is no good as a link was probably one of ours: our own scheme, or a web page whose code has the
/// look of ours. Other sites have pages at `/p/…` too; their codes are short, or in words, or mix cases.
pub(super) fn looks_like_ours(text: &str) -> bool {
    /// Half of the shortest code of ours, the card's.
    const SHORTEST: usize = 13;
    let Ok(url) = Url::parse(text.get(..MAX_LINK_LENGTH).unwrap_or(text).trim()) else {
        return false;
    };
    if url.scheme() == "tallystick" {
        return true;
    }
    let Some((_, code)) = kind_and_code(url.path().trim_start_matches('/')) else {
        return false;
    };
    let fitting = code.chars().filter(|c| c.is_ascii_alphabetic() || matches!(c, '2'..='7')).count();
    let mixed =
        code.contains(|c: char| c.is_ascii_lowercase()) && code.contains(|c: char| c.is_ascii_uppercase());
    // At most one character in eight is wrong.
    fitting >= SHORTEST && fitting * 8 >= code.len() * 7 && !mixed
}

/// `h=` in the query of the app's own form.
fn named_host(url: &Url) -> Result<Option<String>, LinkError> {
    let mut named = url.query_pairs().filter(|(name, _)| name.eq_ignore_ascii_case("h"));
    match (named.next(), named.next()) {
        (None, _) => Ok(None),
        (Some((_, host)), None) => host::normal(&host).map(Some),
        // Two readers could take one each.
        (Some(_), Some(_)) => Err(LinkError::Host),
    }
}

/// BASE32 of either case, without padding.
pub(super) fn decode(code: &str) -> Result<Vec<u8>, LinkError> {
    if let Some(found) = code.chars().find(|c| !matches!(c, 'A'..='Z' | 'a'..='z' | '2'..='7')) {
        return Err(LinkError::Damaged { found });
    }
    // Whatever is wrong now is the length, or bits that stand for nothing.
    BASE32_NOPAD.decode(code.to_ascii_uppercase().as_bytes()).map_err(|_| LinkError::Incomplete)
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE32_NOPAD.encode(bytes.as_ref())
}

/// `?h=` and the host, if there is one.
pub(super) fn query(host: Option<&str>) -> Cow<'static, str> {
    host.map_or(Cow::Borrowed(""), |host| format!("?h={}", host::in_query(host)).into())
}
