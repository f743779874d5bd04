//! Yes or no.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use super::apart;
use crate::failure::Failure;
use crate::show::tame;

/// Whether somebody sits at both ends.
pub fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks, and takes nothing but a clear yes for one.
pub async fn confirm(question: &str) -> Result<(), Failure> {
    if !is_terminal() {
        return Err(Failure::new("no_terminal", "This needs a confirmation, and nobody is there to give it"));
    }
    let question = question.to_owned();
    let answer = apart(move || answer_to(&question).map_err(|error| Failure::new("io", error))).await?;
    if is_yes(&answer) { Ok(()) } else { Err(Failure::new("not_confirmed", "Not confirmed")) }
}

fn answer_to(question: &str) -> io::Result<String> {
    let mut err = anstream::stderr();
    write!(err, "{} [y/N] ", tame(question))?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer)
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
