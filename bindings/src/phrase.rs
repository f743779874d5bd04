//! The recovery phrase as other languages see it.

use tallystick::error::WalletError;
use tallystick::keys::{self, RecoveryPhrase as Phrase};
use zeroize::Zeroizing;

/// The 24 words from which every key of a wallet follows (BIP 39, English). An object and not a value, so that no log
/// line prints it by accident; wiped when it is freed.
#[derive(uniffi::Object)]
pub struct RecoveryPhrase(Phrase);

impl RecoveryPhrase {
    pub(crate) fn new(phrase: Phrase) -> Self {
        Self(phrase)
    }

    pub(crate) fn core(&self) -> &Phrase {
        &self.0
    }
}

#[uniffi::export]
impl RecoveryPhrase {
    /// Reads a phrase as a person types it: any white space between the words, capital or small letters.
    ///
    /// Fails with `phrase_word_count`, `phrase_unknown_word`, whose text names the place of the word, or
    /// `phrase_checksum`. No error repeats a word.
    #[uniffi::constructor]
    pub fn parse(text: String) -> Result<Self, WalletError> {
        let text = Zeroizing::new(text);
        Ok(Self(Phrase::parse(&text)?))
    }

    /// The words in their order: show them to their owner, and to nobody else.
    pub fn reveal(&self) -> Vec<String> {
        self.0.reveal().map(str::to_owned).collect()
    }
}

/// The words of the list that begin with these letters, to help someone who types a phrase. Says nothing about any phrase.
#[uniffi::export]
pub fn phrase_words_beginning(letters: &str) -> Vec<String> {
    keys::phrase_words_beginning(letters).into_iter().map(str::to_owned).collect()
}
