//! `attestation`: a public name, given by the issuer (protocol §3.5).

use super::fields::{Fields, MapWriter};
use super::{ArtefactError, Body, Kind, NamesSigner, Role};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, IssuerId};

/// The issuer's word for who an account is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Attestation {
    /// The issuer that vouches.
    pub issuer: IssuerId,
    /// The account that is named.
    pub account: AccountId,
    /// Its public name, unique at the issuer.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// It ends after this.
    pub not_after: UnixSeconds,
    /// When it was signed; the newest counts.
    pub signed_at: UnixSeconds,
}

impl NamesSigner for Attestation {}

impl Body for Attestation {
    const KIND: Kind = Kind::Attestation;

    fn write(&self, fields: &mut MapWriter) {
        fields
            .bytes(2, self.issuer)
            .bytes(4, self.account)
            .text(5, &self.name)
            .uint(6, self.role.value())
            .int(7, self.not_after)
            .int(8, self.signed_at);
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        Ok(Self {
            issuer: fields.need(2, "issuer")?.id()?,
            account: fields.need(4, "account")?.id()?,
            name: fields.need(5, "name")?.name()?,
            role: Role::read(fields.need(6, "role")?)?,
            not_after: fields.need(7, "not_after")?.time()?,
            signed_at: fields.need(8, "signed_at")?.time()?,
        })
    }
}
