//! An independent reading of CBOR, to judge the walk by: values, a writer with and without faults, a lenient reader.

use minicbor::Decoder;
use minicbor::data::Type;
use proptest::prelude::*;

use crate::artefact::cbor::MAX_DEPTH;

/// Whatever deterministic encoding can express.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Unsigned(u64),
    /// −1 − n.
    Negative(u64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Bool(bool),
    Null,
}

impl Value {
    pub fn depth(&self) -> usize {
        match self {
            Self::Array(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Map(entries) => {
                1 + entries.iter().map(|(key, value)| key.depth().max(value.depth())).max().unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// How many items there are in it, itself counted.
    pub fn count(&self) -> usize {
        match self {
            Self::Array(items) => 1 + items.iter().map(Self::count).sum::<usize>(),
            Self::Map(entries) => {
                1 + entries.iter().map(|(key, value)| key.count() + value.count()).sum::<usize>()
            }
            _ => 1,
        }
    }
}

/// A head with its argument in a given number of bytes.
pub fn head(bytes: &mut Vec<u8>, major: u8, argument: u64, width: usize) {
    let short = match width {
        0 => u8::try_from(argument).unwrap(),
        1 => 24,
        2 => 25,
        4 => 26,
        _ => 27,
    };
    bytes.push(major << 5 | short);
    bytes.extend_from_slice(&argument.to_be_bytes()[8 - width..]);
}

pub fn shortest(argument: u64) -> usize {
    match argument {
        0..=23 => 0,
        24..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    }
}

/// What can be wrong with one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// Its argument takes a longer form than it needs.
    LongHead,
    Indefinite,
    KeyTwice,
    KeysUnsorted,
    Tag,
    Float,
    Undefined,
    NotUtf8,
    /// It claims to be longer than everything that follows.
    HugeLength,
}

impl Fault {
    pub const ALL: [Self; 9] = [
        Self::LongHead,
        Self::Indefinite,
        Self::KeyTwice,
        Self::KeysUnsorted,
        Self::Tag,
        Self::Float,
        Self::Undefined,
        Self::NotUtf8,
        Self::HugeLength,
    ];

    pub fn reason(self) -> &'static str {
        match self {
            Self::LongHead => "not the shortest form",
            Self::Indefinite => "indefinite length or reserved head",
            Self::KeyTwice => "a key twice",
            Self::KeysUnsorted => "keys out of order",
            Self::Tag => "tag",
            Self::Float | Self::Undefined => "floating point or unknown simple value",
            Self::NotUtf8 => "text is not UTF-8",
            Self::HugeLength => "ends too early",
        }
    }
}

/// Writes a value, with one fault at the first item that can have it, after some that are passed over.
pub struct Writer {
    pass: usize,
    fault: Option<Fault>,
    written: Option<Fault>,
}

impl Writer {
    pub fn canonical(value: &Value) -> Vec<u8> {
        Self { pass: 0, fault: None, written: None }.write(value)
    }

    pub fn faulty(value: &Value, pass: usize, fault: Fault) -> Option<Vec<u8>> {
        let mut writer = Self { pass, fault: Some(fault), written: None };
        let bytes = writer.write(value);
        writer.written.map(|_| bytes)
    }

    /// Whether this item is to have its fault now, and this fault.
    fn take(&mut self, fault: Fault) -> bool {
        if self.pass == 0 && self.fault == Some(fault) && self.written.is_none() {
            self.written = Some(fault);
            return true;
        }
        false
    }

    fn head(&mut self, bytes: &mut Vec<u8>, major: u8, argument: u64) {
        let mut width = shortest(argument);
        if width < 8 && self.take(Fault::LongHead) {
            width = if width == 0 { 1 } else { width * 2 };
        }
        head(bytes, major, argument, width);
    }

    fn sized(&mut self, bytes: &mut Vec<u8>, major: u8, length: usize) {
        if self.take(Fault::HugeLength) {
            head(bytes, major, u64::MAX, 8);
        } else {
            self.head(bytes, major, length as u64);
        }
    }

    fn write(&mut self, value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.take(Fault::Tag) {
            head(&mut bytes, 6, 1, 0);
        }
        if self.take(Fault::Float) {
            return vec![0xf9, 0x3c, 0x00];
        }
        if self.take(Fault::Undefined) {
            return vec![0xf7];
        }
        match value {
            Value::Unsigned(number) => self.head(&mut bytes, 0, *number),
            Value::Negative(number) => self.head(&mut bytes, 1, *number),
            Value::Bytes(content) => self.string(&mut bytes, 2, content),
            Value::Text(content) if self.take(Fault::NotUtf8) => {
                head(&mut bytes, 3, content.len() as u64 + 1, shortest(content.len() as u64 + 1));
                bytes.extend_from_slice(content.as_bytes());
                bytes.push(0xc3);
            }
            Value::Text(content) => self.string(&mut bytes, 3, content.as_bytes()),
            Value::Array(items) => {
                let open = self.take(Fault::Indefinite);
                if open {
                    bytes.push(0x9f);
                } else {
                    self.sized(&mut bytes, 4, items.len());
                }
                for item in items {
                    bytes.extend(self.next(item));
                }
                bytes.extend(open.then_some(0xff));
            }
            Value::Map(entries) => self.map(&mut bytes, entries),
            Value::Bool(value) => bytes.push(0xf4 + u8::from(*value)),
            Value::Null => bytes.push(0xf6),
        }
        bytes
    }

    fn next(&mut self, value: &Value) -> Vec<u8> {
        self.pass = self.pass.saturating_sub(1);
        self.write(value)
    }

    fn string(&mut self, bytes: &mut Vec<u8>, major: u8, content: &[u8]) {
        if self.take(Fault::Indefinite) {
            bytes.push(major << 5 | 31);
            head(bytes, major, content.len() as u64, shortest(content.len() as u64));
            bytes.extend_from_slice(content);
            bytes.push(0xff);
        } else {
            self.sized(bytes, major, content.len());
            bytes.extend_from_slice(content);
        }
    }

    fn map(&mut self, bytes: &mut Vec<u8>, entries: &[(Value, Value)]) {
        let twice = !entries.is_empty() && self.take(Fault::KeyTwice);
        let unsorted = entries.len() > 1 && self.take(Fault::KeysUnsorted);
        let open = self.take(Fault::Indefinite);
        if open {
            bytes.push(0xbf);
        } else {
            self.sized(bytes, 5, entries.len() + usize::from(twice));
        }
        let mut written: Vec<(Vec<u8>, Vec<u8>)> =
            entries.iter().map(|(key, value)| (self.next(key), self.next(value))).collect();
        if self.fault.is_none() || twice || unsorted {
            written.sort();
        }
        if twice {
            written.push(written[written.len() - 1].clone());
        }
        if unsorted {
            written.swap(0, 1);
        }
        for (key, value) in written {
            bytes.extend(key);
            bytes.extend(value);
        }
        bytes.extend(open.then_some(0xff));
    }
}

fn sorted(entries: Vec<(Value, Value)>) -> Value {
    let mut entries: Vec<_> =
        entries.into_iter().map(|(key, value)| (Writer::canonical(&key), key, value)).collect();
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    entries.dedup_by(|one, other| one.0 == other.0);
    Value::Map(entries.into_iter().map(|(_, key, value)| (key, value)).collect())
}

fn number() -> impl Strategy<Value = u64> {
    let edge = (0_u32..64, -1_i64..=1).prop_map(|(bit, by)| (1_u64 << bit).wrapping_add_signed(by));
    prop_oneof![0_u64..30, edge, any::<u64>()]
}

pub fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        number().prop_map(Value::Unsigned),
        number().prop_map(Value::Negative),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        ".{0,30}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
    ];
    leaf.prop_recursive(u32::try_from(MAX_DEPTH).unwrap(), 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((inner.clone(), inner), 0..6).prop_map(sorted),
        ]
    })
}

/// Reads leniently, by another reader. `None`: not one whole item of what [`Value`] can express.
pub fn lenient(bytes: &[u8]) -> Option<Value> {
    let mut decoder = Decoder::new(bytes);
    let value = lenient_item(&mut decoder, 0)?;
    (decoder.position() == bytes.len()).then_some(value)
}

fn lenient_item(decoder: &mut Decoder<'_>, depth: usize) -> Option<Value> {
    // Far deeper than allowed, so that depth is judged by its count, and shallow enough for the stack.
    if depth > 64 {
        return None;
    }
    Some(match decoder.datatype().ok()? {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => Value::Unsigned(decoder.u64().ok()?),
        Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
            let number = i128::from(decoder.int().ok()?);
            Value::Negative(u64::try_from(-1 - number).ok()?)
        }
        Type::Bytes => Value::Bytes(decoder.bytes().ok()?.to_vec()),
        Type::String => Value::Text(decoder.str().ok()?.to_owned()),
        Type::Array => {
            let count = decoder.array().ok()??;
            Value::Array((0..count).map(|_| lenient_item(decoder, depth + 1)).collect::<Option<_>>()?)
        }
        Type::Map => {
            let count = decoder.map().ok()??;
            let entry = |decoder: &mut Decoder<'_>| {
                Some((lenient_item(decoder, depth + 1)?, lenient_item(decoder, depth + 1)?))
            };
            sorted((0..count).map(|_| entry(decoder)).collect::<Option<_>>()?)
        }
        Type::Bool => Value::Bool(decoder.bool().ok()?),
        Type::Null => {
            decoder.null().ok()?;
            Value::Null
        }
        _ => return None,
    })
}

/// Whether bytes are deterministic, by reading them leniently and writing them again.
pub fn oracle(bytes: &[u8]) -> bool {
    lenient(bytes).is_some_and(|value| value.depth() <= MAX_DEPTH && Writer::canonical(&value) == bytes)
}
