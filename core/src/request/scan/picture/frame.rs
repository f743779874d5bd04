//! What comes in: frames of cameras, and the limits that hold for every picture.

use std::borrow::Cow;

use super::plane::Plane;
use super::{MAX_PICTURE_SIDE, PictureError};

/// The fewest points a side: a code has at least 21 modules.
const MIN_SIDE: u32 = 21;

/// The most points a side that are worked on; larger pictures are shrunk by whole numbers. A code that fills a sixth of
/// a photograph still has four points a module then.
const MAX_WORKED_SIDE: usize = 2_048;

/// Smaller pictures are enlarged: drawings of one point a module.
const MIN_WORKED_SIDE: usize = 256;

/// One frame of brightness, as a camera's preview gives it (the Y plane of YUV).
#[derive(Debug, Clone, Copy)]
pub struct LumaFrame<'a> {
    /// Points a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bytes from the start of a row to that of the next; at least `width`.
    pub row_stride: u32,
    /// One byte a point, row by row; 0 is black. Bytes after the last row are ignored.
    pub luma: &'a [u8],
}

impl<'a> LumaFrame<'a> {
    /// The frame as a plane of the size that is worked on.
    pub(super) fn plane(&self) -> Result<Worked<'a>, PictureError> {
        check_size(self.width, self.height)?;
        let [width, height, stride] = [self.width, self.height, self.row_stride].map(|n| n as usize);
        let needed = (height - 1).checked_mul(stride).and_then(|rows| rows.checked_add(width));
        let luma = match needed {
            Some(needed) if stride >= width && needed <= self.luma.len() => &self.luma[..needed],
            _ => {
                let count = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
                return Err(PictureError::FrameShape {
                    bytes: count(self.luma.len()),
                    needed: count(needed.unwrap_or(usize::MAX)),
                });
            }
        };
        let luma = if stride == width {
            Cow::Borrowed(luma)
        } else {
            Cow::Owned(luma.chunks(stride).flat_map(|row| &row[..width]).copied().collect())
        };
        Ok(Worked::of(Plane { width, height, luma }))
    }
}

/// Refuses pictures that are too large or too small, before anything is allocated.
pub(super) fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    if width > MAX_PICTURE_SIDE || height > MAX_PICTURE_SIDE {
        return Err(PictureError::TooLarge { width, height, most: MAX_PICTURE_SIDE });
    }
    if width < MIN_SIDE || height < MIN_SIDE {
        return Err(PictureError::TooSmall { width, height });
    }
    Ok(())
}

/// A plane of the size that is worked on, and how it relates to the picture.
pub(super) struct Worked<'a> {
    pub(super) plane: Plane<'a>,
    shrunk: usize,
    enlarged: usize,
}

impl<'a> Worked<'a> {
    pub(super) fn of(plane: Plane<'a>) -> Self {
        let long = plane.width.max(plane.height);
        let shrunk = long.div_ceil(MAX_WORKED_SIDE);
        if shrunk > 1 && plane.width.min(plane.height) >= shrunk {
            return Self { plane: plane.shrunk(shrunk), shrunk, enlarged: 1 };
        }
        let enlarged = (MIN_WORKED_SIDE / long).clamp(1, 8);
        if enlarged > 1 {
            return Self { plane: plane.enlarged(enlarged), shrunk: 1, enlarged };
        }
        Self { plane, shrunk: 1, enlarged: 1 }
    }

    /// A place in a version of the plane that is smaller by a factor, as a place in the picture.
    pub(super) fn in_picture(&self, place: f32, factor: usize) -> u32 {
        let scaled = f64::from(place) * as_f64(factor * self.shrunk) / as_f64(self.enlarged);
        // A cast from a float saturates, and a code may reach over the rim.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let place = scaled.round() as u32;
        place
    }
}

fn as_f64(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}
