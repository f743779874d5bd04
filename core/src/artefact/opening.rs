//! `opening`: opens an account, signed by its founding key (protocol §3.2).

use super::fields::{Fields, MapWriter};
use super::{ArtefactError, Body, Kind, NamesSigner};
use crate::clock::UnixSeconds;
use crate::keys::{Digest, IssuerId, SealingKey};

/// Opens an account. It proves itself: the account's id follows from its signer and commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Opening {
    /// The issuer at which the account is opened.
    pub issuer: IssuerId,
    /// The hash of the key that may sign the first rekey.
    pub commitment: Digest,
    /// Memos to this account are sealed to this key.
    pub sealing_key: SealingKey,
    /// When it was signed.
    pub signed_at: UnixSeconds,
}

impl NamesSigner for Opening {}

impl Body for Opening {
    const KIND: Kind = Kind::Opening;

    fn write(&self, fields: &mut MapWriter) {
        fields
            .bytes(2, self.issuer)
            .bytes(4, self.commitment)
            .bytes(5, self.sealing_key)
            .int(6, self.signed_at);
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        Ok(Self {
            issuer: fields.need(2, "issuer")?.id()?,
            commitment: fields.need(4, "commitment")?.id()?,
            sealing_key: fields.need(5, "sealing_key")?.id()?,
            signed_at: fields.need(6, "signed_at")?.time()?,
        })
    }
}
