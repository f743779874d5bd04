//! The rules, one file a subject. Each is a function that asks and says what it expected.
//!
//! A rule's id never changes its sense; a demand that changes gets a new id.

use std::future::Future;
use std::pin::Pin;

use crate::case::Case;
use crate::outcome::{Check, Outcome};
use crate::report::RuleReport;

/// Makes the list of a file's rules: when, id, section, function, and the demand in words.
macro_rules! rules {
    ($($phase:ident $id:literal $section:literal $run:ident: $demands:literal;)*) => {
        /// The rules of this file.
        pub(super) fn rules() -> Vec<crate::rules::Rule> {
            vec![$(crate::rules::Rule {
                id: $id,
                section: $section,
                demands: $demands,
                phase: crate::rules::Phase::$phase,
                run: |case| Box::pin($run(case)),
            }),*]
        }
    };
}

mod accounts;
mod artefacts;
mod cards;
mod chains;
mod events;
mod grants;
mod host;
mod keys;
mod names;
mod orders;
mod races;
mod reads;
mod refunds;
mod requests;
mod restore;
mod signatures;
mod statements;
mod tips;

/// When a rule is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// With others, at the same time.
    Together,
    /// By itself, after those: it changes the issuer.
    Alone,
    /// When everything else was asked.
    Last,
}

type Asked<'a> = Pin<Box<dyn Future<Output = Check> + Send + 'a>>;

/// A rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its id.
    pub id: &'static str,
    /// The section of `docs/protocol.md` that it stands on.
    pub section: &'static str,
    /// What it demands.
    pub demands: &'static str,
    /// When it is asked.
    pub phase: Phase,
    pub(crate) run: fn(&Case) -> Asked<'_>,
}

impl Rule {
    pub(crate) fn report(&self, outcome: Outcome) -> RuleReport {
        RuleReport { id: self.id, section: self.section, demands: self.demands, outcome }
    }
}

/// All rules, in the order in which they are reported.
pub fn all() -> Vec<Rule> {
    [
        host::rules(),
        cards::rules(),
        artefacts::rules(),
        signatures::rules(),
        reads::rules(),
        accounts::rules(),
        orders::rules(),
        refunds::rules(),
        requests::rules(),
        tips::rules(),
        grants::rules(),
        keys::rules(),
        names::rules(),
        chains::rules(),
        events::rules(),
        races::rules(),
        statements::rules(),
        restore::rules(),
    ]
    .concat()
}
