//! Who takes part: keys, and the accounts that follow from them.

use std::sync::Arc;

use tallystick::artefact::{Opening, Rekey, Subject};
use tallystick::clock::SystemEntropy;
use tallystick::keys::{AccountId, Digest, IssuerId, SealingKey, SigningKey};

/// A founding key and the recovery key behind it.
#[derive(Clone)]
pub struct Founder {
    /// Signs.
    pub key: Arc<SigningKey>,
    /// Signs the next rekey; absent if it was not handed to the kit.
    pub recovery: Option<Arc<SigningKey>>,
    /// How many rekeys there were.
    pub number: u32,
}

/// The commitment to a recovery key (protocol §2).
pub fn commitment(recovery: &SigningKey) -> Digest {
    Digest::of(&[b"tallystick-recovery-1", recovery.public_key().as_bytes()])
}

/// A new random key.
pub fn new_key() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(&SystemEntropy))
}

impl Founder {
    /// Somebody new.
    pub fn new() -> Self {
        Self { key: new_key(), recovery: Some(new_key()), number: 0 }
    }

    /// The commitment in force.
    pub fn commitment(&self) -> Option<Digest> {
        self.recovery.as_deref().map(commitment)
    }
}

/// Somebody with an account.
#[derive(Clone)]
pub struct Person {
    /// The founding key in force.
    pub key: Arc<SigningKey>,
    /// Signs the next rekey.
    pub recovery: Arc<SigningKey>,
    /// How many rekeys there were.
    pub number: u32,
    /// Of the first keys; stays.
    pub account: AccountId,
}

impl Person {
    /// Somebody new, without an account yet.
    pub fn new() -> Self {
        let (key, recovery) = (new_key(), new_key());
        let id = Digest::of(&[
            b"tallystick-account-1",
            key.public_key().as_bytes(),
            commitment(&recovery).as_bytes(),
        ]);
        Self { account: AccountId::new(id.prefix()), key, recovery, number: 0 }
    }

    /// What opens the account; to be signed with its first key.
    pub fn opening(&self, issuer: IssuerId, now: i64) -> Opening {
        Opening {
            issuer,
            commitment: commitment(&self.recovery),
            sealing_key: SealingKey::new([9; 32]),
            signed_at: now,
        }
    }

    /// Their successor, and the rekey to it, to be signed with the present recovery key.
    pub fn rekey(&self, now: i64) -> (Self, Rekey) {
        let next =
            Self { key: new_key(), recovery: new_key(), number: self.number + 1, account: self.account };
        let rekey = Rekey {
            subject: Subject::Account(self.account, SealingKey::new([8; 32])),
            number: next.number,
            previous: self.key.public_key(),
            founding_key: next.key.public_key(),
            commitment: commitment(&next.recovery),
            signed_at: now,
        };
        (next, rekey)
    }
}
