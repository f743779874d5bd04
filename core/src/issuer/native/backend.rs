//! The port, call by call: path and body of protocol §5, and what the answer becomes.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use serde::de::DeserializeOwned;

use super::answers::{self, inner};
use super::call::Call;
use super::exchange::malformed;
use super::wire::{self, Bytes, Single, bytes, signed};
use super::{NativeBackend, card, events};
use crate::artefact::{
    Attestation, Cancel, Card, Endpoint, Grant, Head, Opening, Order, Receipt, Refusal, Rekey, Request,
    Signed, Statement, Unproven,
};
use crate::clock::UnixSeconds;
use crate::issuer::answer::{
    AccountState, CardBundle, EntriesPage, FoundAccount, Founding, NextSigningKey, OpenedAccount, PayeeInfo,
    StatementProof,
};
use crate::issuer::{
    AccountRef, BackendCapabilities, ChainPosition, EntriesQuery, HostToken, IssuerBackend, IssuerError,
    LiveEvents, OrderAnswer, OrderSubmission, Reader,
};
use crate::keys::{Digest, IssuerId, PublicKey, SigningKey};

impl NativeBackend {
    /// Sends a call to the issuer that it names, and reads the answer.
    async fn ask<T: DeserializeOwned>(&self, issuer: &IssuerId, call: &Call<'_>) -> Result<T, IssuerError> {
        let peers = self.session.peers.of(issuer)?;
        wire::read(&self.session.send(&peers, call).await?)
    }

    /// Sends a call whose answer has no body.
    async fn tell(&self, issuer: &IssuerId, call: &Call<'_>) -> Result<(), IssuerError> {
        let peers = self.session.peers.of(issuer)?;
        self.session.send(&peers, call).await.map(|_| ())
    }
}

fn account_path(account: &AccountRef, rest: &str) -> String {
    format!("accounts/{}{rest}", account.account)
}

/// A signed read of an account.
fn read<'a>(reader: &Reader<'a>, rest: &str) -> Call<'a> {
    Call::get(&reader.account.issuer, &account_path(&reader.account, rest)).signed(reader.key)
}

#[async_trait]
impl IssuerBackend for NativeBackend {
    fn capabilities(&self, _issuer: &IssuerId) -> BackendCapabilities {
        BackendCapabilities::NATIVE
    }

    fn issuer_now(&self, issuer: &IssuerId) -> UnixSeconds {
        self.session.clocks.now(issuer)
    }

    fn clock_offset_seconds(&self, issuer: &IssuerId) -> Option<i64> {
        self.session.clocks.offset_seconds(issuer)
    }

    fn set_clock_offset_seconds(&self, issuer: &IssuerId, offset: i64) {
        self.session.clocks.set_offset_seconds(issuer, offset);
    }

    fn use_card(&self, card: &Card) {
        self.session.peers.set(&card.issuer, &card.endpoints);
    }

    async fn card(&self, issuer: &IssuerId, host: Option<&str>) -> Result<CardBundle, IssuerError> {
        card::fetch(&self.session, issuer, host).await
    }

    async fn open_account(
        &self,
        opening: &Signed<Opening>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<OpenedAccount, IssuerError> {
        let issuer = &opening.body().issuer;
        let body = wire::OpeningBody { opening: Bytes(opening.bytes()), rekeys: bytes(rekeys) };
        let answer: answers::OpenedAnswer = self.ask(issuer, &Call::post(issuer, "accounts", &body)?).await?;
        Ok(OpenedAccount { account: answer.account, head: Some(answer.head.0) })
    }

    async fn find_account(
        &self,
        issuer: &IssuerId,
        key: &SigningKey,
    ) -> Result<Option<FoundAccount>, IssuerError> {
        let call = Call::get(issuer, &format!("keys/{}", key.public_key())).signed(key);
        let answer = known::<answers::FoundAnswer>(self.ask(issuer, &call).await, "unknown_account")?;
        Ok(answer.map(|answer| FoundAccount {
            account: answer.account,
            opening: answer.opening.0,
            rekeys: signed(answer.rekeys),
        }))
    }

    async fn account(&self, reader: Reader<'_>) -> Result<AccountState, IssuerError> {
        let answer: answers::AccountAnswer = self.ask(&reader.account.issuer, &read(&reader, "")).await?;
        Ok(AccountState {
            account: answer.account,
            opening: answer.opening.0,
            rekeys: signed(answer.rekeys),
            head: answer.head.0,
            role_grant: answer.role_grant.map(inner),
            attestation: answer.attestation.map(inner),
            grants: signed(answer.grants),
        })
    }

    async fn head(&self, reader: Reader<'_>) -> Result<Signed<Head>, IssuerError> {
        let answer: answers::HeadAnswer = self.ask(&reader.account.issuer, &read(&reader, "/head")).await?;
        Ok(answer.head.0)
    }

    async fn entries(&self, reader: Reader<'_>, query: EntriesQuery) -> Result<EntriesPage, IssuerError> {
        let ChainPosition { epoch, sequence } = query.after;
        let path = format!("/entries?epoch={epoch}&after={sequence}&limit={}", query.limit);
        let answer: answers::EntriesAnswer = self.ask(&reader.account.issuer, &read(&reader, &path)).await?;
        Ok(answer.into_page())
    }

    fn live_events(
        &self,
        account: AccountRef,
        key: Arc<SigningKey>,
        after: ChainPosition,
    ) -> Result<LiveEvents, IssuerError> {
        events::follow(self.session.clone(), account, key, after)
    }

    async fn submit_order(&self, submission: OrderSubmission<'_>) -> Result<OrderAnswer, IssuerError> {
        self.post_order("orders", submission, None).await
    }

    async fn order_outcome(
        &self,
        reader: Reader<'_>,
        order: &Signed<Order>,
    ) -> Result<Option<OrderAnswer>, IssuerError> {
        let issuer = &reader.account.issuer;
        let call = Call::get(issuer, &format!("orders/{}", order.hash())).signed(reader.key);
        let answer = known::<answers::OrderAnswered>(self.ask(issuer, &call).await, "unknown_order")?;
        answer.map(|answer| answer.into_answer(&order.hash())).transpose()
    }

    async fn replay(
        &self,
        submission: OrderSubmission<'_>,
        receipt: &Signed<Receipt>,
    ) -> Result<OrderAnswer, IssuerError> {
        self.post_order("replays", submission, Some(receipt)).await
    }

    async fn payee(&self, payee: AccountRef) -> Result<PayeeInfo, IssuerError> {
        let call = Call::get(&payee.issuer, &format!("payees/{}", payee.account));
        let answer: answers::PayeeAnswer = self.ask(&payee.issuer, &call).await?;
        Ok(PayeeInfo {
            opening: answer.opening.0,
            rekeys: signed(answer.rekeys),
            attestation: answer.attestation.map(inner),
            grants: signed(answer.grants),
        })
    }

    async fn keep_request(
        &self,
        issuer: &IssuerId,
        request: &Signed<Request>,
    ) -> Result<Digest, IssuerError> {
        let call = Call::post(issuer, "requests", &Single("request", request.bytes()))?;
        let answer: answers::HashAnswer = self.ask(issuer, &call).await?;
        if answer.hash == request.hash() {
            Ok(answer.hash)
        } else {
            Err(malformed("hash", "is of another request"))
        }
    }

    async fn request(&self, host: &str, hash: &Digest) -> Result<Unproven<Request>, IssuerError> {
        let peer = self.session.peers.of_host(host)?;
        let call = Call::new(Method::GET, None, format!("/p/{hash}"));
        let answer: answers::RequestAnswer = wire::read(&self.session.send(&[peer], &call).await?)?;
        let request = answer.request.0;
        if request.hash() == *hash {
            Ok(request)
        } else {
            Err(malformed("request", "is not the one asked for"))
        }
    }

    async fn statement(
        &self,
        issuer: &IssuerId,
        number: Option<i64>,
    ) -> Result<Signed<Statement>, IssuerError> {
        let path =
            number.map_or_else(|| "statements/latest".to_owned(), |number| format!("statements/{number}"));
        let answer: answers::StatementAnswer = self.ask(issuer, &Call::get(issuer, &path)).await?;
        let statement = answer.statement.0;
        match number {
            Some(number) if statement.body().number != number => {
                Err(malformed("statement", "has another number"))
            }
            _ => Ok(statement),
        }
    }

    async fn proof(&self, reader: Reader<'_>, statement: i64) -> Result<StatementProof, IssuerError> {
        let call = read(&reader, &format!("/proof/{statement}"));
        self.ask::<answers::ProofAnswer>(&reader.account.issuer, &call).await?.into_proof()
    }

    async fn show_head(&self, head: &Signed<Head>) -> Result<(), IssuerError> {
        let issuer = &head.body().issuer;
        self.tell(issuer, &Call::post(issuer, "heads", &Single("head", head.bytes()))?).await
    }

    async fn wallet_list(&self, reader: Reader<'_>) -> Result<Option<Vec<u8>>, IssuerError> {
        let answer: answers::ListAnswer = self.ask(&reader.account.issuer, &read(&reader, "/list")).await?;
        Ok(answer.list.map(|list| list.0))
    }

    async fn put_wallet_list(&self, reader: Reader<'_>, list: &[u8]) -> Result<(), IssuerError> {
        let call = read(&reader, "/list").method(Method::PUT).body(&Single("list", list))?;
        self.tell(&reader.account.issuer, &call).await
    }

    async fn post_rekey(
        &self,
        issuer: &IssuerId,
        rekey: &Signed<Rekey>,
    ) -> Result<Vec<Signed<Rekey>>, IssuerError> {
        let call = Call::post(issuer, "rekeys", &Single("rekey", rekey.bytes()))?;
        Ok(signed(self.ask::<answers::RekeysAnswer>(issuer, &call).await?.rekeys))
    }

    async fn post_grant(&self, grant: &Signed<Grant>) -> Result<Signed<Grant>, IssuerError> {
        let issuer = &grant.body().issuer;
        let call = Call::post(issuer, "grants", &Single("grant", grant.bytes()))?;
        Ok(self.ask::<answers::GrantAnswer>(issuer, &call).await?.grant.0)
    }

    async fn post_attestation(
        &self,
        attestation: &Signed<Attestation>,
    ) -> Result<Signed<Attestation>, IssuerError> {
        let issuer = &attestation.body().issuer;
        let call = Call::post(issuer, "attestations", &Single("attestation", attestation.bytes()))?;
        Ok(self.ask::<answers::AttestationAnswer>(issuer, &call).await?.attestation.0)
    }

    async fn post_cancel(
        &self,
        cancel: &Signed<Cancel>,
        request: Option<&[u8]>,
    ) -> Result<Signed<Refusal>, IssuerError> {
        let issuer = &cancel.body().issuer;
        let body = wire::CancelBody { cancel: Bytes(cancel.bytes()), request: request.map(Bytes) };
        let answer: answers::RefusalAnswer = self.ask(issuer, &Call::post(issuer, "cancels", &body)?).await?;
        let refusal = answer.refusal.0;
        if refusal.body().subject == cancel.body().target {
            Ok(refusal)
        } else {
            Err(malformed("refusal", "is of something else"))
        }
    }

    async fn delete_name(&self, reader: Reader<'_>) -> Result<(), IssuerError> {
        let call = read(&reader, "/name").method(Method::DELETE);
        self.tell(&reader.account.issuer, &call).await
    }

    async fn delete_memo(&self, reader: Reader<'_>, order: &Digest) -> Result<(), IssuerError> {
        let call = read(&reader, &format!("/memos/{order}")).method(Method::DELETE);
        self.tell(&reader.account.issuer, &call).await
    }

    async fn found_issuer(
        &self,
        host: &Endpoint,
        token: Option<&HostToken>,
        founding_key: &PublicKey,
        commitment: &Digest,
    ) -> Result<Founding, IssuerError> {
        let peers = self.session.peers.checked(std::slice::from_ref(host));
        let body = wire::FoundingBody { founding_key, commitment };
        let call = Call::new(Method::POST, None, "/v1/issuers".to_owned()).body(&body)?.token(token);
        let answer: answers::FoundingAnswer = wire::read(&self.session.send(&peers, &call).await?)?;
        Ok(Founding {
            issuer: answer.issuer,
            signing_key: answer.signing_key,
            endpoint: Endpoint { origin: answer.endpoint, tls_keys: answer.tls_keys },
        })
    }

    async fn put_card(
        &self,
        card: &Signed<Card>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<CardBundle, IssuerError> {
        let issuer = &card.body().issuer;
        let peers = match self.session.peers.of(issuer) {
            Ok(peers) => peers,
            Err(_) => self.session.peers.checked(&card.body().endpoints).into(),
        };
        let body = wire::CardBody { card: Bytes(card.bytes()), rekeys: bytes(rekeys) };
        let call = Call::post(issuer, "card", &body)?.method(Method::PUT);
        let answer: answers::CardAnswer = wire::read(&self.session.send(&peers, &call).await?)?;
        answer.into_bundle(issuer)
    }

    async fn next_signing_key(
        &self,
        issuer: &IssuerId,
        key: &SigningKey,
    ) -> Result<NextSigningKey, IssuerError> {
        let call = Call::get(issuer, "signing-keys").method(Method::POST).signed(key).only_once();
        let answer: answers::SigningKeyAnswer = self.ask(issuer, &call).await?;
        Ok(NextSigningKey { signing_key: answer.signing_key, statement: answer.statement.0 })
    }
}

impl NativeBackend {
    async fn post_order(
        &self,
        path: &str,
        submission: OrderSubmission<'_>,
        receipt: Option<&Signed<Receipt>>,
    ) -> Result<OrderAnswer, IssuerError> {
        let order = submission.order;
        let issuer = &order.body().issuer;
        let body = wire::OrderBody {
            order: Bytes(order.bytes()),
            request: submission.request.map(Bytes),
            memo: submission.memo.map(Bytes),
            receipt: receipt.map(|receipt| Bytes(receipt.bytes())),
        };
        let answer: answers::OrderAnswered = self.ask(issuer, &Call::post(issuer, path, &body)?).await?;
        answer.into_answer(&order.hash())
    }
}

/// Turns the problem that something is not known into `None`.
fn known<T>(answer: Result<T, IssuerError>, code: &str) -> Result<Option<T>, IssuerError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_problem(code) => Ok(None),
        Err(error) => Err(error),
    }
}
