//! How large a link is as a QR code (ISO/IEC 18004:2015), before anything is drawn.
//!
//! A link is written in two segments: host and path as bytes, for they are in lower case, then BASE32 as alphanumeric,
//! where two characters take 11 bits. A code that every phone reads at a glance has at most version 11.

use std::fmt;

use super::LinkError;

/// The largest version that is shown: 61 by 61 modules.
pub const MAX_CODE_VERSION: u8 = 11;

/// How much of a code may be unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum CodeLevel {
    /// M, about 15 %: on a screen.
    Screen,
    /// Q, about 25 %: on paper.
    Paper,
}

impl CodeLevel {
    /// Data codewords of the versions 1 to 11 (table 7 of the standard).
    const fn codewords(self) -> [u16; MAX_CODE_VERSION as usize] {
        match self {
            Self::Screen => [16, 28, 44, 64, 86, 108, 124, 154, 182, 216, 254],
            Self::Paper => [13, 22, 34, 48, 62, 76, 88, 110, 132, 154, 180],
        }
    }
}

/// A link in the two segments of its code. One after the other they are the link.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct LinkText {
    /// Everything before the code, to be encoded as bytes.
    pub start: String,
    /// The code: BASE32 in upper case, to be encoded as alphanumeric.
    pub code: String,
}

impl LinkText {
    /// The smallest version of QR code that holds the link; [`LinkError::TooMuchForACode`] if it takes more than
    /// version 11.
    pub fn code_version(&self, level: CodeLevel) -> Result<u8, LinkError> {
        (1..=MAX_CODE_VERSION)
            .zip(level.codewords())
            .find(|(version, codewords)| self.bits(*version) <= usize::from(*codewords) * 8)
            .map(|(version, _)| version)
            .ok_or(LinkError::TooMuchForACode)
    }

    /// How many bits both segments take, without terminator and padding.
    fn bits(&self, version: u8) -> usize {
        const MODE: usize = 4;
        // The lengths take more bits from version 10 on.
        let (bytes_length, code_length) = if version < 10 { (8, 9) } else { (16, 11) };
        let bytes = MODE + bytes_length + 8 * self.start.len();
        let code = MODE + code_length + self.code.len() / 2 * 11 + self.code.len() % 2 * 6;
        bytes + code
    }
}

/// The link.
impl fmt::Display for LinkText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.start, self.code)
    }
}
