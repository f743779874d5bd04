use super::super::{CardChanges, GrantGivenTo, GrantState, KeyCapabilities};
use super::{keys, owned};
use crate::artefact::{Card, Role, Signed};
use crate::error::WalletError;
use crate::keys::{AccountId, IssuerId, SigningKey};
use crate::money::Amount;
use crate::operation::trust;
use crate::store::tables::act::{self, ActKind, ActState};
use crate::store::tables::issuer::ISSUERS;
use crate::wallet::testing::{START, TestWallet, bread};

const NEXT_YEAR: i64 = START + 365 * 86_400;

async fn cards(test: &TestWallet, issuer: IssuerId) -> Vec<Card> {
    let acts = test
        .wallet
        .context
        .read(move |connection, cipher| Ok(act::of_issuer(connection, cipher, &ISSUERS.key(cipher, issuer))?))
        .await
        .unwrap();
    let cards = acts.iter().filter(|act| act.record.kind == ActKind::Card);
    cards
        .map(|act| {
            let card: Signed<Card> = trust::stored(&act.record.artefact, "test").unwrap();
            card.body().clone()
        })
        .collect()
}

/// Notes an answer to the oldest waiting act.
async fn answer(test: &TestWallet, issuer: IssuerId, refusal: Option<&'static str>) {
    test.wallet
        .context
        .write(move |write| {
            let row = ISSUERS.key(write.cipher, issuer);
            let act = act::next_waiting(write.transaction, write.cipher, &row)?.unwrap();
            let state = if refusal.is_some() { ActState::Refused } else { ActState::Accepted };
            assert!(act::finish(write.transaction, write.cipher, &act, state, None, refusal)?);
            // The second answer changes nothing.
            assert!(!act::finish(write.transaction, write.cipher, &act, ActState::Accepted, None, None)?);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn changes_of_a_card_wait_and_add_up() {
    let mut test = TestWallet::new().await;
    let issuer = owned(&test).await;
    let name = CardChanges { name: Some("Bakery & Sons".into()), ..CardChanges::default() };
    let first = test.wallet.update_card(issuer, name).await.unwrap();
    assert_eq!((first.state, first.card.serial), (ActState::Waiting, 2));
    test.reopen().await;
    let limit = CardChanges {
        owners_limit: Some(Amount::new(5)),
        symbol: Some("b".into()),
        logo: Some(crate::keys::Digest::new([1; 32])),
        ..CardChanges::default()
    };
    let second = test.wallet.update_card(issuer, limit).await.unwrap().card;
    assert_eq!((second.serial, second.name.as_str()), (3, "Bakery & Sons"));
    assert_eq!((second.owners_limit, second.currency.symbol()), (Amount::new(5), "b"));

    // What is in force is still the first; what waits is listed.
    let shown = test.wallet.owned_issuers().await.unwrap().remove(0);
    assert_eq!((shown.card.serial, shown.waiting), (1, 2));

    // A serial is never used twice, even if its card was refused; and a refused card is no base for the next.
    answer(&test, issuer, None).await;
    answer(&test, issuer, Some("limit_exceeded")).await;
    let third = test.wallet.update_card(issuer, CardChanges::default()).await.unwrap().card;
    assert_eq!((third.serial, third.owners_limit, third.logo), (4, Amount::new(1_000), None));
    assert_eq!(cards(&test, issuer).await.len(), 3);
}

#[tokio::test]
async fn a_change_that_no_card_can_say_is_not_signed() {
    let test = TestWallet::new().await;
    let issuer = owned(&test).await;
    let broken = [
        CardChanges { name: Some("x".repeat(65)), ..CardChanges::default() },
        CardChanges { symbol: Some("1".into()), ..CardChanges::default() },
        CardChanges { endpoints: Some(Vec::new()), ..CardChanges::default() },
        CardChanges { owners_limit: Some(Amount::new(-1)), ..CardChanges::default() },
    ];
    for changes in broken {
        let error = test.wallet.update_card(issuer, changes).await.unwrap_err();
        assert!(matches!(error, WalletError::InvalidInput { .. }), "{error:?}");
    }
    assert!(cards(&test, issuer).await.is_empty());
}

#[tokio::test]
async fn a_restore_is_declared_once() {
    let test = TestWallet::new().await;
    let issuer = owned(&test).await;
    let declared = test.wallet.declare_restore(issuer, 0).await.unwrap();
    assert_eq!((declared.card.epoch, declared.state), (1, ActState::Waiting));
    assert_eq!(test.wallet.declare_restore(issuer, 0).await.unwrap(), declared);
    assert_eq!(test.wallet.declare_restore(issuer, 3).await.unwrap_err().code(), "conflict");
    assert_eq!(cards(&test, issuer).await.len(), 1);
}

#[tokio::test]
async fn only_the_owner_signs_for_an_issuer() {
    let test = TestWallet::new().await;
    let issuer = test.currency(1, "Elsewhere", bread(), 0).await;
    let account = AccountId::new([5; 16]);
    let not_owner = |error: WalletError| assert_eq!(error.code(), "not_owner");
    not_owner(test.wallet.update_card(issuer, CardChanges::default()).await.unwrap_err());
    not_owner(test.wallet.declare_restore(issuer, 0).await.unwrap_err());
    not_owner(test.wallet.rotate_signing_key(issuer).await.unwrap_err());
    not_owner(test.wallet.check_issuer(issuer).await.unwrap_err());
    not_owner(test.wallet.owned_issuer(issuer).await.unwrap_err());
    not_owner(
        test.wallet
            .grant_role(issuer, account, Role::Owner, Some(Amount::new(1)), NEXT_YEAR)
            .await
            .unwrap_err(),
    );
    not_owner(test.wallet.attest(issuer, account, "Anna", Role::Customer, NEXT_YEAR).await.unwrap_err());
    assert!(test.wallet.owned_issuers().await.unwrap().is_empty());
    // Whoever has an account may let another key act for it.
    let till = SigningKey::from_bytes(&[4; 32]).public_key();
    let receive = KeyCapabilities { receive: true, ..KeyCapabilities::default() };
    let grant = test.wallet.grant_key(issuer, till, receive, None, NEXT_YEAR).await.unwrap();
    assert_eq!(grant.state, GrantState::Waiting);
    assert_eq!(grant.given, GrantGivenTo::Key { key: till, capabilities: receive });
    let attest = KeyCapabilities { attest: true, ..KeyCapabilities::default() };
    not_owner(test.wallet.grant_key(issuer, till, attest, None, NEXT_YEAR).await.unwrap_err());
}

#[tokio::test]
async fn grants_are_checked_before_they_are_signed() {
    let test = TestWallet::new().await;
    let issuer = owned(&test).await;
    let account = AccountId::new([5; 16]);
    let key = SigningKey::from_bytes(&[4; 32]).public_key();
    let none = KeyCapabilities::default();
    let mixed = KeyCapabilities { attest: true, pay: true, ..none };
    let pay = KeyCapabilities { pay: true, ..none };
    let wallet = &test.wallet;
    let role = |role, limit, until| wallet.grant_role(issuer, account, role, limit, until);
    let code = |result: Result<_, WalletError>| result.unwrap_err().code().to_owned();
    assert_eq!(code(role(Role::Customer, None, NEXT_YEAR).await), "role_gives_nothing");
    assert_eq!(code(role(Role::Owner, None, NEXT_YEAR).await), "limit_missing");
    assert_eq!(code(role(Role::Owner, Some(Amount::new(-1)), NEXT_YEAR).await), "bad_field");
    assert_eq!(code(role(Role::Worker, None, START).await), "in_the_past");
    assert_eq!(code(wallet.grant_key(issuer, key, none, None, NEXT_YEAR).await), "no_capability");
    assert_eq!(code(wallet.grant_key(issuer, key, mixed, None, NEXT_YEAR).await), "attest_alone");
    let weak = crate::keys::PublicKey::new([0; 32]);
    assert_eq!(code(wallet.grant_key(issuer, weak, pay, None, NEXT_YEAR).await), "weak_key");
    assert!(wallet.grants(issuer).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_grant_is_listed_as_it_stands() {
    let test = TestWallet::new().await;
    let issuer = owned(&test).await;
    let (anna, ben) = (AccountId::new([5; 16]), AccountId::new([6; 16]));
    let wallet = &test.wallet;
    let limit = Some(Amount::new(10));
    let first = wallet.grant_role(issuer, anna, Role::Owner, limit, NEXT_YEAR).await.unwrap();
    let second = wallet.grant_role(issuer, anna, Role::Worker, limit, START + 10).await.unwrap();
    let third = wallet.grant_role(issuer, ben, Role::Owner, limit, NEXT_YEAR).await.unwrap();
    let fourth = wallet.grant_role(issuer, ben, Role::Worker, None, NEXT_YEAR).await.unwrap();
    for refusal in [None, None, None, Some("limit_exceeded")] {
        answer(&test, issuer, refusal).await;
    }
    let state = async |info: &super::super::GrantInfo| wallet.grant(issuer, info.grant).await.unwrap().state;
    assert_eq!(state(&first).await, GrantState::Replaced);
    assert_eq!(state(&second).await, GrantState::InForce);
    assert_eq!(state(&third).await, GrantState::InForce);
    assert_eq!(state(&fourth).await, GrantState::Refused);
    test.clock.advance(11);
    assert_eq!(state(&second).await, GrantState::Ended);

    assert_eq!(wallet.cancel_grant(issuer, third.grant).await.unwrap().state, GrantState::InForce);
    answer(&test, issuer, None).await;
    assert_eq!(state(&third).await, GrantState::Cancelled);
    assert_eq!(wallet.cancel_grant(issuer, anna_digest()).await.unwrap_err().code(), "not_found");

    // The issuer gives the owner role, an owner the worker role.
    let key = keys(&test).seed(0).unwrap().founding_key(crate::keys::Founding::Account { issuer, k: 0 });
    assert_ne!(key.public_key(), *signed_by(&test, first.grant).await.as_ref().unwrap());
    assert_eq!(key.public_key(), signed_by(&test, second.grant).await.unwrap());
}

fn anna_digest() -> crate::keys::Digest {
    crate::keys::Digest::of(&[b"no grant"])
}

async fn signed_by(test: &TestWallet, grant: crate::keys::Digest) -> Option<crate::keys::PublicKey> {
    let act = test
        .wallet
        .context
        .read(move |connection, cipher| Ok(act::get(connection, cipher, &grant)?))
        .await
        .unwrap()?;
    let grant: Signed<crate::artefact::Grant> = trust::stored(&act.record.artefact, "test").unwrap();
    Some(*grant.signer())
}
