//! Identifiers and public values, each a type of its own so that none can stand in for another.
//!
//! As text they are BASE32 (RFC 4648 §6) in upper case without padding; reading also takes lower case.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest as _, Sha256};

/// Why text or bytes are not a key, an identifier or a phrase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not BASE32, or not of the right length.
    #[error("{what} is not {expected} bytes in BASE32")]
    Text {
        /// The name of the value that was expected.
        what: &'static str,
        /// How many bytes it should hold.
        expected: usize,
    },
    /// The bytes have the wrong length.
    #[error("{what} has {found} bytes, not {expected}")]
    Length {
        /// The name of the value that was expected.
        what: &'static str,
        /// How many bytes it should hold.
        expected: usize,
        /// How many it holds.
        found: usize,
    },
    /// The bytes are not an Ed25519 public key: no point of the curve, or not in its one canonical encoding.
    #[error("not a public key")]
    NotAKey,
    /// The public key has small order: it would accept nearly any signature.
    #[error("the public key is weak")]
    WeakKey,
    /// The signature is not that of this key over this text.
    #[error("the signature is wrong")]
    BadSignature,
}

impl KeyError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Text { .. } => "key_text",
            Self::Length { .. } => "key_length",
            Self::NotAKey => "not_a_key",
            Self::WeakKey => "weak_key",
            Self::BadSignature => "bad_signature",
        }
    }
}

macro_rules! public_bytes {
    ($(#[$doc:meta])* $name:ident, $length:expr, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// How many bytes it has.
            pub const LENGTH: usize = $length;

            /// From its bytes.
            pub const fn new(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// From a slice of exactly the right length.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, KeyError> {
                bytes.try_into().map(Self).map_err(|_| KeyError::Length {
                    what: $what,
                    expected: $length,
                    found: bytes.len(),
                })
            }

            /// Its bytes.
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&BASE32_NOPAD.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = KeyError;

            fn from_str(text: &str) -> Result<Self, KeyError> {
                BASE32_NOPAD
                    .decode(text.to_ascii_uppercase().as_bytes())
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok())
                    .map(Self)
                    .ok_or(KeyError::Text { what: $what, expected: $length })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "uniffi")]
        uniffi::custom_type!($name, String, {
            lower: |value| value.to_string(),
            // As the wallet's own error, or the generated code would take it for a fault of the SDK.
            try_lift: |text| Ok(text.parse::<$name>().map_err(crate::error::WalletError::from)?),
        });
    };
}

public_bytes! {
    /// Locates an issuer: 16 bytes of a hash over its first founding key and recovery commitment (protocol §2).
    IssuerId, 16, "issuer id"
}
public_bytes! {
    /// Locates an account: 16 bytes of a hash over its first founding key and recovery commitment (protocol §2).
    AccountId, 16, "account id"
}
public_bytes! {
    /// Names an order, uniquely for its paying account. Chosen at random by the payer.
    OrderId, 16, "order id"
}
public_bytes! {
    /// Names a payment request: the first 16 bytes of its SHA-256.
    RequestId, 16, "request id"
}
public_bytes! {
    /// The public half of an Ed25519 signing key (RFC 8032).
    PublicKey, 32, "public key"
}
public_bytes! {
    /// The public half of an X25519 sealing key (RFC 7748): memos are sealed to it.
    SealingKey, 32, "sealing key"
}
public_bytes! {
    /// A SHA-256 hash.
    Digest, 32, "digest"
}

impl Digest {
    /// SHA-256 over the parts, one after another.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// The first 16 bytes.
    pub fn prefix(&self) -> [u8; 16] {
        let mut prefix = [0; 16];
        prefix.copy_from_slice(&self.0[..16]);
        prefix
    }
}

impl RequestId {
    /// The id of the request with this hash.
    pub fn of(request: &Digest) -> Self {
        Self(request.prefix())
    }
}
