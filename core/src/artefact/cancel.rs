//! `cancel`: a grant, request, mandate or acceptance is void from now (protocol §3.12).

use super::fields::{Fields, MapWriter};
use super::{ArtefactError, Body, Kind, NamesSigner};
use crate::clock::UnixSeconds;
use crate::keys::{AccountId, Digest, IssuerId};

/// Voids something signed earlier. What is prepared stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// The issuer at which it counts.
    pub issuer: IssuerId,
    /// Hash of what is void.
    pub target: Digest,
    /// When it was signed.
    pub signed_at: UnixSeconds,
    /// The account on whose behalf.
    pub account: AccountId,
}

impl NamesSigner for Cancel {}

impl Body for Cancel {
    const KIND: Kind = Kind::Cancel;

    fn write(&self, fields: &mut MapWriter) {
        fields.bytes(2, self.issuer).bytes(4, self.target).int(5, self.signed_at).bytes(6, self.account);
    }

    fn read(fields: &Fields<'_>) -> Result<Self, ArtefactError> {
        Ok(Self {
            issuer: fields.need(2, "issuer")?.id()?,
            target: fields.need(4, "target")?.id()?,
            signed_at: fields.need(5, "signed_at")?.time()?,
            account: fields.need(6, "account")?.id()?,
        })
    }
}
