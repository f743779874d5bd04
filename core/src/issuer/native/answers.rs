//! The JSON of protocol §5: answers, with their artefacts parsed.

use serde::Deserialize;

use super::exchange::malformed;
use super::wire::{Artefact, Blob, RequestBlob, signed};
use crate::artefact::{Attestation, Card, Grant, Head, Opening, Receipt, Refusal, Rekey, Signed, Statement};
use crate::issuer::answer::{CardBundle, EntriesPage, EntryBundle, InclusionProof, StatementProof};
use crate::issuer::{IssuerError, OrderAnswer, Rejection, Settlement};
use crate::keys::{AccountId, Digest, IssuerId, PublicKey};

#[derive(Deserialize)]
pub(super) struct CardAnswer {
    pub card: Artefact<Card>,
    pub rekeys: Vec<Artefact<Rekey>>,
}

#[derive(Deserialize)]
pub(super) struct OpenedAnswer {
    pub account: AccountId,
    pub head: Artefact<Head>,
}

#[derive(Deserialize)]
pub(super) struct FoundAnswer {
    pub account: AccountId,
    pub opening: Artefact<Opening>,
    pub rekeys: Vec<Artefact<Rekey>>,
}

#[derive(Deserialize)]
pub(super) struct AccountAnswer {
    pub account: AccountId,
    pub opening: Artefact<Opening>,
    pub rekeys: Vec<Artefact<Rekey>>,
    pub head: Artefact<Head>,
    pub role_grant: Option<Artefact<Grant>>,
    pub attestation: Option<Artefact<Attestation>>,
    pub grants: Vec<Artefact<Grant>>,
}

#[derive(Deserialize)]
pub(super) struct PayeeAnswer {
    pub opening: Artefact<Opening>,
    pub rekeys: Vec<Artefact<Rekey>>,
    pub attestation: Option<Artefact<Attestation>>,
    pub grants: Vec<Artefact<Grant>>,
}

#[derive(Deserialize)]
pub(super) struct HeadAnswer {
    pub head: Artefact<Head>,
}

#[derive(Deserialize)]
pub(super) struct EntriesAnswer {
    pub entries: Vec<EntryAnswer>,
    pub head: Artefact<Head>,
    #[serde(default)]
    pub more: bool,
}

#[derive(Deserialize)]
pub(super) struct EntryAnswer {
    pub entry: Blob,
    pub order: Option<Blob>,
    pub receipt: Option<Blob>,
    pub grant: Option<Blob>,
    pub request: Option<Blob>,
    pub memo: Option<Blob>,
}

#[derive(Deserialize)]
pub(super) struct OrderAnswered {
    pub receipt: Option<Artefact<Receipt>>,
    pub entry: Option<Blob>,
    pub refusal: Option<Artefact<Refusal>>,
}

#[derive(Deserialize)]
pub(super) struct RefusalAnswer {
    pub refusal: Artefact<Refusal>,
}

#[derive(Deserialize)]
pub(super) struct RekeysAnswer {
    pub rekeys: Vec<Artefact<Rekey>>,
}

#[derive(Deserialize)]
pub(super) struct GrantAnswer {
    pub grant: Artefact<Grant>,
}

#[derive(Deserialize)]
pub(super) struct AttestationAnswer {
    pub attestation: Artefact<Attestation>,
}

#[derive(Deserialize)]
pub(super) struct HashAnswer {
    pub hash: Digest,
}

#[derive(Deserialize)]
pub(super) struct RequestAnswer {
    pub request: RequestBlob,
}

#[derive(Deserialize)]
pub(super) struct StatementAnswer {
    pub statement: Artefact<Statement>,
}

#[derive(Deserialize)]
pub(super) struct ListAnswer {
    pub list: Option<Blob>,
}

#[derive(Deserialize)]
pub(super) struct FoundingAnswer {
    pub issuer: IssuerId,
    pub signing_key: PublicKey,
    pub endpoint: String,
    pub tls_keys: Vec<Digest>,
}

#[derive(Deserialize)]
pub(super) struct SigningKeyAnswer {
    pub signing_key: PublicKey,
    pub statement: Artefact<Statement>,
}

/// A proof, or word that there is none.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ProofAnswer {
    Present(InclusionProof),
    Absent { absent: bool },
}

pub(super) fn inner<T>(artefact: Artefact<T>) -> Signed<T> {
    artefact.0
}

impl CardAnswer {
    /// The card and rekeys, if they speak of this issuer.
    pub fn into_bundle(self, issuer: &IssuerId) -> Result<CardBundle, IssuerError> {
        let card = self.card.0;
        if card.body().issuer != *issuer {
            return Err(malformed("card", "is of another issuer"));
        }
        Ok(CardBundle { card, rekeys: signed(self.rekeys) })
    }
}

impl EntriesAnswer {
    pub fn into_page(self) -> EntriesPage {
        let bytes = |blob: Option<Blob>| blob.map(|blob| blob.0);
        let bundle = |entry: EntryAnswer| EntryBundle {
            entry: entry.entry.0,
            order: bytes(entry.order),
            receipt: bytes(entry.receipt),
            grant: bytes(entry.grant),
            request: bytes(entry.request),
            memo: bytes(entry.memo),
        };
        EntriesPage {
            entries: self.entries.into_iter().map(bundle).collect(),
            head: self.head.0,
            more: self.more,
        }
    }
}

impl OrderAnswered {
    /// The answer, if it is one to this order.
    pub fn into_answer(self, order: &Digest) -> Result<OrderAnswer, IssuerError> {
        match (self.refusal.map(inner), self.receipt.map(inner)) {
            (Some(refusal), _) if refusal.body().subject != *order => {
                Err(malformed("refusal", "is of another order"))
            }
            (Some(refusal), receipt) => Ok(OrderAnswer::Refused(Rejection::Signed { refusal, receipt })),
            (None, Some(receipt)) if receipt.body().order != *order => {
                Err(malformed("receipt", "is of another order"))
            }
            (None, Some(receipt)) => {
                let entry = self.entry.map(|entry| entry.0);
                Ok(OrderAnswer::Executed(Settlement::Signed { receipt, entry }))
            }
            (None, None) => Err(malformed("body", "holds neither receipt nor refusal")),
        }
    }
}

impl ProofAnswer {
    pub fn into_proof(self) -> Result<StatementProof, IssuerError> {
        match self {
            Self::Present(proof) => Ok(StatementProof::Present(proof)),
            Self::Absent { absent: true } => Ok(StatementProof::Absent),
            Self::Absent { absent: false } => Err(malformed("proof", "is neither there nor absent")),
        }
    }
}
