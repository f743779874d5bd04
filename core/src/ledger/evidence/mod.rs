//! Contradictions of an issuer, as evidence that anyone can check offline (protocol §4.3).
//!
//! Evidence is nothing but bytes that the issuer signed, entries that hash to what it signed, and the artefacts that
//! prove whose keys these are. [`Evidence::verify`] trusts none of it. It shares no state with the wallet's own
//! verification, so that a fault there cannot become an accusation.
//!
//! Some accusations rest on something that is missing: a grant, a newer card. They are *unanswered* until the issuer
//! shows it ([`Evidence::with`]); everything else is final.
//!
//! - `wire`: the form in which evidence is kept and handed on; `court`: the keys; `run`: what entries lead to.
//! - `states`, `entries`, `statements`: one contradiction after the other.

mod court;
mod entries;
mod run;
mod statements;
mod states;
mod wire;

use super::merkle::InclusionProof;
use crate::artefact::ArtefactError;
use crate::keys::{AccountId, Digest, IssuerId};

/// A contradiction, and what proves the keys of its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The issuer that contradicts itself.
    pub issuer: IssuerId,
    /// What contradicts what.
    pub contradiction: Contradiction,
    /// Artefacts that show whose keys signed: cards, openings, rekeys, grants; and whatever the issuer answered.
    pub support: Vec<Vec<u8>>,
}

/// What contradicts what. Byte strings are whole artefacts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contradiction {
    /// Two states of one account at one place of its chain.
    TwoStates {
        /// One.
        one: Point,
        /// The other.
        other: Point,
    },
    /// A chain that once led elsewhere: under the later state, the place of the earlier one has another hash. Also a
    /// receipt that is missing from the chain it names.
    Rewritten {
        /// What was signed earlier.
        earlier: Point,
        /// Entries right after the place of the earlier state, up to what was signed later.
        later: Run,
    },
    /// An order that was both executed and refused.
    ExecutedAndRefused {
        /// The receipt.
        receipt: Vec<u8>,
        /// The refusal.
        refusal: Vec<u8>,
    },
    /// An order that was executed twice in one epoch.
    ExecutedTwice {
        /// One receipt.
        one: Vec<u8>,
        /// The other receipt, of the same account.
        other: Vec<u8>,
    },
    /// Two statements of one epoch and number, or heads that name them.
    TwoStatements {
        /// A statement or head.
        one: Vec<u8>,
        /// Another.
        other: Vec<u8>,
    },
    /// Two cards of one rank.
    TwoCards {
        /// One.
        one: Vec<u8>,
        /// The other.
        other: Vec<u8>,
    },
    /// A chain that breaks the rules, or an entry that nobody allowed.
    BadEntry {
        /// The entry; or the one before it, it, and what follows, up to what was signed.
        run: Run,
        /// A head at the place before the run, if the entry contradicts it.
        base: Option<Vec<u8>>,
        /// The order that the last entry within reach names.
        order: Option<Vec<u8>>,
        /// An earlier receipt and its order, signed with a newer founding key: since then the older one is void.
        newer_key: Option<(Vec<u8>, Vec<u8>)>,
    },
    /// A statement that gives an account another balance than its chain.
    WrongPlace {
        /// The statement.
        statement: Vec<u8>,
        /// The proof that the issuer gave, if the account is to have a positive balance.
        proof: Option<InclusionProof>,
        /// The account's chain at the time of the statement.
        run: Run,
    },
    /// A statement that is wrong by itself, or that does not follow the one before.
    BadStatement {
        /// The statement.
        statement: Vec<u8>,
        /// The statement before it.
        previous: Option<Vec<u8>>,
    },
}

/// A signed state of a chain: a head or receipt. With `carried`, what the first entry of the epoch of that head or
/// receipt says about the chain of an older epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// A head or receipt.
    pub artefact: Vec<u8>,
    /// Empty; or all entries of its epoch up to it, of which the first carries the balance over.
    pub carried: Vec<Vec<u8>>,
}

/// Entries that lead to a signed state, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The chain's hash before the first entry.
    pub previous: Digest,
    /// The entries.
    pub entries: Vec<Vec<u8>>,
    /// The signed state after the last entry.
    pub anchor: Point,
}

/// What evidence shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Verdict {
    /// How strong it is.
    pub finding: Finding,
    /// The same in words.
    pub words: String,
}

/// How strong evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Finding {
    /// The issuer signed what cannot both be true.
    Fraud,
    /// The issuer has broken its rules unless it shows something that is not among the evidence.
    Unanswered,
    /// It shows nothing of the kind.
    Nothing,
}

/// Why bytes are not evidence at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not evidence: {0}")]
pub struct EvidenceError(#[from] ArtefactError);

impl EvidenceError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        self.0.code()
    }
}

impl Contradiction {
    /// A stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TwoStates { .. } => "two_states",
            Self::Rewritten { .. } => "rewritten",
            Self::ExecutedAndRefused { .. } => "executed_and_refused",
            Self::ExecutedTwice { .. } => "executed_twice",
            Self::TwoStatements { .. } => "two_statements",
            Self::TwoCards { .. } => "two_cards",
            Self::BadEntry { .. } => "bad_entry",
            Self::WrongPlace { .. } => "wrong_place",
            Self::BadStatement { .. } => "bad_statement",
        }
    }
}

impl Evidence {
    /// Judges the evidence by itself. Needs no network, no clock and no trust in whoever brought it.
    pub fn verify(&self) -> Verdict {
        let verdict = self.verdict();
        #[cfg(test)]
        crate::audit::tests::agreement::check(self, verdict.finding);
        verdict
    }

    fn verdict(&self) -> Verdict {
        match court::Court::of(self).and_then(|court| self.judge(&court)) {
            Ok(Broken { rule, unless: None }) => Verdict {
                finding: Finding::Fraud,
                words: format!("The issuer {} contradicts itself: {rule}.", self.issuer),
            },
            Ok(Broken { rule, unless: Some(answer) }) => Verdict {
                finding: Finding::Unanswered,
                words: format!(
                    "The issuer {} has broken its rules, unless it shows {answer}: {rule}.",
                    self.issuer
                ),
            },
            Err(Dismissed(reason)) => {
                Verdict { finding: Finding::Nothing, words: format!("This proves nothing: {reason}.") }
            }
        }
    }

    /// The same evidence with more artefacts beside it: what the issuer answers to it.
    pub fn with(&self, more: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut evidence = self.clone();
        evidence.support.extend(more);
        evidence
    }

    fn judge(&self, court: &court::Court) -> Result<Broken, Dismissed> {
        match &self.contradiction {
            Contradiction::TwoStates { one, other } => states::two_states(court, one, other),
            Contradiction::Rewritten { earlier, later } => states::rewritten(court, earlier, later),
            Contradiction::ExecutedAndRefused { receipt, refusal } => {
                states::executed_and_refused(court, receipt, refusal)
            }
            Contradiction::ExecutedTwice { one, other } => states::executed_twice(court, one, other),
            Contradiction::TwoStatements { one, other } => statements::two_statements(court, one, other),
            Contradiction::TwoCards { one, other } => statements::two_cards(court, one, other),
            Contradiction::BadEntry { run, base, order, newer_key } => {
                entries::bad_entry(court, run, base.as_deref(), order.as_deref(), newer_key.as_ref())
            }
            Contradiction::WrongPlace { statement, proof, run } => {
                statements::wrong_place(court, statement, proof.as_ref(), run)
            }
            Contradiction::BadStatement { statement, previous } => {
                statements::bad_statement(court, statement, previous.as_deref())
            }
        }
    }
}

impl Point {
    /// A head or receipt by itself.
    pub fn signed(artefact: &[u8]) -> Self {
        Self { artefact: artefact.to_vec(), carried: Vec::new() }
    }
}

/// A rule that was broken, in words; and what would answer the accusation, if anything could.
struct Broken {
    rule: String,
    unless: Option<&'static str>,
}

impl Broken {
    fn final_(rule: impl Into<String>) -> Self {
        Self { rule: rule.into(), unless: None }
    }

    fn unless(answer: &'static str, rule: impl Into<String>) -> Self {
        Self { rule: rule.into(), unless: Some(answer) }
    }
}

/// Why evidence shows nothing.
struct Dismissed(String);

impl Dismissed {
    fn because<T>(reason: impl Into<String>) -> Result<T, Self> {
        Err(Self(reason.into()))
    }
}

impl From<ArtefactError> for Dismissed {
    fn from(error: ArtefactError) -> Self {
        Self(format!("something beside it is not an artefact: {error}"))
    }
}

/// What a place in a chain is called in verdicts.
fn place(account: &AccountId, epoch: u32, sequence: i64) -> String {
    format!("entry {sequence} of account {account} in epoch {epoch}")
}
