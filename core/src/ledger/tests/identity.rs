use proptest::prelude::*;

use crate::artefact::{Card, Endpoint, Opening, Rekey, Signed, Subject};
use crate::keys::{AccountId, IssuerId, PublicKey, SealingKey, SigningKey, recovery_commitment};
use crate::ledger::{FoundingKeys, Holder, IdentityError};
use crate::money::{Amount, Currency};

fn key(name: &str, number: u32) -> SigningKey {
    SigningKey::from_bytes(crate::keys::Digest::of(&[name.as_bytes(), &number.to_be_bytes()]).as_bytes())
}

fn founding(number: u32) -> PublicKey {
    key("founding", number).public_key()
}

fn commitment(number: u32) -> crate::keys::Digest {
    recovery_commitment(&key("recovery", number).public_key())
}

fn sealing(number: u32) -> SealingKey {
    SealingKey::new([u8::try_from(number).unwrap(); 32])
}

fn account() -> AccountId {
    AccountId::derive(&founding(0), &commitment(0))
}

fn issuer() -> IssuerId {
    IssuerId::derive(&founding(0), &commitment(0))
}

fn opening() -> Signed<Opening> {
    let opening = Opening {
        issuer: IssuerId::new([9; 16]),
        commitment: commitment(0),
        sealing_key: sealing(0),
        signed_at: 1000,
    };
    Signed::sign(&opening, &key("founding", 0)).unwrap()
}

fn rekey_of(subject: Subject, number: u32, change: impl FnOnce(&mut Rekey)) -> Signed<Rekey> {
    let mut rekey = Rekey {
        subject,
        number,
        previous: founding(number - 1),
        founding_key: founding(number),
        commitment: commitment(number),
        signed_at: 1000 + i64::from(number),
    };
    change(&mut rekey);
    Signed::sign(&rekey, &key("recovery", number - 1)).unwrap()
}

fn rekey(number: u32) -> Signed<Rekey> {
    rekey_of(Subject::Account(account(), sealing(number)), number, |_| {})
}

fn card(rekey_number: u32, signer: u32) -> Signed<Card> {
    let card = Card {
        issuer: issuer(),
        commitment: commitment(rekey_number),
        serial: 1,
        rekey_number,
        name: "Baker".into(),
        currency: Currency::new("BUN", "Bun", "b", 2).unwrap(),
        endpoints: vec![Endpoint { origin: "https://baker.example".into(), tls_keys: vec![] }],
        signing_key: key("signing", 0).public_key(),
        signing_key_from: 0,
        signing_key_until: 1000,
        epoch: 0,
        promise: String::new(),
        owners_limit: Amount::new(1000),
        logo: None,
        last_statement: None,
        signed_at: 0,
    };
    Signed::sign(&card, &key("founding", signer)).unwrap()
}

fn of_account(rekeys: &[Signed<Rekey>]) -> Result<FoundingKeys, IdentityError> {
    FoundingKeys::of_account(account(), Some(&opening()), rekeys)
}

#[test]
fn an_opening_alone_shows_the_first_key() {
    let keys = of_account(&[]).unwrap();
    assert_eq!(keys.holder(), Holder::Account(account()));
    assert_eq!((keys.key(), keys.number()), (&founding(0), 0));
    assert_eq!(keys.current().sealing_key, Some(sealing(0)));
    assert_eq!(
        FoundingKeys::of_account(AccountId::new([1; 16]), Some(&opening()), &[]),
        Err(IdentityError::WrongId)
    );
    assert_eq!(FoundingKeys::of_account(account(), None, &[]), Err(IdentityError::NoBeginning));
}

#[test]
fn rekeys_alone_show_all_keys() {
    let keys = FoundingKeys::of_account(account(), None, &[rekey(2), rekey(1)]).unwrap();
    assert_eq!((keys.key(), keys.number()), (&founding(2), 2));
    assert_eq!(keys.current().sealing_key, Some(sealing(2)));
    assert_eq!(keys.numbered(0).unwrap().sealing_key, None);
    assert!(keys.is_void(&founding(0)) && keys.is_void(&founding(1)));
    assert!(!keys.is_void(&founding(2)) && !keys.is_void(&founding(3)));
}

proptest! {
    #[test]
    fn order_and_duplicates_do_not_matter(
        order in prop::collection::vec(1_u32..=6, 0..12),
    ) {
        let rekeys: Vec<_> = order.iter().map(|number| rekey(*number)).collect();
        let most = order.iter().max().copied().unwrap_or(0);
        let missing = (1..most).find(|number| !order.contains(number));
        match missing {
            None => {
                let keys = of_account(&rekeys).unwrap();
                prop_assert_eq!(keys.number(), most);
                prop_assert_eq!(keys.all().count(), most as usize + 1);
                prop_assert_eq!(keys.rekeys().len(), most as usize);
                for number in 0..=most {
                    prop_assert_eq!(keys.number_of(&founding(number)), Some(number));
                }
            }
            Some(number) => prop_assert_eq!(of_account(&rekeys), Err(IdentityError::Gap { number })),
        }
    }

    #[test]
    fn learning_later_is_learning_at_once(split in 0_usize..=4) {
        let rekeys: Vec<_> = (1..=4).map(rekey).collect();
        let known = of_account(&rekeys[..split]).unwrap();
        prop_assert_eq!(known.with(&rekeys), of_account(&rekeys));
        prop_assert_eq!(known.with(&rekeys[split..]), of_account(&rekeys));
    }
}

#[test]
fn forged_rekeys_are_refused() {
    let subject = Subject::Account(account(), sealing(2));
    let wrong_previous = rekey_of(subject, 2, |rekey| rekey.previous = founding(0));
    assert_eq!(of_account(&[rekey(1), wrong_previous]), Err(IdentityError::Forged { number: 2 }));

    let by_another = Signed::sign(rekey(2).body(), &key("thief", 0)).unwrap();
    assert_eq!(of_account(&[rekey(1), by_another]), Err(IdentityError::Forged { number: 2 }));

    // The founding key itself cannot replace itself: that would be the thief's way.
    let by_founding_key = Signed::sign(rekey(1).body(), &key("founding", 0)).unwrap();
    assert_eq!(of_account(&[by_founding_key]), Err(IdentityError::Forged { number: 1 }));

    let other = rekey_of(Subject::Account(AccountId::new([8; 16]), sealing(2)), 2, |_| {});
    assert_eq!(of_account(&[rekey(1), other]), Err(IdentityError::WrongSubject { number: 2 }));
    let issuers = rekey_of(Subject::Issuer(IssuerId::new(*account().as_bytes())), 2, |_| {});
    assert_eq!(of_account(&[rekey(1), issuers]), Err(IdentityError::WrongSubject { number: 2 }));
}

#[test]
fn of_two_different_rekeys_the_first_stays_and_both_are_reported() {
    let other =
        rekey_of(Subject::Account(account(), sealing(2)), 2, |rekey| rekey.founding_key = founding(7));
    let conflict =
        IdentityError::Conflict { number: 2, first: Box::new(rekey(2)), second: Box::new(other.clone()) };
    assert_eq!(of_account(&[rekey(2), other.clone(), rekey(1)]), Err(conflict.clone()));
    let known = of_account(&[rekey(1), rekey(2)]).unwrap();
    assert_eq!(known.with(&[other]), Err(conflict));
    // The same rekey, signed again later, says nothing new.
    let again = rekey_of(Subject::Account(account(), sealing(2)), 2, |rekey| rekey.signed_at = 5000);
    assert_eq!(known.with(&[again]), Ok(known));
}

#[test]
fn a_card_counts_only_from_the_founding_key_of_its_number() {
    let rekeys = [rekey_of(Subject::Issuer(issuer()), 1, |_| {})];
    assert_eq!(FoundingKeys::of_issuer(issuer(), Some(&card(0, 0)), &[]).unwrap().number(), 0);
    assert_eq!(FoundingKeys::of_issuer(issuer(), Some(&card(1, 1)), &rekeys).unwrap().number(), 1);
    let keys = FoundingKeys::of_issuer(issuer(), Some(&card(0, 0)), &rekeys).unwrap();
    assert_eq!(keys.number(), 1);
    assert_eq!(keys.check_card(&card(1, 0)), Err(IdentityError::CardNotSigned { number: 1 }));
    assert_eq!(keys.check_card(&card(0, 1)), Err(IdentityError::CardNotSigned { number: 0 }));
    assert_eq!(keys.check_card(&card(2, 2)), Err(IdentityError::Gap { number: 2 }));
    assert_eq!(FoundingKeys::of_issuer(issuer(), Some(&card(1, 1)), &[]), Err(IdentityError::NoBeginning));
    assert_eq!(
        FoundingKeys::of_issuer(IssuerId::new([3; 16]), Some(&card(0, 0)), &[]),
        Err(IdentityError::WrongId)
    );
}
