//! What a payer has seen, compared with what the payee knows (protocol §3.7).
//!
//! An issuer that keeps two histories must keep its two camps from ever paying each other: each order names the newest
//! statement that its payer holds, and the payee compares.

use crate::artefact::{Seen, StatementRef};
use crate::keys::Digest;

/// What the statement that a payer has seen is to the payee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenStatement {
    /// Both hold the same.
    Same,
    /// The payer has seen one that the payee has not: fetch it, and check that it leads back to those known.
    Newer {
        /// What to fetch.
        statement: StatementRef,
    },
    /// The payer names an older one that the payee does not hold. Nothing can be said; it can be fetched.
    NotHeld {
        /// What to fetch.
        statement: StatementRef,
    },
    /// The payer holds another statement of the same number. Either one of both is from before a restore, or the issuer
    /// keeps two histories: ask the payer for its statement.
    Differs {
        /// What the payer has seen.
        theirs: StatementRef,
        /// What the payee holds.
        ours: StatementRef,
    },
}

/// Compares the statement named in an order with those that the payee holds: `newest` is the number of the newest, and
/// `held` gives the hash of the one with a number.
pub fn compare(seen: &Seen, newest: Option<i64>, held: impl FnOnce(i64) -> Option<Digest>) -> SeenStatement {
    let theirs = StatementRef { number: seen.statement_number, hash: seen.statement };
    match held(theirs.number) {
        Some(hash) if hash == theirs.hash => SeenStatement::Same,
        Some(hash) => SeenStatement::Differs { theirs, ours: StatementRef { number: theirs.number, hash } },
        None if newest.is_none_or(|newest| theirs.number > newest) => {
            SeenStatement::Newer { statement: theirs }
        }
        None => SeenStatement::NotHeld { statement: theirs },
    }
}
