//! The wallet's own driver against this server: both sides of the protocol understand each other, and what the server
//! signs passes every check of the ledger.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use tallystick::artefact::{Capabilities, Endpoint, Order, Role, Signed};
use tallystick::clock::{Clock, SystemEntropy};
use tallystick::issuer::native::{NativeBackend, NativeConfig};
use tallystick::issuer::{
    AccountRef, ChainPosition, EntriesQuery, IssuerBackend as _, LiveEvent, OrderAnswer, OrderSubmission,
    Reader, Settlement,
};
use tallystick::keys::IssuerId;
use tallystick::ledger::follow::{Base, Followed, Follower, Item, Known, NoPast};
use tallystick::ledger::statement::{Place, check_content, check_limit, check_link, check_place, root};
use tallystick::ledger::{ChainState, FoundingKeys, SigningKeys};

use super::people::{Person, attestation, key, key_grant, order, request, role_grant, sign, sign_request};
use super::town::Town;

/// A wallet's side: trusts nobody but the TLS key that the card names.
struct Wallet<'a> {
    town: &'a Town,
    backend: NativeBackend,
    issuer: FoundingKeys,
    signing: SigningKeys,
}

impl<'a> Wallet<'a> {
    async fn open(town: &'a Town) -> Self {
        let clock: Arc<dyn Clock> = town.clock.clone();
        let config = NativeConfig { rounds: 1, ..NativeConfig::default() };
        let backend = NativeBackend::new(config, clock, Arc::new(SystemEntropy)).unwrap();
        let host = town.server().origin().strip_prefix("https://").unwrap();
        let bundle = backend.card(&town.issuer, Some(host)).await.unwrap();
        let issuer = FoundingKeys::of_issuer(town.issuer, Some(&bundle.card), &bundle.rekeys).unwrap();
        let signing = SigningKeys::build(&issuer, std::slice::from_ref(&bundle.card)).unwrap();
        backend.use_card(bundle.card.body());
        Self { town, backend, issuer, signing }
    }

    fn reader<'k>(&self, person: &'k Person) -> Reader<'k> {
        Reader { account: self.account(person), key: &person.key }
    }

    fn account(&self, person: &Person) -> AccountRef {
        AccountRef { issuer: self.town.issuer, account: person.account }
    }

    async fn submit(&self, order: &Signed<Order>, request: Option<&[u8]>) -> OrderAnswer {
        let submission = OrderSubmission { order, request, memo: None, pin: None };
        self.backend.submit_order(submission).await.unwrap()
    }

    /// Follows an account's chain from the beginning, through all epochs, checking everything.
    async fn follow(&self, person: &Person) -> (Followed, Vec<ChainState>) {
        let state = self.backend.account(self.reader(person)).await.unwrap();
        let keys = FoundingKeys::of_account(person.account, Some(&state.opening), &state.rekeys).unwrap();
        let grants: Vec<_> = state
            .role_grant
            .into_iter()
            .chain(state.grants)
            .map(tallystick::ledger::KnownGrant::uncancelled)
            .collect();
        let known = Known {
            issuer: &self.issuer,
            signing: &self.signing,
            account: &keys,
            opening: Some(&state.opening),
            grants: &grants,
            cancels: &[],
            statements: &[],
        };
        let mut follower = Follower::new(known, &NoPast, Base::empty(self.town.issuer, person.account, 0));
        let mut states = vec![follower.base().state];
        loop {
            let at = follower.base().state;
            let after = ChainPosition { epoch: at.epoch, sequence: at.sequence };
            let query = EntriesQuery { after, limit: 2 };
            let page = self.backend.entries(self.reader(person), query).await.unwrap();
            let items: Vec<Item<'_>> = page
                .entries
                .iter()
                .map(|bundle| Item {
                    entry: &bundle.entry,
                    order: bundle.order.as_deref(),
                    receipt: bundle.receipt.as_deref(),
                    grant: bundle.grant.as_deref(),
                    request: bundle.request.as_deref(),
                    memo: bundle.memo.as_deref(),
                })
                .collect();
            states.extend(follower.page(&items).unwrap().iter().map(|movement| movement.state));
            if !page.more {
                return (follower.finish(&page.head).unwrap(), states);
            }
            if page.entries.is_empty() {
                follower.begin_epoch(at.epoch + 1).unwrap();
                states = vec![follower.base().state];
            }
        }
    }
}

#[tokio::test]
async fn a_business_is_founded_and_pays_its_way() {
    let town = Town::start().await;
    let wallet = Wallet::open(&town).await;
    let host =
        Endpoint { origin: town.server().origin().to_owned(), tls_keys: town.server().tls_key_hashes() };

    // Another business, founded by the driver.
    let business = Person::new("second business");
    let founding = wallet
        .backend
        .found_issuer(&host, None, &business.public_key(), &business.commitment())
        .await
        .unwrap();
    let id = IssuerId::derive(&business.public_key(), &business.commitment());
    assert_eq!((founding.issuer, &founding.endpoint), (id, &host));
    let mut card = town.card.body().clone();
    (card.issuer, card.commitment, card.signing_key) = (id, business.commitment(), founding.signing_key);
    let card = sign(&card, &business.key);
    assert_eq!(wallet.backend.put_card(&card, &[]).await.unwrap().card, card);

    // Roles, keys and names.
    let shop = Person::new("shop");
    let opened = wallet.backend.open_account(&shop.opening(town.issuer), &[]).await.unwrap();
    assert_eq!(opened.account, shop.account);
    let till = key("till");
    let now = town.now();
    let grants = [
        sign(&role_grant(town.issuer, &shop, Role::Worker, Some(5_000), now), &town.owner.key),
        sign(
            &key_grant(town.issuer, &shop, &till, Capabilities::RECEIVE.and(Capabilities::PAY), None, now),
            &shop.key,
        ),
    ];
    for grant in &grants {
        assert_eq!(&wallet.backend.post_grant(grant).await.unwrap(), grant);
    }
    let name = sign(&attestation(town.issuer, &shop, "The shop", now), &town.business.key);
    wallet.backend.post_attestation(&name).await.unwrap();
    let payee = wallet.backend.payee(wallet.account(&shop)).await.unwrap();
    assert_eq!((payee.attestation, payee.grants.len()), (Some(name), 1));

    // Money, by founding key and by granted key.
    let anna = town.rich("anna", 1_000).await;
    let asked = sign_request(&request(town.issuer, &shop, 450, now), &till);
    assert_eq!(wallet.backend.keep_request(&town.issuer, &asked).await.unwrap(), asked.hash());
    let pay = super::people::paying(&order(town.issuer, &anna, &shop, 450, now), &asked);
    let answer = wallet.submit(&sign(&pay, &anna.key), Some(asked.bytes())).await;
    let OrderAnswer::Executed(Settlement::Signed { entry: Some(_), .. }) = answer else {
        panic!("{answer:?}")
    };
    let by_till = sign(&order(town.issuer, &shop, &anna, 50, now), &till);
    assert!(matches!(wallet.submit(&by_till, None).await, OrderAnswer::Executed(_)));
    let outcome = wallet.backend.order_outcome(wallet.reader(&shop), &by_till).await.unwrap();
    assert!(matches!(outcome, Some(OrderAnswer::Executed(_))));

    // Every chain and every statement passes every check.
    let before = wallet.backend.statement(&town.issuer, None).await.unwrap();
    town.clock.advance(5);
    town.inside().make_statement(town.issuer).await.unwrap();
    let statement = wallet.backend.statement(&town.issuer, None).await.unwrap();
    check_content(statement.body(), &wallet.issuer).unwrap();
    check_limit(statement.body(), wallet.signing.cards()).unwrap();
    check_link(&before, statement.body()).unwrap();
    for (person, balance) in [(&anna, 600), (&shop, 400), (&town.owner, -1_000)] {
        let (followed, states) = wallet.follow(person).await;
        assert_eq!(followed.base.state.balance.minor(), balance);
        let proof = wallet.backend.proof(wallet.reader(person), statement.body().number).await.unwrap();
        let place = match &proof {
            tallystick::issuer::answer::StatementProof::Present(proof) => {
                proof.verify(person.account, &root(statement.body())).unwrap();
                Place::Proof(proof)
            }
            tallystick::issuer::answer::StatementProof::Absent => Place::Absent,
        };
        let possible = tallystick::ledger::statement::states_at(&states, statement.body().time);
        check_place(statement.body(), &person.account, possible, place).unwrap();
    }
}

#[tokio::test]
async fn news_come_live() {
    let town = Town::start().await;
    let wallet = Wallet::open(&town).await;
    let (anna, shop) = (town.rich("anna", 1_000).await, town.person("shop").await);
    let from = ChainPosition { epoch: 0, sequence: 0 };
    let mut live = wallet.backend.live_events(wallet.account(&shop), Arc::new(key("shop")), from).unwrap();
    let mut next =
        async || tokio::time::timeout(Duration::from_secs(20), live.next()).await.unwrap().unwrap();
    assert_eq!(next().await, LiveEvent::Connected);
    for sequence in 1..4 {
        town.pay(&anna, &shop, 10).await;
        let LiveEvent::Entry(event) = next().await else { panic!("no entry") };
        assert_eq!((event.account, event.position), (shop.account, ChainPosition { epoch: 0, sequence }));
    }
}

#[tokio::test]
async fn a_restored_issuer_is_followed_into_its_new_epoch() {
    let mut town = Town::start().await;
    let (anna, bert) = (town.rich("anna", 1_000).await, town.person("bert").await);
    town.pay(&anna, &bert, 100).await;
    let copy = town.folder.path().join("copy.sqlite");
    town.server().backup(&copy).unwrap();
    let (lost, lost_answer) = town.order(&anna, &bert, 30).await;
    let head = town.head(&bert).await;
    town.stop().await;
    tallystick_issuer::testing::put_back(&town.data_folder(), &copy).unwrap();
    town.resume().await;
    let wallet = Wallet::open(&town).await;
    let told = wallet.backend.show_head(&head).await.unwrap_err();
    assert!(format!("{told:?}").contains("ledger_behind"), "{told:?}");
    let card = town.next_card(|card| card.epoch = 1);
    town.put_card(&card, &[]).await.ok();

    let wallet = Wallet::open(&town).await;
    let (followed, _) = wallet.follow(&bert).await;
    assert_eq!((followed.base.state.epoch, followed.base.state.balance.minor()), (1, 100));
    let submission = OrderSubmission { order: &lost, request: None, memo: None, pin: None };
    let back = wallet.backend.replay(submission, &lost_answer.receipt()).await.unwrap();
    assert!(matches!(back, OrderAnswer::Executed(_)));
    let (followed, _) = wallet.follow(&bert).await;
    assert_eq!((followed.base.state.sequence, followed.base.state.balance.minor()), (2, 130));
    wallet.follow(&town.owner).await;
}
