//! `rekey`: replaces the founding key of an issuer or account, signed by a recovery key (protocol §3.3).

use super::fields::{Fields, MapWriter};
use super::{ArtefactError, Body, Kind, NamesSigner};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId, PublicKey, SealingKey};

/// Replaces a founding key. It counts at every issuer that knows the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rekey {
    /// Whose key is replaced.
    pub subject: Subject,
    /// Counts the rekeys of this id, from 1, without gaps.
    pub number: u32,
    /// The founding key that ends here.
    pub previous: PublicKey,
    /// The founding key from here on.
    pub founding_key: PublicKey,
    /// The hash of the key that may sign the next rekey.
    pub commitment: Digest,
    /// When it was signed.
    pub signed_at: UnixSeconds,
}

/// Whose founding key is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// An issuer's.
    Issuer(IssuerId),
    /// An account's, with its new sealing key.
    Account(AccountId, SealingKey),
}

impl NamesSigner for Rekey {}

impl Body for Rekey {
    const KIND: Kind = Kind::Rekey;

    fn write(&self, fields: &mut MapWriter) {
        match &self.subject {
            Subject::Issuer(issuer) => fields.uint(4, 0_u8).bytes(5, issuer),
            Subject::Account(account, sealing_key) => {
                fields.uint(4, 1_u8).bytes(5, account).bytes(10, sealing_key)
            }
        };
        fields
            .uint(6, self.number)
            .bytes(7, self.previous)
            .bytes(8, self.founding_key)
            .bytes(9, self.commitment)
            .int(11, self.signed_at);
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        if let Some(issuer) = fields.get(2, "issuer") {
            return Err(issuer.wrong("is named, in a kind that counts at every issuer"));
        }
        let kind = fields.need(4, "subject")?;
        let id = fields.need(5, "id")?;
        let subject = match (kind.uint::<u64>()?, fields.get(10, "sealing_key")) {
            (0, None) => Subject::Issuer(id.id()?),
            (0, Some(key)) => return Err(key.wrong("belongs to accounts only")),
            (1, _) => Subject::Account(id.id()?, fields.need(10, "sealing_key")?.id()?),
            _ => return Err(kind.wrong("is neither an issuer nor an account")),
        };
        Ok(Self {
            subject,
            number: fields.need(6, "number")?.positive()?,
            previous: fields.need(7, "previous")?.id()?,
            founding_key: fields.need(8, "founding_key")?.id()?,
            commitment: fields.need(9, "commitment")?.id()?,
            signed_at: fields.need(11, "signed_at")?.time()?,
        })
    }
}
