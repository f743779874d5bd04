//! Yes or no.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::failure::Failure;

/// Whether somebody sits at both ends.
pub fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks, and takes nothing but a clear yes for one.
pub fn confirm(question: &str) -> Result<(), Failure> {
    if !is_terminal() {
        return Err(Failure::new("no_terminal", "This needs a confirmation, and nobody is there to give it"));
    }
    let ask = || -> io::Result<String> {
        let mut err = anstream::stderr().lock();
        write!(err, "{question} [y/N] ")?;
        err.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(answer)
    };
    let answer = ask().map_err(|error| Failure::new("io", error))?;
    if is_yes(&answer) { Ok(()) } else { Err(Failure::new("not_confirmed", "Not confirmed")) }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::is_yes;

    #[test]
    fn only_yes_is_yes() {
        for yes in ["y\n", "Y", " yes \n"] {
            assert!(is_yes(yes));
        }
        for no in ["", "\n", "n", "no", "ja", "yess", "1"] {
            assert!(!is_yes(no));
        }
    }
}
