//! What only the owner of an issuer does.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use tallystick::artefact::Role;
use tallystick::clock::Clock as _;
use tallystick::error::WalletError;
use tallystick::issuer::IssuerBackend;
use tallystick::keys::{IssuerId, SigningKey};
use tallystick::money::{Amount, Currency};
use tallystick::wallet::{
    AccountKind, ActState, CardChanges, FoundingDraft, GrantState, KeyCapabilities, Wallet,
};
use tallystick_e2e::{Crashing, Person, Side, Town, backend, options};
use tallystick_issuer::faults::Fault;

fn draft(town: &Town, name: &str) -> FoundingDraft {
    FoundingDraft {
        host: town.host.origin(),
        host_tls_keys: town.host.server().tls_key_hashes(),
        name: name.into(),
        currency: Currency::new("BUN", "Bun", "", 2).unwrap(),
        promise: "A bun for a hundred.".into(),
        owners_limit: Amount::new(10_000),
        own_limit: Some(Amount::new(6_000)),
        logo: None,
        account: AccountKind::Private,
    }
}

fn next_year(town: &Town) -> i64 {
    town.clock.now() + 365 * 86_400
}

fn changes() -> CardChanges {
    CardChanges::default()
}

/// An owner with an issuer, and a holder with 500.
async fn scene() -> (Town, Person, Person, IssuerId) {
    let town = Town::new().await;
    let owner = town.person().await;
    let issuer = town.found(&owner, "Bakery").await;
    let holder = town.holder_of(&owner, issuer, 500).await;
    (town, owner, holder, issuer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_founding_survives_a_crash_at_every_step() {
    let town = Town::new().await;
    for side in [Side::Before, Side::After] {
        for calls in 0.. {
            let (mut options, _folder) = options(Arc::clone(&town.clock));
            let good = Arc::clone(&options.backend);
            let crashing = Crashing::after(calls, side, Arc::clone(&good));
            options.backend = Arc::clone(&crashing) as Arc<dyn IssuerBackend>;
            let (wallet, _) = Wallet::create(&options).await.unwrap();
            let draft = draft(&town, "Bakery");
            let first = wallet.found_issuer(draft.clone(), None).await;
            wallet.close().await.unwrap();

            options.backend = backend(Arc::clone(&town.clock));
            let wallet = Wallet::open(&options).await.unwrap();
            let owned = wallet.found_issuer(draft, None).await.unwrap();
            wallet.send_waiting(owned.issuer).await.unwrap();
            wallet.sync(owned.issuer).await.unwrap();
            let all = wallet.owned_issuers().await.unwrap();
            assert_eq!(all.len(), 1, "{side:?} {calls}: one draft is one issuer");
            assert_eq!(all[0].waiting, 0);
            assert!(wallet.unfinished_foundings().await.unwrap().is_empty());
            assert_eq!(wallet.balance(owned.issuer).await.unwrap().available, Amount::new(6_000));
            if let Ok(first) = first {
                assert_eq!(first.issuer, owned.issuer);
            }
            wallet.close().await.unwrap();
            if !crashing.is_dead() {
                assert!(calls > 4, "the sweep has reached every step");
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_founds_no_second_issuer() {
    let town = Town::new().await;
    let owner = town.person().await;
    for path in ["/issuers", "/card", "/accounts", "/grants"] {
        let method = if path == "/card" { "PUT" } else { "POST" };
        town.host.faults.once(method, path, Fault::LoseReply);
    }
    let owned = owner.wallet.found_issuer(draft(&town, "Bakery"), None).await.unwrap();
    assert_eq!(town.host.faults.remaining(), 0);
    assert_eq!((owned.waiting, owned.card.serial), (0, 1));
    assert_eq!(owner.wallet.owned_issuers().await.unwrap().len(), 1);
    let check = owner.wallet.check_issuer(owned.issuer).await.unwrap();
    assert_eq!(check.faults, []);
    // The same again is the same issuer; another draft is another.
    assert_eq!(owner.wallet.found_issuer(draft(&town, "Bakery"), None).await.unwrap().issuer, owned.issuer);
    let other = owner.wallet.found_issuer(draft(&town, "Brewery"), None).await.unwrap();
    assert_ne!(other.issuer, owned.issuer);
    assert_eq!(owner.wallet.owned_issuers().await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn holders_see_a_changed_card() {
    let (_town, owner, holder, issuer) = scene().await;
    let limit = CardChanges {
        name: Some("Bakery & Sons".into()),
        promise: Some("Two buns.".into()),
        owners_limit: Some(Amount::new(2_000_000)),
        ..changes()
    };
    let update = owner.wallet.update_card(issuer, limit).await.unwrap();
    assert_eq!((update.state, update.card.serial), (ActState::Accepted, 2));
    holder.wallet.sync(issuer).await.unwrap();
    let seen = holder.wallet.currency(issuer).await.unwrap();
    assert_eq!((seen.issuer_name.as_str(), seen.promise.as_str()), ("Bakery & Sons", "Two buns."));
    assert_eq!(seen.owners_limit, Amount::new(2_000_000));

    // Below what the owners may owe already, the host does not go; and the card that it refused is never sent again.
    let low = CardChanges { owners_limit: Some(Amount::new(10)), ..changes() };
    let refused = owner.wallet.update_card(issuer, low).await.unwrap_err();
    assert_eq!(refused, WalletError::Refused { code: "limit_exceeded".into() });
    let next = owner.wallet.update_card(issuer, changes()).await.unwrap();
    assert_eq!((next.card.serial, next.card.owners_limit), (4, Amount::new(2_000_000)));
    owner.give(&holder, issuer, 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_without_a_network_signs_now_and_is_heard_later() {
    let (mut town, mut owner, holder, issuer) = scene().await;
    let account = holder.account(issuer).await;
    town.host.down().await;
    let update = owner
        .wallet
        .update_card(issuer, CardChanges { name: Some("Bakery 2".into()), ..changes() })
        .await
        .unwrap();
    assert_eq!(update.state, ActState::Waiting);
    let named = owner.wallet.attest(issuer, account, "Anna", Role::Customer, next_year(&town)).await.unwrap();
    assert_eq!(named.state, ActState::Waiting);
    let role = owner.wallet.grant_role(issuer, account, Role::Worker, None, next_year(&town)).await.unwrap();
    assert_eq!(role.state, GrantState::Waiting);
    assert_eq!(owner.wallet.owned_issuer(issuer).await.unwrap().waiting, 3);

    owner.reopen().await;
    town.host.up().await;
    owner.wallet.send_waiting(issuer).await.unwrap();
    assert_eq!(owner.wallet.owned_issuer(issuer).await.unwrap().waiting, 0);
    assert_eq!(owner.wallet.grant(issuer, role.grant).await.unwrap().state, GrantState::InForce);
    holder.wallet.sync(issuer).await.unwrap();
    assert_eq!(holder.wallet.currency(issuer).await.unwrap().issuer_name, "Bakery 2");
    let plan = owner.plan(&holder, issuer, 5).await;
    assert_eq!(plan.payee.name.as_deref(), Some("Anna"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_signing_key_takes_over() {
    let (_town, owner, holder, issuer) = scene().await;
    let before = owner.wallet.owned_issuer(issuer).await.unwrap().card;
    let update = owner.wallet.rotate_signing_key(issuer).await.unwrap();
    assert_eq!(update.state, ActState::Accepted);
    assert_ne!(update.card.signing_key, before.signing_key);
    assert!(update.card.last_statement.is_some());
    owner.give(&holder, issuer, 10).await;
    holder.give(&owner, issuer, 3).await;
    let check = owner.wallet.check_issuer(issuer).await.unwrap();
    assert_eq!((check.faults, check.own_debt_checked), (Vec::new(), true));
    // Once more, and with a lost reply on each call.
    holder.wallet.sync(issuer).await.unwrap();
    let again = owner.wallet.rotate_signing_key(issuer).await.unwrap();
    assert_ne!(again.card.signing_key, update.card.signing_key);
    owner.give(&holder, issuer, 10).await;
    assert_eq!(holder.balance(issuer).await, 517);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_was_away_while_a_signing_key_came_and_went() {
    let (town, owner, holder, issuer) = scene().await;
    for _ in 0..3 {
        owner.wallet.rotate_signing_key(issuer).await.unwrap();
        owner.give(&town.holder(issuer).await, issuer, 1).await;
        // Signed by a key that no card names any more when the holder comes back.
        for _ in 0..2 {
            town.host.server().inside().make_statement(issuer).await.unwrap();
        }
    }
    holder.wallet.sync(issuer).await.unwrap();
    assert!(holder.wallet.evidence(issuer).await.unwrap().is_empty());
    owner.give(&holder, issuer, 10).await;
    holder.give(&owner, issuer, 3).await;
    assert_eq!(holder.balance(issuer).await, 507);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_declares_a_restore() {
    let (_town, owner, holder, issuer) = scene().await;
    let update = owner.wallet.declare_restore(issuer, 0).await.unwrap();
    assert_eq!((update.state, update.card.epoch), (ActState::Accepted, 1));
    // A second tap ends no second epoch.
    assert_eq!(owner.wallet.declare_restore(issuer, 0).await.unwrap().card.epoch, 1);
    owner.wallet.sync(issuer).await.unwrap();
    holder.wallet.sync(issuer).await.unwrap();
    assert_eq!(holder.balance(issuer).await, 500);
    owner.give(&holder, issuer, 10).await;
    assert_eq!((holder.balance(issuer).await, owner.balance(issuer).await), (510, -510));
    assert_eq!(owner.wallet.check_issuer(issuer).await.unwrap().faults, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_may_owe_until_the_role_is_taken_back() {
    let (town, owner, holder, issuer) = scene().await;
    let partner = town.holder(issuer).await;
    let account = partner.account(issuer).await;
    let until = next_year(&town);
    let wallet = &owner.wallet;
    // All of the card's limit is the owner's own: none is left to give.
    let refused = wallet.grant_role(issuer, account, Role::Owner, Some(Amount::new(1)), until).await;
    assert_eq!(refused.unwrap_err().code(), "limit_exceeded");
    let more = CardChanges { owners_limit: Some(Amount::new(1_000_100)), ..changes() };
    wallet.update_card(issuer, more).await.unwrap();
    let role = wallet.grant_role(issuer, account, Role::Owner, Some(Amount::new(100)), until).await.unwrap();
    assert_eq!(role.state, GrantState::InForce);

    partner.wallet.sync(issuer).await.unwrap();
    partner.give(&holder, issuer, 60).await;
    assert_eq!(partner.balance(issuer).await, -60);
    town.clock.move_by(86_400);
    let check = wallet.check_issuer(issuer).await.unwrap();
    assert_eq!(check.faults, []);

    let cancelled = wallet.cancel_grant(issuer, role.grant).await.unwrap();
    assert_eq!(cancelled.state, GrantState::Cancelled);
    partner.wallet.sync(issuer).await.unwrap();
    assert_eq!(partner.available(issuer).await, 0);
    let states: Vec<_> = wallet.grants(issuer).await.unwrap().iter().map(|grant| grant.state).collect();
    assert!(states.contains(&GrantState::Refused) && states.contains(&GrantState::InForce));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_given_once() {
    let (town, owner, holder, issuer) = scene().await;
    let other = town.holder(issuer).await;
    owner.attest(&holder, issuer, "Anna").await;
    let account = other.account(issuer).await;
    let taken = owner.wallet.attest(issuer, account, "anna", Role::Customer, next_year(&town)).await;
    assert_eq!(taken.unwrap_err(), WalletError::Refused { code: "name_taken".into() });
    owner.attest(&other, issuer, "Ben").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_gets_a_key_and_loses_it() {
    let (town, owner, holder, issuer) = scene().await;
    let till = SigningKey::from_bytes(&[7; 32]).public_key();
    let may = KeyCapabilities { receive: true, refund: true, ..KeyCapabilities::default() };
    let grant = holder.wallet.grant_key(issuer, till, may, None, next_year(&town)).await.unwrap();
    assert_eq!(grant.state, GrantState::InForce);
    let cancelled = holder.wallet.cancel_grant(issuer, grant.grant).await.unwrap();
    assert_eq!(cancelled.state, GrantState::Cancelled);
    let attest = KeyCapabilities { attest: true, ..KeyCapabilities::default() };
    let desk = owner.wallet.grant_key(issuer, till, attest, None, next_year(&town)).await.unwrap();
    assert_eq!(desk.state, GrantState::InForce);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_survives_a_crash_on_either_side_of_it() {
    let (town, mut owner, holder, issuer) = scene().await;
    let account = holder.account(issuer).await;
    let until = next_year(&town);
    for side in [Side::Before, Side::After] {
        for calls in 0.. {
            owner.wallet.close().await.unwrap();
            let good = Arc::clone(&owner.options.backend);
            let mut crashing_options = owner.options.clone();
            let crashing = Crashing::after(calls, side, good);
            crashing_options.backend = Arc::clone(&crashing) as Arc<dyn IssuerBackend>;
            owner.wallet = Wallet::open(&crashing_options).await.unwrap();
            let promise = format!("A bun, {side:?} {calls}.");
            let update = CardChanges { promise: Some(promise.clone()), ..changes() };
            let _ = owner.wallet.update_card(issuer, update).await;
            let _ = owner.wallet.grant_role(issuer, account, Role::Worker, None, until).await;
            let _ = owner.wallet.attest(issuer, account, "Anna", Role::Worker, until).await;

            owner.reopen().await;
            owner.wallet.send_waiting(issuer).await.unwrap();
            let owned = owner.wallet.owned_issuer(issuer).await.unwrap();
            assert_eq!((owned.waiting, owned.card.promise), (0, promise));
            let roles = owner.wallet.grants(issuer).await.unwrap();
            let in_force = roles.iter().filter(|grant| grant.state == GrantState::InForce).count();
            assert_eq!(in_force, 2, "the owner's own role, and the worker's newest");
            if !crashing.is_dead() {
                break;
            }
        }
    }
    assert_eq!(owner.wallet.check_issuer(issuer).await.unwrap().faults, []);
    holder.wallet.sync(issuer).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_was_declared_without_a_network_is_signed_anew_when_there_is_one() {
    let (mut town, owner, holder, issuer) = scene().await;
    for (epoch, late) in [(0, 700), (1, 60), (2, 86_400)] {
        town.host.down().await;
        let declared = owner.wallet.declare_restore(issuer, epoch).await.unwrap();
        assert_eq!((declared.state, declared.card.epoch), (ActState::Waiting, epoch + 1));
        // Words that are changed meanwhile are not lost either.
        let promise = format!("Bread, {late}.");
        let update = CardChanges { promise: Some(promise.clone()), ..changes() };
        owner.wallet.update_card(issuer, update).await.unwrap();
        town.clock.move_by(late);
        town.host.up().await;
        owner.wallet.send_waiting(issuer).await.unwrap();
        let owned = owner.wallet.owned_issuer(issuer).await.unwrap();
        assert_eq!((owned.waiting, owned.card.epoch, &owned.card.promise), (0, epoch + 1, &promise));
        // Declared once more, it is the same.
        let again = owner.wallet.declare_restore(issuer, epoch).await.unwrap();
        assert_eq!((again.state, again.card.epoch), (ActState::Accepted, epoch + 1));
        assert_eq!(owner.wallet.declare_restore(issuer, 9).await.unwrap_err().code(), "conflict");
        holder.wallet.sync(issuer).await.unwrap();
        assert_eq!(holder.balance(issuer).await, 500);
    }
    // Sent by the call itself.
    town.host.down().await;
    owner.wallet.declare_restore(issuer, 3).await.unwrap();
    town.clock.move_by(700);
    town.host.up().await;
    let declared = owner.wallet.declare_restore(issuer, 3).await.unwrap();
    assert_eq!((declared.state, declared.card.epoch), (ActState::Accepted, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_signing_key_that_waited_past_a_statement_is_asked_for_again() {
    let (town, owner, holder, issuer) = scene().await;
    let before = owner.wallet.owned_issuer(issuer).await.unwrap().card.signing_key;
    // The card does not reach the host, and the statement that it stands for is not the last any more.
    for _ in 0..20 {
        town.host.faults.once("PUT", "/card", Fault::FailBefore);
    }
    let rotated = owner.wallet.rotate_signing_key(issuer).await.unwrap();
    assert_eq!(rotated.state, ActState::Waiting);
    town.host.server().inside().make_statement(issuer).await.unwrap();
    town.clock.move_by(700);
    let mut tries = 0;
    while owner.wallet.owned_issuer(issuer).await.unwrap().waiting > 0 {
        let _ = owner.wallet.send_waiting(issuer).await;
        tries += 1;
        assert!(tries < 20, "it is refused once it gets through");
    }
    assert_eq!(owner.wallet.owned_issuer(issuer).await.unwrap().card.signing_key, before);
    let rotated = owner.wallet.rotate_signing_key(issuer).await.unwrap();
    assert_eq!(rotated.state, ActState::Accepted);
    assert_ne!(rotated.card.signing_key, before);
    owner.give(&holder, issuer, 1).await;
}
