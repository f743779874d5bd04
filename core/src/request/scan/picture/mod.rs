//! Reading codes from pictures: files, and frames of a camera.
//!
//! A picture is looked at in stages, from cheap to dear, until one reads something: as it is, smaller, smoothed, each point
//! against its surroundings, sharpened; always for dark codes on light and for light ones on dark. The corners of codes are
//! found here, under a bound; what lies between them is sampled and corrected by rxing (Apache-2.0).
//!
//! Limits: a file of 16 MiB, 4,096 points a side (checked before anything is decoded), 21 points at least. Pictures of more
//! than 2,048 points a side are worked on at a half. In one pass at most 4,096 candidates are looked at, 64 corners kept and
//! 128 triples of them tried: a still takes eight stages of two passes, a frame of a camera one.
//!
//! - `frame`: what comes in, and its limits. `png`, `jpeg`: files. `plane`: brightness, and what is made of it.
//! - `threshold`: dark or light. `symbols`: codes among the dark points; `triples`: which corners may
//!   belong together. `cascade`: the stages. `work`: what it took.
//! - `live`: a camera's frames, one after another.

mod cascade;
mod error;
mod frame;
mod jpeg;
mod live;
mod plane;
mod png;
mod symbols;
mod threshold;
mod triples;
mod work;

use super::{Scanned, scan};
use cascade::Views;
pub use cascade::{FoundCode, Stage};
pub use error::PictureError;
pub use frame::LumaFrame;
use frame::Worked;
pub use live::{LiveReader, LiveReading};
pub use work::Work;

/// The most bytes of a file that is looked at.
pub const MAX_PICTURE_BYTES: usize = 16 << 20;

/// The most points a side of a picture that is looked at: a photograph of 12 million points has 4,032 by 3,024.
pub const MAX_PICTURE_SIDE: u32 = 4_096;

/// What a picture shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Reading {
    /// The codes that were read, all in the same stage, each text once; empty if there is none. A code beside them that
    /// is harder to read may be missing.
    pub codes: Vec<FoundCode>,
    /// How much work it took.
    pub work: Work,
}

impl Reading {
    /// What the picture says, as [`scan`] tells it.
    ///
    /// Of several codes the only one that is ours counts, whole or damaged: a till's screen may show the shop's Wi-Fi too.
    /// Two of ours, or several of others, are [`PictureError::SeveralCodes`]; none is [`PictureError::NoCode`], and
    /// something other than text [`PictureError::NotText`].
    pub fn scanned(&self) -> Result<Scanned, PictureError> {
        let several =
            PictureError::SeveralCodes { count: u32::try_from(self.codes.len()).unwrap_or(u32::MAX) };
        let mut texts = self.codes.iter().filter_map(|code| code.text.as_deref()).map(scan);
        let only = match self.codes.len() {
            0 => return Err(PictureError::NoCode),
            1 => return texts.next().ok_or(PictureError::NotText),
            _ => texts.by_ref().find(Scanned::is_ours).ok_or(several.clone())?,
        };
        if texts.any(|other| other.is_ours()) { Err(several) } else { Ok(only) }
    }
}

/// Reads the codes of a PNG or JPEG file, in all stages if it must.
pub fn read_picture(bytes: &[u8]) -> Result<Reading, PictureError> {
    if bytes.len() > MAX_PICTURE_BYTES {
        let count = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        return Err(PictureError::TooManyBytes { bytes: count(bytes.len()), most: count(MAX_PICTURE_BYTES) });
    }
    let plane = if bytes.starts_with(png::MAGIC) {
        png::decode(bytes)?
    } else if bytes.starts_with(jpeg::MAGIC) {
        jpeg::decode(bytes)?
    } else {
        return Err(PictureError::UnknownFormat);
    };
    Ok(all_stages(Worked::of(plane)))
}

/// Reads the codes of one frame, in all stages if it must: for a still. [`LiveReader`] is for a camera's preview.
pub fn read_frame(frame: &LumaFrame<'_>) -> Result<Reading, PictureError> {
    Ok(all_stages(frame.plane()?))
}

fn all_stages(worked: Worked<'_>) -> Reading {
    let views = Views::of(worked);
    let mut work = Work::default();
    let codes = Stage::ALL
        .into_iter()
        .map(|stage| views.read(stage, &mut work))
        .find(|codes| !codes.is_empty())
        .unwrap_or_default();
    Reading { codes, work }
}

#[cfg(test)]
mod tests;
