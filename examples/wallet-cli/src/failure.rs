//! How a command ends when it does not end well: a stable code, what happened, what to do, and the shell's exit code.

use serde::Serialize;
use tallystick::error::WalletError;
use tallystick::issuer::IssuerError;
use tallystick::keys::{Digest, KeyError, PhraseError, SecretStoreError};
use tallystick::money::MoneyError;

use crate::advice;

/// What the shell is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// 0: done.
    Done,
    /// 1: refused or failed; nothing was done half.
    Failed,
    /// 2: the command was not understood.
    Usage,
    /// 3: signed and on its way, and its outcome not known yet.
    Pending,
}

impl Ending {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Pending => 3,
        }
    }
}

/// Why a command did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// A stable name.
    pub code: String,
    /// What happened, in words.
    pub text: String,
    /// What to do.
    #[serde(rename = "do")]
    pub advice: Option<String>,
    /// Whether the same command may succeed a little later.
    pub retryable: bool,
    /// The payment that this is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<Digest>,
    #[serde(skip)]
    ending: Ending,
    #[serde(skip)]
    told: bool,
}

impl Failure {
    /// A failure with the advice that belongs to its code.
    #[allow(clippy::needless_pass_by_value, reason = "texts and errors are passed as they are made")]
    pub fn new(code: &str, text: impl ToString) -> Self {
        Self {
            code: code.to_owned(),
            text: sentence(&text.to_string()),
            advice: advice::of(code).map(str::to_owned),
            retryable: false,
            payment: None,
            ending: Ending::Failed,
            told: false,
        }
    }

    /// A command that cannot be carried out as it was written.
    #[allow(clippy::needless_pass_by_value, reason = "texts and errors are passed as they are made")]
    pub fn usage(code: &str, text: impl ToString) -> Self {
        Self { ending: Ending::Usage, ..Self::new(code, text) }
    }

    /// A payment on its way.
    pub fn pending(payment: Digest) -> Self {
        let text = "The payment is on its way, and its outcome is not known yet. Do not pay again.";
        Self {
            retryable: true,
            payment: Some(payment),
            ending: Ending::Pending,
            ..Self::new("pending", text)
        }
    }

    /// Something that an owner signed is on its way to the host.
    pub fn waiting() -> Self {
        let text = "It is signed, and the issuer's host could not be reached";
        Self { retryable: true, ending: Ending::Pending, ..Self::new("waiting", text) }
    }

    /// Something that goes on by itself at every start.
    pub fn incomplete() -> Self {
        let text = "Not every issuer could be reached";
        Self { retryable: true, ending: Ending::Pending, ..Self::new("incomplete", text) }
    }

    /// Stopped while a payment was on its way.
    pub fn stopped_paying() -> Self {
        let text = "Stopped while the payment was on its way. Do not pay again.";
        Self { ending: Ending::Pending, ..Self::new("pending", text) }
    }

    /// With advice that knows more than the code does.
    pub fn advise(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }

    /// About this payment.
    pub fn about(self, payment: Digest) -> Self {
        Self { payment: Some(payment), ..self }
    }

    /// A report told about it already.
    pub fn told(self) -> Self {
        Self { told: true, ..self }
    }

    /// Whether a report told about it already.
    pub fn was_told(&self) -> bool {
        self.told
    }

    /// What the shell is told.
    pub fn ending(&self) -> Ending {
        self.ending
    }
}

/// A reason that is a sentence by itself, or that says something of what is named.
fn about(what: &str, reason: &str) -> String {
    const VERBS: [&str; 14] = [
        "is", "are", "was", "has", "had", "must", "may", "can", "cannot", "does", "needs", "names", "makes",
        "lists",
    ];
    let verb = reason.split_whitespace().next().unwrap_or_default();
    if VERBS.contains(&verb) { format!("the {what} {reason}") } else { reason.to_owned() }
}

/// Errors are written to stand inside a sentence; here they are one.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String =
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    if !sentence.ends_with(['.', '!', '?', ':']) {
        sentence.push('.');
    }
    sentence
}

impl From<WalletError> for Failure {
    fn from(error: WalletError) -> Self {
        let code = error.code().to_owned();
        match error {
            WalletError::Pending { payment } => Self::pending(payment),
            WalletError::Network { .. } if code == "not_authorised" => {
                Self::new(&code, "the issuer does not accept the key of this wallet")
            }
            WalletError::Network { retryable, .. } => Self { retryable, ..Self::new(&code, error) },
            WalletError::InvalidInput { field, reason, .. } => Self::new(&code, about(&field, &reason)),
            WalletError::Untrusted { subject, reason, .. } => Self::new(&code, about(&subject, &reason)),
            error => Self::new(&code, error),
        }
    }
}

impl From<IssuerError> for Failure {
    fn from(error: IssuerError) -> Self {
        Self { retryable: error.is_passing(), ..Self::new(error.code(), &error) }
    }
}

impl From<SecretStoreError> for Failure {
    fn from(error: SecretStoreError) -> Self {
        Self::new(error.code(), error)
    }
}

impl From<PhraseError> for Failure {
    fn from(error: PhraseError) -> Self {
        Self::new(error.code(), error)
    }
}

impl From<MoneyError> for Failure {
    fn from(error: MoneyError) -> Self {
        Self::new(error.code(), error)
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::new(error.code(), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_become_sentences() {
        assert_eq!(Failure::new("x", "the wallet is locked").text, "The wallet is locked.");
        assert_eq!(Failure::new("x", "Choose one:").text, "Choose one:");
        assert_eq!(Failure::new("x", "").text, ".");
        assert_eq!(Failure::new("x", "été").text, "Été.");
    }

    #[test]
    fn reasons_become_sentences() {
        let text = |error: WalletError| Failure::from(error).text;
        assert_eq!(text(WalletError::invalid("amount", "x", "is needed")), "The amount is needed.");
        assert_eq!(
            text(WalletError::invalid("link", "x", "this link is too long")),
            "This link is too long."
        );
        assert_eq!(text(WalletError::untrusted("card", "x", "cannot be read")), "The card cannot be read.");
    }

    #[test]
    fn what_is_pending_ends_so() {
        let payment = Digest::of(&[b"p"]);
        let failure = Failure::from(WalletError::Pending { payment });
        assert_eq!(failure.ending().code(), 3);
        assert_eq!(failure.payment, Some(payment));
        assert!(failure.text.contains("Do not pay again"));
        assert!(failure.advice.is_some());
    }

    #[test]
    fn json_names_are_stable() {
        let failure = Failure::from(WalletError::not_found("currency"));
        insta::assert_json_snapshot!(failure, @r#"
        {
          "code": "not_found",
          "text": "There is no such currency.",
          "do": "List what there is: `tally balance`, `tally history`, `tally request --list`.",
          "retryable": false
        }
        "#);
    }
}
