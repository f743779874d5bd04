//! Checking the signature of a request.

use data_encoding::BASE32_NOPAD;
use http::HeaderMap;
use sfv::{BareItem, Dictionary, InnerList, ListEntry, Parser};

use super::base::SignatureBase;
use super::{
    COMPONENTS, HttpSignatureError, INPUT, LABEL, MAX_SKEW_SECONDS, METHOD, Nonce, PARAMETERS, SIGNATURE,
    TAG, TARGET_URI, digest,
};
use crate::clock::UnixSeconds;
use crate::keys::PublicKey;

/// Who signed a request. The signature fits; whether the key may do what it asks is another question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedReader {
    /// The key that signed.
    pub key: PublicKey,
    /// When, by the signer's clock.
    pub created: UnixSeconds,
    /// Unique for the key; a server refuses one that it has seen.
    pub nonce: Nonce,
}

impl VerifiedReader {
    /// Refuses a signature made more than [`MAX_SKEW_SECONDS`] before or after `now`, the issuer's time.
    pub fn check_fresh(&self, now: UnixSeconds) -> Result<(), HttpSignatureError> {
        if self.created.abs_diff(now) <= MAX_SKEW_SECONDS.unsigned_abs() {
            Ok(())
        } else {
            Err(HttpSignatureError::ClockSkew { created: self.created, now })
        }
    }
}

/// Checks the signature of a request.
///
/// `target_uri` is as [`super::target_uri`] makes it from the request's `Host`; `body` is the whole body as received.
/// `None` and an empty body are the same. Signatures under other labels are passed over.
pub fn verify(
    method: &str,
    target_uri: &str,
    headers: &HeaderMap,
    body: Option<&[u8]>,
) -> Result<VerifiedReader, HttpSignatureError> {
    let body = body.filter(|bytes| !bytes.is_empty());
    let covered = match member(headers, INPUT)? {
        ListEntry::InnerList(list) => list,
        ListEntry::Item(_) => return Err(HttpSignatureError::Malformed { field: INPUT }),
    };
    let signature: [u8; 64] = match member(headers, SIGNATURE)? {
        ListEntry::Item(sfv::Item { bare_item: BareItem::ByteSequence(bytes), .. }) => bytes.try_into().ok(),
        _ => None,
    }
    .ok_or(HttpSignatureError::Malformed { field: SIGNATURE })?;

    check_components(&covered, body.is_some())?;
    let reader = read_parameters(&covered)?;

    let content_digest = match body {
        None => None,
        Some(bytes) => {
            let value = field(headers, digest::FIELD)?;
            digest::check(&value, bytes)?;
            Some(value)
        }
    };
    let base = SignatureBase::build(&covered, |name| match name {
        METHOD => Some(method.to_owned()),
        TARGET_URI => Some(target_uri.to_owned()),
        _ => content_digest.clone(),
    })
    .ok_or(HttpSignatureError::Malformed { field: TARGET_URI })?;
    reader.key.verify(base.text.as_bytes(), &signature).map_err(|_| HttpSignatureError::Signature)?;
    Ok(reader)
}

fn check_components(covered: &InnerList, with_body: bool) -> Result<(), HttpSignatureError> {
    let (count, expected) = if with_body {
        (3, "\"@method\" \"@target-uri\" \"content-digest\"")
    } else {
        (2, "\"@method\" \"@target-uri\"")
    };
    let as_expected = covered.items.len() == count
        && covered.items.iter().zip(COMPONENTS).all(|(item, name)| {
            item.params.is_empty() && item.bare_item.as_string().is_some_and(|text| text.as_str() == name)
        });
    if as_expected { Ok(()) } else { Err(HttpSignatureError::Components { expected }) }
}

fn read_parameters(covered: &InnerList) -> Result<VerifiedReader, HttpSignatureError> {
    let values: Vec<&BareItem> = covered
        .params
        .iter()
        .zip(PARAMETERS)
        .filter_map(|((name, value), expected)| (name.as_str() == expected).then_some(value))
        .collect();
    let [created, nonce, keyid, tag] = values[..] else { return Err(HttpSignatureError::Parameters) };
    if covered.params.len() != PARAMETERS.len() || tag.as_string().is_none_or(|text| text.as_str() != TAG) {
        return Err(HttpSignatureError::Parameters);
    }
    let malformed = |field| HttpSignatureError::Malformed { field };
    Ok(VerifiedReader {
        created: created.as_integer().map(UnixSeconds::from).ok_or(malformed("created"))?,
        nonce: nonce
            .as_string()
            .and_then(|text| BASE32_NOPAD.decode(text.as_str().to_ascii_uppercase().as_bytes()).ok())
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(malformed("nonce"))?,
        key: keyid.as_string().and_then(|text| text.as_str().parse().ok()).ok_or(malformed("keyid"))?,
    })
}

/// Our member of a dictionary field.
fn member(headers: &HeaderMap, name: &'static str) -> Result<ListEntry, HttpSignatureError> {
    let value = field(headers, name)?;
    let mut dictionary: Dictionary =
        Parser::new(&value).parse().map_err(|_| HttpSignatureError::Malformed { field: name })?;
    dictionary.swap_remove(LABEL).ok_or(HttpSignatureError::Missing { field: name })
}

/// The value of a field; several lines of it are one list (RFC 9421 §2.1).
fn field(headers: &HeaderMap, name: &'static str) -> Result<String, HttpSignatureError> {
    let lines = headers
        .get_all(name)
        .iter()
        .map(|line| line.to_str().map(str::trim))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| HttpSignatureError::Malformed { field: name })?;
    if lines.is_empty() { Err(HttpSignatureError::Missing { field: name }) } else { Ok(lines.join(", ")) }
}
