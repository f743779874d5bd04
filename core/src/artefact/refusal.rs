//! `refusal`: the issuer will never execute these bytes (protocol §3.9).

use super::fields::{Fields, MapWriter};
use super::{ArtefactError, Body, Kind, NamesSigner};
use crate::clock::UnixSeconds;
use crate::keys::{Digest, IssuerId};

/// The issuer's word that something was not and will not be executed. With a receipt for the same order: proof of fraud.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Refusal {
    /// The issuer.
    pub issuer: IssuerId,
    /// Hash of the order, or of what was cancelled.
    pub subject: Digest,
    /// Why, as a stable code (protocol §6).
    pub code: String,
    /// When it was decided.
    pub time: UnixSeconds,
}

impl NamesSigner for Refusal {}

impl Body for Refusal {
    const KIND: Kind = Kind::Refusal;

    fn write(&self, fields: &mut MapWriter) {
        fields.bytes(2, self.issuer).bytes(4, self.subject).text(5, &self.code).int(6, self.time);
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        Ok(Self {
            issuer: fields.need(2, "issuer")?.id()?,
            subject: fields.need(4, "subject")?.id()?,
            code: fields.need(5, "code")?.code()?,
            time: fields.need(6, "time")?.time()?,
        })
    }
}
