//! Secrets from whoever runs the program: typed at the terminal, or the lines of its input. Never arguments, which others
//! could read.

use std::io::{self, BufRead as _, IsTerminal as _};

use zeroize::Zeroizing;

/// Asks for the PIN that is set.
pub(crate) fn present_pin() -> io::Result<Zeroizing<String>> {
    answer("PIN: ")
}

/// Asks for a new PIN: a person types it twice.
pub(crate) fn new_pin() -> io::Result<Zeroizing<String>> {
    let first = answer("New PIN, 4 to 12 digits: ")?;
    if io::stdin().is_terminal() && *answer("Once more: ")? != *first {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the two are not the same"));
    }
    Ok(first)
}

fn answer(question: &str) -> io::Result<Zeroizing<String>> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password(question).map(Zeroizing::new);
    }
    let mut line = Zeroizing::new(String::with_capacity(64));
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "no PIN was given"));
    }
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}
