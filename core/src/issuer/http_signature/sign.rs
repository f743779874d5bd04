//! Signing a request.

use data_encoding::{BASE32_NOPAD, BASE64};
use http::{HeaderMap, HeaderName, HeaderValue};
use sfv::{BareItem, InnerList, Item};

use super::base::SignatureBase;
use super::{
    COMPONENTS, HttpSignatureError, INPUT, LABEL, METHOD, Nonce, PARAMETERS, SIGNATURE, TAG, TARGET_URI,
    content_digest, digest,
};
use crate::clock::UnixSeconds;
use crate::keys::{PublicKey, SigningKey};

/// The fields to send with a signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// The value of `Signature-Input`.
    pub signature_input: String,
    /// The value of `Signature`.
    pub signature: String,
    /// The value of `Content-Digest`, if the request has a body.
    pub content_digest: Option<String>,
}

impl SignatureHeaders {
    /// Puts the fields in place of any of the same names.
    pub fn apply(&self, headers: &mut HeaderMap) {
        let fields = [
            (INPUT, Some(&self.signature_input)),
            (SIGNATURE, Some(&self.signature)),
            (digest::FIELD, self.content_digest.as_ref()),
        ];
        for (name, value) in fields {
            headers.remove(name);
            // All values here are made of printable ASCII, so none is ever left out.
            if let Some(value) = value.and_then(|text| HeaderValue::from_str(text).ok()) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

/// Signs a request with `key`.
///
/// `target_uri` is as [`super::target_uri`] makes it; `created` is the issuer's time as far as it is known; `nonce`
/// must be fresh for each request that is sent. `None` and an empty body are the same. Fails only for a method, URI
/// or time that has no place in a signature.
pub fn sign(
    method: &str,
    target_uri: &str,
    body: Option<&[u8]>,
    created: UnixSeconds,
    nonce: &Nonce,
    key: &SigningKey,
) -> Result<SignatureHeaders, HttpSignatureError> {
    let content_digest = body.filter(|bytes| !bytes.is_empty()).map(content_digest);
    let covered = covered(content_digest.is_some(), created, nonce, &key.public_key())
        .map_err(|_| HttpSignatureError::Malformed { field: "created" })?;
    let base = SignatureBase::build(&covered, |name| match name {
        METHOD => Some(method.to_owned()),
        TARGET_URI => Some(target_uri.to_owned()),
        _ => content_digest.clone(),
    })
    .ok_or(HttpSignatureError::Malformed { field: TARGET_URI })?;

    let signature = key.sign(base.text.as_bytes());
    Ok(SignatureHeaders {
        signature_input: format!("{LABEL}={}", base.parameters),
        signature: format!("{LABEL}=:{}:", BASE64.encode(&signature)),
        content_digest,
    })
}

/// What our signature covers, with its parameters in their order.
fn covered(
    with_body: bool,
    created: UnixSeconds,
    nonce: &Nonce,
    key: &PublicKey,
) -> Result<InnerList, sfv::Error> {
    let components = COMPONENTS.iter().take(if with_body { 3 } else { 2 });
    let items = components.map(|name| text(name).map(Item::new)).collect::<Result<_, _>>()?;
    let values: [BareItem; 4] = [
        sfv::Integer::try_from(created)?.into(),
        text(&BASE32_NOPAD.encode(nonce))?.into(),
        text(&key.to_string())?.into(),
        text(TAG)?.into(),
    ];
    let names = PARAMETERS.iter().map(|name| sfv::KeyRef::from_str(name).map(ToOwned::to_owned));
    let parameters =
        names.zip(values).map(|(name, value)| Ok((name?, value))).collect::<Result<_, sfv::Error>>()?;
    Ok(InnerList::with_params(items, parameters))
}

fn text(value: &str) -> Result<sfv::String, sfv::Error> {
    sfv::StringRef::from_str(value).map(ToOwned::to_owned)
}
