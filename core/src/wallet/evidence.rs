//! Evidence against issuers: kept, shown, exported.

use super::Wallet;
use crate::audit::{self, Opinion};
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

/// What two readers that share no code say about it: an accusation stands only as far as both see it.
fn describe(id: i64, found_at: UnixSeconds, evidence: &Evidence, bytes: Vec<u8>) -> EvidenceInfo {
    let verdict = evidence.verify();
    let (finding, words) = agreed(verdict.finding, verdict.words, audit::judge(&bytes));
    EvidenceInfo {
        id,
        issuer: evidence.issuer,
        found_at,
        code: evidence.contradiction.code().to_owned(),
        finding,
        words,
        bytes,
    }
}

fn agreed(finding: Finding, words: String, second: Opinion) -> (Finding, String) {
    match (finding, second) {
        (Finding::Fraud, Opinion::Proven)
        | (Finding::Unanswered, Opinion::Unanswered | Opinion::Proven)
        | (Finding::Nothing, _) => (finding, words),
        (Finding::Fraud, Opinion::Unanswered) => (Finding::Unanswered, words),
        (_, Opinion::NotJudged) => {
            (finding, format!("{words} This rests on a rule that only one of the two checks looks at."))
        }
        (_, Opinion::Nothing | Opinion::Unreadable) => (
            Finding::Nothing,
            format!("The two checks of this evidence disagree, so it proves nothing. One says: {words}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accusation_stands_as_far_as_both_readers_see_it() {
        let of = |first, second| agreed(first, "Words.".into(), second).0;
        assert_eq!(of(Finding::Fraud, Opinion::Proven), Finding::Fraud);
        assert_eq!(of(Finding::Fraud, Opinion::Unanswered), Finding::Unanswered);
        assert_eq!(of(Finding::Unanswered, Opinion::Proven), Finding::Unanswered);
        for second in [Opinion::Nothing, Opinion::Unreadable] {
            assert_eq!(of(Finding::Fraud, second), Finding::Nothing);
            assert_eq!(of(Finding::Unanswered, second), Finding::Nothing);
        }
        for second in [Opinion::Proven, Opinion::Unanswered, Opinion::NotJudged] {
            assert_eq!(
                of(Finding::Nothing, second),
                Finding::Nothing,
                "nobody is accused by one reader alone"
            );
        }
        let (finding, words) = agreed(Finding::Fraud, "Words.".into(), Opinion::NotJudged);
        assert_eq!(finding, Finding::Fraud);
        assert!(words.contains("only one"), "{words}");
    }
}
