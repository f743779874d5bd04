//! A code as PNG: one bit a pixel, a few hundred bytes to a few thousand.

use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use super::{Code, QUIET_ZONE};

/// The most pixels a module may have: the largest code is then 2,208 pixels wide.
pub const MAX_PIXELS_PER_MODULE: u8 = 32;

/// Why a code cannot be drawn in a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// A module of no pixel, or of too many.
    #[error("a module of a code has 1 to {most} pixels, not {given}")]
    PixelsPerModule {
        /// What was asked.
        given: u8,
        /// The most: [`MAX_PIXELS_PER_MODULE`].
        most: u8,
    },
    /// The picture could not be compressed.
    #[error("the picture of the code could not be made")]
    Encoding,
}

impl CodeError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PixelsPerModule { .. } => "bad_pixels_per_module",
            Self::Encoding => "code_not_encoded",
        }
    }
}

impl Code {
    /// The code as a PNG file: black on white, quiet zone included, one bit of grey a pixel.
    ///
    /// A module is a square of 1 to 32 pixels, else [`CodeError::PixelsPerModule`]. With 1 it is smallest, for whoever
    /// enlarges it by whole factors without smoothing; 8 or more is good for sharing.
    pub fn png(&self, pixels_per_module: u8) -> Result<Vec<u8>, CodeError> {
        if !(1..=MAX_PIXELS_PER_MODULE).contains(&pixels_per_module) {
            return Err(CodeError::PixelsPerModule { given: pixels_per_module, most: MAX_PIXELS_PER_MODULE });
        }
        let side = usize::from(self.width() + 2 * QUIET_ZONE) * usize::from(pixels_per_module);
        encode(&self.pixels(pixels_per_module.into(), side), side).map_err(|_| CodeError::Encoding)
    }

    /// Rows of pixels, each in whole bytes; 1 is white.
    fn pixels(&self, scale: usize, side: usize) -> Vec<u8> {
        let stride = side.div_ceil(8);
        let mut pixels = vec![0xff; stride * side];
        let quiet = usize::from(QUIET_ZONE);
        for (row, y) in self.grid.rows().iter().zip(quiet..) {
            let start = y * scale * stride;
            let first = &mut pixels[start..start + stride];
            for x in (0..self.width()).filter(|x| row >> x & 1 == 1) {
                let left = (usize::from(x) + quiet) * scale;
                for pixel in left..left + scale {
                    first[pixel / 8] &= !(0x80 >> (pixel % 8));
                }
            }
            for further in 1..scale {
                pixels.copy_within(start..start + stride, start + further * stride);
            }
        }
        pixels
    }
}

fn encode(pixels: &[u8], side: usize) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    // At most 2,208.
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = Encoder::new(&mut file, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.set_compression(Compression::Balanced);
    // No filter sees anything in single bits.
    encoder.set_filter(Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}
