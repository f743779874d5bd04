//! What a new issuer is to be, and whether a card can say it.

use serde::{Deserialize, Serialize};

use super::super::currency::AccountKind;
use super::card::{composed, sign, validity};
use crate::artefact::{Card, Endpoint};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::{Digest, IssuerId, PublicKey, SigningKey};
use crate::money::{Amount, Currency};

/// What a new issuer is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct FoundingDraft {
    /// The host: `https://host[:port]`.
    pub host: String,
    /// SHA-256 of the SubjectPublicKeyInfo of TLS keys to believe at this host, for one with a self-made certificate.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub host_tls_keys: Vec<Digest>,
    /// The issuer's name, 1 to 64 characters.
    pub name: String,
    /// The currency. Its code, name and decimals never change.
    pub currency: Currency,
    /// What the issuer promises to whoever brings its money back, up to 500 characters.
    pub promise: String,
    /// The most that all owners together may owe, in smallest units.
    pub owners_limit: Amount,
    /// How much of that the own account may owe; all of it if missing.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub own_limit: Option<Amount>,
    /// SHA-256 of the logo.
    #[cfg_attr(feature = "uniffi", uniffi(default))]
    pub logo: Option<Digest>,
    /// How the owner's own account relates to the owner's accounts elsewhere.
    pub account: AccountKind,
}

impl FoundingDraft {
    /// How much the own account may owe.
    pub(super) fn own_limit(&self) -> Amount {
        self.own_limit.unwrap_or(self.owners_limit)
    }

    /// The first card, as far as the draft says what it says.
    pub(super) fn card(
        &self,
        issuer: IssuerId,
        commitment: Digest,
        signing_key: PublicKey,
        now: UnixSeconds,
    ) -> Card {
        let (signing_key_from, signing_key_until) = validity(now);
        Card {
            issuer,
            commitment,
            serial: 1,
            rekey_number: 0,
            name: self.name.clone(),
            currency: self.currency.clone(),
            endpoints: vec![Endpoint { origin: self.host.clone(), tls_keys: self.host_tls_keys.clone() }],
            signing_key,
            signing_key_from,
            signing_key_until,
            epoch: 0,
            promise: self.promise.clone(),
            owners_limit: self.owners_limit,
            logo: self.logo,
            last_statement: None,
            signed_at: now,
        }
    }

    /// A draft that can become a card: a card is signed with it, by a key that is thrown away.
    pub(super) fn checked(self, now: UnixSeconds) -> Result<Self, WalletError> {
        let own_limit = self.own_limit();
        if own_limit.is_negative() || own_limit > self.owners_limit {
            return Err(WalletError::invalid(
                "own_limit",
                "limit_exceeded",
                "is not within the owners' limit",
            ));
        }
        let draft = Self {
            name: composed(&self.name),
            promise: composed(&self.promise),
            host: self.host.trim_end_matches('/').to_owned(),
            currency: self.currency.validated()?,
            ..self
        };
        let nobody = SigningKey::from_bytes(&[1; 32]);
        let zero = Digest::new([0; 32]);
        sign(&draft.card(IssuerId::new([0; 16]), zero, nobody.public_key(), now), &nobody)?;
        Ok(draft)
    }
}
