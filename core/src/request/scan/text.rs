//! From a text to what it is.

use url::Url;

use super::super::link::looks_like_ours;
use super::super::{
    CardLink, GrantLink, KeyLink, Link, LinkError, MAX_LINK_LENGTH, ReceiptLink, RequestLink, host,
    parse_link,
};
use super::swaptacular::{Pr0, SwaptacularCoin, is_pr0};
use super::{CodeSystem, SwaptacularError};

/// The most bytes of a text that is looked at. A QR code holds 7,089 characters at most, a `PR0` document about 15,000
/// bytes.
pub const MAX_SCANNED_LENGTH: usize = 16_384;

/// What a text is. Nothing was fetched and no signature was checked: this tells an app what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[non_exhaustive]
pub enum Scanned {
    /// Asks for a payment: plan it.
    Request {
        /// The request, or where it is kept; for other languages its text.
        link: Box<RequestLink>,
    },
    /// Shows a currency: offer to add it.
    Card {
        /// Where its card is.
        link: CardLink,
    },
    /// Offers an account to act for: a till or a second device takes it on.
    Grant {
        /// Which account.
        link: GrantLink,
    },
    /// Names a payment that was made: the payee can look it up, and refund it.
    Receipt {
        /// Which payment.
        link: ReceiptLink,
    },
    /// Shows the key of a till or a second device that wants to be granted something.
    Key {
        /// The key.
        link: KeyLink,
    },
    /// A payment request of Swaptacular. Recognised, not yet paid by this version.
    SwaptacularRequest {
        /// What it asks.
        request: Pr0,
    },
    /// A currency of Swaptacular. Recognised, not yet added by this version.
    SwaptacularCoin {
        /// Where it is described.
        coin: SwaptacularCoin,
    },
    /// A link of ours, or a request of Swaptacular, that is damaged or breaks a rule: scan or copy it again.
    Broken {
        /// Which rule, as a stable code: that of a [`LinkError`] or a [`SwaptacularError`].
        rule: String,
        /// What is wrong, in words.
        reason: String,
    },
    /// A code of another system.
    Foreign {
        /// Whose. The text may hold a secret, so it is not repeated.
        system: CodeSystem,
    },
    /// A link to a page. Show the host, in this form, before it is opened.
    Web {
        /// The address, as it was written.
        url: String,
        /// Where it leads, in Punycode, so that no script can imitate another.
        host: String,
    },
    /// Some other text.
    Text {
        /// The text, without white space around it. May be empty.
        text: String,
    },
    /// More than any code or link holds; not looked at.
    TooLong {
        /// How many bytes it has.
        bytes: u32,
    },
}

impl Scanned {
    /// Whether it is something of ours, or of Swaptacular, whole or damaged.
    pub fn is_ours(&self) -> bool {
        !matches!(self, Self::Foreign { .. } | Self::Web { .. } | Self::Text { .. } | Self::TooLong { .. })
    }
}

/// Tells what a text is that was scanned, tapped or pasted.
///
/// White space around it is left out of account, except in a `PR0` document, whose checksum counts it. A web page that
/// only shares the form of our links (`https://…/p/…`) is a web page; one whose code has the look of ours is damaged.
pub fn scan(text: &str) -> Scanned {
    if text.len() > MAX_SCANNED_LENGTH {
        return Scanned::TooLong { bytes: u32::try_from(text.len()).unwrap_or(u32::MAX) };
    }
    if is_pr0(text) {
        return match Pr0::parse(text) {
            Ok(request) => Scanned::SwaptacularRequest { request },
            Err(error) => Scanned::from(error),
        };
    }
    let text = text.trim();
    match parse_link(text) {
        Ok(link) => link.into(),
        Err(LinkError::NotALink) => other(text),
        Err(error) if looks_like_ours(text) => Scanned::from(error),
        Err(_) => other(text),
    }
}

/// What a text is that is no link of ours.
fn other(text: &str) -> Scanned {
    if let Some(system) = CodeSystem::of(text) {
        return Scanned::Foreign { system };
    }
    if let Some(coin) = SwaptacularCoin::of(text) {
        return Scanned::SwaptacularCoin { coin };
    }
    web(text).unwrap_or_else(|| Scanned::Text { text: text.to_owned() })
}

fn web(text: &str) -> Option<Scanned> {
    if text.len() > MAX_LINK_LENGTH || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    // A user name in front of the host hides where it leads; the host alone is what counts.
    let host = host::with_port(&url)?;
    Some(Scanned::Web { url: text.to_owned(), host })
}

impl From<Link> for Scanned {
    fn from(link: Link) -> Self {
        match link {
            Link::Request(link) => Self::Request { link },
            Link::Card(link) => Self::Card { link },
            Link::Grant(link) => Self::Grant { link },
            Link::Receipt(link) => Self::Receipt { link },
            Link::Key(link) => Self::Key { link },
        }
    }
}

impl From<LinkError> for Scanned {
    fn from(error: LinkError) -> Self {
        Self::Broken { rule: error.code().to_owned(), reason: error.to_string() }
    }
}

impl From<SwaptacularError> for Scanned {
    fn from(error: SwaptacularError) -> Self {
        Self::Broken { rule: error.code().to_owned(), reason: error.to_string() }
    }
}
