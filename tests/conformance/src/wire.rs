//! Artefacts made by hand (protocol §1.2), so that they can also be made wrong.

use tallystick::artefact::{Grant, GrantGiven, Opening, Order};
use tallystick::keys::{PublicKey, SigningKey};

/// The aad of every good artefact.
pub const AAD: &[u8] = b"tallystick-1";
/// The protected header `{1: -8}` as a byte string, and the empty unprotected one.
const HEADERS: [u8; 5] = [0x43, 0xa1, 0x01, 0x27, 0xa0];

/// The head of a CBOR item in its shortest form.
pub fn head(major: u8, value: u64) -> Vec<u8> {
    let major = major << 5;
    let bytes = value.to_be_bytes();
    match value {
        0..24 => vec![major | bytes[7]],
        24..0x100 => vec![major + 24, bytes[7]],
        0x100..0x1_0000 => [&[major + 25][..], &bytes[6..]].concat(),
        0x1_0000..0x1_0000_0000 => [&[major + 26][..], &bytes[4..]].concat(),
        _ => [&[major + 27][..], &bytes].concat(),
    }
}

/// An unsigned integer.
pub fn uint(value: u64) -> Vec<u8> {
    head(0, value)
}

/// A byte string.
pub fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len() as u64), value.to_vec()].concat()
}

/// A text string.
pub fn text(value: &str) -> Vec<u8> {
    [head(3, value.len() as u64), value.as_bytes().to_vec()].concat()
}

/// A number that is never negative here.
fn number(value: i64) -> Vec<u8> {
    uint(value.unsigned_abs())
}

/// The payload of an artefact: encoded keys and values in the order in which they are written.
#[derive(Debug, Clone)]
pub struct Payload(pub Vec<(Vec<u8>, Vec<u8>)>);

impl Payload {
    /// Kind, version 1, and what follows.
    fn of(kind: u64, fields: Vec<(u64, Vec<u8>)>) -> Self {
        let first = [(0, uint(kind)), (1, uint(1))];
        Self(first.into_iter().chain(fields).map(|(key, value)| (uint(key), value)).collect())
    }

    /// Of an order without request, refund, memo and tip.
    pub fn order(order: &Order, signer: &PublicKey) -> Self {
        let fields = vec![
            (2, bytes(order.issuer.as_bytes())),
            (3, bytes(signer.as_bytes())),
            (4, bytes(order.payer.as_bytes())),
            (5, bytes(order.payee.as_bytes())),
            (6, number(order.amount.minor())),
            (7, bytes(order.order_id.as_bytes())),
            (8, number(order.not_after)),
            (12, bytes(order.seen.head.as_bytes())),
            (13, number(order.seen.statement_number)),
            (14, bytes(order.seen.statement.as_bytes())),
        ];
        Self::of(7, fields)
    }

    /// Of an opening.
    pub fn opening(opening: &Opening, signer: &[u8; 32]) -> Self {
        let fields = vec![
            (2, bytes(opening.issuer.as_bytes())),
            (3, bytes(signer)),
            (4, bytes(opening.commitment.as_bytes())),
            (5, bytes(opening.sealing_key.as_bytes())),
            (6, number(opening.signed_at)),
        ];
        Self::of(2, fields)
    }

    /// Of a grant to a key.
    pub fn key_grant(grant: &Grant, signer: &PublicKey) -> Self {
        let mut fields = vec![
            (2, bytes(grant.issuer.as_bytes())),
            (3, bytes(signer.as_bytes())),
            (4, bytes(grant.account.as_bytes())),
        ];
        if let GrantGiven::Key(key, capabilities) = &grant.given {
            fields.push((5, bytes(key.as_bytes())));
            fields.push((7, uint(u64::from(capabilities.bits()))));
        }
        fields.push((9, number(grant.not_after)));
        fields.push((10, number(grant.signed_at)));
        fields.push((11, bytes(&grant.nonce)));
        Self::of(4, fields)
    }

    /// The same with another value.
    pub fn with(mut self, key: u64, value: Vec<u8>) -> Self {
        let key = uint(key);
        if let Some(field) = self.0.iter_mut().find(|(name, _)| *name == key) {
            field.1 = value;
        }
        self
    }

    /// The same without a field.
    pub fn without(mut self, key: u64) -> Self {
        self.0.retain(|(name, _)| *name != uint(key));
        self
    }

    /// The same with another field at the end.
    pub fn and(mut self, key: Vec<u8>, value: Vec<u8>) -> Self {
        self.0.push((key, value));
        self
    }

    /// The fields one after the other, without the map's head.
    pub fn body(&self) -> Vec<u8> {
        self.0.iter().flat_map(|(key, value)| [&key[..], &value[..]].concat()).collect()
    }

    /// As a map.
    pub fn encode(&self) -> Vec<u8> {
        [head(5, self.0.len() as u64), self.body()].concat()
    }

    /// As a whole artefact.
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        sign(&self.encode(), key)
    }
}

/// The payload of an artefact that is whole.
pub fn payload(artefact: &[u8]) -> Option<&[u8]> {
    let rest = artefact.strip_prefix(&[0x84])?.strip_prefix(&HEADERS)?;
    let rest = rest.get(..rest.len().checked_sub(66)?)?;
    let length = rest.first()? & 0x1f;
    rest.get(
        match length {
            0..24 => 1,
            24 => 2,
            25 => 3,
            _ => 5,
        }..,
    )
}

/// The same with other bytes where these are for the first time.
pub fn replace(all: &[u8], these: &[u8], others: &[u8]) -> Option<Vec<u8>> {
    let at = all.windows(these.len()).position(|window| window == these)?;
    Some([all.get(..at)?, others, all.get(at + these.len()..)?].concat())
}

/// What is signed: the Sig_structure of RFC 9052 §4.4.
pub fn to_be_signed(payload: &[u8], aad: &[u8]) -> Vec<u8> {
    [head(4, 4), text("Signature1"), HEADERS[..4].to_vec(), bytes(aad), bytes(payload)].concat()
}

/// A payload in its envelope.
pub fn sign(payload: &[u8], key: &SigningKey) -> Vec<u8> {
    envelope(payload, &key.sign(&to_be_signed(payload, AAD)))
}

/// A payload in an envelope with this signature, whatever it is.
pub fn envelope(payload: &[u8], signature: &[u8]) -> Vec<u8> {
    [head(4, 4), HEADERS.to_vec(), bytes(payload), bytes(signature)].concat()
}

/// The order of the base point of Ed25519, little endian: added to half a signature it gives another with the same sense.
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The same signature in another, not canonical encoding (RFC 8032 §5.1.7 forbids it).
pub fn malleate(signature: &[u8; 64]) -> [u8; 64] {
    let mut other = *signature;
    let mut carry = 0_u16;
    for (byte, add) in other[32..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_be_bytes()[1];
        carry = sum >> 8;
    }
    other
}
