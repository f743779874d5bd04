//! A picture as brightness alone, and its smaller, smoother and sharper versions.

use std::borrow::Cow;

/// Brightness, row by row without gaps: 0 is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plane<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) luma: Cow<'a, [u8]>,
}

impl Plane<'_> {
    /// A plane of its own points; `luma` holds `width` × `height` of them.
    pub(super) fn owned(width: usize, height: usize, luma: Vec<u8>) -> Plane<'static> {
        debug_assert_eq!(luma.len(), width * height);
        Plane { width, height, luma: Cow::Owned(luma) }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.luma.chunks_exact(self.width)
    }

    /// Each point the mean of `factor` × `factor`; what is left over at the right and below is dropped.
    pub(super) fn shrunk(&self, factor: usize) -> Plane<'static> {
        let (width, height) = (self.width / factor, self.height / factor);
        let area = u32::try_from(factor * factor).unwrap_or(u32::MAX);
        let mut luma = Vec::with_capacity(width * height);
        let mut columns = vec![0_u32; self.width];
        for band in self.luma.chunks_exact(self.width * factor).take(height) {
            columns.fill(0);
            for row in band.chunks_exact(self.width) {
                add(&mut columns, row);
            }
            if factor == 2 {
                // The size of every other frame of a camera: a known length is worth two thirds of the time.
                luma.extend(columns.as_chunks().0.iter().map(|[left, right]| byte((left + right) / 4)));
            } else {
                luma.extend(columns.chunks_exact(factor).map(|near| byte(near.iter().sum::<u32>() / area)));
            }
        }
        Plane::owned(width, height, luma)
    }

    /// Every point `factor` times as wide and high: a drawing of one point a module is too small for any reader.
    pub(super) fn enlarged(&self, factor: usize) -> Plane<'static> {
        let mut luma = Vec::with_capacity(self.luma.len() * factor * factor);
        for row in self.rows() {
            let wide: Vec<u8> = row.iter().flat_map(|point| std::iter::repeat_n(*point, factor)).collect();
            for _ in 0..factor {
                luma.extend_from_slice(&wide);
            }
        }
        Plane::owned(self.width * factor, self.height * factor, luma)
    }

    /// Smoothed by 1-2-1 in both directions: takes the edge off noise and of the grids of screens.
    pub(super) fn smoothed(&self) -> Plane<'static> {
        let (width, height) = (self.width, self.height);
        let mut luma = Vec::with_capacity(width * height);
        let mut column = vec![0_u32; width];
        let row = |y: usize| &self.luma[y * width..(y + 1) * width];
        for y in 0..height {
            let (above, here, below) = (row(y.saturating_sub(1)), row(y), row((y + 1).min(height - 1)));
            for (((sum, a), h), b) in column.iter_mut().zip(above).zip(here).zip(below) {
                *sum = u32::from(*a) + 2 * u32::from(*h) + u32::from(*b);
            }
            let sixteenth = |left: u32, here: u32, right: u32| byte((left + 2 * here + right + 8) / 16);
            let (first, last) = (column[0], column[width - 1]);
            luma.push(sixteenth(first, first, column[1.min(width - 1)]));
            luma.extend(column.windows(3).map(|near| sixteenth(near[0], near[1], near[2])));
            if width > 1 {
                luma.push(sixteenth(column[width - 2], last, last));
            }
        }
        Plane::owned(width, height, luma)
    }

    /// What a point differs from the mean of the square of side 2 `reach` + 1 around it counts threefold: undoes some of
    /// a blur.
    pub(super) fn sharpened(&self, reach: usize) -> Plane<'static> {
        let mut luma = Vec::with_capacity(self.luma.len());
        self.for_each_square(reach, |row, squares| {
            let means =
                squares.sums.iter().zip(&squares.shares).map(|(sum, share)| (u64::from(*sum) * share) >> 32);
            luma.extend(row.iter().zip(means).map(|(point, mean)| {
                let mean = u32::try_from(mean).unwrap_or(u32::MAX);
                byte((3 * u32::from(*point)).saturating_sub(2 * mean))
            }));
        });
        Plane::owned(self.width, self.height, luma)
    }

    /// Gives every row, and what is around each of its points.
    ///
    /// Sums of columns move down with the rows, and one sum moves along them, so a point costs the same whatever the
    /// reach.
    pub(super) fn for_each_square(&self, reach: usize, mut take: impl FnMut(&[u8], &Squares)) {
        let (width, height) = (self.width, self.height);
        let row = |y: usize| &self.luma[y * width..(y + 1) * width];
        let span = |at: usize, end: usize| (at + reach).min(end - 1) - at.saturating_sub(reach) + 1;
        let mut columns = vec![0_u32; width];
        let mut squares = Squares { sums: vec![0; width], counts: vec![0; width], shares: vec![0; width] };
        let mut rows_counted = 0;
        for y in 0..reach.min(height) {
            add(&mut columns, row(y));
        }
        for y in 0..height {
            if y + reach < height {
                add(&mut columns, row(y + reach));
            }
            if y > reach {
                subtract(&mut columns, row(y - reach - 1));
            }
            let rows = span(y, height);
            if rows != rows_counted {
                rows_counted = rows;
                for (x, (count, share)) in squares.counts.iter_mut().zip(&mut squares.shares).enumerate() {
                    *count = u32::try_from(rows * span(x, width)).unwrap_or(u32::MAX);
                    *share = (1_u64 << 32).div_ceil(u64::from(*count));
                }
            }
            slide(&columns, reach, &mut squares.sums);
            take(row(y), &squares);
        }
    }
}

/// What is around the points of a row: in the square of side 2 `reach` + 1, cut off at the rim.
pub(super) struct Squares {
    /// The sum of the points.
    pub(super) sums: Vec<u32>,
    /// How many they are.
    pub(super) counts: Vec<u32>,
    /// One part in so many, times 2³².
    shares: Vec<u64>,
}

/// Sums of 2 `reach` + 1 neighbours.
fn slide(columns: &[u32], reach: usize, sums: &mut [u32]) {
    let mut sum: u32 = columns.iter().take(reach).sum();
    if columns.len() <= 2 * reach {
        for (x, place) in sums.iter_mut().enumerate() {
            sum += columns.get(x + reach).copied().unwrap_or_default();
            sum -= x.checked_sub(reach + 1).map_or(0, |left| columns[left]);
            *place = sum;
        }
        return;
    }
    // Apart, so that the long middle has no case to decide.
    let (start, rest) = sums.split_at_mut(reach + 1);
    let (middle, end) = rest.split_at_mut(columns.len() - 2 * reach - 1);
    for (place, entering) in start.iter_mut().zip(&columns[reach..]) {
        sum += entering;
        *place = sum;
    }
    for ((place, entering), leaving) in middle.iter_mut().zip(&columns[2 * reach + 1..]).zip(columns) {
        sum = sum + entering - leaving;
        *place = sum;
    }
    for (place, leaving) in end.iter_mut().zip(&columns[columns.len() - 2 * reach - 1..]) {
        sum -= leaving;
        *place = sum;
    }
}

fn add(columns: &mut [u32], row: &[u8]) {
    for (column, point) in columns.iter_mut().zip(row) {
        *column += u32::from(*point);
    }
}

fn subtract(columns: &mut [u32], row: &[u8]) {
    for (column, point) in columns.iter_mut().zip(row) {
        *column -= u32::from(*point);
    }
}

/// The value, at most 255.
fn byte(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// How bright a colour is (ITU-R BT.601).
pub(super) fn brightness(red: u8, green: u8, blue: u8) -> u8 {
    byte((77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue)) / 256)
}
