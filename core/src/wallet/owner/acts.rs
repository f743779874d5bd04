//! Acts on their way: stored with the signature, sent in order, settled by the answer.
//!
//! ```text
//! sign, store ──> Waiting ──answer──> Accepted, and what it changes here, in one transaction
//!                   │ └──a problem that will not pass──> Refused (a card that began an epoch too late: signed anew)
//!                   └─anything else: the same bytes again
//! ```
//!
//! All of them may be sent any number of times: for the same bytes an issuer does the same thing once.

use super::super::sync;
use super::{card, effects};
use crate::artefact::{Attestation, Cancel, Card, Grant, NamesSigner, Rekey, Signed};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::issuer::IssuerError;
use crate::keys::{Digest, IssuerId};
use crate::operation::card as operation_card;
use crate::operation::context::{Context, Write};
use crate::operation::trust;
use crate::store::tables::act::{self, Act, ActKind, ActRecord, ActState};
use crate::store::tables::issuer::ISSUERS;

/// Stores a signed act, to be sent.
pub(crate) fn insert<T: NamesSigner>(
    write: &Write<'_>,
    issuer: IssuerId,
    kind: ActKind,
    artefact: &Signed<T>,
    signed_at: UnixSeconds,
) -> Result<Digest, WalletError> {
    let record = ActRecord {
        issuer,
        kind,
        artefact: artefact.bytes().into(),
        hash: artefact.hash(),
        signed_at,
        answer: None,
        refusal: None,
    };
    act::insert(write.transaction, write.cipher, &ISSUERS.key(write.cipher, issuer), &record)?;
    Ok(artefact.hash())
}

/// Sends an act that was stored, with all that waits before it. An act that the network keeps from the issuer stays
/// waiting, which is no error; one that the issuer did not take is `Refused`.
pub(super) async fn deliver(context: &Context, issuer: IssuerId, act: Digest) -> Result<Act, WalletError> {
    match flush(context, issuer).await {
        Ok(()) | Err(WalletError::Network { .. }) => {}
        Err(error) => return Err(error),
    }
    let act = context
        .read(move |connection, cipher| {
            act::get(connection, cipher, &act)?.ok_or_else(|| WalletError::not_found("act"))
        })
        .await?;
    match (&act.state, &act.record.refusal) {
        (ActState::Refused, Some(code)) => Err(WalletError::Refused { code: code.clone() }),
        _ => Ok(act),
    }
}

/// Sends all that waits for an issuer, in order, until one cannot be sent.
pub(crate) async fn flush(context: &Context, issuer: IssuerId) -> Result<(), WalletError> {
    // Whoever follows the account's chain changes the same rows.
    let _alone = context.syncing.lock(issuer).await;
    let mut reopened = false;
    while let Some(act) = next(context, issuer).await? {
        Box::pin(sync::open::ensure(context, issuer)).await?;
        match Box::pin(send(context, &act)).await {
            Ok(answer) => accept(context, act, answer).await?,
            // An issuer may forget an account that nothing has happened to.
            Err(Failure::Unanswered(error)) if error.is_problem("unknown_account") && !reopened => {
                reopened = true;
                Box::pin(sync::open::again(context, issuer)).await?;
            }
            Err(Failure::Unanswered(error)) => match trust::refusal_code(&error) {
                Some(card::STALE) if Box::pin(card::sign_again(context, &act)).await? => {}
                Some(code) => refuse(context, act, code.to_owned()).await?,
                None => return Err(trust::network(&error)),
            },
            Err(Failure::Outranked) => {
                Box::pin(operation_card::refresh(context, issuer, true)).await?;
                refuse(context, act, card::STALE.into()).await?;
            }
            Err(Failure::False(error)) => return Err(error),
        }
    }
    Ok(())
}

/// Sends all that waits for any issuer. Says whether nothing waits any more.
pub(crate) async fn flush_all(context: &Context) -> Result<bool, WalletError> {
    let issuers = context.read(|connection, cipher| Ok(act::waiting_issuers(connection, cipher)?)).await?;
    let mut done = true;
    for issuer in issuers {
        match flush(context, issuer).await {
            Ok(()) => {}
            Err(error @ (WalletError::Locked | WalletError::Storage { .. })) => return Err(error),
            Err(error) => {
                done = false;
                tracing::debug!(code = error.code(), "what an owner signed waits");
            }
        }
    }
    Ok(done)
}

async fn next(context: &Context, issuer: IssuerId) -> Result<Option<Act>, WalletError> {
    context
        .read(move |connection, cipher| {
            Ok(act::next_waiting(connection, cipher, &ISSUERS.key(cipher, issuer))?)
        })
        .await
}

/// Why an act is not accepted.
enum Failure {
    /// There is no answer, or one that says no.
    Unanswered(IssuerError),
    /// Another card is in force.
    Outranked,
    /// The answer is not what it claims to be.
    False(WalletError),
}

impl From<IssuerError> for Failure {
    fn from(error: IssuerError) -> Self {
        Self::Unanswered(error)
    }
}

/// Sends one act. Gives what was signed in answer, if the issuer signs one.
async fn send(context: &Context, act: &Act) -> Result<Option<Vec<u8>>, Failure> {
    let backend = &context.backend;
    match act.record.kind {
        ActKind::Card => {
            let card: Signed<Card> = artefact(act)?;
            let rekeys = issuer_rekeys(context, act.record.issuer).await.map_err(Failure::False)?;
            let bundle = backend.put_card(&card, &rekeys).await?;
            if bundle.card.hash() == card.hash() { Ok(None) } else { Err(Failure::Outranked) }
        }
        ActKind::Grant => {
            let grant: Signed<Grant> = artefact(act)?;
            same(&grant, &backend.post_grant(&grant).await?)
        }
        ActKind::Attestation => {
            let attestation: Signed<Attestation> = artefact(act)?;
            same(&attestation, &backend.post_attestation(&attestation).await?)
        }
        ActKind::Cancel => {
            let cancel: Signed<Cancel> = artefact(act)?;
            let refusal = backend.post_cancel(&cancel, None).await?;
            effects::check_cancelled(context, &cancel, &refusal).await.map_err(Failure::False)?;
            Ok(Some(refusal.bytes().to_vec()))
        }
    }
}

fn artefact<T: NamesSigner>(act: &Act) -> Result<Signed<T>, Failure> {
    trust::stored(&act.record.artefact, "act.value").map_err(Failure::False)
}

fn same<T: NamesSigner>(sent: &Signed<T>, taken: &Signed<T>) -> Result<Option<Vec<u8>>, Failure> {
    if sent.hash() == taken.hash() {
        Ok(None)
    } else {
        Err(Failure::False(WalletError::untrusted("answer", "wrong_answer", "is about something else")))
    }
}

async fn issuer_rekeys(context: &Context, issuer: IssuerId) -> Result<Vec<Signed<Rekey>>, WalletError> {
    let known = context.read(move |connection, cipher| trust::issuer(connection, cipher, &issuer)).await?;
    Ok(known.founding.rekeys().to_vec())
}

/// An act was accepted: what it changes here changes in the same transaction.
async fn accept(context: &Context, act: Act, answer: Option<Vec<u8>>) -> Result<(), WalletError> {
    let card = context
        .write(move |write| {
            let accepted = ActState::Accepted;
            if !act::finish(write.transaction, write.cipher, &act, accepted, answer.as_deref(), None)? {
                return Ok(None);
            }
            let artefact = &act.record.artefact;
            match act.record.kind {
                ActKind::Card => {
                    let card: Signed<Card> = trust::stored(artefact, "act.value")?;
                    effects::put_in_force(write, &card)?;
                    return Ok(Some(card));
                }
                ActKind::Grant => effects::granted(write, &trust::stored(artefact, "act.value")?)?,
                ActKind::Attestation => effects::attested(write, &trust::stored(artefact, "act.value")?)?,
                ActKind::Cancel => effects::cancelled(write, &trust::stored(artefact, "act.value")?)?,
            }
            Ok(None)
        })
        .await?;
    if let Some(card) = card {
        context.backend.use_card(card.body());
    }
    Ok(())
}

async fn refuse(context: &Context, act: Act, code: String) -> Result<(), WalletError> {
    tracing::info!(code, "an issuer did not take what its owner signed");
    context
        .write(move |write| {
            act::finish(write.transaction, write.cipher, &act, ActState::Refused, None, Some(&code))?;
            Ok(())
        })
        .await
}
