//! Which points are dark.

use rxing::Luma8Source;
use rxing::common::{BIT_FIELD_BASE_BITS, BitArray, BitMatrix, HybridBinarizer};

use super::plane::Plane;

/// How the line between dark and light is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Threshold {
    /// By blocks of eight points, each judged with its neighbours (ZXing's `HybridBinarizer`).
    Blocks,
    /// By the mean around each point (D. Bradley, G. Roth: Adaptive Thresholding Using the Integral Image, 2007).
    Local,
}

impl Threshold {
    /// The dark points of a plane; nothing if there is no contrast at all.
    pub(super) fn dark(self, plane: &Plane<'_>) -> Option<BitMatrix> {
        match self {
            Self::Blocks => blocks(plane),
            Self::Local => local(plane),
        }
    }
}

fn blocks(plane: &Plane<'_>) -> Option<BitMatrix> {
    let (width, height) = size(plane)?;
    let source = Luma8Source::new_with_slice(&plane.luma, width, height).ok()?;
    rxing::Binarizer::get_black_matrix(&HybridBinarizer::new(source)).ok().cloned()
}

fn local(plane: &Plane<'_>) -> Option<BitMatrix> {
    /// A window should hold several modules; codes are held so that they fill a good part of the picture.
    const WINDOWS_A_SIDE: usize = 16;
    let reach = (plane.width.min(plane.height) / WINDOWS_A_SIDE / 2).max(4);
    let (width, height) = size(plane)?;
    let mut dark = BitMatrix::new(width, height).ok()?;
    let mut row_bits = BitArray::with_size(plane.width);
    let mut y = 0;
    plane.for_each_square(reach, |row, squares| {
        for (at, points) in row.chunks(BIT_FIELD_BASE_BITS).enumerate() {
            let start = at * BIT_FIELD_BASE_BITS;
            let around = squares.sums[start..].iter().zip(&squares.counts[start..]);
            let word =
                points.iter().zip(around).enumerate().fold(0_usize, |word, (bit, (point, (sum, count)))| {
                    // One darker than the mean: a bare wall is light. Compared without a division.
                    word | (usize::from((u32::from(*point) + 1) * count < *sum) << bit)
                });
            row_bits.setBulk(start, word);
        }
        dark.setRow(y, &row_bits);
        y += 1;
    });
    Some(dark)
}

fn size(plane: &Plane<'_>) -> Option<(u32, u32)> {
    Some((u32::try_from(plane.width).ok()?, u32::try_from(plane.height).ok()?))
}
