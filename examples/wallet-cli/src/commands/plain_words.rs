//! Evidence in words for somebody who knows nothing of ledgers: what the issuer did, what it means for the money, what to
//! do.

use serde::Serialize;
use tallystick::ledger::evidence::Finding;

/// Three sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Plain {
    /// What the issuer did.
    pub did: &'static str,
    /// What it means for the money.
    pub means: &'static str,
    /// What to do now.
    pub advice: &'static str,
}

/// Of evidence with this code.
pub fn of(code: &str, finding: Finding) -> Plain {
    match finding {
        Finding::Fraud => Plain {
            did: did(code),
            means: means(code),
            advice: "Take no more of this money, and spend or give back what you have. Keep this evidence: save it with `--save FILE`, and show it to the business and to others who hold its money. They can check it themselves.",
        },
        Finding::Unanswered => Plain {
            did: did(code),
            means: "It may have an answer: a permission that you do not know of. Until it shows one, do not count on this money.",
            advice: "Save it with `--save FILE`, show it to the business, and ask what allowed this. If it has no answer, treat it as fraud.",
        },
        Finding::Nothing => Plain {
            did: "This file does not show that the issuer did anything wrong.",
            means: "It says nothing about your money.",
            advice: "Do not accuse anybody by it. Ask whoever gave it to you for the file as their wallet saved it.",
        },
    }
}

fn did(code: &str) -> &'static str {
    match code {
        "two_states" => "The issuer signed two versions of one account that cannot both be true.",
        "rewritten" => {
            "The issuer changed payments of the past that it had signed for already, or left some out."
        }
        "executed_and_refused" => {
            "The issuer signed that a payment was made, and also that it never will be."
        }
        "executed_twice" => "The issuer made one payment twice.",
        "two_statements" => {
            "The issuer signed two different statements of what it owes for the same day, for different people to see."
        }
        "two_cards" => "The owner of this money signed two different cards of the same number.",
        "bad_entry" => {
            "The issuer wrote something into an account that its rules do not allow: a payment that nobody ordered, or a sum that is wrong."
        }
        "wrong_place" => {
            "The issuer's statement of what it owes says something else about this account than the account itself."
        }
        "bad_statement" => {
            "The issuer's statement of what it owes does not add up, or hides what somebody owes."
        }
        _ => "The issuer signed what cannot be true.",
    }
}

fn means(code: &str) -> &'static str {
    match code {
        "two_states" | "rewritten" => {
            "What it says you have can change from one day to the next. The receipts in your wallet still prove what you were paid."
        }
        "executed_and_refused" | "executed_twice" => {
            "You cannot tell from its word whether a payment was made. Your receipts prove what it promised."
        }
        "two_statements" | "wrong_place" | "bad_statement" => {
            "There may be more of this money than the business says, so yours may be worth less than you think."
        }
        "bad_entry" => {
            "Money may have been taken from an account, or made from nothing. The orders that you signed prove what you allowed."
        }
        "two_cards" => "You cannot know which rules hold, or which server speaks for this money.",
        _ => "You cannot rely on what it says you have.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: [&str; 9] = [
        "two_states",
        "rewritten",
        "executed_and_refused",
        "executed_twice",
        "two_statements",
        "two_cards",
        "bad_entry",
        "wrong_place",
        "bad_statement",
    ];

    #[test]
    fn every_kind_of_evidence_has_words_of_its_own() {
        let mut told: Vec<_> = CODES.iter().map(|code| did(code)).collect();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), CODES.len());
        for code in CODES {
            for finding in [Finding::Fraud, Finding::Unanswered, Finding::Nothing] {
                let plain = of(code, finding);
                for sentence in [plain.did, plain.means, plain.advice] {
                    assert!(sentence.ends_with('.'), "{sentence}");
                    for jargon in ["hash", "sequence", "epoch", "chain", "Merkle", "entry "] {
                        assert!(!sentence.contains(jargon), "{sentence}");
                    }
                }
            }
        }
    }

    #[test]
    fn nobody_is_accused_by_what_proves_nothing() {
        assert_eq!(of("bad_entry", Finding::Nothing), of("two_states", Finding::Nothing));
        assert!(!of("bad_entry", Finding::Nothing).did.contains("signed"));
    }
}
