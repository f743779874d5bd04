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
/// The head of a byte string of 64.
const SIGNATURE_HEAD: [u8; 2] = [0x58, 0x40];
const SIGNATURE_LENGTH: usize = 64;

/// What an artefact says. Implemented once a kind.
pub trait Body: Sized {
    /// The value of key 0.
    const KIND: Kind;

    /// Writes every field but kind, version and signer.
    fn write(&self, fields: &mut MapWriter);

    /// Reads and checks every field but kind, version and signer.
    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError>;
}

/// A body whose key 3 is the signer's public key: every kind but the request.
pub trait NamesSigner: Body {}

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
        let signer = key.public_key();
        let payload = payload(body, Some(&signer));
        let body = T::read(&Fields::parse(&payload)?)?;
        Self::assemble(body, &payload, signer, key, T::KIND)
    }

    /// Reads an artefact and checks its form, every field, and the signature of the signer that it names.
    pub fn parse(bytes: &[u8]) -> Result<Self, ArtefactError> {
        let (payload, signature) = open(bytes, T::KIND)?;
        let fields = Fields::parse(payload)?;
        let body = read_body(&fields)?;
        let signer: PublicKey = fields.need(3, "signer")?.id()?;
        verify(&signer, payload, signature)?;
        Ok(Self { bytes: bytes.into(), hash: Digest::of(&[bytes]), signer, body })
    }
}

impl<T: Body> Signed<T> {
    fn assemble(
        body: T,
        payload: &[u8],
        signer: PublicKey,
        key: &SigningKey,
        kind: Kind,
    ) -> Result<Self, ArtefactError> {
        let mut bytes = Vec::with_capacity(payload.len() + 80);
        bytes.extend_from_slice(&OPENING);
        bytes.extend_from_slice(&byte_string(payload));
        bytes.extend_from_slice(&SIGNATURE_HEAD);
        bytes.extend_from_slice(&key.sign(&to_be_signed(payload)));
        within_size(&bytes, kind)?;
        Ok(Self { hash: Digest::of(&[&bytes]), bytes: bytes.into(), signer, body })
    }
}

/// An artefact that does not name its signer, its signature not yet checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Unproven<T> {
    bytes: Arc<[u8]>,
    hash: Digest,
    body: T,
}

impl<T: Body> Unproven<T> {
    /// Reads an artefact and checks its form and every field, but not the signature.
    pub fn parse(bytes: &[u8]) -> Result<Self, ArtefactError> {
        let (payload, _) = open(bytes, T::KIND)?;
        let body = read_body(&Fields::parse(payload)?)?;
        Ok(Self { bytes: bytes.into(), hash: Digest::of(&[bytes]), body })
    }

    /// Signs a body of a kind that does not name its signer.
    pub fn sign(body: &T, key: &SigningKey) -> Result<Signed<T>, ArtefactError> {
        let payload = payload(body, None);
        let body = T::read(&Fields::parse(&payload)?)?;
        Signed::assemble(body, &payload, key.public_key(), key, T::KIND)
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
        let (payload, signature) = open(&self.bytes, T::KIND)?;
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
    let (payload, _) = split(bytes)?;
    cbor::check(payload)?;
    let value: u64 = Fields::parse(payload)?.need(0, "kind")?.uint()?;
    Kind::from_value(value).ok_or(ArtefactError::WrongKind { expected: None, found: value })
}

fn payload<T: Body>(body: &T, signer: Option<&PublicKey>) -> Vec<u8> {
    let mut fields = MapWriter::default();
    fields.uint(0, T::KIND.value()).uint(1, VERSION);
    if let Some(signer) = signer {
        fields.bytes(3, signer);
    }
    body.write(&mut fields);
    fields.finish()
}

fn read_body<T: Body>(fields: &Fields<'_>) -> Result<T, ArtefactError> {
    let found: u64 = fields.need(0, "kind")?.uint()?;
    if found != T::KIND.value() {
        return Err(ArtefactError::WrongKind { expected: Some(T::KIND), found });
    }
    match fields.need(1, "version")?.uint()? {
        VERSION => T::read(fields),
        found => Err(ArtefactError::UnknownVersion { found }),
    }
}

fn within_size(bytes: &[u8], kind: Kind) -> Result<(), ArtefactError> {
    let limit = kind.size_limit();
    if bytes.len() > limit { Err(ArtefactError::TooLarge { size: bytes.len(), limit }) } else { Ok(()) }
}

/// Payload and signature of an artefact in proper form.
fn open(bytes: &[u8], kind: Kind) -> Result<(&[u8], &[u8; SIGNATURE_LENGTH]), ArtefactError> {
    within_size(bytes, kind)?;
    let (payload, signature) = split(bytes)?;
    cbor::check(payload)?;
    Ok((payload, signature))
}

fn split(bytes: &[u8]) -> Result<(&[u8], &[u8; SIGNATURE_LENGTH]), ArtefactError> {
    let not = |reason| ArtefactError::Envelope { reason };
    cbor::check(bytes)?;
    let rest =
        bytes.strip_prefix(&OPENING).ok_or(not("is not an untagged COSE_Sign1 with header {1: -8}"))?;
    let (rest, signature) =
        rest.split_last_chunk::<SIGNATURE_LENGTH>().ok_or(not("has no signature of 64 bytes"))?;
    let payload = rest.strip_suffix(&SIGNATURE_HEAD).ok_or(not("has no signature of 64 bytes"))?;
    let payload =
        minicbor::Decoder::new(payload).bytes().map_err(|_| not("has no payload in a byte string"))?;
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
