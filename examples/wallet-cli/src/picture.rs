//! Codes saved as pictures.

use std::path::Path;

use tallystick::request::Code;

use crate::failure::Failure;

/// Large enough for a screen and for a printed page.
const PIXELS_PER_MODULE: u8 = 8;

/// Saves a code, in the form that the file's ending names.
pub fn save(code: &Code, file: &Path) -> Result<(), Failure> {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or("").to_ascii_lowercase();
    let bytes = match ending.as_str() {
        "png" => code.png(PIXELS_PER_MODULE).map_err(|error| Failure::new(error.code(), error))?,
        "svg" => code.svg("Payment request").into_bytes(),
        _ => return Err(Failure::usage("usage", "A picture's file ends in .png or .svg")),
    };
    std::fs::write(file, bytes)
        .map_err(|error| Failure::new("io", format!("cannot write {}: {error}", file.display())))
}
