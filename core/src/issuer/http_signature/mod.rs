//! HTTP Message Signatures (RFC 9421) as protocol §1.3 restricts them, for both ends of the wire.
//!
//! Calls that carry no artefact but need an identity are signed with [`sign`] and checked with [`verify`]: label
//! `tallystick`, Ed25519, over the method, the target URI and, if there is a body, its digest (RFC 9530). What a
//! server adds to [`verify`]: [`VerifiedReader::check_fresh`] against its clock, a store of the nonces seen within
//! the last [`MAX_SKEW_SECONDS`] on either side, a look at the host, and what the key may read.

mod base;
mod digest;
mod fault;
mod sign;
#[cfg(test)]
mod tests;
mod verify;

pub use digest::content_digest;
pub use fault::HttpSignatureError;
pub use sign::{SignatureHeaders, sign};
pub use verify::{VerifiedReader, verify};

/// The label of our signature in the two signature fields.
pub const LABEL: &str = "tallystick";

/// The value of the `tag` parameter (RFC 9421 §2.3): a signature made for another use is not one of ours.
pub const TAG: &str = "tallystick";

const INPUT: &str = "signature-input";
const SIGNATURE: &str = "signature";
const METHOD: &str = "@method";
const TARGET_URI: &str = "@target-uri";

/// What is covered, in this order; the last only if there is a body.
const COMPONENTS: [&str; 3] = [METHOD, TARGET_URI, digest::FIELD];

/// The parameters, in this order.
const PARAMETERS: [&str; 4] = ["created", "nonce", "keyid", "tag"];

/// How far `created` may be from the issuer's clock, either way, in seconds.
pub const MAX_SKEW_SECONDS: i64 = 300;

/// Makes a signature usable once.
pub type Nonce = [u8; 16];

/// The target URI that is signed: `https://`, the value of the `Host` field, path and query.
///
/// A server behind a proxy sees neither scheme nor authority in the request line, so both ends build it so.
pub fn target_uri(host: &str, path_and_query: &str) -> String {
    format!("https://{host}{path_and_query}")
}
