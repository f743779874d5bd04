//! Baseline JPEG (ITU-T T.81) in grey or in colour, for tests: quantised alike in all frequencies, with
//! Huffman tables in which every value has as many bits.

use super::scene::Picture;

/// Coefficients, from low to high frequency: row and column.
fn zigzag() -> Vec<(usize, usize)> {
    let mut order: Vec<(usize, usize)> = (0..64).map(|at| (at / 8, at % 8)).collect();
    order.sort_by_key(|(row, column)| {
        let diagonal = row + column;
        (diagonal, if diagonal % 2 == 0 { *column } else { *row })
    });
    order
}

struct Bits {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            self.held = self.held << 1 | (value >> bit & 1);
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.held as u8);
                if self.held == 0xff {
                    self.bytes.push(0);
                }
                (self.held, self.count) = (0, 0);
            }
        }
    }

    /// A value as its size, and the run before it if that is counted, through the table; then its bits.
    fn push_value(&mut self, run: Option<u32>, value: i32) {
        let size = 32 - value.unsigned_abs().leading_zeros();
        match run {
            Some(run) => self.push(run << 4 | size, 8),
            None => self.push(size, 4),
        }
        let bits = if value < 0 { value - 1 } else { value };
        self.push(bits as u32 & ((1 << size) - 1), size);
    }
}

/// The coefficients of a block of eight by eight, quantised.
fn transformed(block: &[f64; 64], step: f64) -> Vec<i32> {
    let wave = |k: usize, n: usize| ((2 * n + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos();
    let scale = |k: usize| if k == 0 { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 };
    let mut rows = [0.0; 64];
    for (y, u) in (0..64).map(|at| (at / 8, at % 8)) {
        rows[y * 8 + u] = (0..8).map(|x| block[y * 8 + x] * wave(u, x)).sum();
    }
    zigzag()
        .into_iter()
        .map(|(v, u)| {
            let sum: f64 = (0..8).map(|y| rows[y * 8 + u] * wave(v, y)).sum();
            (sum * scale(u) * scale(v) / 4.0 / step).round() as i32
        })
        .collect()
}

/// The picture as a JPEG file. `step` 1 is nearly lossless, 60 very coarse.
pub fn jpeg(picture: &Picture, step: u8, colour: bool) -> Vec<u8> {
    let components: u8 = if colour { 3 } else { 1 };
    let [width, height] = [picture.width, picture.height].map(|side| (side as u16).to_be_bytes());
    let mut file = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    file.extend([step; 64]);
    file.extend([0xff, 0xc0, 0, 8 + 3 * components, 8, height[0], height[1], width[0], width[1], components]);
    (1..=components).for_each(|component| file.extend([component, 0x11, 0]));
    // Sizes 0 to 11 in four bits each; runs and sizes in eight, each but the last, for all ones is not allowed.
    file.extend([0xff, 0xc4, 0, 19 + 12, 0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    file.extend(0..12);
    file.extend([0xff, 0xc4, 1, 18, 0x10, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
    file.extend(0..=254);
    file.extend([0xff, 0xda, 0, 6 + 2 * components, components]);
    (1..=components).for_each(|component| file.extend([component, 0]));
    file.extend([0, 63, 0]);
    let mut bits = Bits { bytes: file, held: 0, count: 0 };
    let mut before = 0;
    for (top, left) in
        (0..picture.height.div_ceil(8)).flat_map(|y| (0..picture.width.div_ceil(8)).map(move |x| (y, x)))
    {
        let mut block = [0.0; 64];
        for (at, point) in block.iter_mut().enumerate() {
            let y = (top * 8 + at / 8).min(picture.height - 1);
            let x = (left * 8 + at % 8).min(picture.width - 1);
            *point = f64::from(picture.luma[y * picture.width + x]) - 128.0;
        }
        let values = transformed(&block, f64::from(step));
        bits.push_value(None, values[0] - before);
        before = values[0];
        let mut run = 0;
        for value in &values[1..] {
            if *value == 0 {
                run += 1;
                continue;
            }
            while run > 15 {
                bits.push(0xf0, 8);
                run -= 16;
            }
            bits.push_value(Some(run), *value);
            run = 0;
        }
        if run > 0 {
            bits.push(0, 8);
        }
        // No colour: no difference, and no other value.
        (1..components).for_each(|_| bits.push(0, 12));
    }
    bits.push(0x7f, 7);
    let mut file = bits.bytes;
    file.extend([0xff, 0xd9]);
    file
}
