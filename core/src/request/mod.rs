//! Payment requests: making them, the rules of paying them, and their forms as text.
//!
//! - `draft`: what a payee asks for, until it is signed. `rules`: prices, tips, ends and the amount that pays a request;
//!   pure, and shared by wallet and issuer.
//! - `link`: whatever was scanned or tapped. `request_link`: `/p/…`, by value and by reference; `card_link`: `/c/…`, where
//!   a currency is found. `grant_link`: `/g/…`, an account to act for. `receipt_link`: `/r/…`, a payment that was made.
//!   `key_link`: `k/…`, a key to be granted something. `host`: the one form of a host.
//! - `scan`: what a text is that was scanned or pasted, and reading it from a picture.
//! - `code_size`: how large a link is as a code on glass or paper. `code`: drawing it.
//! - `mark`: a colour and two words by which both sides of a payment know it.

mod card_link;
mod code;
mod code_size;
mod draft;
mod error;
mod grant_link;
mod host;
mod key_link;
mod link;
mod mark;
mod receipt_link;
mod request_link;
mod rules;
mod scan;
#[cfg(test)]
mod tests;

pub use card_link::CardLink;
pub use code::{Code, CodeError, CodeModules, MAX_PIXELS_PER_MODULE, QUIET_ZONE, TerminalStyle};
pub use code_size::{CodeLevel, LinkText, MAX_CODE_VERSION};
pub use draft::PaymentRequest;
pub use error::{LinkError, RequestError};
pub use grant_link::GrantLink;
pub use key_link::KeyLink;
pub use link::{Link, MAX_LINK_LENGTH, parse_link};
pub use mark::{MarkColour, PaymentMark};
pub use receipt_link::ReceiptLink;
pub use request_link::{RequestCode, RequestLink};
pub use rules::{TipChoice, amount_for, check_amount, check_end, check_tip, issuers_of, price, tip_choices};
pub use scan::{
    CodeSystem, FoundCode, LiveReader, LiveReading, LumaFrame, MAX_PICTURE_BYTES, MAX_PICTURE_SIDE,
    MAX_SCANNED_LENGTH, PictureError, Pr0, Reading, Scanned, Stage, SwaptacularCoin, SwaptacularError, Work,
    read_frame, read_picture, scan,
};
