//! A second opinion on evidence, for whoever is shown it (protocol §4.3).
//!
//! The wallet finds contradictions with the rules by which it follows a ledger (`ledger`). Whether what it found proves
//! anything is said here by code that shares nothing with those: it reads CBOR, checks signatures and hashes chains by
//! itself, from the specification alone. So a fault in the one is no fault in the other, and an issuer is accused only if
//! both agree. A test holds the module to it: nothing of this crate is named in it but its own parts.
//!
//! It is small on purpose, to be read in one sitting:
//!
//! - `cbor`: one item, one encoding; `signed`: artefacts; `keys`: whose they are and when they count.
//! - `chain`: points, runs and entries; `debts`: statements.
//! - `judge`: the nine kinds of contradiction; this file: what is said about them.

mod cbor;
mod chain;
mod debts;
mod entry;
mod judge;
mod keys;
mod signed;
#[cfg(test)]
pub(crate) mod tests;

/// What evidence shows to a second reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opinion {
    /// The issuer signed what cannot both be true.
    Proven,
    /// The issuer has broken its rules unless it shows something that is not among the evidence.
    Unanswered,
    /// It shows nothing of the kind.
    Nothing,
    /// It is no evidence that can be read.
    Unreadable,
    /// It rests on a rule that is not looked at here: which of two founding keys an order came after.
    NotJudged,
}

/// The most bytes that are looked at.
const MAX_BYTES: usize = 32 << 20;

/// Judges evidence by itself. Needs no network, no clock and no trust in whoever brought it.
pub fn judge(bytes: &[u8]) -> Opinion {
    if bytes.len() > MAX_BYTES {
        return Opinion::Unreadable;
    }
    match judge::evidence(bytes) {
        Ok(Found::Proven) => Opinion::Proven,
        Ok(Found::UnlessAnswered) => Opinion::Unanswered,
        Err(Stop::Nothing) => Opinion::Nothing,
        Err(Stop::Unreadable) => Opinion::Unreadable,
        Err(Stop::NotJudged) => Opinion::NotJudged,
    }
}

/// A rule that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Proven,
    UnlessAnswered,
}

/// Why nothing is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Nothing,
    Unreadable,
    NotJudged,
}

type Hash = [u8; 32];
type Id = [u8; 16];

fn sha256(parts: &[&[u8]]) -> Hash {
    use sha2::Digest as _;
    let mut hash = sha2::Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

fn first_half(hash: &Hash) -> Id {
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    id
}
