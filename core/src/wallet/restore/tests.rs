#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::super::testing::{START, TestClock, TestWallet, Unreachable, bread};
use super::super::wallet_list::Listed;
use super::rest::{self, Rest};
use super::{found, probe};
use crate::artefact::{Card, Endpoint, Opening, Order, Rekey, Signed, Subject};
use crate::clock::{SystemEntropy, UnixSeconds};
use crate::error::WalletError;
use crate::issuer::answer::{CardBundle, FoundAccount, OpenedAccount};
use crate::issuer::{BackendCapabilities, IssuerBackend, IssuerError, OrderAnswer, OrderSubmission, Reader};
use crate::keys::{
    AccountId, IssuerId, PublicKey, RecoveryKeys, RecoveryPhrase, Seed, SigningKey, recovery_commitment,
};
use crate::money::Amount;
use crate::operation::keyslot::{WalletKeys, founding};
use crate::store::tables::account::Persona;

/// An issuer that knows some accounts, and counts how often it is asked.
#[derive(Debug)]
struct Knowing {
    other: Unreachable,
    card: CardBundle,
    accounts: HashMap<PublicKey, FoundAccount>,
    /// What it claims to know of every other key.
    claimed: Option<FoundAccount>,
    asked: Mutex<u32>,
}

#[async_trait]
impl IssuerBackend for Knowing {
    fn capabilities(&self, issuer: &IssuerId) -> BackendCapabilities {
        self.other.capabilities(issuer)
    }

    fn issuer_now(&self, issuer: &IssuerId) -> UnixSeconds {
        self.other.issuer_now(issuer)
    }

    fn use_card(&self, _: &Card) {}

    async fn card(&self, _: &IssuerId, _: Option<&str>) -> Result<CardBundle, IssuerError> {
        Ok(self.card.clone())
    }

    async fn find_account(
        &self,
        _: &IssuerId,
        key: &SigningKey,
    ) -> Result<Option<FoundAccount>, IssuerError> {
        *self.asked.lock().unwrap() += 1;
        Ok(self.accounts.get(&key.public_key()).or(self.claimed.as_ref()).cloned())
    }

    async fn open_account(
        &self,
        opening: &Signed<Opening>,
        rekeys: &[Signed<Rekey>],
    ) -> Result<OpenedAccount, IssuerError> {
        self.other.open_account(opening, rekeys).await
    }

    async fn submit_order(&self, submission: OrderSubmission<'_>) -> Result<OrderAnswer, IssuerError> {
        self.other.submit_order(submission).await
    }

    async fn order_outcome(
        &self,
        reader: Reader<'_>,
        order: &Signed<Order>,
    ) -> Result<Option<OrderAnswer>, IssuerError> {
        self.other.order_outcome(reader, order).await
    }

    async fn wallet_list(&self, _: Reader<'_>) -> Result<Option<Vec<u8>>, IssuerError> {
        Ok(None)
    }
}

struct Scene {
    seed: Seed,
    recovery: RecoveryKeys,
    backend: Knowing,
}

impl Scene {
    fn new(clock: &Arc<TestClock>) -> Self {
        let seed = RecoveryPhrase::generate(&SystemEntropy).seed();
        let owner = SigningKey::from_bytes(&[1; 32]);
        let commitment = recovery_commitment(&SigningKey::from_bytes(&[2; 32]).public_key());
        let card = Card {
            issuer: IssuerId::derive(&owner.public_key(), &commitment),
            commitment,
            serial: 1,
            rekey_number: 0,
            name: "Bakery".into(),
            currency: bread(),
            endpoints: vec![Endpoint { origin: "https://bread.example".into(), tls_keys: Vec::new() }],
            signing_key: SigningKey::from_bytes(&[3; 32]).public_key(),
            signing_key_from: START - 86_400,
            signing_key_until: START + 86_400 * 300,
            epoch: 0,
            promise: String::new(),
            owners_limit: Amount::new(1_000),
            logo: None,
            last_statement: None,
            signed_at: START,
        };
        let card = CardBundle { card: Signed::sign(&card, &owner).unwrap(), rekeys: Vec::new() };
        Self {
            recovery: RecoveryKeys::derive(&seed),
            seed,
            backend: Knowing {
                other: Unreachable(Arc::clone(clock)),
                card,
                accounts: HashMap::new(),
                claimed: None,
                asked: Mutex::new(0),
            },
        }
    }

    fn issuer(&self) -> IssuerId {
        self.backend.card.card.body().issuer
    }

    fn key(&self, generation: u32, persona: Persona) -> SigningKey {
        self.seed.wallet_seed(generation).founding_key(founding(&self.issuer(), persona))
    }

    /// An account that was opened in the first of these generations and rekeyed to each later one. It has taken the
    /// recovery keys from `recovery` on.
    fn account(&mut self, generations: &[u32], persona: Persona, recovery: u32) -> FoundAccount {
        let first = self.key(generations[0], persona);
        let commitment = |ahead: usize| self.recovery.commitment(recovery + u32::try_from(ahead).unwrap());
        let wallet_seed = self.seed.wallet_seed(generations[0]);
        let opening = Opening {
            issuer: self.issuer(),
            commitment: commitment(0).unwrap(),
            sealing_key: wallet_seed.sealing_secret(&first.public_key()).public_key(),
            signed_at: START,
        };
        let opening = Signed::sign(&opening, &first).unwrap();
        let account = AccountId::derive(opening.signer(), &opening.body().commitment);
        let mut rekeys = Vec::new();
        for (at, pair) in generations.windows(2).enumerate() {
            let key = self.key(pair[1], persona).public_key();
            let sealing_key = self.seed.wallet_seed(pair[1]).sealing_secret(&key).public_key();
            let rekey = Rekey {
                subject: Subject::Account(account, sealing_key),
                number: u32::try_from(at + 1).unwrap(),
                previous: self.key(pair[0], persona).public_key(),
                founding_key: key,
                commitment: commitment(at + 1).unwrap(),
                signed_at: START,
            };
            let signer = self.seed.recovery_key(recovery + u32::try_from(at).unwrap());
            rekeys.push(Signed::sign(&rekey, &signer).unwrap());
        }
        let found = FoundAccount { account, opening, rekeys };
        for generation in generations {
            let key = self.key(*generation, persona).public_key();
            self.backend.accounts.insert(key, found.clone());
        }
        found
    }

    async fn probe(&self) -> Result<probe::Probed, WalletError> {
        probe::probe(&self.backend, &self.seed, self.issuer()).await
    }

    fn keys(&self, newest: u32) -> WalletKeys {
        let seeds = (0..=newest).map(|generation| self.seed.wallet_seed(generation)).collect();
        WalletKeys::new(seeds, self.recovery.clone())
    }

    fn line(&self, account: AccountId, persona: Persona) -> Listed {
        Listed {
            issuer: self.issuer(),
            account,
            endpoint: "https://bread.example".into(),
            tls_keys: Vec::new(),
            persona,
        }
    }
}

const PRIVATE: Persona = Persona::Private { index: 0 };
const PUBLIC: Persona = Persona::Public { index: 0 };

fn clock() -> Arc<TestClock> {
    Arc::new(TestClock::at(START))
}

#[tokio::test]
async fn an_account_is_found_in_whichever_generation_it_is() {
    let mut scene = Scene::new(&clock());
    scene.account(&[0], PRIVATE, 0);
    let probed = scene.probe().await.unwrap();
    assert_eq!((probed.seeds.len(), probed.spare.len(), probed.found.len()), (1, 3, 1));

    // Rekeyed twice; one generation in between never reached this issuer.
    let mut scene = Scene::new(&clock());
    let account = scene.account(&[0, 2], PRIVATE, 5);
    let probed = scene.probe().await.unwrap();
    assert_eq!(probed.seeds.iter().map(|seed| seed.generation()).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(probed.spare[0].generation(), 3);
    assert_eq!(probed.found, [(PRIVATE, account)], "each account is found once");

    // Opened by a wallet that was restored before.
    let mut scene = Scene::new(&clock());
    scene.account(&[2], PRIVATE, 9);
    assert_eq!(scene.probe().await.unwrap().seeds.len(), 3);

    // Three unknown generations in a row are the end.
    let mut scene = Scene::new(&clock());
    scene.account(&[3], PRIVATE, 0);
    assert_eq!(scene.probe().await.err().unwrap().code(), "phrase_not_known");
    assert_eq!(*scene.backend.asked.lock().unwrap(), 6, "two kinds of account in each");
}

#[tokio::test]
async fn all_accounts_at_an_issuer_are_found_and_one_is_taken() {
    let mut scene = Scene::new(&clock());
    let shop = scene.account(&[0], PUBLIC, 0);
    let second = scene.account(&[0], Persona::Private { index: 1 }, 1);
    let first = scene.account(&[0], PRIVATE, 2);
    let probed = scene.probe().await.unwrap();
    let accounts: Vec<AccountId> = probed.found.iter().map(|(_, one)| one.account).collect();
    assert_eq!(accounts, [first.account, second.account, shop.account]);

    let keys = scene.keys(0);
    let record =
        super::currency::check_card(START, scene.issuer(), "bread.example", &scene.backend.card).unwrap();
    let recovered = found::first(&scene.backend, &keys, &record, probed.found).await.unwrap();
    assert_eq!(recovered.account.account, first.account);
    assert!(recovered.account.opened);
    let mut further: Vec<AccountId> = recovered.further.iter().map(|(_, account)| *account).collect();
    further.sort_unstable();
    let mut expected = [second.account, shop.account];
    expected.sort_unstable();
    assert_eq!(further, expected);
}

#[tokio::test]
async fn a_forgotten_account_is_made_again_from_its_id() {
    let mut scene = Scene::new(&clock());
    let account = scene.account(&[1], PUBLIC, 700);
    scene.backend.accounts.clear();
    let keys = scene.keys(1);
    let line = scene.line(account.account, PUBLIC);
    let recovered = found::listed(&scene.backend, &keys, &line, START).await.unwrap();
    assert_eq!(recovered.account.account, account.account);
    assert_eq!((recovered.account.opened, recovered.account.generation), (false, 1));
    // An id that is not of this phrase is not guessed at.
    let line = scene.line(AccountId::new([9; 16]), PUBLIC);
    assert_eq!(found::listed(&scene.backend, &keys, &line, START).await.unwrap_err().code(), "not_found");
}

#[tokio::test]
async fn keys_of_a_later_generation_are_told_apart() {
    let mut scene = Scene::new(&clock());
    let account = scene.account(&[0, 2], PRIVATE, 0);
    let line = scene.line(account.account, PRIVATE);
    let error = found::listed(&scene.backend, &scene.keys(1), &line, START).await.unwrap_err();
    assert_eq!(error.code(), found::NEWER_KEYS);
    let recovered = found::listed(&scene.backend, &scene.keys(2), &line, START).await.unwrap();
    assert_eq!((recovered.account.generation, recovered.account.rekeys.len()), (2, 1));
}

#[tokio::test]
async fn an_issuer_that_names_another_account_is_not_believed() {
    let mut scene = Scene::new(&clock());
    let other = scene.account(&[0], PRIVATE, 3);
    let line = scene.line(AccountId::new([9; 16]), PRIVATE);
    let error = found::listed(&scene.backend, &scene.keys(0), &line, START).await.unwrap_err();
    assert_eq!(error.code(), "wrong_account");
    // Nor is one that shows an account which was never made from this key.
    let key = scene.key(0, PUBLIC).public_key();
    let forged = FoundAccount { account: AccountId::new([9; 16]), ..other };
    scene.backend.accounts.insert(key, forged);
    let line = scene.line(AccountId::new([9; 16]), PUBLIC);
    let error = found::listed(&scene.backend, &scene.keys(0), &line, START).await.unwrap_err();
    assert_eq!(error.code(), "wrong_id");
}

#[tokio::test]
async fn an_issuer_that_claims_to_know_every_key_is_not_asked_for_ever() {
    let mut scene = Scene::new(&clock());
    let real = scene.account(&[0], PRIVATE, 3);
    scene.backend.claimed = Some(real.clone());
    assert_eq!(scene.probe().await.err().unwrap().code(), "other_key");
    assert_eq!(*scene.backend.asked.lock().unwrap(), 2, "the first false answer ends it");
    scene.backend.claimed = Some(FoundAccount { account: AccountId::new([9; 16]), ..real });
    assert_eq!(scene.probe().await.err().unwrap().code(), "wrong_id");
    assert_eq!(*scene.backend.asked.lock().unwrap(), 4);
}

#[tokio::test]
async fn recovery_keys_that_are_taken_are_not_taken_again() {
    let test = TestWallet::new().await;
    let mut scene = Scene::new(&test.clock);
    scene.account(&[0, 1, 2], PRIVATE, 40);
    let keys = scene.keys(2);
    let found = scene.probe().await.unwrap().found;
    let record =
        super::currency::check_card(START, scene.issuer(), "bread.example", &scene.backend.card).unwrap();
    let recovered = found::first(&scene.backend, &keys, &record, found).await.unwrap();
    let taken = found::taken(&keys, &recovered).unwrap();
    let pending = scene.line(AccountId::new([9; 16]), PUBLIC);
    let next = test
        .wallet
        .context
        .write(move |write| {
            found::enter(write, &recovered, &taken)?;
            rest::store(write, &Rest { pending: vec![pending], ..Rest::default() })?;
            super::currency::next_commitment(write, keys.recovery())
        })
        .await
        .unwrap();
    // Three were taken: 40, 41 and 42.
    assert_eq!(scene.recovery.number_of(&next), Some(43));

    // A currency out of reach may have taken more: some are left out, once.
    for _ in 0..2 {
        let faults = rest::go_on(&test.wallet.context, &[]).await.unwrap();
        assert_eq!(faults.len(), 1);
    }
    let recovery = scene.recovery.clone();
    let next = test
        .wallet
        .context
        .write(move |write| super::currency::next_commitment(write, &recovery))
        .await
        .unwrap();
    assert_eq!(scene.recovery.number_of(&next), Some(52));
}

/// What is stored must be readable for ever.
#[test]
fn the_stored_form_is_pinned() {
    let line = |persona| Listed {
        issuer: IssuerId::new([1; 16]),
        account: AccountId::new([2; 16]),
        endpoint: "https://bread.example:8443".into(),
        tls_keys: vec![crate::keys::Digest::new([3; 32])],
        persona,
    };
    let rest = Rest {
        pending: vec![line(PRIVATE), line(PUBLIC)],
        unread: vec![IssuerId::new([4; 16])],
        further: vec![(IssuerId::new([5; 16]), AccountId::new([6; 16]))],
        left_out: vec![IssuerId::new([1; 16])],
    };
    insta::assert_json_snapshot!(rest);
}
