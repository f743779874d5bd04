//! Codes to show: QR codes of links and texts, and the mark by which both sides know a payment.

use tallystick::error::WalletError;
use tallystick::keys::Digest;
use tallystick::request::{Code, CodeLevel, CodeModules, PaymentMark, TerminalStyle};

/// The QR code of a link or a short text, for an app that draws by itself. A link of ours becomes the smallest code that
/// a plain camera opens too. Fails with `too_much_for_a_code` if it takes more than 61 by 61 modules.
#[uniffi::export]
pub fn code_modules(text: &str, level: CodeLevel) -> Result<CodeModules, WalletError> {
    Ok(Code::of(text, level)?.modules())
}

/// The QR code of a link or a short text as an SVG element. One unit is one module, quiet zone included; it has no size
/// of its own. The title is what a screen reader says, in the user's language.
#[uniffi::export]
pub fn code_svg(text: &str, level: CodeLevel, title: &str) -> Result<String, WalletError> {
    Ok(Code::of(text, level)?.svg(title))
}

/// The QR code of a link or a short text as a PNG file: black on white, quiet zone included. A module is a square of 1 to
/// 32 pixels; 8 or more is good for sharing.
#[uniffi::export]
pub fn code_png(text: &str, level: CodeLevel, pixels_per_module: u8) -> Result<Vec<u8>, WalletError> {
    Ok(Code::of(text, level)?.png(pixels_per_module)?)
}

/// The QR code of a link or a short text as lines for a terminal, quiet zone included.
#[uniffi::export]
pub fn code_terminal(text: &str, level: CodeLevel, style: TerminalStyle) -> Result<String, WalletError> {
    Ok(Code::of(text, level)?.terminal(style))
}

/// The same colour and the same two words on both sides of a payment, which customer and shop compare at a glance.
/// Fails if that is not the hash of an order.
#[uniffi::export]
pub fn payment_mark(payment: Digest) -> Result<PaymentMark, WalletError> {
    Ok(PaymentMark::of(&payment))
}
