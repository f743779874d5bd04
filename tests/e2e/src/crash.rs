//! A phone that dies at a chosen call.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

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

/// On which side of a call the phone dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before it is sent.
    Before,
    /// After the issuer has done what was asked, before its answer is read.
    After,
}

/// Passes calls on until the phone dies; from then on nothing leaves it.
pub struct Crashing {
    inner: Arc<dyn IssuerBackend>,
    side: Side,
    left: AtomicI64,
}

impl Crashing {
    /// Lets this many calls through, then dies at the next.
    pub fn after(calls: i64, side: Side, inner: Arc<dyn IssuerBackend>) -> Arc<Self> {
        Arc::new(Self { inner, side, left: AtomicI64::new(calls) })
    }

    /// Whether the phone has died.
    pub fn is_dead(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    async fn call<T>(&self, call: impl Future<Output = Result<T, IssuerError>>) -> Result<T, IssuerError> {
        let dead = || Err(IssuerError::Interrupted { host: "a phone that died".into() });
        match self.left.fetch_sub(1, Ordering::SeqCst) {
            1.. => call.await,
            0 if self.side == Side::After => {
                // What the issuer makes of it is its own affair.
                let _ = call.await;
                dead()
            }
            _ => dead(),
        }
    }
}

impl fmt::Debug for Crashing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crashing").field("side", &self.side).field("left", &self.left).finish_non_exhaustive()
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

    fn use_card(&self, card: &Card) {
        self.inner.use_card(card);
    }

    async fn card(&self, issuer: &IssuerId, host: Option<&str>) -> Result<CardBundle, IssuerError> {
        self.call(self.inner.card(issuer, host)).await
    }

    async fn open_account(
        &self,
        opening: &Signed<Opening>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<OpenedAccount, IssuerError> {
        self.call(self.inner.open_account(opening, rekeys)).await
    }

    async fn find_account(
        &self,
        issuer: &IssuerId,
        key: &SigningKey,
    ) -> Result<Option<FoundAccount>, IssuerError> {
        self.call(self.inner.find_account(issuer, key)).await
    }

    async fn account(&self, reader: Reader<'_>) -> Result<AccountState, IssuerError> {
        self.call(self.inner.account(reader)).await
    }

    async fn head(&self, reader: Reader<'_>) -> Result<Signed<Head>, IssuerError> {
        self.call(self.inner.head(reader)).await
    }

    async fn entries(&self, reader: Reader<'_>, query: EntriesQuery) -> Result<EntriesPage, IssuerError> {
        self.call(self.inner.entries(reader, query)).await
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
        self.call(self.inner.submit_order(submission)).await
    }

    async fn order_outcome(
        &self,
        reader: Reader<'_>,
        order: &Signed<Order>,
    ) -> Result<Option<OrderAnswer>, IssuerError> {
        self.call(self.inner.order_outcome(reader, order)).await
    }

    async fn replay(
        &self,
        submission: OrderSubmission<'_>,
        receipt: &Signed<Receipt>,
    ) -> Result<OrderAnswer, IssuerError> {
        self.call(self.inner.replay(submission, receipt)).await
    }

    async fn payee(&self, payee: AccountRef) -> Result<PayeeInfo, IssuerError> {
        self.call(self.inner.payee(payee)).await
    }

    async fn keep_request(
        &self,
        issuer: &IssuerId,
        request: &Signed<Request>,
    ) -> Result<Digest, IssuerError> {
        self.call(self.inner.keep_request(issuer, request)).await
    }

    async fn request(&self, host: &str, hash: &Digest) -> Result<Unproven<Request>, IssuerError> {
        self.call(self.inner.request(host, hash)).await
    }

    async fn statement(
        &self,
        issuer: &IssuerId,
        number: Option<i64>,
    ) -> Result<Signed<Statement>, IssuerError> {
        self.call(self.inner.statement(issuer, number)).await
    }

    async fn proof(&self, reader: Reader<'_>, statement: i64) -> Result<StatementProof, IssuerError> {
        self.call(self.inner.proof(reader, statement)).await
    }

    async fn show_head(&self, head: &Signed<Head>) -> Result<(), IssuerError> {
        self.call(self.inner.show_head(head)).await
    }

    async fn wallet_list(&self, reader: Reader<'_>) -> Result<Option<Vec<u8>>, IssuerError> {
        self.call(self.inner.wallet_list(reader)).await
    }

    async fn put_wallet_list(&self, reader: Reader<'_>, list: &[u8]) -> Result<(), IssuerError> {
        self.call(self.inner.put_wallet_list(reader, list)).await
    }

    async fn post_rekey(
        &self,
        issuer: &IssuerId,
        rekey: &Signed<Rekey>,
    ) -> Result<Vec<Signed<Rekey>>, IssuerError> {
        self.call(self.inner.post_rekey(issuer, rekey)).await
    }

    async fn post_grant(&self, grant: &Signed<Grant>) -> Result<Signed<Grant>, IssuerError> {
        self.call(self.inner.post_grant(grant)).await
    }

    async fn post_attestation(
        &self,
        attestation: &Signed<Attestation>,
    ) -> Result<Signed<Attestation>, IssuerError> {
        self.call(self.inner.post_attestation(attestation)).await
    }

    async fn post_cancel(
        &self,
        cancel: &Signed<Cancel>,
        request: Option<&[u8]>,
    ) -> Result<Signed<Refusal>, IssuerError> {
        self.call(self.inner.post_cancel(cancel, request)).await
    }

    async fn delete_name(&self, reader: Reader<'_>) -> Result<(), IssuerError> {
        self.call(self.inner.delete_name(reader)).await
    }

    async fn delete_memo(&self, reader: Reader<'_>, order: &Digest) -> Result<(), IssuerError> {
        self.call(self.inner.delete_memo(reader, order)).await
    }

    async fn found_issuer(
        &self,
        host: &Endpoint,
        token: Option<&HostToken>,
        founding_key: &PublicKey,
        commitment: &Digest,
    ) -> Result<Founding, IssuerError> {
        self.call(self.inner.found_issuer(host, token, founding_key, commitment)).await
    }

    async fn put_card(
        &self,
        card: &Signed<Card>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<CardBundle, IssuerError> {
        self.call(self.inner.put_card(card, rekeys)).await
    }

    async fn next_signing_key(
        &self,
        issuer: &IssuerId,
        key: &SigningKey,
    ) -> Result<NextSigningKey, IssuerError> {
        self.call(self.inner.next_signing_key(issuer, key)).await
    }
}
