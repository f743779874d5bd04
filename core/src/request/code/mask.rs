//! Which of the eight masks a code gets: the one with the lowest penalty (ISO/IEC 18004:2015, 7.8.3).
//!
//! Rows are `u64`s, so that the four features are counted by shifts, with no allocation. As the standard says, the whole
//! symbol is evaluated, its format information included. Where its words leave room:
//! - 1:1:3:1:1 is looked for in single modules, with four light ones before or after it, and counts once. What lies outside
//!   of the symbol is light, as the quiet zone is.
//! - Of equal penalties the lowest reference of a mask wins.
//!
//! `qrcode` chooses alike but for one thing: it does not round the share of dark modules to steps of 5 %.

use qrcode::canvas::{Canvas, Module};

use super::grid::Grid;
use crate::request::CodeLevel;

/// References of the masks.
pub(super) const MASKS: std::ops::Range<u8> = 0..8;

/// A drawn code under its best mask, with the format information of both.
pub(super) fn best(canvas: &Canvas, version: u8, level: CodeLevel) -> Grid {
    let drawn = Drawn::of(canvas, version);
    let candidates = MASKS.map(|mask| drawn.under(mask, level));
    let best = candidates.min_by_key(penalty);
    // Not reached: there are eight masks.
    best.unwrap_or_else(|| drawn.under(0, level))
}

/// Functional patterns and data, not yet masked.
#[derive(Clone, Copy)]
pub(super) struct Drawn {
    modules: Grid,
    /// Where the data are: only there is masked.
    data: Grid,
}

impl Drawn {
    pub(super) fn of(canvas: &Canvas, version: u8) -> Self {
        let (mut modules, mut data) = (Grid::light(version), Grid::light(version));
        for row in 0..modules.width() {
            for column in 0..modules.width() {
                let module = canvas.get(column.into(), row.into());
                modules.set(column, row, module.is_dark());
                // The few remainder bits at the end are `Empty`: light, and masked as data are.
                data.set(column, row, !matches!(module, Module::Masked(_)));
            }
        }
        Self { modules, data }
    }

    /// With a mask, and the format information that names it.
    pub(super) fn under(&self, mask: u8, level: CodeLevel) -> Grid {
        let mut masked = self.modules;
        let rows = masked.rows_mut().iter_mut().zip(self.data.rows());
        for ((row, data), y) in rows.zip(0_u8..) {
            *row ^= pattern(mask, y) & data;
        }
        draw_format(&mut masked, level, mask);
        masked
    }
}

/// One row of a mask (table 10). Every pattern repeats itself after six columns.
fn pattern(mask: u8, y: u8) -> u64 {
    const EVERY_SIX: u64 = 0x1041_0410_4104_1041;
    let y = u64::from(y);
    let inverts = |x: u64| match mask {
        0 => (x + y).is_multiple_of(2),
        1 => y.is_multiple_of(2),
        2 => x.is_multiple_of(3),
        3 => (x + y).is_multiple_of(3),
        4 => (x / 3 + y / 2).is_multiple_of(2),
        5 => x * y % 2 + x * y % 3 == 0,
        6 => (x * y % 2 + x * y % 3).is_multiple_of(2),
        _ => ((x + y) % 2 + x * y % 3).is_multiple_of(2),
    };
    (0..6).filter(|x| inverts(*x)).fold(0, |row, x| row | EVERY_SIX << x)
}

/// Level and mask, twice (7.9.1): five bits, ten more of a BCH code, all under a mask of their own.
fn draw_format(grid: &mut Grid, level: CodeLevel, mask: u8) {
    let level: u16 = match level {
        CodeLevel::Screen => 0b00,
        CodeLevel::Paper => 0b11,
    };
    let data = level << 3 | u16::from(mask);
    let remainder = (0..10).fold(data, |rest, _| (rest << 1) ^ ((rest >> 9) * 0b101_0011_0111));
    let bits = (data << 10 | remainder) ^ 0b101_0100_0001_0010;
    let last = grid.width() - 1;
    for number in 0..15_u8 {
        let dark = bits >> number & 1 == 1;
        // Beside the upper left finder, past the timing patterns in row and column 6.
        match number {
            0..=5 => grid.set(8, number, dark),
            6 | 7 => grid.set(8, number + 1, dark),
            8 => grid.set(7, 8, dark),
            _ => grid.set(14 - number, 8, dark),
        }
        // Below the upper right one, and beside the lower left one.
        match number {
            0..=7 => grid.set(last - number, 8, dark),
            _ => grid.set(8, last - 14 + number, dark),
        }
    }
}

/// The penalty of a whole symbol (table 11).
pub(super) fn penalty(grid: &Grid) -> u32 {
    let columns = grid.transposed();
    runs(grid) + runs(&columns) + blocks(grid) + finders(grid) + finders(&columns) + balance(grid)
}

/// N1: five modules of one colour in a row are 3, each more is 1.
pub(super) fn runs(grid: &Grid) -> u32 {
    let inner = (1_u64 << (grid.width() - 1)) - 1;
    let of_row = |row: &u64| {
        let like_next = !(row ^ row >> 1) & inner;
        let fives = like_next & like_next >> 1 & like_next >> 2 & like_next >> 3;
        let starts = fives & !(fives << 1);
        fives.count_ones() + 2 * starts.count_ones()
    };
    grid.rows().iter().map(of_row).sum()
}

/// N2: a block of m by n modules of one colour is 3 × (m − 1) × (n − 1), which is 3 for each two by two in it.
pub(super) fn blocks(grid: &Grid) -> u32 {
    let inner = (1_u64 << (grid.width() - 1)) - 1;
    let of_pair = |pair: &[u64]| {
        let like_below = !(pair[0] ^ pair[1]);
        let like_next = |row: u64| !(row ^ row >> 1);
        (like_below & like_below >> 1 & like_next(pair[0]) & inner).count_ones()
    };
    3 * grid.rows().windows(2).map(of_pair).sum::<u32>()
}

/// N3: what looks like a row of a finder, with four light modules before or after it, is 40.
pub(super) fn finders(grid: &Grid) -> u32 {
    let of_row = |row: &u64| {
        let row = *row;
        let starts = row & !(row >> 1) & row >> 2 & row >> 3 & row >> 4 & !(row >> 5) & row >> 6;
        let dark_before = row << 1 | row << 2 | row << 3 | row << 4;
        let dark_after = row >> 7 | row >> 8 | row >> 9 | row >> 10;
        (starts & !(dark_before & dark_after)).count_ones()
    };
    40 * grid.rows().iter().map(of_row).sum::<u32>()
}

/// N4: each whole 5 % that the dark modules are away from half of all is 10.
pub(super) fn balance(grid: &Grid) -> u32 {
    let dark: u32 = grid.rows().iter().map(|row| row.count_ones()).sum();
    let all = u32::from(grid.width()).pow(2);
    10 * ((20 * dark).abs_diff(10 * all) / all)
}
