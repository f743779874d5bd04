//! The JSON of protocol §5: how bytes are written, and the bodies that are sent.

use data_encoding::BASE64URL_NOPAD;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::exchange::malformed;
use super::problem::plain;
use crate::artefact::{NamesSigner, Request, Signed, Unproven};
use crate::issuer::IssuerError;
use crate::keys::{Digest, PublicKey};

/// Reads an answer.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, IssuerError> {
    serde_json::from_slice(body).map_err(|error| malformed("body", &plain(&error.to_string())))
}

/// Bytes to be sent: base64url without padding.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub &'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64URL_NOPAD.encode(self.0))
    }
}

/// Bytes that came.
pub(super) struct Blob(pub Vec<u8>);

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64URL_NOPAD.decode(text.as_bytes()).map(Self).map_err(D::Error::custom)
    }
}

/// A signed artefact that came.
pub(super) struct Artefact<T>(pub Signed<T>);

impl<'de, T: NamesSigner> Deserialize<'de> for Artefact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Blob::deserialize(deserializer)?.0;
        Signed::parse(&bytes).map(Self).map_err(|error| D::Error::custom(format!("{:?}: {error}", T::KIND)))
    }
}

/// A request that came.
pub(super) struct RequestBlob(pub Unproven<Request>);

impl<'de> Deserialize<'de> for RequestBlob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Blob::deserialize(deserializer)?.0;
        Unproven::parse(&bytes).map(Self).map_err(|error| D::Error::custom(format!("request: {error}")))
    }
}

pub(super) fn signed<T>(artefacts: Vec<Artefact<T>>) -> Vec<Signed<T>> {
    artefacts.into_iter().map(|artefact| artefact.0).collect()
}

pub(super) fn bytes<T>(artefacts: &[Signed<T>]) -> Vec<Bytes<'_>> {
    artefacts.iter().map(|artefact| Bytes(artefact.bytes())).collect()
}

// Bodies

#[derive(Serialize)]
pub(super) struct FoundingBody<'a> {
    pub founding_key: &'a PublicKey,
    pub commitment: &'a Digest,
}

#[derive(Serialize)]
pub(super) struct CardBody<'a> {
    pub card: Bytes<'a>,
    pub rekeys: Vec<Bytes<'a>>,
}

#[derive(Serialize)]
pub(super) struct OpeningBody<'a> {
    pub opening: Bytes<'a>,
    pub rekeys: Vec<Bytes<'a>>,
}

#[derive(Serialize)]
pub(super) struct OrderBody<'a> {
    pub order: Bytes<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Bytes<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memo: Option<Bytes<'a>>,
    /// Only in a replay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Bytes<'a>>,
}

#[derive(Serialize)]
pub(super) struct CancelBody<'a> {
    pub cancel: Bytes<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Bytes<'a>>,
}

/// A body of one member: an artefact, or the list.
pub(super) struct Single<'a>(pub &'static str, pub &'a [u8]);

impl Serialize for Single<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.0, Bytes(self.1))])
    }
}
