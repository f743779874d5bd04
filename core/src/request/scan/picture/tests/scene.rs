//! Pictures of codes as a camera sees them: the same picture for the same scene, on every machine.

use qrcode::{EcLevel, QrCode};

/// Numbers that look random (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 or more, less than `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    /// About normal, of variance one.
    pub fn bell(&mut self) -> f64 {
        (0..12)
            .map(|_| f64::from(u32::try_from(self.below(1 << 20)).unwrap()) / f64::from(1 << 20))
            .sum::<f64>()
            - 6.0
    }
}

/// Brightness, row by row.
#[derive(Clone)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub luma: Vec<u8>,
}

/// The modules of a code, without its margin.
pub struct Modules {
    pub side: usize,
    pub dark: Vec<bool>,
}

impl Modules {
    pub fn of(bytes: &[u8]) -> Self {
        let code = QrCode::with_error_correction_level(bytes, EcLevel::M).unwrap();
        let dark = code.to_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect();
        Self { side: code.width(), dark }
    }

    /// As drawn by a program: `scale` points a module, margin of four.
    pub fn drawn(&self, scale: usize) -> Picture {
        let side = (self.side + 8) * scale;
        let mut luma = vec![255; side * side];
        for (at, _) in self.dark.iter().enumerate().filter(|(_, dark)| **dark) {
            for y in 0..scale {
                let row = (at / self.side + 4) * scale + y;
                let column = (at % self.side + 4) * scale;
                luma[row * side + column..][..scale].fill(0);
            }
        }
        Picture { width: side, height: side, luma }
    }
}

/// How a code is held in front of the camera.
#[derive(Clone, Copy)]
pub struct Scene {
    pub width: usize,
    pub height: usize,
    /// Points a module, in the middle.
    pub module: f64,
    /// Turned, in degrees.
    pub angle: f64,
    /// Slanted about the upright axis and the level one, in degrees.
    pub slant: (f64, f64),
    /// Brightness of the light and the dark modules.
    pub light: f64,
    pub dark: f64,
    /// How much darker the right edge is lit than the left, in parts of the light.
    pub shade: f64,
    /// Standard deviation of the blur, in points.
    pub blur: f64,
    /// How far the hand moved, in points.
    pub shake: usize,
    /// Standard deviation of the noise.
    pub noise: f64,
    /// Decides clutter and noise.
    pub seed: u64,
}

impl Scene {
    pub const fn plain() -> Self {
        Self {
            width: 480,
            height: 360,
            module: 5.0,
            angle: 3.0,
            slant: (0.0, 0.0),
            light: 220.0,
            dark: 30.0,
            shade: 0.0,
            blur: 0.6,
            shake: 0,
            noise: 2.0,
            seed: 1,
        }
    }

    pub fn of(&self, modules: &Modules) -> Picture {
        let mut dice = Dice(self.seed);
        let mut light = clutter(self.width, self.height, &mut dice);
        let lens = Lens::of(self);
        let side = modules.side as f64;
        for y in 0..self.height {
            for x in 0..self.width {
                let mut sum = 0.0;
                for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                    let (u, v) = lens.module(x as f64 + dx, y as f64 + dy, side);
                    let outside = |m: f64| m < -4.0 || m >= side + 4.0;
                    let margin = |m: f64| m < 0.0 || m >= side;
                    sum += if outside(u) || outside(v) {
                        light[y * self.width + x]
                    } else if !margin(u) && !margin(v) && modules.dark[v as usize * modules.side + u as usize]
                    {
                        self.dark
                    } else {
                        self.light
                    };
                }
                light[y * self.width + x] = sum / 4.0;
            }
        }
        if self.shade > 0.0 {
            for row in light.chunks_mut(self.width) {
                for (x, point) in row.iter_mut().enumerate() {
                    *point *= 1.0 - self.shade * x as f64 / self.width as f64;
                }
            }
        }
        let light = shaken(&blurred(&light, self.width, self.blur), self.width, self.shake);
        let luma = light
            .into_iter()
            .map(|point| (point + self.noise * dice.bell()).clamp(0.0, 255.0) as u8)
            .collect();
        Picture { width: self.width, height: self.height, luma }
    }
}

/// From points of the picture to modules of the code.
struct Lens {
    middle: (f64, f64),
    module: f64,
    turn: (f64, f64),
    slope: (f64, f64),
    shrink: (f64, f64),
}

impl Lens {
    fn of(scene: &Scene) -> Self {
        let (turn, first, second) =
            (scene.angle.to_radians(), scene.slant.0.to_radians(), scene.slant.1.to_radians());
        // The camera stands two and a half widths of a usual code away.
        let distance = 100.0;
        Self {
            middle: (scene.width as f64 / 2.0, scene.height as f64 / 2.0),
            module: scene.module,
            turn: turn.sin_cos(),
            slope: (first.tan() / distance, second.tan() / distance),
            shrink: (first.cos(), second.cos()),
        }
    }

    fn module(&self, x: f64, y: f64, side: f64) -> (f64, f64) {
        let (x, y) = ((x - self.middle.0) / self.module, (y - self.middle.1) / self.module);
        let (sin, cos) = self.turn;
        let (x, y) = (x * cos + y * sin, y * cos - x * sin);
        let depth = 1.0 - x * self.slope.0 - y * self.slope.1;
        (x / depth / self.shrink.0 + side / 2.0, y / depth / self.shrink.1 + side / 2.0)
    }
}

/// A counter with things on it.
fn clutter(width: usize, height: usize, dice: &mut Dice) -> Vec<f64> {
    let mut light = vec![150.0; width * height];
    for _ in 0..60 {
        let (left, top) = (dice.below(width as u64) as usize, dice.below(height as u64) as usize);
        let (wide, high) =
            (4 + dice.below(width as u64 / 4) as usize, 2 + dice.below(height as u64 / 6) as usize);
        let shade = dice.below(256) as f64;
        for row in light.chunks_mut(width).skip(top).take(high) {
            for point in row.iter_mut().skip(left).take(wide) {
                *point = shade;
            }
        }
    }
    light
}

fn blurred(light: &[f64], width: usize, sigma: f64) -> Vec<f64> {
    if sigma <= 0.0 {
        return light.to_vec();
    }
    let reach = (sigma * 2.5).ceil() as isize;
    let weights: Vec<f64> =
        (-reach..=reach).map(|d| (-(d as f64).powi(2) / (2.0 * sigma * sigma)).exp()).collect();
    let total: f64 = weights.iter().sum();
    let height = light.len() / width;
    let pass = |from: &[f64], along: bool| -> Vec<f64> {
        (0..from.len())
            .map(|at| {
                let (x, y) = ((at % width) as isize, (at / width) as isize);
                let sum: f64 = weights
                    .iter()
                    .zip(-reach..=reach)
                    .map(|(weight, d)| {
                        let (x, y) = if along { (x + d, y) } else { (x, y + d) };
                        let (x, y) = (x.clamp(0, width as isize - 1), y.clamp(0, height as isize - 1));
                        weight * from[y as usize * width + x as usize]
                    })
                    .sum();
                sum / total
            })
            .collect()
    };
    pass(&pass(light, true), false)
}

fn shaken(light: &[f64], width: usize, steps: usize) -> Vec<f64> {
    if steps < 2 {
        return light.to_vec();
    }
    light
        .chunks(width)
        .flat_map(|row| {
            (0..width).map(|x| {
                let end = (x + steps).min(width);
                row[x..end].iter().sum::<f64>() / (end - x) as f64
            })
        })
        .collect()
}
