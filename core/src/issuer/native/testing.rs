//! Answers as they come from the network, for those who feed the driver anything at all (feature `testing`).

use bytes::Bytes;
use eventsource_stream::EventStreamError;
use futures_util::{StreamExt as _, stream};

use super::exchange::{malformed, read_body};
use super::{NativeBackend, answers, events, wire};
use crate::issuer::{AccountEvent, AccountRef, ChainPosition, IssuerError};
use crate::keys::{Digest, IssuerId};

/// Which call an answer is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerTo {
    /// The card.
    Card,
    /// Opening an account.
    Opening,
    /// Finding an account by its key.
    Key,
    /// The account.
    Account,
    /// Its head.
    Head,
    /// Its entries.
    Entries,
    /// An order.
    Order,
    /// Who is paid.
    Payee,
    /// Keeping a request.
    NewRequest,
    /// A request that is kept.
    Request,
    /// A statement.
    Statement,
    /// A place in a statement.
    Proof,
    /// The wallet's list.
    List,
    /// A rekey.
    Rekey,
    /// A grant.
    Grant,
    /// An attestation.
    Attestation,
    /// A cancel.
    Cancel,
    /// Founding an issuer.
    Founding,
    /// The next signing key.
    SigningKey,
}

impl AnswerTo {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Card,
        Self::Opening,
        Self::Key,
        Self::Account,
        Self::Head,
        Self::Entries,
        Self::Order,
        Self::Payee,
        Self::NewRequest,
        Self::Request,
        Self::Statement,
        Self::Proof,
        Self::List,
        Self::Rekey,
        Self::Grant,
        Self::Attestation,
        Self::Cancel,
        Self::Founding,
        Self::SigningKey,
    ];
}

impl NativeBackend {
    /// Reads an answer as the call would: status, header fields and body. The answer comes from a host that the issuer
    /// vouches for, so its clock is believed.
    pub async fn read_answer(
        &self,
        to: AnswerTo,
        issuer: &IssuerId,
        order: &Digest,
        answer: http::Response<Vec<u8>>,
    ) -> Result<(), IssuerError> {
        const HOST: &str = "issuer.example";
        let response = self.session.judge(HOST, Some(issuer), answer.into()).await?;
        let body = read_body(HOST, response, self.session.config.answer_limit_bytes).await?;
        let body = body.as_ref();
        match to {
            AnswerTo::Card => wire::read::<answers::CardAnswer>(body)?.into_bundle(issuer).map(drop),
            AnswerTo::Opening => wire::read::<answers::OpenedAnswer>(body).map(drop),
            AnswerTo::Key => wire::read::<answers::FoundAnswer>(body).map(drop),
            AnswerTo::Account => wire::read::<answers::AccountAnswer>(body).map(drop),
            AnswerTo::Head => wire::read::<answers::HeadAnswer>(body).map(drop),
            AnswerTo::Entries => {
                wire::read::<answers::EntriesAnswer>(body).map(|page| drop(page.into_page()))
            }
            AnswerTo::Order => wire::read::<answers::OrderAnswered>(body)?.into_answer(order).map(drop),
            AnswerTo::Payee => wire::read::<answers::PayeeAnswer>(body).map(drop),
            AnswerTo::NewRequest => wire::read::<answers::HashAnswer>(body).map(drop),
            AnswerTo::Request => wire::read::<answers::RequestAnswer>(body).map(drop),
            AnswerTo::Statement => wire::read::<answers::StatementAnswer>(body).map(drop),
            AnswerTo::Proof => wire::read::<answers::ProofAnswer>(body)?.into_proof().map(drop),
            AnswerTo::List => wire::read::<answers::ListAnswer>(body).map(drop),
            AnswerTo::Rekey => wire::read::<answers::RekeysAnswer>(body).map(drop),
            AnswerTo::Grant => wire::read::<answers::GrantAnswer>(body).map(drop),
            AnswerTo::Attestation => wire::read::<answers::AttestationAnswer>(body).map(drop),
            AnswerTo::Cancel => wire::read::<answers::RefusalAnswer>(body).map(drop),
            AnswerTo::Founding => wire::read::<answers::FoundingAnswer>(body).map(drop),
            AnswerTo::SigningKey => wire::read::<answers::SigningKeyAnswer>(body).map(drop),
        }
    }
}

/// The news in a stream of bytes that comes in these pieces, up to the first fault.
pub async fn read_events(
    account: &AccountRef,
    mut last: ChainPosition,
    pieces: Vec<Bytes>,
) -> (Vec<AccountEvent>, Option<IssuerError>) {
    let mut events = std::pin::pin!(events::received(stream::iter(pieces.into_iter().map(Ok))));
    let mut news = Vec::new();
    while let Some(event) = events.next().await {
        let read = match event {
            Ok(event) => events::read(&event, account, last),
            Err(EventStreamError::Transport(error)) => Err(error),
            Err(_) => Err(malformed("events", "are not an event stream")),
        };
        match read {
            Ok(Some(event)) => {
                last = event.position;
                news.push(event);
            }
            Ok(None) => {}
            Err(error) => return (news, Some(error)),
        }
    }
    (news, None)
}
