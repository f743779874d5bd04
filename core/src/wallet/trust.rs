//! Stored records as typed, proven things.

use rusqlite::Connection;

use crate::artefact::{Body, Card, NamesSigner, Opening, Rekey, Signed};
use crate::error::WalletError;
use crate::issuer::{IssuerError, Problem};
use crate::keys::IssuerId;
use crate::ledger::FoundingKeys;
use crate::store::tables::Blob;
use crate::store::tables::account::{ACCOUNTS, AccountRecord};
use crate::store::tables::issuer::{ISSUERS, IssuerRecord};
use crate::store::{Cipher, StoreError};

/// An issuer whose card and rekeys were read, and prove its id.
#[derive(Debug, Clone)]
pub(crate) struct KnownIssuer {
    pub(crate) record: IssuerRecord,
    pub(crate) signed_card: Signed<Card>,
    pub(crate) founding: FoundingKeys,
}

impl KnownIssuer {
    pub(crate) fn card(&self) -> &Card {
        self.signed_card.body()
    }

    pub(crate) fn of(record: IssuerRecord) -> Result<Self, WalletError> {
        let signed_card: Signed<Card> = stored(&record.card, "issuer.card")?;
        let rekeys = all_stored::<Rekey>(&record.rekeys, "issuer.rekeys")?;
        let founding = FoundingKeys::of_issuer(record.issuer, Some(&signed_card), &rekeys)
            .map_err(|_| StoreError::unreadable("issuer.card"))?;
        Ok(Self { record, signed_card, founding })
    }
}

/// An issuer in the wallet.
pub(crate) fn issuer(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &IssuerId,
) -> Result<KnownIssuer, WalletError> {
    let record =
        ISSUERS.get(connection, cipher, issuer)?.ok_or_else(|| WalletError::not_found("currency"))?;
    KnownIssuer::of(record)
}

/// The wallet's account at an issuer.
pub(crate) fn account(
    connection: &Connection,
    cipher: &Cipher,
    issuer: &IssuerId,
) -> Result<AccountRecord, WalletError> {
    ACCOUNTS.get(connection, cipher, issuer)?.ok_or_else(|| WalletError::not_found("currency"))
}

/// The opening of an account.
pub(crate) fn opening(account: &AccountRecord) -> Result<Signed<Opening>, WalletError> {
    stored(&account.opening, "account.opening")
}

/// An artefact that was checked before it was stored.
pub(crate) fn stored<T: NamesSigner + Body>(blob: &Blob, place: &str) -> Result<Signed<T>, WalletError> {
    Signed::parse(&blob.0).map_err(|_| StoreError::unreadable(place).into())
}

/// Artefacts that were checked before they were stored.
pub(crate) fn all_stored<T: NamesSigner + Body>(
    blobs: &[Blob],
    place: &str,
) -> Result<Vec<Signed<T>>, WalletError> {
    blobs.iter().map(|blob| stored(blob, place)).collect()
}

/// A fault on the way to an issuer, as the app sees it.
pub(crate) fn network(error: &IssuerError) -> WalletError {
    match error {
        IssuerError::Problem(Problem { code, .. }) if code.starts_with("unknown_") => {
            WalletError::not_found(code.trim_start_matches("unknown_"))
        }
        error => WalletError::Network {
            fault: error.code().to_owned(),
            retryable: error.is_passing(),
            reason: error.to_string(),
        },
    }
}
