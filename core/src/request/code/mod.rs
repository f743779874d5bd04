//! Drawing links as QR codes (ISO/IEC 18004:2015).
//!
//! - This file: a code's modules, from a link in its two segments or from any short text. Encoding and error correction
//!   are the crate `qrcode`'s.
//! - `grid`: the modules as rows of bits. `mask`: which of the eight masks the standard chooses.
//! - The forms: `svg` for pages and print, `picture` as PNG, `terminal` as text, [`CodeModules`] for apps that draw by
//!   themselves. All have the quiet zone of four light modules, but for the last.

mod grid;
mod mask;
mod picture;
mod svg;
mod terminal;
#[cfg(test)]
mod tests;

use qrcode::bits::Bits;
use qrcode::canvas::Canvas;
use qrcode::types::QrResult;
use qrcode::{EcLevel, Version, ec};

use self::grid::Grid;
use super::{CodeLevel, LinkError, LinkText, MAX_CODE_VERSION, parse_link};

pub use picture::{CodeError, MAX_PIXELS_PER_MODULE};
pub use terminal::TerminalStyle;

/// Light modules on each side, without which readers do not find a code (§6.3.8).
pub const QUIET_ZONE: u8 = 4;

/// More characters than this fit no code: the largest takes 254 bytes, of which three digits take ten bits.
const MAX_CHARACTERS: usize = 254 * 8 * 3 / 10;

/// The digits of alphanumeric mode (table 5 of the standard).
const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// ECI assignment 26: what follows is UTF-8.
const UTF_8: u32 = 26;

/// A QR code, ready to be drawn.
///
/// It has at most version 11, 61 by 61 modules, which every phone reads at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    version: u8,
    level: CodeLevel,
    grid: Grid,
}

/// The modules of a code without its quiet zone, for an app that draws by itself. It must leave four light modules on
/// each side, and draw dark modules on a light ground in a dark theme too.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct CodeModules {
    /// Modules from left to right, and as many from top to bottom: 21 to 61.
    pub width: u8,
    /// The rows from the top, each in `(width + 7) / 8` bytes. The highest bit of a byte is its leftmost module; 1 is dark.
    /// Bits after the last module are 0.
    pub rows: Vec<u8>,
}

impl Code {
    /// The smallest code of a text: of a link of ours the two segments of the form that a plain camera opens, of anything
    /// else the text as it is. The failures are those of [`of_link`](Self::of_link) and [`of_text`](Self::of_text).
    pub fn of(text: &str, level: CodeLevel) -> Result<Self, LinkError> {
        match parse_link(text) {
            Ok(link) => Self::of_link(&link.segments(), level),
            Err(_) => Self::of_text(text, level),
        }
    }

    /// The code of a link, in its two segments: the version is [`LinkText::code_version`].
    ///
    /// [`LinkError::TooMuchForACode`] if it takes more than version 11. [`LinkError::Damaged`] if it has a character that
    /// no link has.
    pub fn of_link(link: &LinkText, level: CodeLevel) -> Result<Self, LinkError> {
        let stranger = link.start.chars().find(|character| !character.is_ascii_graphic());
        let stranger = stranger.or_else(|| link.code.chars().find(|character| !is_alphanumeric(*character)));
        if let Some(found) = stranger {
            return Err(LinkError::Damaged { found });
        }
        let version = link.code_version(level)?;
        Self::encode(version, level, |bits| {
            bits.push_byte_data(link.start.as_bytes())?;
            bits.push_alphanumeric_data(link.code.as_bytes())
        })
        // Not reached: the version was chosen by the same rule.
        .map_err(|_| LinkError::TooMuchForACode)
    }

    /// The code of any short text, in the smallest version that holds it. Text beyond ASCII is marked as UTF-8.
    ///
    /// [`LinkError::TooMuchForACode`] if it takes more than version 11. 176 bytes always fit on paper and 250 on a screen;
    /// of digits and capital letters there is room for more.
    pub fn of_text(text: &str, level: CodeLevel) -> Result<Self, LinkError> {
        if text.len() > MAX_CHARACTERS {
            return Err(LinkError::TooMuchForACode);
        }
        let push = |bits: &mut Bits| push_text(bits, text);
        // `qrcode` takes several modes greedily, which at worst is more than bytes alone.
        let push_bytes = |bits: &mut Bits| bits.push_byte_data(text.as_bytes());
        let bytes_do = text.is_ascii();
        (1..=MAX_CODE_VERSION)
            .find_map(|version| match Self::encode(version, level, push) {
                Err(_) if bytes_do => Self::encode(version, level, push_bytes).ok(),
                encoded => encoded.ok(),
            })
            .ok_or(LinkError::TooMuchForACode)
    }

    /// Version of the code, 1 to 11: it has 17 + 4 × version modules a side.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// How much of it may be unreadable.
    pub fn level(&self) -> CodeLevel {
        self.level
    }

    /// Modules a side, without the quiet zone.
    pub fn width(&self) -> u8 {
        self.grid.width()
    }

    /// Whether a module is dark. Those of the quiet zone, outside of the code, are light.
    pub fn is_dark(&self, column: u8, row: u8) -> bool {
        self.grid.is_dark(column, row)
    }

    /// The modules, packed.
    pub fn modules(&self) -> CodeModules {
        let width = self.width();
        let rows = self.grid.rows().iter().flat_map(|row| {
            let leftmost_highest = row.reverse_bits().to_be_bytes();
            leftmost_highest.into_iter().take(usize::from(width).div_ceil(8))
        });
        CodeModules { width, rows: rows.collect() }
    }

    /// A code of a version from what is pushed into it.
    fn encode(version: u8, level: CodeLevel, push: impl FnOnce(&mut Bits) -> QrResult<()>) -> QrResult<Self> {
        let (qr_version, qr_level) = (Version::Normal(version.into()), qr_level(level));
        let mut bits = Bits::new(qr_version);
        push(&mut bits)?;
        bits.push_terminator(qr_level)?;
        let (data, correction) = ec::construct_codewords(&bits.into_bytes(), qr_version, qr_level)?;
        let mut canvas = Canvas::new(qr_version, qr_level);
        canvas.draw_all_functional_patterns();
        canvas.draw_data(&data, &correction);
        Ok(Self { version, level, grid: mask::best(&canvas, version, level) })
    }
}

/// Pushes a text in the modes that take least room. `qrcode` would take some pairs of bytes of UTF-8 for Kanji in Shift JIS.
fn push_text(bits: &mut Bits, text: &str) -> QrResult<()> {
    if text.is_ascii() {
        return bits.push_optimal_data(text.as_bytes());
    }
    bits.push_eci_designator(UTF_8)?;
    bits.push_byte_data(text.as_bytes())
}

fn is_alphanumeric(character: char) -> bool {
    u8::try_from(character).is_ok_and(|byte| ALPHANUMERIC.contains(&byte))
}

fn qr_level(level: CodeLevel) -> EcLevel {
    match level {
        CodeLevel::Screen => EcLevel::M,
        CodeLevel::Paper => EcLevel::Q,
    }
}
