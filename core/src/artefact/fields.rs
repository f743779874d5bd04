//! Reading and writing the payload map, field by field.
//!
//! A reader names every field that it asks for, so that a refusal can say which one was wrong.

use minicbor::{Decoder, Encoder};
use unicode_normalization::is_nfc;

use super::{ArtefactError, cbor};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId, OrderId, PublicKey, RequestId, SealingKey};
use crate::money::{self, Amount};

/// The fields of a payload, each a slice of checked bytes.
pub struct Fields<'a> {
    entries: Vec<(u64, &'a [u8])>,
}

impl<'a> Fields<'a> {
    /// Reads a map with integer keys. `bytes` must have passed [`cbor::check`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ArtefactError> {
        let bad = |_| ArtefactError::field("payload", "is not a map with integer keys");
        let mut decoder = Decoder::new(bytes);
        let count = decoder.map().map_err(bad)?.unwrap_or(0);
        let mut entries = Vec::new();
        for _ in 0..count {
            let key = i128::from(decoder.int().map_err(bad)?);
            // No kind has a field that is negative: whatever it says, it cannot be left out of account.
            let key = u64::try_from(key).map_err(|_| ArtefactError::UnknownCritical { key })?;
            let start = decoder.position();
            let end = start + cbor::item_length(&bytes[start..])?;
            entries.push((key, &bytes[start..end]));
            decoder.set_position(end);
        }
        Ok(Self { entries })
    }

    /// The field, if it is there.
    pub fn get(&self, key: u64, name: &'static str) -> Option<Field<'a>> {
        let index = self.entries.binary_search_by_key(&key, |entry| entry.0).ok()?;
        Some(Field { name, bytes: self.entries[index].1 })
    }

    /// The field, which must be there.
    pub fn need(&self, key: u64, name: &'static str) -> Result<Field<'a>, ArtefactError> {
        self.get(key, name).ok_or(ArtefactError::Missing { field: name })
    }
}

/// One value, and the name under which errors speak of it.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    name: &'static str,
    bytes: &'a [u8],
}

impl<'a> Field<'a> {
    /// An error about this field.
    pub fn wrong(&self, reason: &'static str) -> ArtefactError {
        ArtefactError::field(self.name, reason)
    }

    fn decoder(&self) -> Decoder<'a> {
        Decoder::new(self.bytes)
    }

    /// An unsigned integer that fits `T`.
    pub fn uint<T: TryFrom<u64>>(&self) -> Result<T, ArtefactError> {
        let value = self.decoder().u64().map_err(|_| self.wrong("is not an unsigned integer"))?;
        T::try_from(value).map_err(|_| self.wrong("is too large"))
    }

    /// An integer of either sign.
    pub fn int(&self) -> Result<i64, ArtefactError> {
        self.decoder().i64().map_err(|_| self.wrong("is not an integer of 64 bits"))
    }

    /// An unsigned integer of at least 1.
    pub fn positive<T: TryFrom<u64>>(&self) -> Result<T, ArtefactError> {
        match self.uint::<u64>()? {
            0 => Err(self.wrong("must be at least 1")),
            _ => self.uint(),
        }
    }

    /// A point in time.
    pub fn time(&self) -> Result<UnixSeconds, ArtefactError> {
        self.uint()
    }

    /// An amount of at least 1.
    pub fn amount(&self) -> Result<Amount, ArtefactError> {
        self.positive().map(Amount::new)
    }

    /// An amount of at least 0.
    pub fn amount_or_zero(&self) -> Result<Amount, ArtefactError> {
        self.uint::<i64>().map(Amount::new)
    }

    /// A balance of either sign.
    pub fn balance(&self) -> Result<Amount, ArtefactError> {
        self.int().map(Amount::new)
    }

    /// A byte string.
    pub fn bytes(&self) -> Result<&'a [u8], ArtefactError> {
        self.decoder().bytes().map_err(|_| self.wrong("is not a byte string"))
    }

    /// A byte string of exactly `N` bytes.
    pub fn array<const N: usize>(&self) -> Result<[u8; N], ArtefactError> {
        self.bytes()?.try_into().map_err(|_| self.wrong("has the wrong length"))
    }

    /// An identifier, key or hash.
    pub fn id<T: Identifier>(&self) -> Result<T, ArtefactError> {
        T::read(self.bytes()?).ok_or_else(|| self.wrong("has the wrong length"))
    }

    fn str(&self) -> Result<&'a str, ArtefactError> {
        self.decoder().str().map_err(|_| self.wrong("is not text"))
    }

    /// Text of `least` to `most` characters that shows as it reads: composed, without controls (protocol §1.1).
    pub fn text(&self, least: usize, most: usize) -> Result<String, ArtefactError> {
        let text = self.str()?;
        let length = text.chars().count();
        if length < least {
            Err(self.wrong("is too short"))
        } else if length > most {
            Err(self.wrong("is too long"))
        } else if text.contains(is_disruptive) {
            Err(self.wrong("has line breaks, or characters that control the text around them"))
        } else if !is_nfc(text) {
            Err(self.wrong("is not composed text (Unicode NFC)"))
        } else {
            Ok(text.to_owned())
        }
    }

    /// A name that is shown as somebody's: what cannot be seen could make it look like another's (protocol §3.1).
    pub fn name(&self) -> Result<String, ArtefactError> {
        let name = self.str()?;
        if money::is_name(name) {
            Ok(name.to_owned())
        } else {
            Err(self.wrong("must be 1 to 64 visible characters in NFC, with no space at either end"))
        }
    }

    /// A stable code: 1 to 32 characters of a–z, 0–9 and `_`.
    pub fn code(&self) -> Result<String, ArtefactError> {
        let code = self.str()?;
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if (1..=32).contains(&code.len()) && code.bytes().all(allowed) {
            Ok(code.to_owned())
        } else {
            Err(self.wrong("must be 1 to 32 characters of a-z, 0-9 and _"))
        }
    }

    /// `true` or `false`.
    pub fn bool(&self) -> Result<bool, ArtefactError> {
        self.decoder().bool().map_err(|_| self.wrong("is not true or false"))
    }

    /// A map within.
    pub fn fields(&self) -> Result<Fields<'a>, ArtefactError> {
        Fields::parse(self.bytes).map_err(|error| match error {
            ArtefactError::UnknownCritical { .. } => error,
            _ => self.wrong("is not a map with integer keys"),
        })
    }

    /// An array of at most `most` items; each is a field of the same name.
    pub fn items(&self, most: usize) -> Result<Vec<Field<'a>>, ArtefactError> {
        let mut decoder = self.decoder();
        let count = decoder.array().map_err(|_| self.wrong("is not an array"))?.unwrap_or(0);
        if count > most as u64 {
            return Err(self.wrong("has too many items"));
        }
        let mut items = Vec::new();
        let mut at = decoder.position();
        for _ in 0..count {
            let end = at + cbor::item_length(&self.bytes[at..])?;
            items.push(Field { name: self.name, bytes: &self.bytes[at..end] });
            at = end;
        }
        Ok(items)
    }
}

/// Breaks lines, or turns the direction of the text around it.
fn is_disruptive(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Public bytes of a fixed length.
pub trait Identifier: Sized + AsRef<[u8]> {
    /// From exactly that many bytes.
    fn read(bytes: &[u8]) -> Option<Self>;
}

macro_rules! identifiers {
    ($($name:ident),*) => {$(
        impl Identifier for $name {
            fn read(bytes: &[u8]) -> Option<Self> {
                Self::from_slice(bytes).ok()
            }
        }
    )*};
}
identifiers!(AccountId, Digest, IssuerId, OrderId, PublicKey, RequestId, SealingKey);

/// Writes a map with ascending integer keys.
#[derive(Default)]
pub struct MapWriter {
    entries: Vec<(u64, Vec<u8>)>,
}

impl MapWriter {
    /// Adds a field; `write` must write exactly one item.
    pub fn put(&mut self, key: u64, write: impl FnOnce(&mut ItemWriter)) -> &mut Self {
        let mut item = ItemWriter(Encoder::new(Vec::new()));
        write(&mut item);
        self.entries.push((key, item.0.into_writer()));
        self
    }

    /// Adds a field that may be absent.
    pub fn put_some<T>(
        &mut self,
        key: u64,
        value: Option<T>,
        write: impl FnOnce(&mut ItemWriter, T),
    ) -> &mut Self {
        if let Some(value) = value {
            self.put(key, |item| write(item, value));
        }
        self
    }

    /// An unsigned integer.
    pub fn uint(&mut self, key: u64, value: impl Into<u64>) -> &mut Self {
        self.put(key, |item| item.uint(value.into()))
    }

    /// A time or an amount: an integer that is not negative in anything valid.
    pub fn int(&mut self, key: u64, value: i64) -> &mut Self {
        self.put(key, |item| item.int(value))
    }

    /// A byte string.
    pub fn bytes(&mut self, key: u64, value: impl AsRef<[u8]>) -> &mut Self {
        self.put(key, |item| item.bytes(value.as_ref()))
    }

    /// A text string.
    pub fn text(&mut self, key: u64, value: &str) -> &mut Self {
        self.put(key, |item| item.text(value))
    }

    /// The map's bytes, keys in order.
    pub fn finish(mut self) -> Vec<u8> {
        self.entries.sort_unstable_by_key(|entry| entry.0);
        let mut item = ItemWriter(Encoder::new(Vec::new()));
        item.map_head(self.entries.len());
        for (key, value) in self.entries {
            item.uint(key);
            item.raw(&value);
        }
        item.0.into_writer()
    }
}

/// Writes single items. Writing to memory cannot fail.
pub struct ItemWriter(Encoder<Vec<u8>>);

impl ItemWriter {
    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) {
        let _ = self.0.u64(value);
    }

    /// An integer.
    pub fn int(&mut self, value: i64) {
        let _ = self.0.i64(value);
    }

    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) {
        let _ = self.0.bytes(value);
    }

    /// A text string.
    pub fn text(&mut self, value: &str) {
        let _ = self.0.str(value);
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        let _ = self.0.bool(value);
    }

    /// The head of an array; `length` items must follow.
    pub fn array_head(&mut self, length: usize) {
        let _ = self.0.array(length as u64);
    }

    /// A map within.
    pub fn map(&mut self, write: impl FnOnce(&mut MapWriter)) {
        let mut map = MapWriter::default();
        write(&mut map);
        let bytes = map.finish();
        self.raw(&bytes);
    }

    fn map_head(&mut self, length: usize) {
        let _ = self.0.map(length as u64);
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.0.writer_mut().extend_from_slice(bytes);
    }
}
