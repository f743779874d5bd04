//! Links to receipts (protocol §7).

use std::fmt;

use super::link::{LinkKind, Parts, encode, query};
use super::{LinkError, LinkText, host};
use crate::keys::Digest;

/// Names a payment to somebody who was part of it: shown at the till for a refund. It proves nothing by itself; the payee
/// looks the payment up in its own verified chain.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ReceiptLink {
    /// Host of the issuer, with a port if it is not 443.
    pub host: String,
    /// Names the payment: hash of its order.
    pub payment: Digest,
}

impl ReceiptLink {
    /// A link to a payment at an issuer that a host serves.
    pub fn new(host: &str, payment: Digest) -> Result<Self, LinkError> {
        Ok(Self { host: host::normal(host)?, payment })
    }

    /// Reads `https://<host>/r/<hash>` or `tallystick:r/<hash>?h=<host>`.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        match Parts::read(text)? {
            parts if parts.kind == LinkKind::Receipt => Self::of(parts),
            _ => Err(LinkError::NotAReceipt),
        }
    }

    pub(super) fn of(parts: Parts) -> Result<Self, LinkError> {
        let payment = Digest::from_slice(&parts.code).map_err(|_| LinkError::Incomplete)?;
        Ok(Self { host: parts.host.ok_or(LinkError::HostMissing)?, payment })
    }
}

#[cfg_attr(feature = "uniffi", uniffi::export)]
impl ReceiptLink {
    /// The link as a plain camera opens it.
    pub fn text(&self) -> String {
        self.segments().to_string()
    }

    /// The app's own form.
    pub fn app_text(&self) -> String {
        format!("tallystick:r/{}{}", encode(self.payment), query(Some(&self.host)))
    }

    /// The text in the two segments of a code.
    pub fn segments(&self) -> LinkText {
        LinkText { start: format!("https://{}/r/", self.host), code: encode(self.payment) }
    }
}

/// The link as a plain camera opens it.
impl fmt::Display for ReceiptLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments().fmt(f)
    }
}
