//! Links that hand an account to a key that was granted something: a till, a second phone (protocol §7).

use std::fmt;

use super::link::{LinkKind, Parts, encode, query};
use super::{LinkError, LinkText, host};
use crate::keys::{AccountId, IssuerId};

/// Where a granted key finds the account for which it may act. The link itself allows nothing: whoever holds no granted
/// key learns two ids from it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct GrantLink {
    /// Host, with a port if it is not 443.
    pub host: String,
    /// The issuer; its card proves itself against this.
    pub issuer: IssuerId,
    /// The account that gave the grant; its opening proves itself against this.
    pub account: AccountId,
}

impl GrantLink {
    /// A link to an account of an issuer that a host serves.
    pub fn new(host: &str, issuer: IssuerId, account: AccountId) -> Result<Self, LinkError> {
        Ok(Self { host: host::normal(host)?, issuer, account })
    }

    /// Reads `https://<host>/g/<ids>` or `tallystick:g/<ids>?h=<host>`.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        match Parts::read(text)? {
            parts if parts.kind == LinkKind::Grant => Self::of(parts),
            _ => Err(LinkError::NotAGrant),
        }
    }

    pub(super) fn of(parts: Parts) -> Result<Self, LinkError> {
        let (issuer, account) = parts.code.split_at_checked(IssuerId::LENGTH).ok_or(LinkError::Incomplete)?;
        Ok(Self {
            issuer: IssuerId::from_slice(issuer).map_err(|_| LinkError::Incomplete)?,
            account: AccountId::from_slice(account).map_err(|_| LinkError::Incomplete)?,
            host: parts.host.ok_or(LinkError::HostMissing)?,
        })
    }

    fn code(&self) -> String {
        encode([self.issuer.as_bytes().as_slice(), self.account.as_bytes().as_slice()].concat())
    }
}

#[cfg_attr(feature = "uniffi", uniffi::export)]
impl GrantLink {
    /// The link as a plain camera opens it.
    pub fn text(&self) -> String {
        self.segments().to_string()
    }

    /// The app's own form.
    pub fn app_text(&self) -> String {
        format!("tallystick:g/{}{}", self.code(), query(Some(&self.host)))
    }

    /// The text in the two segments of a code.
    pub fn segments(&self) -> LinkText {
        LinkText { start: format!("https://{}/g/", self.host), code: self.code() }
    }
}

/// The link as a plain camera opens it.
impl fmt::Display for GrantLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments().fmt(f)
    }
}
