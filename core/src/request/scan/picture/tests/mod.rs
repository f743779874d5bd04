#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod codes;
mod files;
mod frames;
mod hostile;
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)]
mod jpeg_writer;
mod planes;
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)]
mod scene;
mod stages;

use super::super::CodeSystem;
use super::*;
use scene::{Dice, Modules, Picture, Scene};

const TEXT: &str = "https://shop.example:8443/p/MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43UOV3HO6DZPJQWEY3EMVTGO2DJNJVWY3LON5YHC4TTOR2XM53Y";

impl Picture {
    fn frame(&self) -> LumaFrame<'_> {
        let side = |side: usize| u32::try_from(side).unwrap();
        LumaFrame {
            width: side(self.width),
            height: side(self.height),
            row_stride: side(self.width),
            luma: &self.luma,
        }
    }

    fn read(&self) -> Reading {
        read_frame(&self.frame()).unwrap()
    }
}

fn texts(reading: &Reading) -> Vec<&str> {
    reading.codes.iter().filter_map(|code| code.text.as_deref()).collect()
}

/// What the module's description promises.
fn check_bounds(work: &Work, stages: usize) {
    let stages = u32::try_from(stages).unwrap();
    let passes = 2 * stages;
    assert!(work.stages <= stages, "{work:?}");
    assert!(work.points <= stages * 2_048 * 2_048, "{work:?}");
    assert!(work.candidates <= passes * 4_096, "{work:?}");
    assert!(work.corners <= passes * 64, "{work:?}");
    assert!(work.attempts <= passes * 128, "{work:?}");
}
