//! The keys with which an issuer's host signs.

use super::{stranger, town};
use crate::artefact::{Card, Signed};
use crate::keys::{PublicKey, SigningKey};
use crate::ledger::IdentityError;
use crate::ledger::signing_keys::{CardsError, SigningKeys, Standing};
use crate::ledger::testing::Issuer;

/// A card that differs from the first in one way.
fn card(issuer: &Issuer, change: impl FnOnce(&mut Card)) -> Signed<Card> {
    let mut card = issuer.world.cards[0].body().clone();
    change(&mut card);
    let key = issuer.issuer_key(card.rekey_number);
    Signed::sign(&card, &key).unwrap()
}

fn key(number: u8) -> PublicKey {
    SigningKey::from_bytes(&[number; 32]).public_key()
}

#[test]
fn a_signing_key_counts_while_its_card_says_so() {
    let issuer = town();
    let first = card(&issuer, |card| {
        (card.signing_key, card.signing_key_from, card.signing_key_until) = (key(1), 100, 200);
        card.signed_at = 90;
    });
    let keys = SigningKeys::build(&issuer.founding_keys(), std::slice::from_ref(&first)).unwrap();
    assert_eq!(keys.standing(&key(1), 99), Standing::OutOfTime);
    assert_eq!(keys.standing(&key(1), 100), Standing::Good);
    assert_eq!(keys.standing(&key(1), 200), Standing::Good);
    assert_eq!(keys.standing(&key(1), 201), Standing::OutOfTime);
    assert_eq!(keys.standing(&key(2), 150), Standing::Unknown);

    // A later card of the same key lengthens its time, or ends it from that card on; it takes nothing back.
    let longer = card(&issuer, |card| {
        (card.signing_key, card.signing_key_from, card.signing_key_until) = (key(1), 150, 300);
        (card.serial, card.signed_at) = (2, 150);
    });
    let keys = SigningKeys::build(&issuer.founding_keys(), &[longer, first.clone()]).unwrap();
    for time in [100, 200, 300] {
        assert_eq!(keys.standing(&key(1), time), Standing::Good, "{time}");
    }
    let shorter = card(&issuer, |card| {
        (card.signing_key, card.signing_key_from, card.signing_key_until) = (key(1), 100, 120);
        (card.serial, card.signed_at) = (2, 150);
    });
    let keys = SigningKeys::build(&issuer.founding_keys(), &[first, shorter]).unwrap();
    assert_eq!(keys.standing(&key(1), 150), Standing::Good);
    assert_eq!(keys.standing(&key(1), 151), Standing::OutOfTime);
}

#[test]
fn a_replaced_signing_key_counts_up_to_the_statement_that_the_owner_stands_for() {
    let mut issuer = town();
    let old = issuer.signing_key().public_key();
    issuer.wait(100);
    issuer.rotate();
    let statement = issuer.statements[1].statement.clone();
    let last = issuer.world.cards[1].body().last_statement.unwrap();
    assert_eq!(last.hash, statement.hash());
    let end = statement.body().time;

    let mut keys = SigningKeys::build(&issuer.founding_keys(), &issuer.world.cards).unwrap();
    assert_eq!(keys.standing(&old, end), Standing::NeedsStatement(last));
    assert_eq!(keys.standing(&old, end + 1), Standing::Later, "after the card itself nothing is in doubt");
    keys.learn(&issuer.statements[0].statement);
    assert_eq!(keys.standing(&old, end), Standing::NeedsStatement(last));
    keys.learn(&statement);
    keys.learn(&statement);
    assert_eq!(keys.standing(&old, end), Standing::Good);
    assert_eq!(keys.standing(&old, end + 1), Standing::Later);
    assert_eq!(keys.standing(&issuer.signing_key().public_key(), end + 1), Standing::Good);
    assert_eq!(keys.standing_of(&statement), Standing::Good);

    // A card that names no statement ends the old key at its own time.
    let silent = card(&issuer, |card| {
        (card.serial, card.signing_key, card.signed_at) = (2, key(1), end);
    });
    let keys = SigningKeys::build(&issuer.founding_keys(), &[issuer.world.cards[0].clone(), silent]).unwrap();
    assert_eq!(keys.standing(&old, end), Standing::Good);
    assert_eq!(keys.standing(&old, end + 1), Standing::Later);
}

#[test]
fn cards_are_the_issuer_s_and_one_of_a_rank() {
    let mut issuer = town();
    let first = issuer.world.cards[0].clone();
    let founding = issuer.founding_keys();
    let other = card(&issuer, |card| card.promise = "Cake".into());
    let error = SigningKeys::build(&founding, &[first.clone(), first.clone(), other.clone()]).unwrap_err();
    assert_eq!(error, CardsError::TwoOfOneRank { first: Box::new(first.clone()), second: Box::new(other) });
    assert_eq!(SigningKeys::build(&founding, &[]), Err(CardsError::NoIssuer));
    let forged = Signed::sign(first.body(), &stranger()).unwrap();
    let not_signed = CardsError::NotOwned(IdentityError::CardNotSigned { number: 0 });
    assert_eq!(SigningKeys::build(&founding, &[forged]), Err(not_signed));

    // Cards rank by rekey first, whatever their serial.
    let thief = card(&issuer, |card| card.serial = 99);
    issuer.rekey_issuer();
    let cards = [issuer.world.cards.clone(), vec![thief]].concat();
    let keys = SigningKeys::build(&issuer.founding_keys(), &cards).unwrap();
    let ranks: Vec<_> = keys.cards().iter().map(|card| card.body().rank()).collect();
    assert_eq!(ranks, [(0, 1), (0, 99), (1, 1)]);
}
