//! Payment requests: `PR0` documents (`pr0-documents.rst`).

use super::SwaptacularError;
use super::uri::debtor_of_account;

/// A payment request of Swaptacular. Nobody signed it: who is paid rests on the payer's word with the payee.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Pr0 {
    /// The payee's account: `swpt:<debtor>/<account>`.
    pub account_uri: String,
    /// The currency: the part of the account's URI before the slash.
    pub debtor_uri: String,
    /// What the payee is called; free text, proved by nothing. May be empty.
    pub payee_name: String,
    /// How much, in the currency's smallest tokens; zero leaves it to the payer.
    pub amount: i64,
    /// Until when the payee wants it, as written (ISO 8601); empty: whenever.
    pub deadline: String,
    /// What the payee knows the payment by. May be empty.
    pub reference: String,
    /// How the reason is to be read: empty is plain text, `-` and `.` are addresses.
    pub reason_format: String,
    /// What for. May be empty, and may have several lines.
    pub reason: String,
}

/// Whether a text claims to be a payment request of Swaptacular.
pub(in super::super) fn is_pr0(text: &str) -> bool {
    text.strip_prefix("PR0").is_some_and(|rest| rest.starts_with('\n') || rest.starts_with("\r\n"))
}

impl Pr0 {
    /// Reads a document. The text is taken as it is: the checksum is over every byte of it.
    pub fn parse(text: &str) -> Result<Self, SwaptacularError> {
        let malformed = |field| SwaptacularError::Malformed { field };
        let mut rest = Lines(Some(text));
        if rest.next_line() != Some("PR0") {
            return Err(malformed("header"));
        }
        check(rest.next_line().ok_or(malformed("crc32"))?, rest.0.ok_or(malformed("accountUri"))?)?;

        let account_uri = rest.next_line().ok_or(malformed("accountUri"))?;
        let debtor_uri = debtor_of_account(account_uri).ok_or(malformed("accountUri"))?;
        let payee_name = rest.short("payeeName", 200)?.ok_or(malformed("payeeName"))?;
        let amount = amount(rest.next_line().ok_or(malformed("amount"))?).ok_or(malformed("amount"))?;
        let deadline = rest.short("deadline", 200)?.unwrap_or_default();
        if !is_deadline(deadline) {
            return Err(malformed("deadline"));
        }
        let reference = rest.short("payeeReference", 200)?.unwrap_or_default();
        let reason_format = rest.short("reasonFormat", 8)?.unwrap_or_default();
        if !reason_format.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')) {
            return Err(malformed("reasonFormat"));
        }
        let reason = rest.0.unwrap_or_default();
        if reason.chars().count() > 3_000 {
            return Err(malformed("reason"));
        }
        Ok(Self {
            account_uri: account_uri.to_owned(),
            debtor_uri: debtor_uri.to_owned(),
            payee_name: payee_name.to_owned(),
            amount,
            deadline: deadline.to_owned(),
            reference: reference.to_owned(),
            reason_format: reason_format.to_owned(),
            reason: reason.to_owned(),
        })
    }
}

/// What is left to read; nothing once the last line was taken.
struct Lines<'a>(Option<&'a str>);

impl<'a> Lines<'a> {
    /// The next line, without its LF or CRLF.
    fn next_line(&mut self) -> Option<&'a str> {
        let rest = self.0?;
        let (line, rest) = rest.split_once('\n').map_or((rest, None), |(line, rest)| (line, Some(rest)));
        self.0 = rest;
        // A lone CR at the very end breaks no line.
        Some(if rest.is_some() { line.strip_suffix('\r').unwrap_or(line) } else { line })
    }

    /// The next line, if there is one, of so many characters at most.
    fn short(&mut self, field: &'static str, most: usize) -> Result<Option<&'a str>, SwaptacularError> {
        let breaks = |c: char| matches!(c, '\r' | '\u{2028}' | '\u{2029}');
        match self.next_line() {
            Some(line) if line.chars().count() > most || line.contains(breaks) => {
                Err(SwaptacularError::Malformed { field })
            }
            line => Ok(line),
        }
    }
}

/// Whether a checksum, if one is given, is that of the body.
fn check(written: &str, body: &str) -> Result<(), SwaptacularError> {
    if written.is_empty() {
        return Ok(());
    }
    let digits = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
    if written.len() != 8 || !written.bytes().all(digits) {
        return Err(SwaptacularError::Malformed { field: "crc32" });
    }
    if written == format!("{:08x}", crc32(body.as_bytes())) {
        Ok(())
    } else {
        Err(SwaptacularError::Checksum)
    }
}

/// CRC-32 of IEEE 802.3, reflected. A document has a few hundred bytes: a table would not pay.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// 1 to 20 digits that fit 63 bits.
fn amount(text: &str) -> Option<i64> {
    let digits = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Empty, or a date and at most 32 more characters, as Swaptacular's wallets read it.
fn is_deadline(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>, most: u32| {
        let digits = text.get(range).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
        digits.and_then(|part| part.parse::<u32>().ok()).is_some_and(|n| n <= most)
    };
    let dashes = text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    let date = number(0..4, 9_999) && number(5..7, 12) && number(8..10, 31);
    let real = text.get(5..7) != Some("00") && text.get(8..10) != Some("00");
    text.is_empty() || (dashes && date && real && text.chars().count() <= 42)
}
