//! The recovery phrase (BIP 39): 24 English words, from which every key of a person follows.

use bip39::{Language, Mnemonic};
use zeroize::Zeroizing;

use crate::clock::Entropy;

/// How many words a phrase has.
pub const PHRASE_WORDS: usize = 24;

/// 256 bits as 24 words. Wiped when dropped, and never printed; only [`Self::reveal`] shows the words.
pub struct RecoveryPhrase(Mnemonic);

impl RecoveryPhrase {
    /// A fresh phrase.
    #[allow(clippy::expect_used, clippy::missing_panics_doc, reason = "BIP 39 knows 256 bits")]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let bits = Zeroizing::new(entropy.bytes::<32>());
        Self(Mnemonic::from_entropy_in(Language::English, bits.as_slice()).expect("256 bits make a phrase"))
    }

    /// Reads a phrase as a person types it: any white space between words, capital or small letters.
    pub fn parse(text: &str) -> Result<Self, PhraseError> {
        // The longest word has eight letters: this never grows, so it leaves no copy behind.
        let mut canonical = Zeroizing::new(String::with_capacity(PHRASE_WORDS * 9));
        let mut found = 0;
        for word in text.split_whitespace() {
            found += 1;
            let known = Language::English.word_list().iter().find(|known| known.eq_ignore_ascii_case(word));
            let known = known.ok_or(PhraseError::UnknownWord { position: found })?;
            if found as usize <= PHRASE_WORDS {
                if found > 1 {
                    canonical.push(' ');
                }
                canonical.push_str(known);
            }
        }
        if found as usize != PHRASE_WORDS {
            return Err(PhraseError::WordCount { found });
        }
        // Count and words are good, so only the checksum can still be wrong.
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &canonical);
        mnemonic.map(Self).map_err(|_| PhraseError::Checksum)
    }

    /// The words in their order: show them to their owner, and to nobody else.
    pub fn reveal(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.words()
    }

    /// The seed of all keys, with BIP 39's empty passphrase.
    pub fn seed(&self) -> Seed {
        self.seed_with("")
    }

    pub(super) fn seed_with(&self, passphrase: &str) -> Seed {
        Seed(Zeroizing::new(self.0.to_seed_normalized(passphrase)))
    }
}

/// The words of the list that begin with these letters, to help someone who types a phrase. Says nothing about any phrase.
pub fn phrase_words_beginning(letters: &str) -> Vec<&'static str> {
    let begins =
        |word: &&str| word.get(..letters.len()).is_some_and(|start| start.eq_ignore_ascii_case(letters));
    Language::English.word_list().iter().copied().filter(begins).collect()
}

/// S of protocol §2: 64 bytes that all keys come from. Used at once and dropped; a phone never keeps it.
pub struct Seed(Zeroizing<[u8; 64]>);

impl Seed {
    pub(super) fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

/// Why text is not a recovery phrase. The words themselves are never in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhraseError {
    /// Not 24 words, though each is in the list.
    #[error("a phrase has 24 words, not {found}")]
    WordCount {
        /// How many there are.
        found: u32,
    },
    /// This word is not in the list: most likely a slip of the pen.
    #[error("word {position} is not in the list")]
    UnknownWord {
        /// Its place, from 1.
        position: u32,
    },
    /// Every word is in the list, but together they are no phrase: one is a wrong one, or two changed places.
    #[error("the words do not fit together: one is wrong, or two changed places")]
    Checksum,
}

impl PhraseError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WordCount { .. } => "phrase_word_count",
            Self::UnknownWord { .. } => "phrase_unknown_word",
            Self::Checksum => "phrase_checksum",
        }
    }
}
