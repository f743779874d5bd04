//! What a person gives where a code is expected: its text, a picture of it, or whatever comes through a pipe.

use std::io::{ErrorKind, Read};
use std::path::Path;

use tallystick::request::{self, MAX_PICTURE_BYTES, PictureError, scan};

use crate::failure::Failure;
use crate::show::tame;

/// The text of a code: `-` reads standard input, the path of a file reads the file, anything else is the text itself.
///
/// A file or a pipe may hold a picture, PNG or JPEG, or the text.
pub fn text_of(given: &str) -> Result<String, Failure> {
    let given = given.trim();
    let bytes = if given == "-" {
        bounded(std::io::stdin().lock()).map_err(|error| unreadable("standard input", &error))?
    } else {
        match file(Path::new(given)) {
            Some(read) => read.map_err(|error| unreadable(given, &error))?,
            None if looks_like_a_file(given) => {
                return Err(Failure::new("no_such_file", format!("There is no file `{}`", tame(given))));
            }
            None => return Ok(given.to_owned()),
        }
    };
    if is_picture(&bytes) {
        return picture(&bytes);
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::new("not_a_picture", "This is neither text nor a PNG or JPEG picture"))?;
    Ok(text.trim().to_owned())
}

/// The file of this name, if there is one. Links and ids are no names of files: nobody has a folder `https:`.
fn file(path: &Path) -> Option<std::io::Result<Vec<u8>>> {
    match std::fs::File::open(path) {
        Ok(file) if file.metadata().is_ok_and(|data| data.is_dir()) => None,
        Ok(file) => Some(bounded(file)),
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied) => Some(Err(error)),
        Err(_) => None,
    }
}

fn bounded(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One more than is looked at, so that the reader of pictures sees that it is too much.
    from.take(MAX_PICTURE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn looks_like_a_file(text: &str) -> bool {
    let ending = Path::new(text).extension().and_then(|ending| ending.to_str()).unwrap_or("");
    !text.contains("://") && ["png", "jpg", "jpeg"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG") || bytes.starts_with(&[0xff, 0xd8])
}

fn picture(bytes: &[u8]) -> Result<String, Failure> {
    let failed = |error: PictureError| Failure::new(error.code(), error);
    let reading = request::read_picture(bytes).map_err(failed)?;
    let scanned = reading.scanned().map_err(failed)?;
    // Of several codes the one that counts.
    let mut texts = reading.codes.into_iter().filter_map(|code| code.text);
    texts.find(|text| scan(text) == scanned).ok_or_else(|| failed(PictureError::NotText))
}

fn unreadable(what: &str, error: &std::io::Error) -> Failure {
    Failure::new("io", format!("cannot read {}: {error}", tame(what)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick::request::{Code, CodeLevel};

    fn folder_with(name: &str, bytes: &[u8]) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let path = file.to_str().unwrap().to_owned();
        (folder, path)
    }

    #[test]
    fn a_text_is_itself() {
        assert_eq!(text_of(" https://shop.example/p/ABC \n").unwrap(), "https://shop.example/p/ABC");
        assert_eq!(text_of("/").unwrap(), "/");
    }

    #[test]
    fn a_picture_is_read() {
        let code = Code::of_text("https://shop.example/c/ABC", CodeLevel::Screen).unwrap();
        let (_folder, path) = folder_with("code.png", &code.png(4).unwrap());
        assert_eq!(text_of(&path).unwrap(), "https://shop.example/c/ABC");
    }

    #[test]
    fn a_file_may_hold_the_text() {
        let (_folder, path) = folder_with("link.txt", b"tallystick:p/ABC\n");
        assert_eq!(text_of(&path).unwrap(), "tallystick:p/ABC");
    }

    #[test]
    fn what_holds_no_code_says_so() {
        let code = |path: &str| text_of(path).unwrap_err().code;
        assert_eq!(code("not-there.PNG"), "no_such_file");
        let (_folder, noise) = folder_with("noise", &[0, 159, 146, 150]);
        assert_eq!(code(&noise), "not_a_picture");
        let (_folder, cut) = folder_with("cut.png", b"\x89PNG\r\n\x1a\n");
        assert!(!code(&cut).is_empty());
    }
}
