//! The PIN of the app lock.

use zeroize::Zeroizing;

use super::apart;
use super::confirm::is_terminal;
use crate::failure::Failure;

const VARIABLE: &str = "TALLY_PIN";
const NEW_VARIABLE: &str = "TALLY_NEW_PIN";

/// The present PIN: from the environment, or a person.
pub async fn pin() -> Result<Zeroizing<String>, Failure> {
    match std::env::var(VARIABLE) {
        Ok(pin) if !pin.is_empty() => Ok(Zeroizing::new(pin)),
        _ => apart(|| prompt("PIN: ")).await,
    }
}

/// A new PIN: from the environment, or typed twice.
pub async fn new_pin() -> Result<Zeroizing<String>, Failure> {
    match std::env::var(NEW_VARIABLE) {
        Ok(pin) => Ok(Zeroizing::new(pin)),
        Err(_) => apart(typed_twice).await,
    }
}

fn typed_twice() -> Result<Zeroizing<String>, Failure> {
    let first = prompt("New PIN: ")?;
    if *prompt("Once more: ")? == *first {
        Ok(first)
    } else {
        Err(Failure::new("passphrase_mismatch", "The two are not the same"))
    }
}

fn prompt(question: &str) -> Result<Zeroizing<String>, Failure> {
    if !is_terminal() {
        return Err(Failure::new("pin_needed", "The PIN is needed, and nobody is there to give it"));
    }
    rpassword::prompt_password(question)
        .map(Zeroizing::new)
        .map_err(|error| Failure::new("pin_needed", format!("no PIN was given: {error}")))
}
