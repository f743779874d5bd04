//! Pictures of codes, distorted as cameras, hands, screens and shops distort them: always the same ones.
//!
//! The classes are those in which readers are known to differ. A code is drawn into the scene of the core's own tests, and
//! what that cannot do is done to the finished picture.

use crate::scene::{Dice, Modules, Picture, Scene};

/// What is wrong with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Nothing much.
    Clean,
    /// The code is turned.
    Rotation,
    /// Looked at from the side.
    Perspective,
    /// Out of focus.
    Defocus,
    /// The hand moved.
    Motion,
    /// Too little light.
    Noise,
    /// Grey on grey.
    LowContrast,
    /// Lit from one side.
    Lighting,
    /// A lamp mirrored in it.
    Glare,
    /// Light on dark.
    Inverted,
    /// Far away.
    Small,
    /// On a bottle.
    Curved,
    /// Torn or stained, less than what its correction is for.
    Damaged,
    /// Several of these at once.
    Combined,
    /// No code at all.
    Nothing,
}

impl Class {
    /// All.
    pub const ALL: [Self; 15] = [
        Self::Clean,
        Self::Rotation,
        Self::Perspective,
        Self::Defocus,
        Self::Motion,
        Self::Noise,
        Self::LowContrast,
        Self::Lighting,
        Self::Glare,
        Self::Inverted,
        Self::Small,
        Self::Curved,
        Self::Damaged,
        Self::Combined,
        Self::Nothing,
    ];

    /// In lower case.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Hardly.
    Easy,
    /// Quite.
    Middle,
    /// Very.
    Hard,
}

impl Severity {
    /// All.
    pub const ALL: [Self; 3] = [Self::Easy, Self::Middle, Self::Hard];

    fn of<T>(self, [easy, middle, hard]: [T; 3]) -> T {
        match self {
            Self::Easy => easy,
            Self::Middle => middle,
            Self::Hard => hard,
        }
    }
}

/// What decides a picture.
#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    /// What is wrong.
    pub class: Class,
    /// How badly.
    pub severity: Severity,
    /// Points a row, and rows.
    pub size: (usize, usize),
    /// Characters in the code.
    pub length: usize,
    /// Decides the rest.
    pub seed: u64,
}

impl Recipe {
    /// What the code says; nothing if there is none.
    pub fn text(&self) -> Option<String> {
        let mut dice = Dice(self.seed ^ 0x7e47);
        let letters: String = (0..self.length)
            .map(|_| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[dice.below(32) as usize]))
            .collect();
        (self.class != Class::Nothing).then(|| format!("https://b.example/p/{letters}"))
    }

    /// The picture.
    pub fn draw(&self) -> Picture {
        let mut dice = Dice(self.seed);
        let text = self.text().unwrap_or_else(|| "nothing".into());
        let mut modules = Modules::of(text.as_bytes());
        if self.class == Class::Damaged {
            damage(&mut modules, self.severity.of([0.02, 0.04, 0.06]), &mut dice);
        }
        let scene = self.scene(&modules, &mut dice);
        let picture = scene.of(&modules);
        let code = scene.module * modules.side as f64;
        match self.class {
            Class::Glare => glared(picture, code, self.severity.of([0.06, 0.09, 0.12]), &mut dice),
            Class::Curved => curved(&picture, code, self.severity.of([60.0, 100.0, 130.0])),
            _ => picture,
        }
    }

    fn scene(&self, modules: &Modules, dice: &mut Dice) -> Scene {
        let (width, height) = self.size;
        // Codes fill a third to a half of the picture's height, at least.
        let share = 0.55 + dice.below(25) as f64 / 100.0;
        let module = height as f64 * share / (modules.side + 8) as f64;
        let plain = Scene {
            width,
            height,
            module,
            angle: dice.below(9) as f64 - 4.0,
            seed: self.seed,
            ..Scene::plain()
        };
        let severity = self.severity;
        match self.class {
            Class::Clean | Class::Glare | Class::Curved | Class::Damaged => plain,
            Class::Rotation => Scene { angle: severity.of([17.0, 44.0, 79.0]), ..plain },
            Class::Perspective => {
                Scene { slant: severity.of([(20.0, 8.0), (32.0, 14.0), (42.0, 18.0)]), ..plain }
            }
            Class::Defocus => Scene { blur: module * severity.of([0.3, 0.45, 0.6]), ..plain },
            Class::Motion => Scene { shake: (module * severity.of([0.8, 1.3, 1.8])) as usize, ..plain },
            Class::Noise => Scene { noise: severity.of([15.0, 30.0, 45.0]), ..plain },
            Class::LowContrast => {
                let (light, dark) = severity.of([(150.0, 105.0), (140.0, 112.0), (136.0, 120.0)]);
                Scene { light, dark, noise: 1.5, ..plain }
            }
            Class::Lighting => Scene { shade: severity.of([0.5, 0.7, 0.88]), ..plain },
            Class::Inverted => {
                Scene { light: 30.0, dark: 220.0, noise: severity.of([2.0, 8.0, 16.0]), ..plain }
            }
            Class::Small => {
                let across = width as f64 * severity.of([0.25, 0.2, 0.15]);
                Scene { module: across / (modules.side + 8) as f64, ..plain }
            }
            Class::Combined => Scene {
                slant: severity.of([(10.0, 5.0), (18.0, 9.0), (26.0, 12.0)]),
                blur: module * severity.of([0.15, 0.22, 0.3]),
                noise: severity.of([6.0, 12.0, 18.0]),
                shade: severity.of([0.2, 0.4, 0.6]),
                angle: dice.below(90) as f64,
                ..plain
            },
            Class::Nothing => Scene { module: 0.001, noise: severity.of([2.0, 20.0, 60.0]), ..plain },
        }
    }
}

/// A stain of one colour away from the corners, as large as this share of the code.
fn damage(modules: &mut Modules, share: f64, dice: &mut Dice) {
    let side = modules.side as f64;
    let stain = (side * share.sqrt()).round() as usize;
    let (low, high) = (9, modules.side.saturating_sub(9 + stain).max(10));
    let mut place = || low + dice.below((high - low) as u64) as usize;
    let (left, top) = (place(), place());
    let dark = dice.below(2) == 1;
    for y in top..(top + stain).min(modules.side) {
        for x in left..(left + stain).min(modules.side) {
            modules.dark[y * modules.side + x] = dark;
        }
    }
}

/// A lamp somewhere in the code, white in the middle.
fn glared(mut picture: Picture, code: f64, share: f64, dice: &mut Dice) -> Picture {
    let spread = code * share;
    let offset = |dice: &mut Dice| (dice.below(30) as f64 - 15.0) / 100.0 * code;
    let (x0, y0) = (picture.width as f64 / 2.0 + offset(dice), picture.height as f64 / 2.0 + offset(dice));
    for (at, point) in picture.luma.iter_mut().enumerate() {
        let (x, y) = ((at % picture.width) as f64 - x0, (at / picture.width) as f64 - y0);
        let lamp = 400.0 * (-(x * x + y * y) / (2.0 * spread * spread)).exp();
        *point = (f64::from(*point) + lamp).min(255.0) as u8;
    }
    picture
}

/// Wrapped round an upright bottle, so that the code takes this many degrees of it.
fn curved(picture: &Picture, code: f64, degrees: f64) -> Picture {
    let radius = code / degrees.to_radians();
    let middle = picture.width as f64 / 2.0;
    let luma = (0..picture.luma.len()).map(|at| {
        let (x, y) = (at % picture.width, at / picture.width);
        let across = (x as f64 - middle) / radius;
        if across.abs() >= 1.0 {
            return 90;
        }
        let from = middle + radius * across.asin();
        let left = (from.floor() as usize).min(picture.width - 2);
        let part = from - left as f64;
        let row = &picture.luma[y * picture.width..];
        (f64::from(row[left]) * (1.0 - part) + f64::from(row[left + 1]) * part) as u8
    });
    Picture { width: picture.width, height: picture.height, luma: luma.collect() }
}

/// The large corpus: every class, in three severities, three lengths of text and two sizes of picture.
pub fn corpus(copies: u64) -> Vec<Recipe> {
    let mut recipes = Vec::new();
    for class in Class::ALL {
        for severity in Severity::ALL {
            for length in [32, 90, 200] {
                for size in [(1280, 720), (1920, 1080)] {
                    for _ in 0..copies {
                        let seed = 20_261_128 + recipes.len() as u64;
                        recipes.push(Recipe { class, severity, size, length, seed });
                    }
                }
            }
        }
    }
    recipes
}

/// The few that lie in the repository: one for each class that shows in a small picture.
pub fn samples() -> Vec<Recipe> {
    let recipe = |(place, class)| Recipe {
        class,
        severity: Severity::Easy,
        size: (200, 150),
        length: 12,
        seed: 7 + place as u64,
    };
    let small = Class::ALL.into_iter().enumerate().take_while(|(_, class)| *class != Class::Small);
    small.map(recipe).collect()
}
