//! `Content-Digest` (RFC 9530 §2), with `sha-256` alone.

use sfv::{BareItem, Dictionary, ListEntry, Parser};
use subtle::ConstantTimeEq as _;

use super::HttpSignatureError;
use crate::keys::Digest;

pub(super) const FIELD: &str = "content-digest";

/// The value of the `Content-Digest` field for these bytes.
pub fn content_digest(body: &[u8]) -> String {
    let digest = Digest::of(&[body]);
    format!("sha-256=:{}:", data_encoding::BASE64.encode(digest.as_bytes()))
}

/// Checks that the field's value holds the SHA-256 of the body. Digests of other algorithms are passed over.
pub(super) fn check(value: &str, body: &[u8]) -> Result<(), HttpSignatureError> {
    let malformed = HttpSignatureError::Malformed { field: FIELD };
    let dictionary: Dictionary = Parser::new(value).parse().map_err(|_| malformed.clone())?;
    let Some(ListEntry::Item(item)) = dictionary.get("sha-256") else { return Err(malformed) };
    let BareItem::ByteSequence(claimed) = &item.bare_item else { return Err(malformed) };
    if bool::from(claimed.as_slice().ct_eq(Digest::of(&[body]).as_bytes())) {
        Ok(())
    } else {
        Err(HttpSignatureError::Digest)
    }
}
