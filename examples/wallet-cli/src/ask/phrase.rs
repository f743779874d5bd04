//! The recovery phrase, as a person types it.

use std::io::{self, BufRead as _, Read as _, Write as _};

use tallystick::keys::{PHRASE_WORDS, RecoveryPhrase};
use zeroize::Zeroizing;

use super::apart;
use super::confirm::is_terminal;
use crate::failure::Failure;

/// 24 words of at most eight letters, and room for a person's spacing.
const MOST_BYTES: u16 = 2_048;

/// Reads the phrase: line by line from a person until all words are there, or whole from a pipe.
pub fn recovery_phrase() -> Result<RecoveryPhrase, Failure> {
    let text = if is_terminal() { from_person()? } else { from_pipe()? };
    Ok(RecoveryPhrase::parse(&text)?)
}

/// The same, while Ctrl-C is heard.
pub async fn phrase_apart() -> Result<RecoveryPhrase, Failure> {
    apart(recovery_phrase).await
}

fn from_person() -> Result<Zeroizing<String>, Failure> {
    let mut err = anstream::stderr().lock();
    let mut read = || -> io::Result<Zeroizing<String>> {
        writeln!(err, "Type the {PHRASE_WORDS} words of the recovery phrase, on one line or on several.")?;
        writeln!(err, "They can be seen while you type: make sure that nobody looks on.")?;
        let mut text = Zeroizing::new(String::with_capacity(usize::from(MOST_BYTES)));
        loop {
            let found = text.split_whitespace().count();
            if found >= PHRASE_WORDS || text.len() >= usize::from(MOST_BYTES / 2) {
                return Ok(text);
            }
            write!(err, "{:>2}: ", found + 1)?;
            err.flush()?;
            if io::stdin().lock().read_line(&mut text)? == 0 {
                return Ok(text);
            }
        }
    };
    read().map_err(|error| Failure::new("phrase_missing", error))
}

fn from_pipe() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::with_capacity(usize::from(MOST_BYTES) + 1));
    io::stdin()
        .lock()
        .take(u64::from(MOST_BYTES) + 1)
        .read_to_string(&mut text)
        .map_err(|error| Failure::new("phrase_missing", format!("cannot read the phrase: {error}")))?;
    Ok(text)
}
