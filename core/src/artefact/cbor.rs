//! Deterministic CBOR (RFC 8949 §4.2.1): a walk that refuses everything else.
//!
//! Parsers accept several encodings of one value; a signature covers only one. Two readers that disagree about what was
//! signed would be a way to cheat, so the bytes are walked once before anything is parsed, and whatever passes has
//! exactly one reading.

use super::ArtefactError;

/// How deep arrays and maps may nest, the outermost counted.
pub const MAX_DEPTH: usize = 8;

const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;

/// Checks that `bytes` are one item in deterministic encoding, and nothing after it.
pub fn check(bytes: &[u8]) -> Result<(), ArtefactError> {
    let mut walker = Walker { bytes, at: 0 };
    walker.item(MAX_DEPTH)?;
    if walker.at == bytes.len() { Ok(()) } else { Err(walker.refuse("bytes after the end")) }
}

/// The length of the first item of `bytes`, which must be deterministic.
pub(super) fn item_length(bytes: &[u8]) -> Result<usize, ArtefactError> {
    let mut walker = Walker { bytes, at: 0 };
    walker.item(MAX_DEPTH)?;
    Ok(walker.at)
}

struct Walker<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Walker<'_> {
    fn refuse(&self, reason: &'static str) -> ArtefactError {
        ArtefactError::NotDeterministic { at: self.at, reason }
    }

    fn take(&mut self, count: u64) -> Result<&[u8], ArtefactError> {
        let end = usize::try_from(count).ok().and_then(|count| self.at.checked_add(count));
        match end.and_then(|end| self.bytes.get(self.at..end).map(|taken| (taken, end))) {
            Some((taken, end)) => {
                self.at = end;
                Ok(taken)
            }
            None => Err(self.refuse("ends too early")),
        }
    }

    /// Major type and argument, the latter in its shortest form.
    fn head(&mut self) -> Result<(u8, u64), ArtefactError> {
        let first = self.take(1)?[0];
        let (major, short) = (first >> 5, first & 0x1f);
        if major == SIMPLE {
            return match short {
                20..=22 => Ok((major, u64::from(short))),
                _ => Err(self.refuse("floating point or unknown simple value")),
            };
        }
        let width = match short {
            0..=23 => return Ok((major, u64::from(short))),
            24..=27 => 1_u64 << (short - 24),
            _ => return Err(self.refuse("indefinite length or reserved head")),
        };
        let argument = self.take(width)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        let least = match width {
            1 => 24,
            2 => 1 << 8,
            4 => 1 << 16,
            _ => 1 << 32,
        };
        if argument < least { Err(self.refuse("not the shortest form")) } else { Ok((major, argument)) }
    }

    /// One item; `depth` counts the arrays and maps that may still be opened.
    fn item(&mut self, depth: usize) -> Result<(), ArtefactError> {
        let (major, argument) = self.head()?;
        match major {
            BYTES => self.take(argument).map(drop),
            TEXT => {
                let valid = std::str::from_utf8(self.take(argument)?).is_ok();
                if valid { Ok(()) } else { Err(self.refuse("text is not UTF-8")) }
            }
            ARRAY | MAP if depth == 0 => Err(self.refuse("nested too deep")),
            // Each element takes at least a byte, so a false count ends at the end of the input.
            ARRAY => (0..argument).try_for_each(|_| self.item(depth - 1)),
            MAP => self.map(argument, depth - 1),
            TAG => Err(self.refuse("tag")),
            // Unsigned, negative, and the simple values that `head` lets through.
            _ => Ok(()),
        }
    }

    fn map(&mut self, count: u64, depth: usize) -> Result<(), ArtefactError> {
        let mut previous: Option<std::ops::Range<usize>> = None;
        for _ in 0..count {
            let start = self.at;
            self.item(depth)?;
            let key = start..self.at;
            if let Some(previous) = previous {
                match self.bytes[previous].cmp(&self.bytes[key.clone()]) {
                    std::cmp::Ordering::Less => {}
                    std::cmp::Ordering::Equal => return Err(self.refuse("a key twice")),
                    std::cmp::Ordering::Greater => return Err(self.refuse("keys out of order")),
                }
            }
            previous = Some(key);
            self.item(depth)?;
        }
        Ok(())
    }
}
