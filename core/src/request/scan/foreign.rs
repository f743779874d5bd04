//! Codes of other systems, by how they begin. None is read further: an app says what it is and that it is not for here.

/// Whose code it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[non_exhaustive]
pub enum CodeSystem {
    /// A credit transfer between banks in euro, "Giro code" (EPC069-12).
    BankTransfer,
    /// A merchant's code of cards and banks (EMV QR Code Specification, merchant-presented mode).
    CardScheme,
    /// Bitcoin (BIP 21).
    Bitcoin,
    /// Lightning: an invoice, an offer or an LNURL.
    Lightning,
    /// GNU Taler.
    Taler,
    /// A payment by `payto:` (RFC 8905).
    PayTo,
    /// How to join a wireless network; it holds a password.
    Wifi,
    /// A person's or a company's address: vCard or MeCard.
    Contact,
    /// The secret of an authenticator app (`otpauth:`).
    Authenticator,
}

/// Beginnings, in lower case.
const BEGINNINGS: [(&str, CodeSystem); 20] = [
    ("bcd\n", CodeSystem::BankTransfer),
    ("bcd\r\n", CodeSystem::BankTransfer),
    // Payload format indicator, always the first object of the code.
    ("000201", CodeSystem::CardScheme),
    ("bitcoin:", CodeSystem::Bitcoin),
    ("lightning:", CodeSystem::Lightning),
    ("lnbc", CodeSystem::Lightning),
    ("lntb", CodeSystem::Lightning),
    ("lno1", CodeSystem::Lightning),
    ("lnurl1", CodeSystem::Lightning),
    ("lnurlp:", CodeSystem::Lightning),
    ("lnurlw:", CodeSystem::Lightning),
    ("keyauth:", CodeSystem::Lightning),
    ("taler:", CodeSystem::Taler),
    ("taler+http:", CodeSystem::Taler),
    ("payto:", CodeSystem::PayTo),
    ("wifi:", CodeSystem::Wifi),
    ("begin:vcard", CodeSystem::Contact),
    ("mecard:", CodeSystem::Contact),
    ("otpauth:", CodeSystem::Authenticator),
    ("otpauth-migration:", CodeSystem::Authenticator),
];

impl CodeSystem {
    /// Whose code a text is, if it is one that is known here.
    pub(super) fn of(text: &str) -> Option<Self> {
        let begins = |beginning: &str| {
            text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
        };
        let (_, system) = BEGINNINGS.iter().find(|(beginning, _)| begins(beginning))?;
        // Plain words begin like these two; the codes have no spaces.
        let word = matches!(system, Self::Lightning | Self::CardScheme);
        if word && !text.contains(':') && text.len() < 20 { None } else { Some(*system) }
    }
}
