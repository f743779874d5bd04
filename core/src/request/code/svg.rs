//! A code as SVG: two paths, sharp at every size.

use std::fmt::Write as _;

use super::grid::Grid;
use super::{Code, QUIET_ZONE};

impl Code {
    /// The code as an SVG element, for a page or a file. One unit is one module; it has no size of its own.
    ///
    /// Dark modules on a light ground in every theme, for many readers do not see the reverse; quiet zone included. The
    /// title is what a screen reader says, in the user's language: what the code is for.
    pub fn svg(&self, title: &str) -> String {
        let side = self.width() + 2 * QUIET_ZONE;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
             shape-rendering=\"crispEdges\"><title>{}</title><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
             <path fill=\"#000\" d=\"{}\"/></svg>",
            escaped(title),
            self.path()
        )
    }

    /// A bar for each run of dark modules. A pen is back at a bar's corner when the bar is closed.
    fn path(&self) -> String {
        let mut path = String::new();
        let (mut pen_x, mut pen_y) = (0_i16, 0_i16);
        for (row, y) in self.grid.rows().iter().zip(i16::from(QUIET_ZONE)..) {
            let mut x = 0_i16;
            for (length, number) in Grid::runs(*row, self.width(), QUIET_ZONE).zip(0_u8..) {
                if number % 2 == 1 {
                    // Writing into a string does not fail.
                    let _ = write!(path, "m{} {}h{length}v1h-{length}z", x - pen_x, y - pen_y);
                    (pen_x, pen_y) = (x, y);
                }
                x += i16::from(length);
            }
        }
        path
    }
}

/// Text as content of an element of XML 1.0. What no XML may hold is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' | '\n' => escaped.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(character),
        }
    }
    escaped
}
