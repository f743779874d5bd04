//! Phones that are lost: everything comes back from the phrase and one shop's card, and the old phone can do nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use tallystick::clock::Clock as _;
use tallystick::error::WalletError;
use tallystick::issuer::IssuerBackend;
use tallystick::keys::{IssuerId, SigningKey};
use tallystick::money::Amount;
use tallystick::wallet::{
    AccountKind, GrantState, HistoryQuery, KeyCapabilities, PaymentState, Wallet, WalletOptions,
};
use tallystick_e2e::{Crashing, Host, Person, Side, Town, backend, options};
use tempfile::TempDir;

/// Three hosts, each with an issuer, and Anna, who holds 100, 200 and 300.
struct Scene {
    towns: Vec<Town>,
    owners: Vec<Person>,
    issuers: Vec<IssuerId>,
    anna: Person,
}

async fn scene() -> Scene {
    scene_of(&[100, 200, 300]).await
}

/// As many hosts as amounts.
async fn scene_of(amounts: &[i64]) -> Scene {
    let first = Town::new().await;
    let clock = Arc::clone(&first.clock);
    let mut towns = vec![first];
    while towns.len() < amounts.len() {
        towns.push(Town { host: Host::new(Arc::clone(&clock)).await, clock: Arc::clone(&clock) });
    }
    let anna = towns[0].person().await;
    let (mut owners, mut issuers) = (Vec::new(), Vec::new());
    for (town, amount) in towns.iter().zip(amounts) {
        let owner = town.person().await;
        let issuer = town.found(&owner, "Shop").await;
        anna.add(&town.host, issuer).await;
        owner.give(&anna, issuer, *amount).await;
        owners.push(owner);
        issuers.push(issuer);
    }
    // The lists reach all issuers.
    for issuer in &issuers {
        anna.wallet.sync(*issuer).await.unwrap();
    }
    Scene { towns, owners, issuers, anna }
}

impl Scene {
    fn link(&self, at: usize) -> String {
        format!("{}/c/{}", self.towns[at].host.origin(), self.issuers[at])
    }

    /// A new phone.
    fn phone(&self) -> (WalletOptions, TempDir) {
        options(Arc::clone(&self.towns[0].clock))
    }

    async fn assert_balances(&self, wallet: &Wallet, expected: &[i64]) {
        for (issuer, expected) in self.issuers.iter().zip(expected) {
            let balance = wallet.balance(*issuer).await.unwrap();
            assert_eq!((balance.balance.minor(), balance.held.minor()), (*expected, 0));
        }
    }
}

async fn balance(wallet: &Wallet, issuer: IssuerId) -> i64 {
    wallet.balance(issuer).await.unwrap().balance.minor()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_card_brings_back_three_currencies() {
    let scene = scene().await;
    for at in 0..3 {
        let (options, _folder) = scene.phone();
        let (wallet, report) = Wallet::restore(&options, &scene.anna.phrase, &scene.link(at)).await.unwrap();
        assert!(report.complete, "{report:?}");
        assert_eq!(report.restored.len(), 3);
        assert!(report.owned.is_empty() && report.behind.is_empty() && report.further_accounts.is_empty());
        scene.assert_balances(&wallet, &[100, 200, 300]).await;
        let history = wallet.history(HistoryQuery { limit: 10, ..HistoryQuery::default() }).await.unwrap();
        assert_eq!(history.payments.len(), 3, "the history is back as well");

        // The restored wallet takes new recovery keys, not those of the old one.
        let fresh = scene.towns[0].found(&scene.owners[0], &format!("New {at}")).await;
        let link = format!("{}/c/{fresh}", scene.towns[0].host.origin());
        wallet.add_currency(&link, AccountKind::Private).await.unwrap();
        wallet.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_is_down_comes_back_later() {
    let mut scene = scene().await;
    scene.towns[2].host.down().await;
    let (mut options, _folder) = scene.phone();
    let (wallet, report) = Wallet::restore(&options, &scene.anna.phrase, &scene.link(0)).await.unwrap();
    assert!(!report.complete);
    assert_eq!(report.restored.len(), 2);
    assert_eq!(report.waiting.len(), 1);
    assert_eq!(report.waiting[0].issuer, scene.issuers[2]);
    assert_eq!(report.waiting[0].fault, "unreachable");
    scene.assert_balances(&wallet, &[100, 200]).await;

    // What it is still to find stays on the lists: a second loss now would lose nothing.
    let (second_options, _second) = scene.phone();
    let (second, report) =
        Wallet::restore(&second_options, &scene.anna.phrase, &scene.link(1)).await.unwrap();
    assert_eq!(report.waiting.len(), 1);
    second.close().await.unwrap();

    wallet.close().await.unwrap();
    scene.towns[2].host.up().await;
    options.backend = backend(Arc::clone(&scene.towns[0].clock));
    let wallet = Wallet::open(&options).await.unwrap();
    let report = wallet.continue_restore().await.unwrap();
    assert!(report.complete, "{report:?}");
    scene.assert_balances(&wallet, &[100, 200, 300]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_words_leave_nothing_behind() {
    let mut scene = scene().await;
    let (options, _folder) = scene.phone();
    let stranger = scene.towns[0].person().await.phrase;
    let wrong = Wallet::restore(&options, &stranger, &scene.link(0)).await.err().unwrap();
    assert_eq!(wrong.code(), "phrase_not_known");
    assert_eq!(Wallet::open(&options).await.err().unwrap().code(), "wallet_absent");
    let broken = Wallet::restore(&options, &scene.anna.phrase, "https://example.org/x").await.err().unwrap();
    assert!(matches!(broken, WalletError::InvalidInput { .. }));
    scene.towns[0].host.down().await;
    let down = Wallet::restore(&options, &scene.anna.phrase, &scene.link(1)).await;
    assert!(down.is_ok(), "another shop's card will do");
    down.unwrap().0.close().await.unwrap();
    let taken = Wallet::restore(&options, &scene.anna.phrase, &scene.link(1)).await.err().unwrap();
    assert_eq!(taken.code(), "conflict", "there is a wallet already");

    // Nobody replaces the keys of a wallet with other words.
    scene.towns[0].host.up().await;
    let wrong = scene.anna.wallet.rekey(&stranger).await.unwrap_err();
    assert_eq!(wrong.code(), "wrong_phrase");
    scene.anna.give(&scene.owners[0], scene.issuers[0], 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_thief_with_the_phone() {
    let scene = scene().await;
    let (issuer, until) = (scene.issuers[0], scene.towns[0].clock.now() + 86_400);
    // The thief has the unlocked phone, and gives a key of his own the right to pay.
    let thief = &scene.anna;
    let key = SigningKey::from_bytes(&[6; 32]).public_key();
    let pay = KeyCapabilities { pay: true, ..KeyCapabilities::default() };
    thief.wallet.grant_key(issuer, key, pay, None, until).await.unwrap();
    let own_plan = thief.plan(&scene.owners[0], issuer, 10).await;

    let (options, _folder) = scene.phone();
    let (wallet, restored, rekeyed) =
        Wallet::restore_after_loss(&options, &scene.anna.phrase, &scene.link(1)).await.unwrap();
    assert!(restored.complete && rekeyed.complete, "{restored:?} {rekeyed:?}");
    assert_eq!((rekeyed.generation, rekeyed.done.len()), (1, 3));
    scene.assert_balances(&wallet, &[100, 200, 300]).await;

    // The old phone can do nothing any more: not pay, not read, not grant, not leave a list.
    let refused = thief.wallet.pay(own_plan, None).await.unwrap();
    assert_eq!(refused.state, PaymentState::Refused);
    assert_eq!(refused.refusal.as_deref(), Some("not_allowed"));
    for issuer in &scene.issuers {
        assert!(thief.wallet.sync(*issuer).await.is_err());
        let grant = thief.wallet.grant_key(*issuer, key, pay, None, until).await;
        assert!(matches!(grant, Err(WalletError::Refused { .. })), "{grant:?}");
    }
    // What it had granted is void.
    let grants = wallet.grants(issuer).await.unwrap();
    assert!(grants.iter().all(|grant| grant.state != GrantState::InForce), "{grants:?}");
    // Whoever restores with the old phone's knowledge alone has no phrase.
    let next: Wallet = wallet.clone();
    let anna = Person::with(next, &scene.anna.phrase, options.clone(), Arc::clone(&scene.towns[0].clock));
    anna.give(&scene.owners[0], issuer, 40).await;
    scene.owners[1].give(&anna, scene.issuers[1], 5).await;
    scene.assert_balances(&wallet, &[60, 205, 300]).await;
    for issuer in &scene.issuers {
        assert!(wallet.evidence(*issuer).await.unwrap().is_empty(), "nobody has cheated");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_loss_after_a_first() {
    let scene = scene().await;
    let (options, _folder) = scene.phone();
    let (wallet, ..) =
        Wallet::restore_after_loss(&options, &scene.anna.phrase, &scene.link(0)).await.unwrap();
    wallet.close().await.unwrap();
    let (options, _folder) = scene.phone();
    let (wallet, restored, rekeyed) =
        Wallet::restore_after_loss(&options, &scene.anna.phrase, &scene.link(2)).await.unwrap();
    assert!(restored.complete && rekeyed.complete);
    assert_eq!(rekeyed.generation, 2);
    scene.assert_balances(&wallet, &[100, 200, 300]).await;
    let anna = Person::with(wallet, &scene.anna.phrase, options, Arc::clone(&scene.towns[0].clock));
    anna.give(&scene.owners[2], scene.issuers[2], 300).await;
    assert_eq!(balance(&anna.wallet, scene.issuers[2]).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_is_down_is_told_of_new_keys_later() {
    let mut scene = scene().await;
    scene.towns[1].host.down().await;
    let report = scene.anna.wallet.rekey(&scene.anna.phrase).await.unwrap();
    assert!(!report.complete);
    assert_eq!((report.done.len(), report.to_tell.len()), (2, 1));
    assert_eq!(report.to_tell[0].issuer, scene.issuers[1]);
    // Until it is told, the old key still is the one there; elsewhere the new one.
    scene.anna.give(&scene.owners[0], scene.issuers[0], 1).await;
    scene.anna.reopen().await;
    scene.towns[1].host.up().await;
    let report = scene.anna.wallet.continue_rekey().await.unwrap();
    assert!(report.complete, "{report:?}");
    assert_eq!(report.done.len(), 3);
    scene.anna.wallet.sync(scene.issuers[1]).await.unwrap();
    scene.anna.give(&scene.owners[1], scene.issuers[1], 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_currency_found_after_the_keys_were_replaced_is_brought_up_to_them() {
    let mut scene = scene().await;
    scene.towns[2].host.down().await;
    let (options, _folder) = scene.phone();
    let (wallet, restored, rekeyed) =
        Wallet::restore_after_loss(&options, &scene.anna.phrase, &scene.link(0)).await.unwrap();
    assert_eq!((restored.waiting.len(), rekeyed.done.len()), (1, 2));
    scene.towns[2].host.up().await;
    let report = wallet.continue_restore().await.unwrap();
    assert!(report.complete);
    assert_eq!(report.behind, [scene.issuers[2]], "the old phone can still pay there");
    let nobody = scene.towns[0].person().await.phrase;
    assert_eq!(wallet.rekey_behind(&nobody).await.unwrap_err().code(), "wrong_phrase");
    let rekeyed = wallet.rekey_behind(&scene.anna.phrase).await.unwrap();
    assert!(rekeyed.complete);
    assert_eq!(rekeyed.generation, 1);
    assert!(wallet.continue_restore().await.unwrap().behind.is_empty());
    assert!(scene.anna.wallet.sync(scene.issuers[2]).await.is_err());
    // A second time there is nothing to do.
    assert_eq!(wallet.rekey_behind(&scene.anna.phrase).await.unwrap().generation, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_of_the_one_issuer_that_has_not_heard_of_the_new_keys_will_do() {
    let mut scene = scene().await;
    scene.towns[0].host.down().await;
    let report = scene.anna.wallet.rekey(&scene.anna.phrase).await.unwrap();
    assert_eq!((report.done.len(), report.to_tell.len()), (2, 1));
    scene.anna.wallet.close().await.unwrap();
    scene.towns[0].host.up().await;

    let (options, _folder) = scene.phone();
    let (wallet, report) = Wallet::restore(&options, &scene.anna.phrase, &scene.link(0)).await.unwrap();
    assert!(report.complete, "{report:?}");
    assert_eq!(report.restored.len(), 3);
    assert_eq!(report.behind, [scene.issuers[0]]);
    scene.assert_balances(&wallet, &[100, 200, 300]).await;
    let rekeyed = wallet.rekey_behind(&scene.anna.phrase).await.unwrap();
    assert!(rekeyed.complete && rekeyed.generation == 1, "{rekeyed:?}");
    wallet.close().await.unwrap();
    let wallet = Wallet::open(&options).await.unwrap();
    let anna = Person::with(wallet, &scene.anna.phrase, options, Arc::clone(&scene.towns[0].clock));
    for at in 0..3 {
        anna.wallet.sync(scene.issuers[at]).await.unwrap();
        anna.give(&scene.owners[at], scene.issuers[at], 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_comes_back_by_its_card() {
    let mut scene = scene().await;
    scene.towns[2].host.down().await;
    let (options, _folder) = scene.phone();
    let (wallet, report) = Wallet::restore(&options, &scene.anna.phrase, &scene.link(0)).await.unwrap();
    assert_eq!(report.waiting.len(), 1);
    wallet.give_up_restore().await.unwrap();
    let report = wallet.continue_restore().await.unwrap();
    assert!(report.complete && report.waiting.is_empty());

    scene.towns[2].host.up().await;
    let added = wallet.add_currency(&scene.link(2), AccountKind::Private).await.unwrap();
    assert_eq!(added.account, scene.anna.account(scene.issuers[2]).await, "the account that it had");
    scene.assert_balances(&wallet, &[100, 200, 300]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_the_same_account_everywhere() {
    let mut scene = scene().await;
    let shop = scene.towns[0].person().await;
    for at in 0..2 {
        shop.wallet.add_currency(&scene.link(at), AccountKind::Public).await.unwrap();
        shop.wallet.sync(scene.issuers[at]).await.unwrap();
        scene.owners[at].give(&shop, scene.issuers[at], 50).await;
    }
    let account = shop.account(scene.issuers[0]).await;
    assert_eq!(shop.account(scene.issuers[1]).await, account);
    scene.towns[1].host.down().await;
    assert_eq!(shop.wallet.rekey(&shop.phrase).await.unwrap().to_tell.len(), 1);
    // At a new issuer it is still the same account, with the new keys.
    shop.wallet.add_currency(&scene.link(2), AccountKind::Public).await.unwrap();
    assert_eq!(shop.account(scene.issuers[2]).await, account);
    scene.owners[2].give(&shop, scene.issuers[2], 50).await;
    shop.wallet.sync(scene.issuers[0]).await.unwrap();

    // The phone that knew of it is lost before the second issuer was told: what the others know is passed on.
    shop.wallet.close().await.unwrap();
    scene.towns[1].host.up().await;
    let (options, _folder) = scene.phone();
    let (wallet, report) = Wallet::restore(&options, &shop.phrase, &scene.link(2)).await.unwrap();
    assert!(report.complete, "{report:?}");
    assert!(report.behind.is_empty(), "a rekey needs no phrase to be passed on");
    for issuer in &scene.issuers {
        assert_eq!(wallet.currency(*issuer).await.unwrap().account, account);
        assert_eq!(balance(&wallet, *issuer).await, 50);
    }
    let shop = Person::with(wallet, &shop.phrase, options, Arc::clone(&scene.towns[0].clock));
    shop.give(&scene.owners[1], scene.issuers[1], 50).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_lost_the_phone_is_still_the_owner() {
    let scene = scene().await;
    let issuer = scene.issuers[0];
    let thief = &scene.owners[0];
    let (options, _folder) = scene.phone();
    let (wallet, restored, rekeyed) =
        Wallet::restore_after_loss(&options, &thief.phrase, &scene.link(0)).await.unwrap();
    assert_eq!(restored.owned, [issuer]);
    assert!(restored.complete && rekeyed.complete, "{restored:?} {rekeyed:?}");
    let owned = wallet.owned_issuer(issuer).await.unwrap();
    assert_eq!((owned.waiting, owned.card.rekey_number, owned.card.serial), (0, 1, 1));

    // The old phone neither issues nor speaks for the issuer.
    let account = scene.anna.account(issuer).await;
    let until = scene.towns[0].clock.now() + 86_400;
    let name =
        thief.wallet.attest(issuer, account, "Mallory", tallystick::artefact::Role::Customer, until).await;
    assert!(matches!(name, Err(WalletError::Refused { .. })), "{name:?}");
    let plan = thief.plan(&scene.anna, issuer, 1_000).await;
    assert_eq!(thief.wallet.pay(plan, None).await.unwrap().state, PaymentState::Refused);

    // The new one does both; holders see that the key was replaced, and go on.
    let owner = Person::with(wallet, &thief.phrase, options, Arc::clone(&scene.towns[0].clock));
    owner.wallet.sync(issuer).await.unwrap();
    owner.give(&scene.anna, issuer, 11).await;
    assert_eq!(balance(&scene.anna.wallet, issuer).await, 111);
    owner.attest(&scene.anna, issuer, "Anna").await;
    let check = owner.wallet.check_issuer(issuer).await.unwrap();
    assert_eq!((check.faults, check.own_debt_checked), (Vec::new(), true));
    owner.wallet.rotate_signing_key(issuer).await.unwrap();
    scene.anna.give(&owner, issuer, 1).await;
    // And founds another one, with other keys.
    let second = scene.towns[0].found(&owner, "Second").await;
    assert_ne!(second, issuer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_survives_a_crash_at_every_step() {
    let scene = scene_of(&[100, 200]).await;
    // A restore asks much and changes little at an issuer, so that the far side of a call is as good as the near side of
    // the next one, but for the lists.
    for (side, stride) in [(Side::Before, 1), (Side::After, 4)] {
        for calls in (0..).step_by(stride) {
            let (mut options, _folder) = scene.phone();
            let crashing = Crashing::after(calls, side, Arc::clone(&options.backend));
            options.backend = Arc::clone(&crashing) as Arc<dyn IssuerBackend>;
            let begun = Wallet::restore(&options, &scene.anna.phrase, &scene.link(0)).await;
            options.backend = backend(Arc::clone(&scene.towns[0].clock));
            let wallet = match begun {
                Ok((wallet, _)) => {
                    wallet.close().await.unwrap();
                    Wallet::open(&options).await.unwrap()
                }
                // No half-made wallet is in the way.
                Err(_) => Wallet::restore(&options, &scene.anna.phrase, &scene.link(0)).await.unwrap().0,
            };
            let report = wallet.continue_restore().await.unwrap();
            assert!(report.complete, "{side:?} {calls}: {report:?}");
            scene.assert_balances(&wallet, &[100, 200]).await;
            wallet.close().await.unwrap();
            if !crashing.is_dead() {
                assert!(calls > 10, "the sweep has reached every step");
                break;
            }
        }
    }
}

/// On one side of all steps: each crash replaces the keys once more, and every wallet checks all of them again and again.
async fn new_keys_survive_crashes(side: Side) {
    let scene = scene_of(&[100, 200]).await;
    let mut owner = {
        let (options, folder) = scene.phone();
        let (wallet, phrase) = Wallet::create(&options).await.unwrap();
        (wallet, phrase, options, folder)
    };
    let issuer = scene.towns[0]
        .found(
            &Person::with(owner.0.clone(), &owner.1, owner.2.clone(), Arc::clone(&scene.towns[0].clock)),
            "Own",
        )
        .await;
    owner.0.add_currency(&scene.link(1), AccountKind::Private).await.unwrap();
    let (wallet, phrase, options, _folder) = &mut owner;
    let mut generation = 0;
    for calls in 0.. {
        wallet.close().await.unwrap();
        let crashing = Crashing::after(calls, side, backend(Arc::clone(&scene.towns[0].clock)));
        options.backend = Arc::clone(&crashing) as Arc<dyn IssuerBackend>;
        *wallet = Wallet::open(options).await.unwrap();
        generation += 1;
        let _ = wallet.rekey(phrase).await;
        wallet.close().await.unwrap();

        options.backend = backend(Arc::clone(&scene.towns[0].clock));
        *wallet = Wallet::open(options).await.unwrap();
        let report = wallet.continue_rekey().await.unwrap();
        assert!(report.complete, "{side:?} {calls}: {report:?}");
        assert_eq!(report.generation, generation);
        let owned = wallet.owned_issuer(issuer).await.unwrap();
        assert_eq!((owned.waiting, owned.card.rekey_number), (0, generation), "{side:?} {calls}");
        for issuer in [issuer, scene.issuers[1]] {
            wallet.sync(issuer).await.unwrap();
        }
        let available = wallet.balance(issuer).await.unwrap().available;
        assert_eq!(available, Amount::new(1_000_000), "{side:?} {calls}: the owner is the owner again");
        if !crashing.is_dead() {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_survive_a_crash_before_every_step() {
    new_keys_survive_crashes(Side::Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_survive_a_crash_after_every_step() {
    new_keys_survive_crashes(Side::After).await;
}
