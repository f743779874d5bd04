//! zxing-cpp, asked picture by picture, so that what disturbs one reader disturbs the other.

use std::env;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::scene::Picture;

/// Names the Python that has it.
const PYTHON: &str = "TALLYSTICK_YARDSTICK";

/// A process that reads pictures.
pub struct Yardstick {
    child: Child,
    pictures: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Yardstick {
    /// Starts it, if the machine has one.
    pub fn start() -> io::Result<Option<Self>> {
        let Some(python) = env::var_os(PYTHON) else { return Ok(None) };
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("yardstick/zxing.py");
        let mut child = Command::new(python)
            .arg("-B")
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let missing = || io::Error::other("a child without pipes");
        let pictures = Some(child.stdin.take().ok_or_else(missing)?);
        let answers = BufReader::new(child.stdout.take().ok_or_else(missing)?);
        Ok(Some(Self { child, pictures, answers }))
    }

    /// What a picture says, and the CPU time that reading it took.
    pub fn read(&mut self, picture: &Picture) -> io::Result<(Option<Vec<u8>>, Duration)> {
        let pictures = self.pictures.as_mut().ok_or_else(|| io::Error::other("it was told to end"))?;
        for side in [picture.width, picture.height] {
            pictures.write_all(&u32::try_from(side).unwrap_or(0).to_be_bytes())?;
        }
        pictures.write_all(&picture.luma)?;
        pictures.flush()?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let (text, nanos) =
            line.trim().split_once(' ').ok_or_else(|| io::Error::other(format!("no answer: {line:?}")))?;
        let nanos = nanos.parse().map_err(io::Error::other)?;
        Ok((bytes(text), Duration::from_nanos(nanos)))
    }
}

impl Drop for Yardstick {
    fn drop(&mut self) {
        drop(self.pictures.take());
        let _ = self.child.wait();
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
