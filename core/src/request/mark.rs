//! The mark of a payment (protocol §7.1): what customer and shop compare at a glance.

use bip39::Language;

use crate::keys::Digest;

/// The same colour and the same two words on both sides of a payment.
///
/// Show the words on the colour, in white, with a light edge in a dark theme: it is for a glance, and the words carry it for
/// who does not see colours. A mark tells apart the payments of a counter, about one in 33 million alike; it proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct PaymentMark {
    /// Which of the eight colours, for its name in the user's language.
    pub colour: MarkColour,
    /// The colour for a screen: `#` and six hexadecimal digits (sRGB). White text on it has a contrast of at least 4.5 : 1
    /// (WCAG 2.2, 1.4.3).
    pub hex: String,
    /// Two words of BIP 39's English list, the same in every language.
    pub words: Vec<String>,
}

/// The colours of marks, told apart by people who see two kinds of colour too: by lightness as much as by hue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[allow(missing_docs, reason = "colours are what they are called")]
pub enum MarkColour {
    Black,
    Orange,
    Brown,
    Green,
    Blue,
    Violet,
    Pink,
    Grey,
}

impl PaymentMark {
    /// The mark of a payment, which is named by the hash of its order.
    pub fn of(payment: &Digest) -> Self {
        let hash = Digest::of(&[b"tallystick-mark-1", payment.as_ref()]);
        let [colour, a, b, c, d, ..] = *hash.as_bytes();
        let colour = MarkColour::ALL[usize::from(colour) % MarkColour::ALL.len()];
        let words = [[a, b], [c, d]].map(|bytes| word(u16::from_be_bytes(bytes)).to_owned());
        Self { colour, hex: colour.hex().to_owned(), words: words.into() }
    }
}

fn word(number: u16) -> &'static str {
    let words = Language::English.word_list();
    words[usize::from(number) % words.len()]
}

impl MarkColour {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Black,
        Self::Orange,
        Self::Brown,
        Self::Green,
        Self::Blue,
        Self::Violet,
        Self::Pink,
        Self::Grey,
    ];

    /// A stable name in English, to look up the name in the user's language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Black => "black",
            Self::Orange => "orange",
            Self::Brown => "brown",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Violet => "violet",
            Self::Pink => "pink",
            Self::Grey => "grey",
        }
    }

    /// The colour for a screen: `#` and six hexadecimal digits (sRGB).
    ///
    /// No red, which would say that a payment failed. Found by search under these names and a contrast of 4.6 : 1 with
    /// white, for the largest difference between the two most alike (CIEDE2000), as people without long, middle or short
    /// cones see them (Machado and others, 2009).
    pub fn hex(self) -> &'static str {
        match self {
            Self::Black => "#001307",
            Self::Orange => "#ca3c00",
            Self::Brown => "#64280c",
            Self::Green => "#348259",
            Self::Blue => "#1767f2",
            Self::Violet => "#52009b",
            Self::Pink => "#a95289",
            Self::Grey => "#595355",
        }
    }
}
