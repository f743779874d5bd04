//! One picture looked at in several ways, the cheapest first, until a code is read.

use std::cell::OnceCell;

use super::frame::Worked;
use super::plane::Plane;
use super::symbols::symbols;
use super::threshold::Threshold;
use super::work::Work;

/// A way of looking at a picture. Each is tried for dark codes on light, and for light ones on dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[non_exhaustive]
pub enum Stage {
    /// As it is.
    Full,
    /// At half the size: blur, noise and large codes.
    Half,
    /// Smoothed, each point against its surroundings: glare, shadows, low contrast.
    FullLocal,
    /// Smoothed: noise, and the grid of a screen.
    FullSmooth,
    /// At half the size, smoothed, each point against its surroundings.
    HalfLocal,
    /// At a third of the size.
    Third,
    /// Sharpened, each point against its surroundings: out of focus.
    FullSharp,
    /// At half the size, sharpened.
    HalfSharp,
}

impl Stage {
    /// All, in the order in which a still picture is looked at.
    pub(super) const ALL: [Self; 8] = [
        Self::Full,
        Self::Half,
        Self::FullSharp,
        Self::FullLocal,
        Self::HalfSharp,
        Self::FullSmooth,
        Self::HalfLocal,
        Self::Third,
    ];

    /// How much smaller than the whole it is.
    fn factor(self) -> usize {
        match self {
            Self::Full | Self::FullLocal | Self::FullSmooth | Self::FullSharp => 1,
            Self::Half | Self::HalfLocal | Self::HalfSharp => 2,
            Self::Third => 3,
        }
    }

    fn threshold(self) -> Threshold {
        match self {
            Self::Full | Self::Half | Self::FullSmooth | Self::Third => Threshold::Blocks,
            Self::FullLocal | Self::HalfLocal | Self::FullSharp | Self::HalfSharp => Threshold::Local,
        }
    }
}

/// A code in a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct FoundCode {
    /// What it says, if that is text in UTF-8.
    pub text: Option<String>,
    /// What it says, byte by byte.
    pub bytes: Vec<u8>,
    /// How it was read.
    pub stage: Stage,
    /// Whether it is light on dark.
    pub inverted: bool,
    /// Where its middle is: points from the left of the picture.
    pub centre_x: u32,
    /// Where its middle is: points from the top of the picture.
    pub centre_y: u32,
}

/// A picture in the sizes and forms that stages share.
pub(super) struct Views<'a> {
    worked: Worked<'a>,
    half: OnceCell<Plane<'static>>,
    smooth: OnceCell<Plane<'static>>,
    half_smooth: OnceCell<Plane<'static>>,
}

impl<'a> Views<'a> {
    pub(super) fn of(worked: Worked<'a>) -> Self {
        Self { worked, half: OnceCell::new(), smooth: OnceCell::new(), half_smooth: OnceCell::new() }
    }

    /// All codes that one stage reads, each text once.
    pub(super) fn read(&self, stage: Stage, work: &mut Work) -> Vec<FoundCode> {
        let full = &self.worked.plane;
        let factor = stage.factor();
        if full.width / factor == 0 || full.height / factor == 0 {
            return Vec::new();
        }
        match stage {
            Stage::Full => self.read_plane(full, stage, work),
            Stage::Half => self.read_plane(self.half(), stage, work),
            Stage::FullLocal | Stage::FullSmooth => self.read_plane(self.smooth(), stage, work),
            Stage::HalfLocal => self.read_plane(self.half_smooth(), stage, work),
            Stage::Third => self.read_plane(&full.shrunk(3), stage, work),
            Stage::FullSharp => self.read_plane(&self.smooth().sharpened(reach(full)), stage, work),
            Stage::HalfSharp => self.read_plane(&self.half().sharpened(reach(self.half())), stage, work),
        }
    }

    fn half(&self) -> &Plane<'static> {
        self.half.get_or_init(|| self.worked.plane.shrunk(2))
    }

    fn smooth(&self) -> &Plane<'static> {
        self.smooth.get_or_init(|| self.worked.plane.smoothed())
    }

    fn half_smooth(&self) -> &Plane<'static> {
        self.half_smooth.get_or_init(|| self.half().smoothed())
    }

    fn read_plane(&self, plane: &Plane<'_>, stage: Stage, work: &mut Work) -> Vec<FoundCode> {
        work.stages += 1;
        work.points += u32::try_from(plane.luma.len()).unwrap_or(u32::MAX);
        let Some(mut dark) = stage.threshold().dark(plane) else {
            return Vec::new();
        };
        let mut found: Vec<FoundCode> = Vec::new();
        for inverted in [false, true] {
            if inverted {
                dark.flip_self();
            }
            for symbol in symbols(&dark, work) {
                if found.iter().any(|other| other.bytes == symbol.bytes) {
                    continue;
                }
                let place = |place| self.worked.in_picture(place, stage.factor());
                found.push(FoundCode {
                    text: String::from_utf8(symbol.bytes.clone()).ok(),
                    bytes: symbol.bytes,
                    stage,
                    inverted,
                    centre_x: place(symbol.centre.0),
                    centre_y: place(symbol.centre.1),
                });
            }
        }
        found
    }
}

/// A blur that a stage can undo is a few points wide.
fn reach(plane: &Plane<'_>) -> usize {
    (plane.width.max(plane.height) / 256).clamp(2, 6)
}
