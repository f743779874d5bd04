//! What a run tells: as text, Markdown and JSON.

use std::fmt::Write as _;

use serde::Serialize;
use tallystick::keys::IssuerId;

use crate::outcome::{Exchange, Outcome};

/// What became of all rules.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The host.
    pub origin: String,
    /// The issuer that was asked; absent if the kit could not begin.
    pub issuer: Option<IssuerId>,
    /// Whether every rule that was asked holds.
    pub conforms: bool,
    /// Rule by rule.
    pub rules: Vec<RuleReport>,
}

/// What became of a rule.
#[derive(Debug, Clone, Serialize)]
pub struct RuleReport {
    /// The rule's id; it never changes its sense.
    pub id: &'static str,
    /// The section of `docs/protocol.md` that it stands on.
    pub section: &'static str,
    /// What it demands.
    pub demands: &'static str,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

impl Report {
    pub(crate) fn new(origin: &str, issuer: Option<IssuerId>, rules: Vec<RuleReport>) -> Self {
        let holds = |rule: &RuleReport| matches!(rule.outcome, Outcome::Passed | Outcome::Skipped { .. });
        Self { origin: origin.to_owned(), issuer, conforms: rules.iter().all(holds), rules }
    }

    /// The ids of the rules that failed.
    pub fn failed(&self) -> Vec<&'static str> {
        self.ids(|outcome| matches!(outcome, Outcome::Failed { .. }))
    }

    /// The ids of the rules that could not be asked because something else did not work.
    pub fn blocked(&self) -> Vec<&'static str> {
        self.ids(|outcome| matches!(outcome, Outcome::Blocked { .. }))
    }

    /// The ids of the rules that were not asked.
    pub fn skipped(&self) -> Vec<&'static str> {
        self.ids(|outcome| matches!(outcome, Outcome::Skipped { .. }))
    }

    fn ids(&self, which: impl Fn(&Outcome) -> bool) -> Vec<&'static str> {
        self.rules.iter().filter(|rule| which(&rule.outcome)).map(|rule| rule.id).collect()
    }

    /// One line that says it all.
    pub fn summary(&self) -> String {
        let passed = self.ids(|outcome| *outcome == Outcome::Passed).len();
        format!(
            "{}: {passed} passed, {} failed, {} blocked, {} skipped, of {} rules",
            if self.conforms { "conforms" } else { "does not conform" },
            self.failed().len(),
            self.blocked().len(),
            self.skipped().len(),
            self.rules.len(),
        )
    }

    /// For people: whatever did not pass, and the summary; `all`: every rule.
    pub fn text(&self, all: bool) -> String {
        let mut text = String::new();
        for rule in &self.rules {
            let word = rule.outcome.word();
            if all || rule.outcome != Outcome::Passed {
                let _ = writeln!(text, "{word:8} {} (section {}): {}", rule.id, rule.section, rule.demands);
            }
            if let Some(why) = rule.outcome.why() {
                let _ = writeln!(text, "         {why}");
            }
            if let Some(exchange) = rule.outcome.exchange() {
                for (mark, part) in [("> ", &exchange.sent), ("< ", &exchange.received)] {
                    for line in part.lines() {
                        let _ = writeln!(text, "         {mark}{line}");
                    }
                }
            }
        }
        let _ = writeln!(text, "{}", self.summary());
        text
    }

    /// For a page: a table, and what was sent and came back below it.
    pub fn markdown(&self) -> String {
        let issuer = self.issuer.map_or_else(String::new, |issuer| format!(", issuer {issuer}"));
        let mut text = format!("# Conformance of {}{issuer}\n\n{}\n\n", self.origin, self.summary());
        text.push_str("| rule | section | demands | |\n| --- | --- | --- | --- |\n");
        for rule in &self.rules {
            let word = rule.outcome.word();
            let _ = writeln!(text, "| `{}` | {} | {} | {word} |", rule.id, rule.section, rule.demands);
        }
        for rule in &self.rules {
            let Some(why) = rule.outcome.why() else { continue };
            let _ = writeln!(text, "\n## `{}`: {}\n\n{why}", rule.id, rule.outcome.word());
            if let Some(Exchange { sent, received }) = rule.outcome.exchange() {
                let _ = writeln!(text, "\n```\n{sent}\n```\n\n```\n{received}\n```");
            }
        }
        text
    }

    /// For programs.
    pub fn json(&self) -> String {
        // Strings and booleans always make JSON.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Outcome {
    /// In one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed { .. } => "FAILED",
            Self::Blocked { .. } => "BLOCKED",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// Why it did not pass.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Passed => None,
            Self::Failed { why, .. } | Self::Blocked { why, .. } | Self::Skipped { why } => Some(why),
        }
    }

    /// The call after which it showed.
    pub fn exchange(&self) -> Option<&Exchange> {
        match self {
            Self::Failed { exchange, .. } | Self::Blocked { exchange, .. } => exchange.as_ref(),
            Self::Passed | Self::Skipped { .. } => None,
        }
    }
}
