//! The modules of a code as rows of bits: the largest code of ours has 61 modules a row, so that a row is one `u64`.

use crate::request::MAX_CODE_VERSION;

/// Modules a side of the largest version.
pub(super) const MAX_WIDTH: usize = 17 + 4 * MAX_CODE_VERSION as usize;

/// A square of modules. Bit `x` of row `y` is the module in column `x`; 1 is dark, and bits outside are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    width: u8,
    rows: [u64; MAX_WIDTH],
}

impl Grid {
    /// All light, as wide as a version up to the largest.
    pub(super) fn light(version: u8) -> Self {
        Self { width: 17 + 4 * version.min(MAX_CODE_VERSION), rows: [0; MAX_WIDTH] }
    }

    pub(super) fn width(&self) -> u8 {
        self.width
    }

    pub(super) fn rows(&self) -> &[u64] {
        &self.rows[..usize::from(self.width)]
    }

    pub(super) fn rows_mut(&mut self) -> &mut [u64] {
        &mut self.rows[..usize::from(self.width)]
    }

    pub(super) fn is_dark(&self, column: u8, row: u8) -> bool {
        column < self.width && row < self.width && self.rows[usize::from(row)] >> column & 1 == 1
    }

    /// Sets a module that is inside.
    pub(super) fn set(&mut self, column: u8, row: u8, dark: bool) {
        if let Some(bits) = self.rows_mut().get_mut(usize::from(row)) {
            *bits = *bits & !(1 << column) | u64::from(dark) << column;
        }
    }

    /// Columns for rows.
    pub(super) fn transposed(&self) -> Self {
        let mut transposed = Self { width: self.width, rows: [0; MAX_WIDTH] };
        for (y, row) in self.rows().iter().enumerate() {
            let mut dark = *row;
            while dark != 0 {
                // No row has a bit beyond the width.
                transposed.rows[dark.trailing_zeros() as usize] |= 1 << y;
                dark &= dark - 1;
            }
        }
        transposed
    }

    /// The lengths of the runs of one row with the quiet zone: light, dark, light, …, light.
    pub(super) fn runs(row: u64, width: u8, quiet: u8) -> impl Iterator<Item = u8> {
        let total = width + 2 * quiet;
        // 61 modules and twice four are more than 64 bits.
        let mut rest = u128::from(row) << quiet;
        let (mut left, mut dark) = (total, false);
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let length = if dark { rest.trailing_ones() } else { rest.trailing_zeros() };
            let length = u8::try_from(length).unwrap_or(left).min(left);
            rest = rest.checked_shr(length.into()).unwrap_or(0);
            left -= length;
            dark = !dark;
            Some(length)
        })
    }
}
