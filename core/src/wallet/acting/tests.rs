//! What an issuer may tell a device, and what the device believes of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::told::{Told, state_of};
use crate::artefact::{Capabilities, Grant, GrantGiven, Signed};
use crate::error::WalletError;
use crate::issuer::AccountRef;
use crate::issuer::answer::AccountState;
use crate::keys::{PublicKey, RecoveryKeys, RecoveryPhrase, SigningKey};
use crate::ledger::FoundingKeys;
use crate::ledger::testing::{Index, Issuer};
use crate::operation::keyslot::WalletKeys;
use crate::store::tables::account::ActingState;
use crate::wallet::testing::TestWallet;

const TILL: Capabilities = Capabilities::VIEW.and(Capabilities::RECEIVE).and(Capabilities::REFUND);
const DAY: i64 = 86_400;

/// A device whose keys were replaced once, and an issuer with two shops.
struct Scene {
    keys: WalletKeys,
    issuer: Issuer,
    shop: Index,
    neighbour: Index,
}

fn scene() -> Scene {
    let seed = RecoveryPhrase::generate(&crate::clock::SystemEntropy).seed();
    let keys = WalletKeys::new(vec![seed.wallet_seed(0), seed.wallet_seed(1)], RecoveryKeys::derive(&seed));
    let mut issuer = Issuer::found("Bakery");
    let (shop, neighbour) = (issuer.open(), issuer.open());
    Scene { keys, issuer, shop, neighbour }
}

impl Scene {
    fn device(&self, generation: u32) -> PublicKey {
        self.keys.seed(generation).unwrap().device_key().public_key()
    }

    fn place(&self) -> AccountRef {
        AccountRef { issuer: self.issuer.id, account: self.issuer.accounts[self.shop].id }
    }

    /// A grant to the device by the shop, unless it is changed into something else.
    fn grant(&self, change: impl FnOnce(&mut Grant)) -> Signed<Grant> {
        self.grant_by(&self.shop_key(), change)
    }

    fn grant_by(&self, signer: &SigningKey, change: impl FnOnce(&mut Grant)) -> Signed<Grant> {
        let mut grant = Grant {
            issuer: self.issuer.id,
            account: self.place().account,
            given: GrantGiven::Key(self.device(1), TILL),
            limit: None,
            not_after: self.issuer.time + DAY,
            signed_at: self.issuer.time,
            nonce: [0; 8],
        };
        change(&mut grant);
        Signed::sign(&grant, signer).unwrap()
    }

    fn shop_key(&self) -> SigningKey {
        self.issuer.account_key(self.shop, self.issuer.number(self.shop))
    }

    fn state(&mut self, account: Index, grants: Vec<Signed<Grant>>) -> AccountState {
        let holding = self.issuer.accounts[account].clone();
        AccountState {
            account: holding.id,
            opening: holding.opening,
            rekeys: holding.rekeys,
            head: self.issuer.head(account),
            role_grant: None,
            attestation: None,
            grants,
        }
    }

    fn code(&mut self, grants: Vec<Signed<Grant>>) -> String {
        let state = self.state(self.shop, grants);
        self.prove(None, state).map_or_else(|error| error.code().to_owned(), |_| "proven".to_owned())
    }

    fn prove(&self, known: Option<&FoundingKeys>, state: AccountState) -> Result<Told, WalletError> {
        Told::prove(&self.keys, self.place(), known, state, self.issuer.time)
    }
}

#[test]
fn an_account_is_proven_by_its_id_and_the_grant_by_its_founding_key() {
    let mut scene = scene();
    let good = scene.grant(|_| {});
    let state = scene.state(scene.shop, vec![good.clone()]);
    let told = scene.prove(None, state.clone()).unwrap();
    assert_eq!((told.grant, told.generation), (good.clone(), 1));

    // Another account's opening under this id; an account at another issuer.
    let mut other = scene.state(scene.neighbour, vec![good.clone()]);
    other.account = state.account;
    let untrusted = |told: Result<Told, WalletError>| match told.map(drop).unwrap_err() {
        WalletError::Untrusted { rule, .. } => rule,
        error => panic!("{error:?}"),
    };
    assert_eq!(untrusted(scene.prove(None, other)), "wrong_id");
    let mut elsewhere = Issuer::found("Florist");
    let index = elsewhere.open();
    let foreign = AccountState { opening: elsewhere.accounts[index].opening.clone(), ..state };
    assert_eq!(untrusted(scene.prove(None, foreign)), "wrong_issuer");
}

#[test]
fn what_is_no_grant_to_this_device_gives_nothing() {
    let mut scene = scene();
    let stranger = SigningKey::from_bytes(&[7; 32]);
    let neighbour = scene.issuer.account_key(scene.neighbour, 0);
    let their_account = scene.issuer.accounts[scene.neighbour].id;
    let now = scene.issuer.time;
    let view = Capabilities::VIEW;
    let device = scene.device(1);
    for (name, grant, code) in [
        (
            "the device's own word",
            scene.grant_by(&scene.keys.seed(1).unwrap().device_key(), |_| {}),
            "no_grant",
        ),
        ("a stranger's", scene.grant_by(&stranger, |_| {}), "no_grant"),
        ("the issuer's", scene.grant_by(&scene.issuer.issuer_key(0), |_| {}), "no_grant"),
        ("of another account", scene.grant_by(&neighbour, |grant| grant.account = their_account), "no_grant"),
        ("by another account", scene.grant_by(&neighbour, |_| {}), "no_grant"),
        (
            "to another key",
            scene.grant(|grant| grant.given = GrantGiven::Key(stranger.public_key(), view)),
            "no_grant",
        ),
        (
            "without view",
            scene.grant(|grant| grant.given = GrantGiven::Key(device, Capabilities::RECEIVE)),
            "not_granted",
        ),
        (
            "of names alone",
            scene.grant(|grant| grant.given = GrantGiven::Key(device, Capabilities::ATTEST)),
            "not_granted",
        ),
        ("ended", scene.grant(|grant| grant.not_after = now - 1), "grant_ended"),
    ] {
        assert_eq!(scene.code(vec![grant]), code, "{name}");
    }
    assert_eq!(scene.code(Vec::new()), "no_grant");
}

#[test]
fn the_newest_that_includes_view_counts() {
    let mut scene = scene();
    let old_device = scene.device(0);
    let first = scene.grant(|grant| grant.given = GrantGiven::Key(old_device, TILL));
    let second = scene.grant(|grant| grant.signed_at += 10);
    let blind = scene.grant(|grant| {
        grant.signed_at += 20;
        grant.given = GrantGiven::Key(scene.device(1), Capabilities::PAY);
    });
    let mut newest = |grants: &[&Signed<Grant>]| {
        let state = scene.state(scene.shop, grants.iter().map(|grant| (*grant).clone()).collect());
        let told = scene.prove(None, state).unwrap();
        (told.grant.hash(), told.generation)
    };
    assert_eq!(newest(&[&first]), (first.hash(), 0), "to the key before this wallet's rekey");
    for grants in [[&first, &second, &blind], [&blind, &second, &first], [&second, &first, &blind]] {
        assert_eq!(newest(&grants), (second.hash(), 1));
    }
}

#[test]
fn keys_that_were_replaced_give_nothing_and_are_not_forgotten() {
    let mut scene = scene();
    let old = scene.grant(|_| {});
    let before = scene.state(scene.shop, vec![old.clone()]);
    scene.issuer.rekey(scene.shop);
    assert_eq!(scene.code(vec![old.clone()]), "grant_void");
    let new = scene.grant(|grant| grant.nonce = [1; 8]);
    let after = scene.state(scene.shop, vec![old, new.clone()]);
    let told = scene.prove(None, after).unwrap();
    assert_eq!((&told.grant, told.keys.number()), (&new, 1));
    // An issuer that hides a rekey, once it is known, brings nothing back.
    let hidden = scene.prove(Some(&told.keys), before).map(drop).unwrap_err();
    assert_eq!(hidden.code(), "grant_void");
    assert_eq!(state_of(&hidden), Some(ActingState::Void));
    assert_eq!(state_of(&WalletError::Locked), None);
}

#[tokio::test]
async fn a_device_key_is_there_while_the_wallet_is_unlocked() {
    let test = TestWallet::new().await;
    let key = test.wallet.device_key().unwrap();
    assert_eq!(key.check(), Ok(()));
    assert_eq!(test.wallet.device_key().unwrap(), key);
    test.wallet.lock().await;
    assert_eq!(test.wallet.device_key(), Err(WalletError::Locked));
}
