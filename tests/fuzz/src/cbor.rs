//! Any bytes as deterministic CBOR, so that mutation gets past the walk that refuses everything else; and signatures over
//! any payload, so that it gets past those.

use std::collections::{BTreeMap, BTreeSet};

use tallystick::artefact::EXTERNAL_AAD;
use tallystick::keys::SigningKey;

/// Deeper values are cut off. One more than what readers allow, so that they have something to refuse.
const DEPTH: usize = 9;

enum Value {
    Number(u8, u64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Value>),
    Map(Vec<(Value, Value)>),
}

/// Reads as much as there is, in any encoding.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth == 0 {
            return None;
        }
        let first = self.byte()?;
        let (major, short) = (first >> 5, first & 0x1f);
        let argument = match short {
            0..=23 => u64::from(short),
            24..=27 => {
                (0..1 << (short - 24)).try_fold(0, |value, _| Some(value << 8 | u64::from(self.byte()?)))?
            }
            // Until a break, which is whatever cannot be read.
            _ => u64::MAX,
        };
        let bytes = |reader: &mut Self| {
            let length = usize::try_from(argument).unwrap_or(usize::MAX).min(reader.bytes.len());
            let (taken, rest) = reader.bytes.split_at(length);
            reader.bytes = rest;
            taken.to_vec()
        };
        Some(match major {
            0 | 1 => Value::Number(major, argument),
            2 => Value::Bytes(bytes(self)),
            3 => Value::Text(String::from_utf8_lossy(&bytes(self)).into_owned()),
            4 => Value::Array((0..argument).map_while(|_| self.value(depth - 1)).collect()),
            5 => {
                let pair = |reader: &mut Self| Some((reader.value(depth - 1)?, reader.value(depth - 1)?));
                Value::Map((0..argument).map_while(|_| pair(self)).collect())
            }
            // A tag is dropped, what it stands before is not.
            6 => return self.value(depth - 1),
            _ => Value::Number(7, 20 + argument % 3),
        })
    }
}

impl Value {
    fn write(&self) -> Vec<u8> {
        match self {
            Self::Number(major, argument) => head(*major, *argument),
            Self::Bytes(bytes) => [head(2, count(bytes)), bytes.clone()].concat(),
            Self::Text(text) => [head(3, count(text.as_bytes())), text.clone().into_bytes()].concat(),
            Self::Array(items) => {
                let items: Vec<Vec<u8>> = items.iter().map(Self::write).collect();
                [head(4, count(&items)), items.concat()].concat()
            }
            Self::Map(pairs) => {
                write_map(pairs.iter().map(|(key, value)| (key.write(), value.write())).collect())
            }
        }
    }
}

fn write_map(pairs: BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    let length = pairs.len() as u64;
    let pairs: Vec<u8> = pairs.into_iter().flat_map(|(key, value)| [key, value]).flatten().collect();
    [head(5, length), pairs].concat()
}

fn count<T>(items: &[T]) -> u64 {
    items.len() as u64
}

fn head(major: u8, argument: u64) -> Vec<u8> {
    let bytes = argument.to_be_bytes();
    let (short, from) = match argument {
        0..24 => return vec![major << 5 | bytes[7]],
        24..0x100 => (24, 7),
        0x100..0x1_0000 => (25, 6),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 0),
    };
    [&[major << 5 | short], &bytes[from..]].concat()
}

fn pairs(bytes: &[u8]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    match (Reader { bytes }).value(DEPTH) {
        Some(Value::Map(pairs)) => pairs.iter().map(|(key, value)| (key.write(), value.write())).collect(),
        _ => BTreeMap::new(),
    }
}

/// The first value of any bytes, in the one encoding that artefacts have.
pub fn deterministic(bytes: &[u8]) -> Vec<u8> {
    Reader { bytes }.value(DEPTH).map_or_else(|| vec![0xa0], |value| value.write())
}

/// The first value of any bytes as the payload of an artefact: a map with this kind, version 1 and, if one is to be named,
/// this signer.
pub fn payload(bytes: &[u8], kind: u64, signer: Option<&[u8]>) -> Vec<u8> {
    let mut pairs = pairs(bytes);
    let mut set = |key, value| pairs.insert(head(0, key), value);
    set(0, head(0, kind));
    set(1, head(0, 1));
    if let Some(signer) = signer {
        set(3, Value::Bytes(signer.to_vec()).write());
    }
    write_map(pairs)
}

/// The keys of a map.
pub fn keys(payload: &[u8]) -> BTreeSet<Vec<u8>> {
    pairs(payload).into_keys().collect()
}

/// A payload with everything that makes an artefact of it.
pub fn sign(payload: &[u8], key: &SigningKey) -> Vec<u8> {
    let string = |bytes: &[u8]| Value::Bytes(bytes.to_vec()).write();
    let header = string(&[0xa1, 0x01, 0x27]);
    let context = Value::Text("Signature1".to_owned()).write();
    let signed = [&[0x84], &context[..], &header, &string(EXTERNAL_AAD), &string(payload)].concat();
    [&[0x84], &header[..], &[0xa0], &string(payload), &string(&key.sign(&signed))].concat()
}

/// The payload of an artefact in proper form.
pub fn payload_of(artefact: &[u8]) -> Vec<u8> {
    match (Reader { bytes: artefact }).value(DEPTH) {
        Some(Value::Array(items)) => match items.into_iter().nth(2) {
            Some(Value::Bytes(payload)) => payload,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The first value of any bytes in the one encoding, with byte strings of one byte filled in from a pool.
pub fn filled(bytes: &[u8], pool: &[Vec<u8>]) -> Vec<u8> {
    let Some(mut value) = (Reader { bytes }).value(DEPTH) else { return vec![0xa0] };
    fill(&mut value, pool);
    value.write()
}

fn fill(value: &mut Value, pool: &[Vec<u8>]) {
    match value {
        Value::Bytes(bytes) => {
            if let [index] = bytes[..] {
                bytes.clone_from(&pool[usize::from(index) % pool.len()]);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, pool)),
        Value::Map(pairs) => pairs.iter_mut().for_each(|(_, value)| fill(value, pool)),
        Value::Number(..) | Value::Text(_) => {}
    }
}
