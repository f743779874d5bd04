//! `COSE_Sign1` (RFC 9052 §4.2), in the one form that artefacts have.

use std::fmt;
use std::sync::Arc;

use super::fields::{Fields, MapWriter};
use super::{ArtefactError, Kind, cbor};
use crate::keys::{Digest, PublicKey, SigningKey};

/// `external_aad` of every signature: an artefact is never good for another protocol.
pub const EXTERNAL_AAD: &[u8] = b"tallystick-1";

/// Version of every kind.
pub const VERSION: u64 = 1;

/// An array of four, `h'A10127'` (the protected header `{1: -8}`), and an empty map.
const OPENING: [u8; 6] = [0x84, 0x43, 0xa1, 0x01, 0x27, 0xa0];

/// What an artefact says. Implemented once a kind.
pub trait Body: Sized + PartialEq {
    /// The value of key 0.
    const KIND: Kind;

    /// Writes every field but kind, version and signer.
    fn write(&self, fields: &mut MapWriter);

    /// Reads and checks every field but kind, version and signer.
    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError>;
}

/// A body whose key 3 is the signer's public key: every kind but the request. Read as [`Signed`].
pub trait NamesSigner: Body {}

/// A body that does not name its signer: the request. Read as [`Unproven`], until a key is found for it.
///
/// A kind has one of the two traits, never both: an artefact that names a key must not be proven by another.
pub trait OmitsSigner: Body {}

/// An artefact with a good signature: body, signer, and the bytes exactly as they came.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed<T> {
    bytes: Arc<[u8]>,
    hash: Digest,
    signer: PublicKey,
    body: T,
}

impl<T> Signed<T> {
    /// What it says.
    pub fn body(&self) -> &T {
        &self.body
    }

    /// Whose signature it carries. Whether that key *may* sign this is for the ledger's rules to say.
    pub fn signer(&self) -> &PublicKey {
        &self.signer
    }

    /// The whole artefact, as received.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 over the whole artefact.
    pub fn hash(&self) -> Digest {
        self.hash
    }
}

impl<T: fmt::Debug> fmt::Debug for Signed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed")
            .field("hash", &self.hash)
            .field("signer", &self.signer)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

impl<T: NamesSigner> Signed<T> {
    /// Signs a body. Fails if the body breaks its own rules, so that nothing is signed that nobody would read.
    pub fn sign(body: &T, key: &SigningKey) -> Result<Self, ArtefactError> {
        Self::assemble(body, key, Some(&key.public_key()))
    }

    /// Reads an artefact and checks its form, every field, and the signature of the signer that it names.
    pub fn parse(bytes: &[u8]) -> Result<Self, ArtefactError> {
        let (artefact, payload, signature) = Self::read(bytes)?;
        verify(&artefact.signer, payload, signature)?;
        Ok(artefact)
    }

    /// Reads again an artefact that was proven before, from where nobody without the wallet's key can put anything: its
    /// form is checked, its signature was. A payment reads about thirty of them, of 45 µs each to verify.
    pub(crate) fn parse_proven(bytes: &[u8]) -> Result<Self, ArtefactError> {
        Self::read(bytes).map(|(artefact, ..)| artefact)
    }

    /// Reads an artefact whose signature is still to be checked, or was: its payload and signature beside it.
    fn read(bytes: &[u8]) -> Result<(Self, &[u8], &[u8; 64]), ArtefactError> {
        let (payload, signature) = open(bytes, T::KIND.size_limit())?;
        let fields = fields_of(payload, T::KIND)?;
        let signer: PublicKey = fields.need(SIGNER, "signer")?.id()?;
        let body = T::read(&fields)?;
        let artefact = Self { bytes: bytes.into(), hash: Digest::of(&[bytes]), signer, body };
        Ok((artefact, payload, signature))
    }
}

impl<T: Body> Signed<T> {
    fn assemble(body: &T, key: &SigningKey, named: Option<&PublicKey>) -> Result<Self, ArtefactError> {
        let payload = write_payload(body, named);
        let read = T::read(&fields_of(&payload, T::KIND)?)?;
        // A body can hold what its kind has no form for. Nobody may sign anything but what they meant to.
        if read != *body {
            return Err(ArtefactError::field("payload", "cannot express what was to be signed"));
        }
        let mut bytes = Vec::with_capacity(payload.len() + 80);
        bytes.extend_from_slice(&OPENING);
        bytes.extend_from_slice(&byte_string(&payload));
        bytes.extend_from_slice(&byte_string(&key.sign(&to_be_signed(&payload))));
        within_size(&bytes, T::KIND.size_limit())?;
        Ok(Self { hash: Digest::of(&[&bytes]), bytes: bytes.into(), signer: key.public_key(), body: read })
    }
}

/// An artefact that does not name its signer, its signature not yet checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Unproven<T> {
    bytes: Arc<[u8]>,
    hash: Digest,
    body: T,
}

impl<T: OmitsSigner> Unproven<T> {
    /// Reads an artefact and checks its form and every field, but not the signature.
    pub fn parse(bytes: &[u8]) -> Result<Self, ArtefactError> {
        let (payload, _) = open(bytes, T::KIND.size_limit())?;
        let fields = fields_of(payload, T::KIND)?;
        if let Some(signer) = fields.get(SIGNER, "signer") {
            return Err(signer.wrong("is named, in a kind that names none"));
        }
        let body = T::read(&fields)?;
        Ok(Self { bytes: bytes.into(), hash: Digest::of(&[bytes]), body })
    }

    /// Signs a body of a kind that does not name its signer.
    pub fn sign(body: &T, key: &SigningKey) -> Result<Signed<T>, ArtefactError> {
        Signed::assemble(body, key, None)
    }

    /// What it says, unproven.
    pub fn body(&self) -> &T {
        &self.body
    }

    /// The whole artefact, as received.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 over the whole artefact.
    pub fn hash(&self) -> Digest {
        self.hash
    }

    /// Checks the signature against one key.
    pub fn prove(self, signer: &PublicKey) -> Result<Signed<T>, ArtefactError> {
        let (payload, signature) = open(&self.bytes, T::KIND.size_limit())?;
        verify(signer, payload, signature)?;
        Ok(Signed { bytes: self.bytes, hash: self.hash, signer: *signer, body: self.body })
    }
}

impl<T: fmt::Debug> fmt::Debug for Unproven<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unproven").field("hash", &self.hash).field("body", &self.body).finish_non_exhaustive()
    }
}

/// The kind that an artefact says it is, for whoever must tell kinds apart before reading.
pub fn kind_of(bytes: &[u8]) -> Result<Kind, ArtefactError> {
    let (payload, _) = open(bytes, Kind::MAX_SIZE)?;
    let (found, _) = kind_and_version(payload)?;
    Kind::from_value(found).ok_or(ArtefactError::WrongKind { expected: None, found })
}

const KIND: u64 = 0;
const VERSION_KEY: u64 = 1;
const SIGNER: u64 = 3;

fn write_payload<T: Body>(body: &T, signer: Option<&PublicKey>) -> Vec<u8> {
    let mut fields = MapWriter::default();
    fields
        .uint(KIND, T::KIND.value())
        .uint(VERSION_KEY, VERSION)
        .put_some(SIGNER, signer, |item, signer| item.bytes(signer.as_ref()));
    body.write(&mut fields);
    fields.finish()
}

/// The fields of a payload of this kind. Kind and version are looked at first: what another version holds besides
/// could mean anything.
fn fields_of(payload: &[u8], kind: Kind) -> Result<Fields<'_>, ArtefactError> {
    let (found, version) = kind_and_version(payload)?;
    if found != kind.value() {
        return Err(ArtefactError::WrongKind { expected: Some(kind), found });
    }
    if version != VERSION {
        return Err(ArtefactError::UnknownVersion { found: version });
    }
    Fields::parse(payload)
}

/// Keys 0 and 1, which come first in any payload.
fn kind_and_version(payload: &[u8]) -> Result<(u64, u64), ArtefactError> {
    let mut decoder = minicbor::Decoder::new(payload);
    decoder.map().map_err(|_| ArtefactError::field("payload", "is not a map"))?;
    let mut next = |key, field| match decoder.u64() {
        Ok(found) if found == key => {
            decoder.u64().map_err(|_| ArtefactError::field(field, "is not an unsigned integer"))
        }
        _ => Err(ArtefactError::Missing { field }),
    };
    Ok((next(KIND, "kind")?, next(VERSION_KEY, "version")?))
}

fn within_size(bytes: &[u8], limit: usize) -> Result<(), ArtefactError> {
    if bytes.len() > limit { Err(ArtefactError::TooLarge { size: bytes.len(), limit }) } else { Ok(()) }
}

/// Payload and signature of an artefact in proper form: deterministic outside and inside.
fn open(bytes: &[u8], limit: usize) -> Result<(&[u8], &[u8; 64]), ArtefactError> {
    let not = |reason| ArtefactError::Envelope { reason };
    within_size(bytes, limit)?;
    cbor::check(bytes)?;
    let rest =
        bytes.strip_prefix(&OPENING).ok_or(not("is not an untagged COSE_Sign1 with header {1: -8}"))?;
    // That `bytes` are one item, an array of four, and its first two are known: so the next two are the last.
    let mut decoder = minicbor::Decoder::new(rest);
    let payload = decoder.bytes().map_err(|_| not("has no payload in a byte string"))?;
    let signature = decoder.bytes().ok().and_then(|signature| signature.try_into().ok());
    let signature = signature.ok_or(not("has no signature of 64 bytes"))?;
    cbor::check(payload)?;
    Ok((payload, signature))
}

fn verify(signer: &PublicKey, payload: &[u8], signature: &[u8; 64]) -> Result<(), ArtefactError> {
    signer.verify(&to_be_signed(payload), signature).map_err(|_| ArtefactError::BadSignature)
}

/// `Sig_structure` (RFC 9052 §4.4).
fn to_be_signed(payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x84, 0x6a];
    bytes.extend_from_slice(b"Signature1");
    bytes.extend_from_slice(&OPENING[1..5]);
    bytes.extend_from_slice(&byte_string(EXTERNAL_AAD));
    bytes.extend_from_slice(&byte_string(payload));
    bytes
}

fn byte_string(bytes: &[u8]) -> Vec<u8> {
    // Writing to memory cannot fail.
    let mut encoder = minicbor::Encoder::new(Vec::with_capacity(bytes.len() + 5));
    let _ = encoder.bytes(bytes);
    encoder.into_writer()
}
