//! Evidence against issuers: kept, shown, exported.

use super::Wallet;
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::keys::IssuerId;
use crate::ledger::evidence::{Evidence, Finding};
use crate::store::StoreError;
use crate::store::tables::evidence as table;
use crate::store::tables::issuer::ISSUERS;

/// A piece of evidence against an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct EvidenceInfo {
    /// Its number in this wallet.
    pub id: i64,
    /// Against whom.
    pub issuer: IssuerId,
    /// When it was found, by our clock.
    pub found_at: UnixSeconds,
    /// What it proves, as a stable code.
    pub code: String,
    /// How strong it is.
    pub finding: Finding,
    /// What it proves, in words.
    pub words: String,
    /// The evidence itself: whoever has it can check it, without this wallet and without a network.
    pub bytes: Vec<u8>,
}

impl Wallet {
    /// All evidence against an issuer that this wallet has found. It is never deleted.
    pub async fn evidence(&self, issuer: IssuerId) -> Result<Vec<EvidenceInfo>, WalletError> {
        self.context
            .read(move |connection, cipher| {
                table::of_issuer(connection, cipher, &ISSUERS.key(cipher, issuer))?
                    .into_iter()
                    .map(|(id, found_at, bytes)| {
                        let evidence =
                            Evidence::decode(&bytes).map_err(|_| StoreError::unreadable("evidence.value"))?;
                        Ok(describe(id, found_at, &evidence, bytes))
                    })
                    .collect()
            })
            .await
    }
}

/// Judges evidence that somebody shows, without any wallet.
pub fn verify_evidence(bytes: &[u8]) -> Result<EvidenceInfo, WalletError> {
    let evidence =
        Evidence::decode(bytes).map_err(|error| WalletError::invalid("evidence", error.code(), error))?;
    Ok(describe(0, 0, &evidence, bytes.to_vec()))
}

fn describe(id: i64, found_at: UnixSeconds, evidence: &Evidence, bytes: Vec<u8>) -> EvidenceInfo {
    let verdict = evidence.verify();
    EvidenceInfo {
        id,
        issuer: evidence.issuer,
        found_at,
        code: evidence.contradiction.code().to_owned(),
        finding: verdict.finding,
        words: verdict.words,
        bytes,
    }
}
