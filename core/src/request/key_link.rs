//! Links that show a key to whoever is to grant it something: a new till to its owner (protocol §7).

use std::fmt;

use super::link::{LinkKind, Parts, encode};
use super::{LinkError, LinkText};
use crate::keys::PublicKey;

/// The public key of a till or a second device, shown so that an owner can grant it something. It is public: whoever
/// reads it learns nothing and may do nothing. Who grants must see to it that the key is that of the device in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct KeyLink {
    /// The key.
    pub key: PublicKey,
}

impl KeyLink {
    /// A link to a key; [`LinkError::Key`] if the key is none, or a weak one.
    pub fn new(key: PublicKey) -> Result<Self, LinkError> {
        key.check().map_err(LinkError::Key)?;
        Ok(Self { key })
    }

    /// Reads `tallystick:k/<key>`.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        match Parts::read(text)? {
            parts if parts.kind == LinkKind::Key => Self::of(&parts),
            _ => Err(LinkError::NotAKey),
        }
    }

    pub(super) fn of(parts: &Parts) -> Result<Self, LinkError> {
        Self::new(PublicKey::from_slice(&parts.code).map_err(|_| LinkError::Incomplete)?)
    }
}

#[cfg_attr(feature = "uniffi", uniffi::export)]
impl KeyLink {
    /// The link. There is only the app's own form: a plain camera could do nothing with a key.
    pub fn text(&self) -> String {
        self.segments().to_string()
    }

    /// The text in the two segments of a code.
    pub fn segments(&self) -> LinkText {
        LinkText { start: "tallystick:k/".to_owned(), code: encode(self.key) }
    }
}

/// The link.
impl fmt::Display for KeyLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.segments().fmt(f)
    }
}
