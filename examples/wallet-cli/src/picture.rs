//! Codes saved as pictures.

use std::path::PathBuf;

use tallystick::request::Code;

use crate::failure::Failure;

/// Large enough for a screen and for a printed page.
const PIXELS_PER_MODULE: u8 = 8;

/// A file for a picture, in the form that its ending names.
#[derive(Debug, Clone)]
pub struct PictureFile {
    path: PathBuf,
    form: Form,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Png,
    Svg,
}

impl PictureFile {
    /// Reads the argument of a command.
    pub fn parse(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("").to_ascii_lowercase();
        let form = match ending.as_str() {
            "png" => Form::Png,
            "svg" => Form::Svg,
            _ => return Err("a picture's file ends in .png or .svg".into()),
        };
        Ok(Self { path, form })
    }

    /// Saves the code of a request that was made.
    pub fn save(&self, code: &Code) -> Result<(), Failure> {
        let bytes = match self.form {
            Form::Png => code.png(PIXELS_PER_MODULE).map_err(|error| Failure::new(error.code(), error))?,
            Form::Svg => code.svg("Payment request").into_bytes(),
        };
        std::fs::write(&self.path, bytes).map_err(|error| {
            Failure::new("io", format!("cannot write {}: {error}", self.path.display()))
                .advise("The request is made all the same: `tally request --list` has it, and --show REQUEST --picture FILE saves its code.")
        })
    }
}
