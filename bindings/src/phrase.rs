//! The recovery phrase as other languages see it.

use tallystick::keys::RecoveryPhrase as Phrase;

/// The 24 words from which every key of a wallet follows. An object and not a value, so that no log line prints it by
/// accident; wiped when it is freed.
#[derive(uniffi::Object)]
pub struct RecoveryPhrase(Phrase);

impl RecoveryPhrase {
    pub(crate) fn new(phrase: Phrase) -> Self {
        Self(phrase)
    }
}

#[uniffi::export]
impl RecoveryPhrase {
    /// The words in their order: show them to their owner, and to nobody else.
    pub fn reveal(&self) -> Vec<String> {
        self.0.reveal().map(str::to_owned).collect()
    }
}
