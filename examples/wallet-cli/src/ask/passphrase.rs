//! The passphrase of the wallet's key file.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::confirm::is_terminal;
use crate::failure::Failure;

/// A passphrase, wiped when dropped.
pub type Passphrase = Zeroizing<String>;

const VARIABLE: &str = "TALLY_PASSPHRASE";
const LEAST_LETTERS: usize = 8;
const MOST_BYTES: u16 = 4_096;

/// The passphrase of a wallet that exists: from a file, the environment, or a person.
pub fn existing(file: Option<&Path>) -> Result<Passphrase, Failure> {
    match given(file)? {
        Some(passphrase) => Ok(passphrase),
        None => prompt("Passphrase: "),
    }
}

/// The passphrase of a new wallet. A person types it twice, and is told if it is too short to protect anything.
pub fn fresh(file: Option<&Path>) -> Result<Passphrase, Failure> {
    match given(file)? {
        Some(passphrase) => long_enough(passphrase),
        None => typed(),
    }
}

/// A new passphrase, typed twice.
pub fn typed() -> Result<Passphrase, Failure> {
    let first = long_enough(prompt("New passphrase: ")?)?;
    if *prompt("Once more: ")? == *first {
        Ok(first)
    } else {
        Err(Failure::new("passphrase_mismatch", "The two are not the same"))
    }
}

/// The same passphrase, if it is not too short to protect anything.
pub fn long_enough(passphrase: Passphrase) -> Result<Passphrase, Failure> {
    if passphrase.chars().count() < LEAST_LETTERS {
        Err(Failure::new("passphrase_short", "That passphrase is too easy to guess"))
    } else {
        Ok(passphrase)
    }
}

/// From a file or the environment.
fn given(file: Option<&Path>) -> Result<Option<Passphrase>, Failure> {
    match file {
        Some(file) => first_line(file).map(Some),
        None => Ok(std::env::var(VARIABLE).ok().filter(|text| !text.is_empty()).map(Zeroizing::new)),
    }
}

/// The token in a file's first line.
pub fn token_file(file: &Path) -> Result<Passphrase, Failure> {
    first_line(file)
}

/// The first line of a file, without its end.
fn first_line(file: &Path) -> Result<Passphrase, Failure> {
    let cannot = |reason: &dyn std::fmt::Display| {
        Failure::new(
            "passphrase_file",
            format!("cannot read the passphrase from {}: {reason}", file.display()),
        )
    };
    let mut text = Zeroizing::new(String::with_capacity(usize::from(MOST_BYTES) + 1));
    let opened = fs::File::open(file).map_err(|error| cannot(&error))?;
    opened.take(u64::from(MOST_BYTES) + 1).read_to_string(&mut text).map_err(|error| cannot(&error))?;
    if text.len() > usize::from(MOST_BYTES) {
        return Err(cannot(&"it is too long"));
    }
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(cannot(&"its first line is empty"));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

fn prompt(question: &str) -> Result<Passphrase, Failure> {
    if !is_terminal() {
        return Err(Failure::new("passphrase_missing", "The wallet's passphrase is needed"));
    }
    rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .map_err(|error| Failure::new("passphrase_missing", format!("no passphrase was given: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Result<Passphrase, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("p");
        fs::write(&file, content).unwrap();
        existing(Some(&file))
    }

    #[test]
    fn a_file_gives_its_first_line() {
        assert_eq!(*read(b"correct horse\n").unwrap(), "correct horse");
        assert_eq!(*read("p\u{e4}ss w\u{f6}rd\r\nmore".as_bytes()).unwrap(), "p\u{e4}ss w\u{f6}rd");
        assert_eq!(*read(b" spaces count ").unwrap(), " spaces count ");
    }

    #[test]
    fn files_that_give_none_are_refused() {
        for content in [b"".as_slice(), b"\nsecond", b"\xff\xfe", &[b'x'; 5_000]] {
            assert_eq!(read(content).unwrap_err().code, "passphrase_file");
        }
        assert_eq!(existing(Some(Path::new("no/such/file"))).unwrap_err().code, "passphrase_file");
    }

    #[test]
    fn a_new_one_must_protect_something() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("p");
        fs::write(&file, "seven77\n").unwrap();
        assert_eq!(fresh(Some(&file)).unwrap_err().code, "passphrase_short");
        fs::write(&file, "eight888\n").unwrap();
        assert_eq!(*fresh(Some(&file)).unwrap(), "eight888");
    }
}
