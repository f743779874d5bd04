//! Links to cards (protocol §7).

use std::fmt;

use super::link::{LinkKind, Parts, query};
use super::{LinkError, LinkText, host};
use crate::keys::IssuerId;

/// Where a currency is found: the link on a shop's door.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CardLink {
    /// Host, with a port if it is not 443.
    pub host: String,
    /// The issuer; its card proves itself against this.
    pub issuer: IssuerId,
}

impl CardLink {
    /// A link to the card of an issuer that a host serves.
    pub fn new(host: &str, issuer: IssuerId) -> Result<Self, LinkError> {
        Ok(Self { host: host::normal(host)?, issuer })
    }

    /// Reads `https://<host>/c/<id>` or `tallystick:c/<id>?h=<host>`.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        match Parts::read(text)? {
            parts if parts.kind == LinkKind::Card => Self::of(parts),
            _ => Err(LinkError::NotACard),
        }
    }

    pub(super) fn of(parts: Parts) -> Result<Self, LinkError> {
        let issuer = IssuerId::from_slice(&parts.code).map_err(|_| LinkError::Incomplete)?;
        Ok(Self { host: parts.host.ok_or(LinkError::HostMissing)?, issuer })
    }
}

#[cfg_attr(feature = "uniffi", uniffi::export)]
impl CardLink {
    /// The link as a plain camera opens it.
    pub fn text(&self) -> String {
        self.segments().to_string()
    }

    /// The app's own form.
    pub fn app_text(&self) -> String {
        format!("tallystick:c/{}{}", self.issuer, query(Some(&self.host)))
    }

    /// The text in the two segments of a code.
    pub fn segments(&self) -> LinkText {
        LinkText { start: format!("https://{}/c/", self.host), code: self.issuer.to_string() }
    }
}

/// The link as a plain camera opens it.
impl fmt::Display for CardLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments().fmt(f)
    }
}
