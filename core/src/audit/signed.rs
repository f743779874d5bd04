//! Artefacts: an envelope, a payload, a signature that fits (protocol §1.2).

use ed25519_dalek::{Signature, VerifyingKey};

use super::cbor::{self, Value};
use super::{Hash, Stop, sha256};

/// Kinds by their numbers (protocol §3).
pub mod kind {
    pub const CARD: i128 = 1;
    pub const OPENING: i128 = 2;
    pub const REKEY: i128 = 3;
    pub const GRANT: i128 = 4;
    pub const ORDER: i128 = 7;
    pub const RECEIPT: i128 = 8;
    pub const REFUSAL: i128 = 9;
    pub const HEAD: i128 = 10;
    pub const STATEMENT: i128 = 11;
}

/// An array of four, the protected header `{1: -8}` and the empty unprotected one.
const OPENING: [u8; 6] = [0x84, 0x43, 0xa1, 0x01, 0x27, 0xa0];

/// An artefact whose signature fits.
#[derive(Debug, Clone)]
pub struct Signed {
    /// What it is.
    pub kind: i128,
    /// Its fields.
    pub fields: Value,
    /// Whose signature it carries.
    pub signer: [u8; 32],
    /// SHA-256 of the whole.
    pub hash: Hash,
    /// The payload's bytes: what it says.
    pub payload: Vec<u8>,
}

fn to_be_signed(payload: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(payload.len()).ok()?.to_be_bytes();
    let head: &[u8] = match payload.len() {
        0..24 => &[0x40 | length[3]],
        24..0x100 => &[0x58, length[3]],
        0x100..0x1_0000 => &[0x59, length[2], length[3]],
        _ => &[0x5a, length[0], length[1], length[2], length[3]],
    };
    Some([b"\x84\x6aSignature1\x43\xa1\x01\x27\x4ctallystick-1", head, payload].concat())
}

/// Reads an artefact that names its signer in key 3. Nothing, if its signature does not fit, or it is of a later version.
pub fn parse(bytes: &[u8]) -> Option<Signed> {
    if !bytes.starts_with(&OPENING) {
        return None;
    }
    let Value::List(parts) = cbor::read(bytes)? else { return None };
    let [_, _, payload, signature] = &parts[..] else { return None };
    let (payload, signature) = (payload.as_bytes()?, signature.as_bytes()?);
    let fields = cbor::read(payload)?;
    if fields.int(1) != Some(1) || fields.keys()?.iter().any(|key| *key < 0) {
        return None;
    }
    let (kind, signer) = (fields.int(0)?, fields.array(3)?);
    let key = VerifyingKey::from_bytes(&signer).ok()?;
    let signature = Signature::from_slice(signature).ok()?;
    key.verify_strict(&to_be_signed(payload)?, &signature).ok()?;
    Some(Signed { kind, fields, signer, hash: sha256(&[bytes]), payload: payload.to_vec() })
}

/// Reads an artefact of one kind, without which nothing is shown.
pub fn need(bytes: &[u8], kind: i128) -> Result<Signed, Stop> {
    parse(bytes).filter(|signed| signed.kind == kind).ok_or(Stop::Nothing)
}
