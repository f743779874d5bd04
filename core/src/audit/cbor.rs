//! One CBOR item in deterministic encoding (RFC 8949 §4.2.1, protocol §1.2), and nothing else.

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// An integer: CBOR's reach from −2^64 to 2^64−1.
    Int(i128),
    /// A byte string.
    Bytes(Vec<u8>),
    /// A text; what it says never matters here.
    Text,
    /// A list.
    List(Vec<Value>),
    /// A map with integer keys, ascending by their encodings.
    Map(Vec<(i128, Value)>),
    /// `false`.
    False,
    /// `true`.
    True,
    /// `null`.
    Null,
}

const MAX_DEPTH: usize = 8;

/// Reads one item that is all of `bytes`.
pub fn read(bytes: &[u8]) -> Option<Value> {
    let mut rest = bytes;
    let value = item(&mut rest, MAX_DEPTH)?;
    rest.is_empty().then_some(value)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(count)?;
    *rest = after;
    Some(taken)
}

/// Major type and argument, in their shortest form.
fn head(rest: &mut &[u8]) -> Option<(u8, u64)> {
    let first = *take(rest, 1)?.first()?;
    let (major, short) = (first >> 5, first & 0x1f);
    let (width, least) = match short {
        0..24 => return Some((major, u64::from(short))),
        24 => (1, 24),
        25 => (2, 1 << 8),
        26 => (4, 1 << 16),
        27 => (8, 1 << 32),
        _ => return None,
    };
    let value = take(rest, width)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    (value >= least).then_some((major, value))
}

fn item(rest: &mut &[u8], depth: usize) -> Option<Value> {
    let (major, argument) = head(rest)?;
    let count = usize::try_from(argument).ok()?;
    Some(match major {
        0 => Value::Int(i128::from(argument)),
        1 => Value::Int(-1 - i128::from(argument)),
        2 => Value::Bytes(take(rest, count)?.to_vec()),
        3 => std::str::from_utf8(take(rest, count)?).ok().map(|_| Value::Text)?,
        4 => {
            let depth = depth.checked_sub(1)?;
            // Each takes a byte at least: a length that lies ends with the input.
            Value::List((0..count).map(|_| item(rest, depth)).collect::<Option<_>>()?)
        }
        5 => {
            let depth = depth.checked_sub(1)?;
            let mut fields: Vec<(i128, Value)> = Vec::new();
            let mut last: &[u8] = &[];
            for _ in 0..count {
                let before = *rest;
                let Value::Int(key) = item(rest, depth)? else { return None };
                let key_bytes = before.get(..before.len() - rest.len())?;
                if !fields.is_empty() && key_bytes <= last {
                    return None;
                }
                last = key_bytes;
                fields.push((key, item(rest, depth)?));
            }
            Value::Map(fields)
        }
        7 if argument == 20 => Value::False,
        7 if argument == 21 => Value::True,
        7 if argument == 22 => Value::Null,
        _ => return None,
    })
}

impl Value {
    /// The value of a field.
    pub fn get(&self, key: i128) -> Option<&Self> {
        match self {
            Self::Map(fields) => fields.iter().find(|(name, _)| *name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// An integer.
    pub fn int(&self, key: i128) -> Option<i128> {
        match self.get(key)? {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// A byte string.
    pub fn bytes(&self, key: i128) -> Option<&[u8]> {
        self.get(key)?.as_bytes()
    }

    /// A byte string of this length.
    pub fn array<const N: usize>(&self, key: i128) -> Option<[u8; N]> {
        self.bytes(key)?.try_into().ok()
    }

    /// A list.
    pub fn list(&self, key: i128) -> Option<&[Self]> {
        self.get(key)?.as_list()
    }

    /// As a byte string.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// As a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// As the keys of a map.
    pub fn keys(&self) -> Option<Vec<i128>> {
        match self {
            Self::Map(fields) => Some(fields.iter().map(|(key, _)| *key).collect()),
            _ => None,
        }
    }
}
