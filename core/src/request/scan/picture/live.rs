//! A camera's frames, one after another: one stage a frame, and every code told once.

use super::cascade::{FoundCode, Stage, Views};
use super::work::Work;
use super::{LumaFrame, PictureError};

/// Every other frame is looked at at half size, which reads most codes; the others take turns.
const TURNS: [Stage; 12] = [
    Stage::Half,
    Stage::Full,
    Stage::Half,
    Stage::FullSharp,
    Stage::Half,
    Stage::HalfSharp,
    Stage::Half,
    Stage::FullLocal,
    Stage::Half,
    Stage::FullSmooth,
    Stage::Half,
    Stage::HalfLocal,
];

/// The most codes that are remembered; the oldest is forgotten first.
const MEMORY: usize = 16;

/// Reads the frames of a camera's preview. One frame takes one stage; a hand that holds still for half a second gives
/// nearly every stage its turn.
///
/// A code is told once, however long it stays in view, until [`forget`](Self::forget) is called: call it when the app is
/// ready for the same code again.
#[derive(Debug, Clone, Default)]
pub struct LiveReader {
    turn: usize,
    told: Vec<Vec<u8>>,
}

/// What one frame gave.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct LiveReading {
    /// Codes that were not told before. Several in one frame: let the person choose, or show only one.
    pub fresh: Vec<FoundCode>,
    /// How many codes this frame showed that were told before: a code is still in view.
    pub known: u32,
    /// The stage of this frame.
    pub stage: Stage,
    /// How much work it took.
    pub work: Work,
}

impl LiveReader {
    /// A reader that was shown nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at the next frame.
    pub fn read(&mut self, frame: &LumaFrame<'_>) -> Result<LiveReading, PictureError> {
        let views = Views::of(frame.plane()?);
        let stage = TURNS[self.turn % TURNS.len()];
        self.turn = (self.turn + 1) % TURNS.len();
        let mut work = Work::default();
        let (known, fresh): (Vec<_>, Vec<_>) =
            views.read(stage, &mut work).into_iter().partition(|code| self.told.contains(&code.bytes));
        for code in &fresh {
            if self.told.len() == MEMORY {
                self.told.remove(0);
            }
            self.told.push(code.bytes.clone());
        }
        if !fresh.is_empty() || !known.is_empty() {
            // What reads a code once reads it again.
            self.turn = TURNS.iter().position(|turn| *turn == stage).unwrap_or_default();
        }
        Ok(LiveReading { fresh, known: u32::try_from(known.len()).unwrap_or(u32::MAX), stage, work })
    }

    /// Forgets what was told: codes in view are told again.
    pub fn forget(&mut self) {
        self.told.clear();
        self.turn = 0;
    }
}
