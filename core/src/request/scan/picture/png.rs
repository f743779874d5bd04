//! PNG files of every colour type and depth, as brightness over white.

use std::io::Cursor;

use png::{ColorType, Decoder, DecodingError, Limits, Transformations};

use super::frame::check_size;
use super::plane::{Plane, brightness};
use super::{MAX_PICTURE_BYTES, PictureError};

/// The first bytes of every PNG file.
pub(super) const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

pub(super) fn decode(bytes: &[u8]) -> Result<Plane<'static>, PictureError> {
    // What is held besides the picture comes from the file as it is, once the packed parts are left out.
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MAX_PICTURE_BYTES });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let header = decoder.read_header_info().map_err(damaged)?;
    check_size(header.width, header.height)?;

    let mut reader = decoder.read_info().map_err(damaged)?;
    let size = reader.output_buffer_size().ok_or(DecodingError::LimitsExceeded).map_err(damaged)?;
    let mut points = vec![0; size];
    let frame = reader.next_frame(&mut points).map_err(damaged)?;
    let (width, height) = (frame.width as usize, frame.height as usize);
    points.truncate(frame.buffer_size());
    let luma = match frame.color_type {
        ColorType::Grayscale => points,
        ColorType::GrayscaleAlpha => each(&points, |[gray, alpha]| over_white(gray, alpha)),
        ColorType::Rgb => each(&points, |[red, green, blue]| brightness(red, green, blue)),
        ColorType::Rgba => {
            each(&points, |[red, green, blue, alpha]| over_white(brightness(red, green, blue), alpha))
        }
        ColorType::Indexed => {
            return Err(PictureError::Damaged { reason: "its palette is missing".to_owned() });
        }
    };
    if luma.len() != width * height {
        return Err(PictureError::Damaged { reason: "rows are missing".to_owned() });
    }
    Ok(Plane::owned(width, height, luma))
}

fn each<const N: usize>(points: &[u8], convert: impl Fn([u8; N]) -> u8) -> Vec<u8> {
    points.as_chunks().0.iter().map(|point| convert(*point)).collect()
}

fn over_white(gray: u8, alpha: u8) -> u8 {
    let (gray, alpha) = (u16::from(gray), u16::from(alpha));
    let blended = (gray * alpha + 255 * (255 - alpha)) / 255;
    u8::try_from(blended).unwrap_or(u8::MAX)
}

// Passed as a function to `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn damaged(error: DecodingError) -> PictureError {
    PictureError::Damaged { reason: error.to_string() }
}
