//! A code as text for a terminal: a character is one module wide and two high, as cells of terminals are.

use super::{Code, QUIET_ZONE};

/// What a terminal is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum TerminalStyle {
    /// Colours are known: black on white whatever the terminal's own are, by ANSI escapes (two of the 256 colours that no
    /// theme changes). The one to prefer.
    Colours,
    /// Plain text on a dark ground: what is light is drawn.
    DarkGround,
    /// Plain text on a light ground: what is dark is drawn.
    LightGround,
}

/// Entries 16 and 231 of the colour table: black and white, unlike 0 and 15, which themes change.
const BLACK_ON_WHITE: &str = "\u{1b}[38;5;16;48;5;231m";
const RESET: &str = "\u{1b}[0m";

impl Code {
    /// The code as lines of text, each with its end, quiet zone included: 29 to 69 characters wide, and half as high.
    pub fn terminal(&self, style: TerminalStyle) -> String {
        let side = self.width() + 2 * QUIET_ZONE;
        let (start, end) = match style {
            TerminalStyle::Colours => (BLACK_ON_WHITE, RESET),
            TerminalStyle::DarkGround | TerminalStyle::LightGround => ("", ""),
        };
        let inked = |column: u8, row: u8| {
            // Outside of the code is light, on the left and above it too.
            let inside = column.checked_sub(QUIET_ZONE).zip(row.checked_sub(QUIET_ZONE));
            let dark = inside.is_some_and(|(column, row)| self.is_dark(column, row));
            match style {
                TerminalStyle::Colours | TerminalStyle::LightGround => dark,
                // The side is odd: there is nothing to draw below the last row.
                TerminalStyle::DarkGround => !dark && row < side,
            }
        };
        let mut text = String::new();
        for row in (0..side).step_by(2) {
            text.push_str(start);
            text.extend((0..side).map(|column| match (inked(column, row), inked(column, row + 1)) {
                (false, false) => ' ',
                (true, false) => '▀',
                (false, true) => '▄',
                (true, true) => '█',
            }));
            text.push_str(end);
            text.push('\n');
        }
        text
    }
}
