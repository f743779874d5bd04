//! For the tests of the wallet's parts: a wallet in a folder of its own, with ports that the test owns.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;

use super::{Wallet, WalletOptions};
use crate::artefact::{
    Attestation, Cancel, Card, Endpoint, Grant, Opening, Order, Refusal, Rekey, Signed, Statement,
};
use crate::clock::{Clock, SystemEntropy, UnixSeconds};
use crate::event::Event;
use crate::issuer::answer::{CardBundle, Founding, NextSigningKey, OpenedAccount};
use crate::issuer::{
    BackendCapabilities, ConnectFault, HostToken, IssuerBackend, IssuerError, OrderAnswer, OrderSubmission,
    Reader,
};
use crate::keys::{
    self, AccountId, Digest, IssuerId, MemorySecretStore, PassphraseCost, PublicKey, SecretStore, SigningKey,
    recovery_commitment,
};
use crate::ledger::ChainState;
use crate::money::{Amount, Currency};
use crate::operation::apply::chain_record;
use crate::operation::confirm::Intent;
use crate::operation::context::{Context, Write};
use crate::store::tables::account::{ACCOUNTS, AccountRecord, Persona, VouchedRecord};
use crate::store::tables::issuer::{ISSUERS, IssuerRecord};
use crate::store::tables::payment::{self, Direction, Payment, PaymentState};

/// A Tuesday, 10:13:20 UTC.
pub(crate) const START: UnixSeconds = 1_800_000_000 - 6_000;

/// A clock that stands still until it is told to go.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn at(now: UnixSeconds) -> Self {
        Self(AtomicI64::new(now))
    }

    pub(crate) fn set(&self, now: UnixSeconds) {
        self.0.store(now, Ordering::SeqCst);
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixSeconds {
        self.0.load(Ordering::SeqCst)
    }
}

/// There is no network.
#[derive(Debug)]
pub(crate) struct Unreachable(pub(crate) Arc<TestClock>);

fn unreachable<T>() -> Result<T, IssuerError> {
    Err(IssuerError::Unreachable { host: "bread.example".into(), fault: ConnectFault::Name })
}

#[async_trait]
impl IssuerBackend for Unreachable {
    fn capabilities(&self, _: &IssuerId) -> BackendCapabilities {
        BackendCapabilities::NATIVE
    }

    fn issuer_now(&self, _: &IssuerId) -> UnixSeconds {
        self.0.now()
    }

    fn use_card(&self, _: &Card) {}

    async fn card(&self, _: &IssuerId, _: Option<&str>) -> Result<CardBundle, IssuerError> {
        unreachable()
    }

    async fn open_account(
        &self,
        _: &Signed<Opening>,
        _: &[Signed<Rekey>],
    ) -> Result<OpenedAccount, IssuerError> {
        unreachable()
    }

    async fn submit_order(&self, _: OrderSubmission<'_>) -> Result<OrderAnswer, IssuerError> {
        unreachable()
    }

    async fn order_outcome(
        &self,
        _: Reader<'_>,
        _: &Signed<Order>,
    ) -> Result<Option<OrderAnswer>, IssuerError> {
        unreachable()
    }

    async fn statement(&self, _: &IssuerId, _: Option<i64>) -> Result<Signed<Statement>, IssuerError> {
        unreachable()
    }

    async fn post_rekey(&self, _: &IssuerId, _: &Signed<Rekey>) -> Result<Vec<Signed<Rekey>>, IssuerError> {
        unreachable()
    }

    async fn post_grant(&self, _: &Signed<Grant>) -> Result<Signed<Grant>, IssuerError> {
        unreachable()
    }

    async fn post_attestation(&self, _: &Signed<Attestation>) -> Result<Signed<Attestation>, IssuerError> {
        unreachable()
    }

    async fn post_cancel(
        &self,
        _: &Signed<Cancel>,
        _: Option<&[u8]>,
    ) -> Result<Signed<Refusal>, IssuerError> {
        unreachable()
    }

    async fn found_issuer(
        &self,
        _: &Endpoint,
        _: Option<&HostToken>,
        _: &PublicKey,
        _: &Digest,
    ) -> Result<Founding, IssuerError> {
        unreachable()
    }

    async fn put_card(&self, _: &Signed<Card>, _: &[Signed<Rekey>]) -> Result<CardBundle, IssuerError> {
        unreachable()
    }

    async fn next_signing_key(&self, _: &IssuerId, _: &SigningKey) -> Result<NextSigningKey, IssuerError> {
        unreachable()
    }
}

/// A wallet in a folder that goes with it.
pub(crate) struct TestWallet {
    pub(crate) wallet: Wallet,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) secrets: Arc<MemorySecretStore>,
    pub(crate) options: WalletOptions,
    folder: tempfile::TempDir,
}

impl TestWallet {
    /// A new wallet without currencies.
    pub(crate) async fn new() -> Self {
        Self::with_phrase().await.0
    }

    /// A new wallet without currencies, and its words.
    pub(crate) async fn with_phrase() -> (Self, keys::RecoveryPhrase) {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(START)));
        let secrets = Arc::new(MemorySecretStore::new(Arc::new(SystemEntropy)));
        let options = WalletOptions {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            pin_cost: PassphraseCost::LEAST,
            ..WalletOptions::new(
                folder.path(),
                Arc::clone(&secrets) as Arc<dyn SecretStore>,
                Arc::new(Unreachable(Arc::clone(&clock))),
            )
        };
        let (wallet, phrase) = Wallet::create(&options).await.unwrap();
        (Self { wallet, clock, secrets, options, folder }, phrase)
    }

    /// What the wallet stands on, for tests of the modules below it.
    pub(crate) fn context(&self) -> &Arc<Context> {
        &self.wallet.context
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Closes the wallet and opens it again, as after a restart.
    pub(crate) async fn reopen(&mut self) {
        self.wallet.close().await.unwrap();
        self.wallet = Wallet::open(&self.options).await.unwrap();
    }

    /// Tells the app something.
    pub(crate) async fn tell(&self, event: Event) {
        self.wallet.context.write(move |write| write.tell(&event)).await.unwrap();
    }

    /// A currency with an account of this wallet that holds `balance`. The same number gives the same issuer.
    pub(crate) async fn currency(
        &self,
        number: u8,
        name: &str,
        currency: Currency,
        balance: i64,
    ) -> IssuerId {
        let key = SigningKey::from_bytes(&[number; 32]);
        let commitment = recovery_commitment(&SigningKey::from_bytes(&[number ^ 0x80; 32]).public_key());
        let card = Card {
            issuer: IssuerId::derive(&key.public_key(), &commitment),
            commitment,
            serial: 1,
            rekey_number: 0,
            name: name.into(),
            currency,
            endpoints: vec![Endpoint { origin: "https://bread.example".into(), tls_keys: Vec::new() }],
            signing_key: SigningKey::from_bytes(&[number ^ 0x40; 32]).public_key(),
            signing_key_from: START - 86_400,
            signing_key_until: START + 86_400 * 300,
            epoch: 0,
            promise: format!("A loaf a coin, says {name}."),
            owners_limit: Amount::new(1_000_000),
            logo: None,
            last_statement: None,
            signed_at: START - 86_400,
        };
        let issuer = card.issuer;
        let record = IssuerRecord {
            issuer,
            card: Signed::sign(&card, &key).unwrap().bytes().into(),
            earlier_cards: Vec::new(),
            rekeys: Vec::new(),
            found_at: "bread.example".into(),
            card_checked_at: START,
            clock_offset: None,
            statement: Some((0, Digest::of(&[b"statement 0"]))),
            owned: None,
            distrusted_since: None,
            added_at: START,
        };
        let account = self.account(issuer, commitment, balance);
        self.wallet
            .context
            .write(move |write| {
                ISSUERS.put(write.transaction, write.cipher, issuer, &record)?;
                ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
                Ok(())
            })
            .await
            .unwrap();
        issuer
    }

    pub(crate) fn account(&self, issuer: IssuerId, commitment: Digest, balance: i64) -> AccountRecord {
        let held = self.wallet.context.keys().unwrap();
        let seed = held.newest().unwrap();
        let key = seed.founding_key(keys::Founding::Account { issuer, k: 0 });
        let founding_key = key.public_key();
        let account = AccountId::derive(&founding_key, &commitment);
        let opening = Opening {
            issuer,
            commitment,
            sealing_key: seed.sealing_secret(&founding_key).public_key(),
            signed_at: START,
        };
        let chain = ChainState { balance: Amount::new(balance), ..ChainState::genesis(issuer, account, 0) };
        AccountRecord {
            issuer,
            account,
            persona: Persona::Private { index: 0 },
            generation: seed.generation(),
            founding_key,
            opening: Signed::sign(&opening, &key).unwrap().bytes().into(),
            rekeys: Vec::new(),
            opened: true,
            role_grant: None,
            earlier_role_grants: Vec::new(),
            attestation: None,
            key_grants: Vec::new(),
            chain: chain_record(&chain),
            vouched: VouchedRecord::Empty,
            newest_key: None,
            head: Some(b"head 0".as_slice().into()),
            verified_at: None,
            unproven_since: None,
            hand_back: None,
            acting: None,
        }
    }

    /// Changes the record of an account.
    pub(crate) async fn change_account(
        &self,
        issuer: IssuerId,
        change: impl FnOnce(&mut AccountRecord) + Send + 'static,
    ) {
        self.wallet
            .context
            .write(move |write| {
                let mut account = ACCOUNTS.get(write.transaction, write.cipher, issuer)?.unwrap();
                change(&mut account);
                ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
                Ok(())
            })
            .await
            .unwrap();
    }

    /// Changes the record of an issuer.
    pub(crate) async fn change_issuer(
        &self,
        issuer: IssuerId,
        change: impl FnOnce(&mut IssuerRecord) + Send + 'static,
    ) {
        self.wallet
            .context
            .write(move |write| {
                let mut record = ISSUERS.get(write.transaction, write.cipher, issuer)?.unwrap();
                change(&mut record);
                ISSUERS.put(write.transaction, write.cipher, issuer, &record)?;
                Ok(())
            })
            .await
            .unwrap();
    }

    /// Empties the history.
    pub(crate) async fn forget_payments(&self) {
        let emptied = |write: &Write<'_>| {
            write.transaction.execute_batch("DELETE FROM payment; DELETE FROM search_token").unwrap();
            Ok(())
        };
        self.wallet.context.write(emptied).await.unwrap();
    }

    /// Puts payments into the history.
    pub(crate) async fn payments(&self, payments: Vec<Payment>) {
        self.wallet
            .context
            .write(move |write| {
                for shown in &payments {
                    let issuer = ISSUERS.key(write.cipher, shown.issuer);
                    payment::put(write.transaction, write.cipher, &issuer, shown)?;
                }
                Ok(())
            })
            .await
            .unwrap();
    }
}

/// A payment that the user confirmed.
pub(crate) fn intent(issuer: IssuerId, key: &str, amount: i64) -> Intent {
    Intent {
        idempotency_key: key.into(),
        issuer,
        payee: AccountId::new([9; 16]),
        payee_name: None,
        payee_sealing_key: None,
        payee_key: PublicKey::new([9; 32]),
        amount: Amount::new(amount),
        tip: None,
        memo: None,
        request: None,
        repays: None,
    }
}

/// Money that came in, settled.
pub(crate) fn received(issuer: IssuerId, number: u64, at: UnixSeconds, amount: i64) -> Payment {
    Payment {
        payment: Digest::of(&[b"payment", &number.to_be_bytes()]),
        issuer,
        at,
        state: PaymentState::Settled,
        direction: Direction::In,
        counterpart: AccountId::new([7; 16]),
        counterpart_name: None,
        amount: Amount::new(amount),
        tip: None,
        memo: None,
        request: None,
        repays: None,
        refunded: Amount::ZERO,
        refusal: None,
        epoch: None,
        sequence: None,
    }
}

/// A currency with two decimals.
pub(crate) fn bread() -> Currency {
    Currency::new("BREAD", "Bread", "", 2).unwrap()
}
