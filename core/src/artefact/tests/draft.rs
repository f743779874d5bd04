//! A second, free-handed writer of artefacts, which shares no code with the module: it writes what that one refuses to.

use std::collections::BTreeMap;

use minicbor::{Decoder, Encoder};

use super::Artefact;
use crate::keys::SigningKey;

/// The key with which everything here is signed.
pub const SECRET: [u8; 32] = [9; 32];

/// The payload of an artefact, to be changed at will and signed.
#[derive(Clone)]
pub struct Draft {
    /// By key: first those that are not negative, then the negative ones, each as bytewise order has it.
    fields: BTreeMap<(bool, u64), Vec<u8>>,
    /// Signs it.
    pub secret: [u8; 32],
}

impl Draft {
    pub fn of<T: Artefact>(body: &T) -> Self {
        let signed = body.signed_by(&SigningKey::from_bytes(&SECRET)).unwrap();
        let mut artefact = Decoder::new(signed.bytes());
        assert_eq!(artefact.array().unwrap(), Some(4));
        artefact.skip().unwrap();
        artefact.skip().unwrap();
        let payload = artefact.bytes().unwrap();
        let mut map = Decoder::new(payload);
        let mut fields = BTreeMap::new();
        for _ in 0..map.map().unwrap().unwrap() {
            let key = map.u64().unwrap();
            let start = map.position();
            map.skip().unwrap();
            fields.insert((false, key), payload[start..map.position()].to_vec());
        }
        Self { fields, secret: SECRET }
    }

    pub fn keys(&self) -> Vec<i64> {
        self.fields.keys().map(|(negative, key)| signed(*negative, *key)).collect()
    }

    /// The bytes of a field.
    pub fn value(&self, key: i64) -> &[u8] {
        &self.fields[&place(key)]
    }

    pub fn without(mut self, key: i64) -> Self {
        self.fields.remove(&place(key)).expect("a field that is there");
        self
    }

    /// With a field of these bytes.
    pub fn raw(mut self, key: i64, value: &[u8]) -> Self {
        self.fields.insert(place(key), value.to_vec());
        self
    }

    /// With a field as `write` writes it.
    pub fn with(self, key: i64, write: impl FnOnce(&mut Encoder<Vec<u8>>)) -> Self {
        let value = item(write);
        self.raw(key, &value)
    }

    pub fn uint(self, key: i64, value: u64) -> Self {
        self.with(key, |item| drop(item.u64(value)))
    }

    pub fn text(self, key: i64, value: &str) -> Self {
        self.with(key, |item| drop(item.str(value)))
    }

    pub fn bytes(self, key: i64, value: &[u8]) -> Self {
        self.with(key, |item| drop(item.bytes(value)))
    }

    /// Keys and values in order.
    pub fn entries(&self) -> Vec<(i64, Vec<u8>)> {
        self.fields.iter().map(|((negative, key), value)| (signed(*negative, *key), value.clone())).collect()
    }

    pub fn payload(&self) -> Vec<u8> {
        map_of(&self.entries())
    }

    /// The artefact, signed.
    pub fn signed(&self) -> Vec<u8> {
        sign_payload(&self.payload(), &self.secret)
    }
}

fn place(key: i64) -> (bool, u64) {
    (key < 0, key.unsigned_abs())
}

fn signed(negative: bool, key: u64) -> i64 {
    let key = i64::try_from(key).unwrap();
    if negative { -key } else { key }
}

/// One CBOR item.
pub fn item(write: impl FnOnce(&mut Encoder<Vec<u8>>)) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    write(&mut encoder);
    encoder.into_writer()
}

/// A map of these entries, in whatever order they come.
pub fn map_of(entries: &[(i64, Vec<u8>)]) -> Vec<u8> {
    item(|item| {
        item.map(entries.len() as u64).unwrap();
        for (key, value) in entries {
            item.i64(*key).unwrap();
            item.writer_mut().extend_from_slice(value);
        }
    })
}

/// `Sig_structure` of protocol §1.2.
pub fn to_be_signed(payload: &[u8]) -> Vec<u8> {
    item(|item| {
        item.array(4).unwrap();
        item.str("Signature1").unwrap();
        item.bytes(&[0xa1, 0x01, 0x27]).unwrap();
        item.bytes(b"tallystick-1").unwrap();
        item.bytes(payload).unwrap();
    })
}

/// An artefact of this payload, whatever it is.
pub fn sign_payload(payload: &[u8], secret: &[u8; 32]) -> Vec<u8> {
    envelope(payload, &SigningKey::from_bytes(secret).sign(&to_be_signed(payload)))
}

/// An artefact of this payload and signature.
pub fn envelope(payload: &[u8], signature: &[u8]) -> Vec<u8> {
    item(|item| {
        item.array(4).unwrap();
        item.bytes(&[0xa1, 0x01, 0x27]).unwrap();
        item.map(0).unwrap();
        item.bytes(payload).unwrap();
        item.bytes(signature).unwrap();
    })
}
