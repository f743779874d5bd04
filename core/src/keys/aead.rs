//! XChaCha20-Poly1305 with the nonce in front: the one way in which bytes are encrypted here, memos apart.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use super::SecretBytes;

pub(super) const KEY_LENGTH: usize = 32;
pub(super) const NONCE_LENGTH: usize = 24;
/// How many bytes encryption adds: the nonce in front, the tag behind.
pub(super) const OVERHEAD: usize = NONCE_LENGTH + 16;

/// Nonce, ciphertext, tag. A nonce serves once; 24 random bytes never repeat.
#[allow(clippy::expect_used, reason = "only 256 GiB would be too many")]
pub(super) fn seal(
    key: &[u8; KEY_LENGTH],
    nonce: [u8; NONCE_LENGTH],
    bound_to: &[u8],
    plaintext: &[u8],
) -> Vec<u8> {
    let ciphertext = XChaCha20Poly1305::new(&Key::from(*key))
        .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: bound_to })
        .expect("no plaintext here is that long");
    [nonce.as_slice(), &ciphertext].concat()
}

/// What was sealed under this key and bound to this, or none if a single bit differs.
pub(super) fn open(key: &[u8; KEY_LENGTH], bound_to: &[u8], sealed: &[u8]) -> Option<SecretBytes> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_LENGTH>()?;
    XChaCha20Poly1305::new(&Key::from(*key))
        .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: bound_to })
        .ok()
        .map(SecretBytes::new)
}
