//! JPEG files as brightness.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use super::PictureError;
use super::frame::check_size;
use super::plane::{Plane, brightness};

/// The first bytes of every JPEG file.
pub(super) const MAGIC: &[u8] = b"\xff\xd8\xff";

/// Encoders make about ten; every one more is as much work as a picture.
const MAX_SCANS: usize = 32;

pub(super) fn decode(bytes: &[u8]) -> Result<Plane<'static>, PictureError> {
    // A picture that is cut may still show its code whole, so it is not refused for that alone. The sizes are checked
    // here, for an error with both.
    let any_size = DecoderOptions::new_safe().set_max_width(usize::MAX).set_max_height(usize::MAX);
    let options = any_size.set_strict_mode(false).jpeg_set_max_scans(MAX_SCANS);
    let mut decoder =
        JpegDecoder::new_with_options(ZCursor::new(bytes), options.jpeg_set_out_colorspace(ColorSpace::Luma));
    decoder.decode_headers().map_err(damaged)?;
    let (width, height) = decoder
        .dimensions()
        .ok_or_else(|| PictureError::Damaged { reason: "its size is missing".to_owned() })?;
    let side = |points: usize| u32::try_from(points).unwrap_or(u32::MAX);
    check_size(side(width), side(height))?;

    let gray = matches!(decoder.input_colorspace(), Some(ColorSpace::YCbCr | ColorSpace::Luma));
    if !gray {
        decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::RGB));
    }
    let points = decoder.decode().map_err(damaged)?;
    let luma = if gray {
        points
    } else {
        points.as_chunks().0.iter().map(|[red, green, blue]| brightness(*red, *green, *blue)).collect()
    };
    if luma.len() != width * height {
        return Err(PictureError::Damaged { reason: "rows are missing".to_owned() });
    }
    Ok(Plane::owned(width, height, luma))
}

// Passed as a function to `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn damaged(error: DecodeErrors) -> PictureError {
    PictureError::Damaged { reason: error.to_string() }
}
