//! The SDK's own driver against this server: every call of the protocol, once, over TLS with a pinned key.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use tallystick::artefact::{
    Attestation, Cancel, Capabilities, Card, Endpoint, Grant, GrantGiven, Opening, Order, Price, Rekey,
    Request, Role, Seen, Signed, StatementRef, Subject, Unproven,
};
use tallystick::clock::{Clock as _, SystemClock, SystemEntropy};
use tallystick::issuer::answer::StatementProof;
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::issuer::{
    AccountEvent, AccountRef, ChainPosition, EntriesQuery, HostToken, IssuerBackend, IssuerError, LiveEvent,
    OrderAnswer, OrderSubmission, Reader, Rejection, Settlement, TrustFault,
};
use tallystick::keys::{
    AccountId, Digest, IssuerId, OrderId, RequestId, SealingKey, SigningKey, recovery_commitment,
};
use tallystick::ledger::Node;
use tallystick::money::{Amount, Currency};
use tallystick_issuer::{Config, Issuer, RunningServer, Token};

/// A founding key and the recovery key that may replace it.
struct Keys {
    founding: SigningKey,
    recovery: SigningKey,
}

impl Keys {
    fn new(seed: u8) -> Self {
        Self {
            founding: SigningKey::from_bytes(&[seed; 32]),
            recovery: SigningKey::from_bytes(&[seed + 100; 32]),
        }
    }

    fn commitment(&self) -> Digest {
        recovery_commitment(&self.recovery.public_key())
    }

    fn issuer(&self) -> IssuerId {
        IssuerId::derive(&self.founding.public_key(), &self.commitment())
    }

    fn account(&self) -> AccountId {
        AccountId::derive(&self.founding.public_key(), &self.commitment())
    }
}

struct Town {
    folder: tempfile::TempDir,
    server: RunningServer,
    backend: NativeBackend,
    owner: Keys,
    issuer: IssuerId,
    card: Signed<Card>,
}

fn driver() -> NativeBackend {
    NativeBackend::new(NativeConfig::default(), Arc::new(SystemClock), Arc::new(SystemEntropy)).unwrap()
}

fn card(
    owner: &Keys,
    serial: u32,
    signing_key: tallystick::keys::PublicKey,
    endpoint: Endpoint,
    now: i64,
) -> Card {
    Card {
        issuer: owner.issuer(),
        commitment: owner.commitment(),
        serial,
        rekey_number: 0,
        name: "Bread".to_owned(),
        currency: Currency::new("BREAD", "Bread", "", 2).unwrap(),
        endpoints: vec![endpoint],
        signing_key,
        signing_key_from: now - 60,
        signing_key_until: now + 86_400,
        epoch: 0,
        promise: "A loaf for 3.00".to_owned(),
        owners_limit: Amount::new(10_000),
        logo: None,
        last_statement: None,
        signed_at: now,
    }
}

impl Town {
    async fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config =
            Config { admission_token: Some(Token::new("sesame")), ..Config::on_loopback(folder.path()) };
        let server = Issuer::start(config).await.unwrap();
        let backend = driver();
        let owner = Keys::new(1);
        let issuer = owner.issuer();
        let host = Endpoint { origin: server.origin().to_owned(), tls_keys: server.tls_key_hashes() };

        let founding_key = owner.founding.public_key();
        let refused =
            backend.found_issuer(&host, None, &founding_key, &owner.commitment()).await.unwrap_err();
        assert!(refused.is_problem("not_authorised"), "{refused:?}");
        let token = HostToken(zeroize::Zeroizing::new("sesame".to_owned()));
        let founding =
            backend.found_issuer(&host, Some(&token), &founding_key, &owner.commitment()).await.unwrap();
        assert_eq!(founding.issuer, issuer);
        let again =
            backend.found_issuer(&host, Some(&token), &founding_key, &owner.commitment()).await.unwrap();
        assert_eq!(founding, again);

        let now = SystemClock.now();
        let card = card(&owner, 1, founding.signing_key, founding.endpoint, now);
        let card = Signed::sign(&card, &owner.founding).unwrap();
        let bundle = backend.put_card(&card, &[]).await.unwrap();
        assert_eq!((&bundle.card, bundle.rekeys.len()), (&card, 0));
        backend.use_card(card.body());
        Self { folder, server, backend, owner, issuer, card }
    }

    fn now(&self) -> i64 {
        self.backend.issuer_now(&self.issuer)
    }

    async fn open(&self, keys: &Keys) -> AccountRef {
        let opening = Opening {
            issuer: self.issuer,
            commitment: keys.commitment(),
            sealing_key: SealingKey::new([7; 32]),
            signed_at: self.now(),
        };
        let opening = Signed::sign(&opening, &keys.founding).unwrap();
        let opened = self.backend.open_account(&opening, &[]).await.unwrap();
        assert_eq!(opened.account, keys.account());
        assert_eq!(opened.head.unwrap().body().sequence, 0);
        AccountRef { issuer: self.issuer, account: opened.account }
    }

    fn grant(
        &self,
        account: AccountId,
        given: GrantGiven,
        limit: Option<i64>,
        key: &SigningKey,
    ) -> Signed<Grant> {
        let grant = Grant {
            issuer: self.issuer,
            account,
            given,
            limit: limit.map(Amount::new),
            not_after: self.now() + 3_600,
            signed_at: self.now(),
            nonce: [3; 8],
        };
        Signed::sign(&grant, key).unwrap()
    }

    async fn order(&self, payer: &Keys, payee: AccountId, minor: i64, id: u8) -> Order {
        let account = AccountRef { issuer: self.issuer, account: payer.account() };
        let head = self.backend.head(Reader { account, key: &payer.founding }).await.unwrap();
        let StatementRef { number, hash } = head.body().statement;
        Order {
            issuer: self.issuer,
            payer: account.account,
            payee,
            amount: Amount::new(minor),
            order_id: OrderId::new([id; 16]),
            not_after: self.now() + 60,
            request: None,
            repays: None,
            memo: None,
            seen: Seen { head: head.hash(), statement_number: number, statement: hash },
            tip: None,
        }
    }
}

fn plain(order: &Signed<Order>) -> OrderSubmission<'_> {
    OrderSubmission { order, request: None, memo: None, pin: None }
}

async fn refusal_code(backend: &NativeBackend, order: &Signed<Order>) -> String {
    match backend.submit_order(plain(order)).await.unwrap() {
        OrderAnswer::Refused(Rejection::Signed { refusal, .. }) => refusal.body().code.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stranger_gets_the_card_and_nothing_else() {
    let town = Town::found().await;
    let backend = driver();
    let host = town.server.origin().trim_start_matches("https://").to_owned();
    let bundle = backend.card(&town.issuer, Some(&host)).await.unwrap();
    assert_eq!(bundle.card, town.card);

    let mut unpinned = bundle.card.body().clone();
    unpinned.endpoints[0].tls_keys.clear();
    backend.use_card(&unpinned);
    match backend.statement(&town.issuer, None).await.unwrap_err() {
        IssuerError::Untrusted { fault: TrustFault::UnknownAuthority, tls_key, .. } => {
            assert_eq!(tls_key, town.server.tls_key_hashes().first().copied());
        }
        other => panic!("{other:?}"),
    }
    backend.use_card(bundle.card.body());
    assert_eq!(backend.statement(&town.issuer, None).await.unwrap().body().number, 0);
    assert!(backend.clock_offset_seconds(&town.issuer).unwrap().abs() <= 2);
    town.server.shutdown().await;
}

#[tokio::test]
async fn money_moves_and_is_proved() {
    let town = Town::found().await;
    let (backend, issuer) = (&town.backend, &town.issuer);
    let (shop, anna) = (Keys::new(2), Keys::new(3));
    let (shop_ref, anna_ref) = (town.open(&shop).await, town.open(&anna).await);
    let shop_reader = Reader { account: shop_ref, key: &shop.founding };
    let anna_reader = Reader { account: anna_ref, key: &anna.founding };
    let role = town.grant(shop_ref.account, GrantGiven::Role(Role::Owner), Some(5_000), &town.owner.founding);
    assert_eq!(backend.post_grant(&role).await.unwrap(), role);

    // Live from the beginning.
    let start = ChainPosition { epoch: 0, sequence: 0 };
    let mut events =
        backend.live_events(anna_ref, Arc::new(SigningKey::from_bytes(&[3; 32])), start).unwrap();
    assert_eq!(events.next().await, Some(LiveEvent::Connected));

    let issue = Signed::sign(&town.order(&shop, anna_ref.account, 2_000, 1).await, &shop.founding).unwrap();
    assert_eq!(backend.order_outcome(shop_reader, &issue).await.unwrap(), None);
    let first = backend.submit_order(plain(&issue)).await.unwrap();
    let OrderAnswer::Executed(Settlement::Signed { receipt, entry: Some(entry) }) = &first else {
        panic!("{first:?}")
    };
    assert_eq!((receipt.body().order, receipt.body().account), (issue.hash(), shop_ref.account));
    let position = ChainPosition { epoch: 0, sequence: 1 };
    let news = AccountEvent { account: anna_ref.account, position };
    assert_eq!(events.next().await, Some(LiveEvent::Entry(news)));
    drop(events);

    // The same bytes again, and by look-up from both sides.
    let again = backend.submit_order(plain(&issue)).await.unwrap();
    let OrderAnswer::Executed(Settlement::Signed { receipt: second, .. }) = again else { panic!() };
    assert_eq!(second.bytes(), receipt.bytes());
    let seen = backend.order_outcome(anna_reader, &issue).await.unwrap().unwrap();
    let OrderAnswer::Executed(Settlement::Signed { receipt: annas, entry: Some(_) }) = seen else { panic!() };
    assert_eq!(annas.body().account, anna_ref.account);

    let query = EntriesQuery { after: start, limit: 10 };
    let page = backend.entries(shop_reader, query).await.unwrap();
    assert_eq!((page.entries.len(), page.more), (1, false));
    assert_eq!(page.entries[0].entry, *entry);
    assert_eq!(page.entries[0].order.as_deref(), Some(issue.bytes()));
    assert_eq!(page.head.body().balance, Amount::new(-2_000));

    // Anna pays a request with a memo.
    let request = Request {
        payee: shop_ref.account,
        not_after: Some(town.now() + 600),
        prices: vec![Price {
            issuer_prefix: issuer.as_bytes()[..8].try_into().unwrap(),
            amount: Some(Amount::new(300)),
        }],
        nonce: [5; 8],
        reference: None,
        tip: None,
        reusable: false,
        lines: Vec::new(),
        note: None,
    };
    let request = Unproven::sign(&request, &shop.founding).unwrap();
    let host = town.server.origin().trim_start_matches("https://").to_owned();
    assert_eq!(backend.keep_request(issuer, &request).await.unwrap(), request.hash());
    assert_eq!(backend.request(&host, &request.hash()).await.unwrap().bytes(), request.bytes());
    let memo = [9_u8; 150];
    let mut payment = town.order(&anna, shop_ref.account, 300, 2).await;
    payment.request = Some(RequestId::of(&request.hash()));
    payment.memo = Some(Digest::of(&[&memo]));
    let payment = Signed::sign(&payment, &anna.founding).unwrap();
    let submission =
        OrderSubmission { order: &payment, request: Some(request.bytes()), memo: Some(&memo), pin: None };
    assert!(matches!(backend.submit_order(submission).await.unwrap(), OrderAnswer::Executed(_)));
    let query = EntriesQuery { after: position, limit: 10 };
    let page = backend.entries(shop_reader, query).await.unwrap();
    assert_eq!(page.entries[0].memo.as_deref(), Some(&memo[..]));
    assert_eq!(page.entries[0].request.as_deref(), Some(request.bytes()));
    backend.delete_memo(anna_reader, &payment.hash()).await.unwrap();
    let page = backend.entries(shop_reader, query).await.unwrap();
    assert_eq!(page.entries[0].memo, None);

    // Anna cannot go below zero.
    let greedy = Signed::sign(&town.order(&anna, shop_ref.account, 5_000, 3).await, &anna.founding).unwrap();
    assert_eq!(refusal_code(backend, &greedy).await, "insufficient_funds");

    // The next signing key begins with a statement, which proves Anna's balance.
    let next = backend.next_signing_key(issuer, &town.owner.founding).await.unwrap();
    let last = StatementRef { number: next.statement.body().number, hash: next.statement.hash() };
    let now = town.now();
    let mut successor = card(&town.owner, 2, next.signing_key, town.card.body().endpoints[0].clone(), now);
    successor.signing_key_from = now;
    successor.last_statement = Some(last);
    let successor = Signed::sign(&successor, &town.owner.founding).unwrap();
    assert_eq!(backend.put_card(&successor, &[]).await.unwrap().card, successor);
    backend.use_card(successor.body());
    assert_eq!(backend.card(issuer, None).await.unwrap().card, successor);
    let statement = backend.statement(issuer, None).await.unwrap();
    let number = statement.body().number;
    assert!(number > last.number);
    assert_eq!(backend.statement(issuer, Some(last.number)).await.unwrap(), next.statement);
    let StatementProof::Present(proof) = backend.proof(anna_reader, number).await.unwrap() else { panic!() };
    assert_eq!(proof.balance, Amount::new(1_700));
    let root = Node { hash: statement.body().root, sum: statement.body().sum };
    proof.verify(anna_ref.account, &root).unwrap();
    assert_eq!(backend.proof(shop_reader, number).await.unwrap(), StatementProof::Absent);
    let head = backend.head(anna_reader).await.unwrap();
    assert_eq!(head.signer(), &next.signing_key);
    backend.show_head(&head).await.unwrap();
    town.server.shutdown().await;
}

#[tokio::test]
async fn keys_names_and_lists() {
    let town = Town::found().await;
    let (backend, issuer) = (&town.backend, &town.issuer);
    let anna = Keys::new(3);
    let account = town.open(&anna).await;
    let reader = Reader { account, key: &anna.founding };

    let till = SigningKey::from_bytes(&[50; 32]);
    let given = GrantGiven::Key(till.public_key(), Capabilities::RECEIVE.and(Capabilities::VIEW));
    let grant = town.grant(account.account, given, None, &anna.founding);
    backend.post_grant(&grant).await.unwrap();
    assert_eq!(backend.head(Reader { account, key: &till }).await.unwrap().body().account, account.account);

    let attestation = Attestation {
        issuer: *issuer,
        account: account.account,
        name: "Anna".to_owned(),
        role: Role::Customer,
        not_after: town.now() + 3_600,
        signed_at: town.now(),
    };
    let attestation = Signed::sign(&attestation, &town.owner.founding).unwrap();
    assert_eq!(backend.post_attestation(&attestation).await.unwrap(), attestation);
    let payee = backend.payee(account).await.unwrap();
    assert_eq!((payee.attestation, payee.grants), (Some(attestation.clone()), vec![grant.clone()]));
    let state = backend.account(reader).await.unwrap();
    assert_eq!((state.attestation, state.grants), (Some(attestation), vec![grant.clone()]));
    assert_eq!(state.opening, payee.opening);
    backend.delete_name(reader).await.unwrap();
    assert_eq!(backend.payee(account).await.unwrap().attestation, None);

    // A cancelled key sees nothing any more; its live connection is told.
    let cancel =
        Cancel { issuer: *issuer, target: grant.hash(), signed_at: town.now(), account: account.account };
    let cancel = Signed::sign(&cancel, &anna.founding).unwrap();
    assert_eq!(backend.post_cancel(&cancel, None).await.unwrap().body().code, "cancelled");
    let refused = backend.head(Reader { account, key: &till }).await.unwrap_err();
    assert!(refused.is_problem("not_authorised"));
    let mut events =
        backend.live_events(account, Arc::new(till), ChainPosition { epoch: 0, sequence: 0 }).unwrap();
    assert!(matches!(events.next().await, Some(LiveEvent::Ended(_))));
    assert_eq!(events.next().await, None);

    assert_eq!(backend.wallet_list(reader).await.unwrap(), None);
    let list = vec![7; 4_096];
    backend.put_wallet_list(reader, &list).await.unwrap();
    assert_eq!(backend.wallet_list(reader).await.unwrap(), Some(list));

    // A stolen phone's key is replaced.
    let fresh = Keys::new(4);
    let rekey = Rekey {
        subject: Subject::Account(account.account, SealingKey::new([8; 32])),
        number: 1,
        previous: anna.founding.public_key(),
        founding_key: fresh.founding.public_key(),
        commitment: fresh.commitment(),
        signed_at: town.now(),
    };
    let rekey = Signed::sign(&rekey, &anna.recovery).unwrap();
    assert_eq!(backend.post_rekey(issuer, &rekey).await.unwrap(), vec![rekey.clone()]);
    assert!(backend.head(reader).await.unwrap_err().is_problem("not_authorised"));
    backend.head(Reader { account, key: &fresh.founding }).await.unwrap();
    let found = backend.find_account(issuer, &fresh.founding).await.unwrap().unwrap();
    assert_eq!((found.account, found.rekeys), (account.account, vec![rekey]));
    assert_eq!(backend.find_account(issuer, &SigningKey::from_bytes(&[99; 32])).await.unwrap(), None);
    town.server.shutdown().await;
}

/// A server that stops ends its streams and answers again at the same place; the stream goes on by itself.
#[tokio::test]
async fn a_restarted_server_is_found_again() {
    let mut town = Town::found().await;
    let anna = Keys::new(3);
    let account = town.open(&anna).await;
    let start = ChainPosition { epoch: 0, sequence: 0 };
    let mut events =
        town.backend.live_events(account, Arc::new(SigningKey::from_bytes(&[3; 32])), start).unwrap();
    assert_eq!(events.next().await, Some(LiveEvent::Connected));

    let address = town.server.address();
    let config = Config { listen: address, ..Config::on_loopback(town.folder.path()) };
    town.server.shutdown().await;
    assert!(matches!(events.next().await, Some(LiveEvent::Interrupted(_))));
    town.server = Issuer::start(config).await.unwrap();
    let connected = async { while events.next().await != Some(LiveEvent::Connected) {} };
    tokio::time::timeout(Duration::from_secs(20), connected).await.unwrap();
    let reader = Reader { account, key: &anna.founding };
    assert_eq!(town.backend.head(reader).await.unwrap().body().sequence, 0);
    town.server.shutdown().await;
}
