//! The network of a phone that dies.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tallystick::artefact::{
    Attestation, Cancel, Card, Endpoint, Grant, Head, Opening, Order, Receipt, Refusal, Rekey, Request,
    Signed, Statement, Unproven,
};
use tallystick::clock::UnixSeconds;
use tallystick::issuer::answer::{
    AccountState, CardBundle, EntriesPage, FoundAccount, Founding, NextSigningKey, OpenedAccount, PayeeInfo,
    StatementProof,
};
use tallystick::issuer::{
    AccountRef, BackendCapabilities, ChainPosition, EntriesQuery, HostToken, IssuerBackend, IssuerError,
    LiveEvents, OrderAnswer, OrderSubmission, Reader,
};
use tallystick::keys::{Digest, IssuerId, PublicKey, SigningKey};

use crate::{Phone, Side, Step};

/// Passes calls on until the phone dies; from then on nothing leaves it.
pub struct Crashing {
    inner: Arc<dyn IssuerBackend>,
    phone: Mutex<Arc<Phone>>,
}

impl Crashing {
    /// On a phone.
    pub fn on(phone: &Arc<Phone>, inner: Arc<dyn IssuerBackend>) -> Arc<Self> {
        Arc::new(Self { inner, phone: Mutex::new(Arc::clone(phone)) })
    }

    /// Lets this many calls through, then dies at the next.
    pub fn after(calls: usize, side: Side, inner: Arc<dyn IssuerBackend>) -> Arc<Self> {
        Self::on(&Phone::dying_after(calls, side), inner)
    }

    /// Goes on, on another phone.
    pub fn move_to(&self, phone: &Arc<Phone>) {
        *self.phone.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(phone);
    }

    /// Whether the phone has died.
    pub fn is_dead(&self) -> bool {
        self.phone().is_dead()
    }

    fn phone(&self) -> Arc<Phone> {
        Arc::clone(&self.phone.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn call<T>(
        &self,
        name: &str,
        call: impl Future<Output = Result<T, IssuerError>>,
    ) -> Result<T, IssuerError> {
        let dead = || IssuerError::Interrupted { host: "a phone that died".into() };
        let (phone, step) = (self.phone(), Step::Call(name.into()));
        if !phone.reach(&step, Side::Before) {
            return Err(dead());
        }
        let answer = call.await;
        // What the issuer makes of it is its own affair.
        if phone.reach(&step, Side::After) { answer } else { Err(dead()) }
    }
}

impl fmt::Debug for Crashing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crashing").field("phone", &self.phone()).finish_non_exhaustive()
    }
}

#[async_trait]
impl IssuerBackend for Crashing {
    fn capabilities(&self, issuer: &IssuerId) -> BackendCapabilities {
        self.inner.capabilities(issuer)
    }

    fn issuer_now(&self, issuer: &IssuerId) -> UnixSeconds {
        self.inner.issuer_now(issuer)
    }

    fn clock_offset_seconds(&self, issuer: &IssuerId) -> Option<i64> {
        self.inner.clock_offset_seconds(issuer)
    }

    fn set_clock_offset_seconds(&self, issuer: &IssuerId, offset: i64) {
        self.inner.set_clock_offset_seconds(issuer, offset);
    }

    fn use_card(&self, card: &Card) {
        self.inner.use_card(card);
    }

    async fn card(&self, issuer: &IssuerId, host: Option<&str>) -> Result<CardBundle, IssuerError> {
        self.call("card", self.inner.card(issuer, host)).await
    }

    async fn open_account(
        &self,
        opening: &Signed<Opening>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<OpenedAccount, IssuerError> {
        self.call("open_account", self.inner.open_account(opening, rekeys)).await
    }

    async fn find_account(
        &self,
        issuer: &IssuerId,
        key: &SigningKey,
    ) -> Result<Option<FoundAccount>, IssuerError> {
        self.call("find_account", self.inner.find_account(issuer, key)).await
    }

    async fn account(&self, reader: Reader<'_>) -> Result<AccountState, IssuerError> {
        self.call("account", self.inner.account(reader)).await
    }

    async fn head(&self, reader: Reader<'_>) -> Result<Signed<Head>, IssuerError> {
        self.call("head", self.inner.head(reader)).await
    }

    async fn entries(&self, reader: Reader<'_>, query: EntriesQuery) -> Result<EntriesPage, IssuerError> {
        self.call("entries", self.inner.entries(reader, query)).await
    }

    fn live_events(
        &self,
        account: AccountRef,
        key: Arc<SigningKey>,
        after: ChainPosition,
    ) -> Result<LiveEvents, IssuerError> {
        self.inner.live_events(account, key, after)
    }

    async fn submit_order(&self, submission: OrderSubmission<'_>) -> Result<OrderAnswer, IssuerError> {
        self.call("submit_order", self.inner.submit_order(submission)).await
    }

    async fn order_outcome(
        &self,
        reader: Reader<'_>,
        order: &Signed<Order>,
    ) -> Result<Option<OrderAnswer>, IssuerError> {
        self.call("order_outcome", self.inner.order_outcome(reader, order)).await
    }

    async fn replay(
        &self,
        submission: OrderSubmission<'_>,
        receipt: &Signed<Receipt>,
    ) -> Result<OrderAnswer, IssuerError> {
        self.call("replay", self.inner.replay(submission, receipt)).await
    }

    async fn payee(&self, payee: AccountRef) -> Result<PayeeInfo, IssuerError> {
        self.call("payee", self.inner.payee(payee)).await
    }

    async fn keep_request(
        &self,
        issuer: &IssuerId,
        request: &Signed<Request>,
    ) -> Result<Digest, IssuerError> {
        self.call("keep_request", self.inner.keep_request(issuer, request)).await
    }

    async fn request(&self, host: &str, hash: &Digest) -> Result<Unproven<Request>, IssuerError> {
        self.call("request", self.inner.request(host, hash)).await
    }

    async fn statement(
        &self,
        issuer: &IssuerId,
        number: Option<i64>,
    ) -> Result<Signed<Statement>, IssuerError> {
        self.call("statement", self.inner.statement(issuer, number)).await
    }

    async fn proof(&self, reader: Reader<'_>, statement: i64) -> Result<StatementProof, IssuerError> {
        self.call("proof", self.inner.proof(reader, statement)).await
    }

    async fn show_head(&self, head: &Signed<Head>) -> Result<(), IssuerError> {
        self.call("show_head", self.inner.show_head(head)).await
    }

    async fn wallet_list(&self, reader: Reader<'_>) -> Result<Option<Vec<u8>>, IssuerError> {
        self.call("wallet_list", self.inner.wallet_list(reader)).await
    }

    async fn put_wallet_list(&self, reader: Reader<'_>, list: &[u8]) -> Result<(), IssuerError> {
        self.call("put_wallet_list", self.inner.put_wallet_list(reader, list)).await
    }

    async fn post_rekey(
        &self,
        issuer: &IssuerId,
        rekey: &Signed<Rekey>,
    ) -> Result<Vec<Signed<Rekey>>, IssuerError> {
        self.call("post_rekey", self.inner.post_rekey(issuer, rekey)).await
    }

    async fn post_grant(&self, grant: &Signed<Grant>) -> Result<Signed<Grant>, IssuerError> {
        self.call("post_grant", self.inner.post_grant(grant)).await
    }

    async fn post_attestation(
        &self,
        attestation: &Signed<Attestation>,
    ) -> Result<Signed<Attestation>, IssuerError> {
        self.call("post_attestation", self.inner.post_attestation(attestation)).await
    }

    async fn post_cancel(
        &self,
        cancel: &Signed<Cancel>,
        request: Option<&[u8]>,
    ) -> Result<Signed<Refusal>, IssuerError> {
        self.call("post_cancel", self.inner.post_cancel(cancel, request)).await
    }

    async fn delete_name(&self, reader: Reader<'_>) -> Result<(), IssuerError> {
        self.call("delete_name", self.inner.delete_name(reader)).await
    }

    async fn delete_memo(&self, reader: Reader<'_>, order: &Digest) -> Result<(), IssuerError> {
        self.call("delete_memo", self.inner.delete_memo(reader, order)).await
    }

    async fn found_issuer(
        &self,
        host: &Endpoint,
        token: Option<&HostToken>,
        founding_key: &PublicKey,
        commitment: &Digest,
    ) -> Result<Founding, IssuerError> {
        self.call("found_issuer", self.inner.found_issuer(host, token, founding_key, commitment)).await
    }

    async fn put_card(
        &self,
        card: &Signed<Card>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<CardBundle, IssuerError> {
        self.call("put_card", self.inner.put_card(card, rekeys)).await
    }

    async fn next_signing_key(
        &self,
        issuer: &IssuerId,
        key: &SigningKey,
    ) -> Result<NextSigningKey, IssuerError> {
        self.call("next_signing_key", self.inner.next_signing_key(issuer, key)).await
    }
}
