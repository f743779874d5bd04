//! What somebody scanned or pasted, and reading it from a picture. Nothing here is fetched, and all work is bounded.
//!
//! - `text`: [`scan`], from a text to what it is. `swaptacular`: payment requests and coins of that system, recognised.
//!   `foreign`: other systems' codes, so that a person is told what was in front of the camera.
//! - `picture`: from files and a camera's frames to the texts of the codes in them.

mod foreign;
mod picture;
mod swaptacular;
mod text;

pub use foreign::CodeSystem;
pub use picture::{
    FoundCode, LiveReader, LiveReading, LumaFrame, MAX_PICTURE_BYTES, MAX_PICTURE_SIDE, PictureError,
    Reading, Stage, Work, read_frame, read_picture,
};
pub use swaptacular::{Pr0, SwaptacularCoin, SwaptacularError};
pub use text::{MAX_SCANNED_LENGTH, Scanned, scan};

#[cfg(test)]
mod tests;
