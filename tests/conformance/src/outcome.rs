//! What becomes of a rule.

use std::fmt::Debug;

use serde::Serialize;

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The issuer keeps to it.
    Passed,
    /// The issuer breaks it.
    Failed {
        /// What was expected, and what was seen instead.
        why: String,
        /// The call after which it showed.
        exchange: Option<Exchange>,
    },
    /// Something that other rules check did not work, so that this one could not be asked.
    Blocked {
        /// What did not work.
        why: String,
        /// The call after which it showed.
        exchange: Option<Exchange>,
    },
    /// It was not asked.
    Skipped {
        /// Why not.
        why: String,
    },
}

/// A call and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Method, address and body.
    pub sent: String,
    /// Status and body.
    pub received: String,
}

/// Why a check goes no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The rule is broken.
    Broken(String),
    /// What the rule needs first did not work.
    Blocked(String),
    /// The rule cannot be asked here.
    NotAsked(String),
}

/// A check, or what it found out on the way.
pub type Check<T = ()> = Result<T, Trouble>;

/// The rule is broken.
pub fn broken<T>(why: impl Into<String>) -> Check<T> {
    Err(Trouble::Broken(why.into()))
}

/// The rule is broken unless this holds.
pub fn hold(holds: bool, why: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { broken(why()) }
}

/// The rule is broken unless both are the same.
pub fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Check {
    hold(found == expected, || format!("{what}: expected {expected:?}, found {found:?}"))
}

/// Turns a broken rule into one that could not be asked: the step belongs to other rules.
pub trait SetUp {
    /// The same, as a step that only leads to what is asked.
    fn set_up(self, what: &str) -> Self;
}

impl<T> SetUp for Check<T> {
    fn set_up(self, what: &str) -> Self {
        self.map_err(|trouble| match trouble {
            Trouble::Broken(why) => Trouble::Blocked(format!("{what}: {why}")),
            other => other,
        })
    }
}
