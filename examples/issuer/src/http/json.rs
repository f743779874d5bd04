//! Bytes in JSON (protocol §1.1).

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tallystick::artefact::{NamesSigner, Signed};

use crate::problem::Problem;

/// Bytes as base64url without padding: artefacts, entries, memos, lists.
#[derive(Debug, Clone, PartialEq, Eq, utoipa::ToSchema)]
#[schema(value_type = String, format = "base64url", example = "hEOhASegWQ")]
pub(crate) struct Base64Url(pub Vec<u8>);

impl Serialize for Base64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes());
        bytes.map(Self).map_err(|_| serde::de::Error::custom("bytes are base64url without padding"))
    }
}

impl From<Vec<u8>> for Base64Url {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Base64Url {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

/// The most artefacts of a list: each costs a check of a signature. So there are never more rekeys of one id either, for
/// they are posted all together.
pub(crate) const MOST_AT_ONCE: usize = 64;

/// Reads a member that is an artefact and checks its signature.
pub(crate) fn artefact<T: NamesSigner>(
    member: &'static str,
    bytes: &Base64Url,
) -> Result<Signed<T>, Problem> {
    Signed::parse(&bytes.0).map_err(|error| Problem::artefact(member, &error))
}

/// Reads a member that is a list of artefacts and checks their signatures.
pub(crate) fn artefacts<T: NamesSigner>(
    member: &'static str,
    list: &[Base64Url],
) -> Result<Vec<Signed<T>>, Problem> {
    if list.len() > MOST_AT_ONCE {
        return Err(Problem::bad_request(format!("At most {MOST_AT_ONCE} at once.")).field(member));
    }
    list.iter().map(|bytes| artefact(member, bytes)).collect()
}
