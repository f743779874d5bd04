//! Which keys count, and who may sign what.

use crate::artefact::{
    Attestation, Cancel, Capabilities, Card, Grant, GrantGiven, Price, Request, Role, Signed, Unproven,
};
use crate::keys::{AccountId, PublicKey, SigningKey};
use crate::ledger::authority::{
    Account, CLOCK_TOLERANCE_SECONDS, CancelTarget, attestation, cancel, may_grant, owner_limit, worker_grant,
};
use crate::ledger::signing_keys::{CardsError, SigningKeys, Standing};
use crate::ledger::testing::{Issuer, OWNER_LIMIT, Signer};
use crate::ledger::{FoundingKeys, IdentityError, KnownGrant, NotAllowed, Right, Tense};
use crate::money::Amount;

const ANNA: usize = 1;
const BEN: usize = 2;

fn town() -> Issuer {
    let mut issuer = Issuer::found("bakery");
    issuer.open();
    issuer.open();
    issuer
}

fn stranger() -> SigningKey {
    SigningKey::from_bytes(&[66; 32])
}

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

fn account<'a>(issuer: &Issuer, keys: &'a FoundingKeys, grants: &'a [KnownGrant]) -> Account<'a> {
    Account { issuer: issuer.id, keys, grants }
}

#[test]
fn granted_keys_may_do_what_they_were_granted_and_for_as_long() {
    let mut issuer = town();
    let grant = issuer.grant_key(ANNA, 0, Capabilities::PAY.and(Capabilities::VIEW));
    let knowledge = issuer.knowledge(ANNA);
    let anna = account(&issuer, &knowledge.account, &knowledge.grants);
    let till = issuer.till_key(ANNA, 0).public_key();
    let may = |capability, time| anna.right(&till, &[capability], time, Tense::Now);
    let right = Right::Granted { number: 0, grant: grant.hash(), limit: None };
    let (from, until) = (grant.body().signed_at, grant.body().not_after);
    assert_eq!(may(Capabilities::PAY, from), Ok(right));
    assert_eq!(may(Capabilities::VIEW, until), Ok(right));
    assert_eq!(may(Capabilities::RECEIVE, from), Err(NotAllowed::NotGranted));
    assert_eq!(may(Capabilities::PAY, until + 1), Err(NotAllowed::Ended));
    assert_eq!(may(Capabilities::PAY, from - CLOCK_TOLERANCE_SECONDS), Ok(right));
    assert_eq!(may(Capabilities::PAY, from - CLOCK_TOLERANCE_SECONDS - 1), Err(NotAllowed::NotYet));
    let key = stranger().public_key();
    assert_eq!(anna.right(&key, &[Capabilities::PAY], from, Tense::Now), Err(NotAllowed::UnknownKey));

    // Of two grants, one that holds is enough.
    issuer.wait(10);
    issuer.cancel_keys(ANNA);
    let cancelled = issuer.time;
    issuer.wait(10);
    let knowledge = issuer.knowledge(ANNA);
    let anna = account(&issuer, &knowledge.account, &knowledge.grants);
    let may = |time| anna.right(&till, &[Capabilities::PAY], time, Tense::Now);
    assert_eq!(may(cancelled), Ok(right));
    assert_eq!(may(cancelled + 1), Err(NotAllowed::Cancelled));
    let second = issuer.grant_key(ANNA, 0, Capabilities::PAY);
    let knowledge = issuer.knowledge(ANNA);
    let anna = account(&issuer, &knowledge.account, &knowledge.grants);
    let again = anna.right(&till, &[Capabilities::PAY], issuer.time, Tense::Now).unwrap();
    assert_eq!(again, Right::Granted { number: 0, grant: second.hash(), limit: None });
}

#[test]
fn a_grant_of_another_account_issuer_or_signer_grants_nothing() {
    let mut issuer = town();
    let grant = issuer.grant_key(ANNA, 0, Capabilities::PAY);
    let knowledge = issuer.knowledge(BEN);
    let till = issuer.till_key(ANNA, 0).public_key();
    let refused = |body: &Grant, key: &SigningKey| {
        let grants = [KnownGrant::uncancelled(Signed::sign(body, key).unwrap())];
        let ben = account(&issuer, &knowledge.account, &grants);
        ben.right(&till, &[Capabilities::PAY], issuer.time, Tense::Then).unwrap_err()
    };
    let bens = issuer.account_key(BEN, 0);
    assert_eq!(refused(grant.body(), &bens), NotAllowed::UnknownKey);
    let mut body = grant.body().clone();
    body.account = issuer.accounts[BEN].id;
    assert_eq!(refused(&body, &stranger()), NotAllowed::UnknownKey);
    body.issuer = crate::keys::IssuerId::new([9; 16]);
    assert_eq!(refused(&body, &bens), NotAllowed::UnknownKey);
    // `attest` is not the account's to give, nor anything beside it.
    body.issuer = issuer.id;
    body.given = GrantGiven::Key(till, Capabilities::PAY.and(Capabilities::ATTEST));
    assert_eq!(refused(&body, &bens), NotAllowed::NotGranted);
}

#[test]
fn a_rekey_voids_what_older_keys_granted() {
    let mut issuer = town();
    issuer.grant_key(ANNA, 0, Capabilities::PAY);
    issuer.rekey(ANNA);
    let knowledge = issuer.knowledge(ANNA);
    let anna = account(&issuer, &knowledge.account, &knowledge.grants);
    let (old, new) = (issuer.account_key(ANNA, 0).public_key(), issuer.account_key(ANNA, 1).public_key());
    let till = issuer.till_key(ANNA, 0).public_key();
    let may =
        |key, tense| anna.right(&key, &[Capabilities::PAY], issuer.time, tense).map(|right| right.number());
    assert_eq!(may(old, Tense::Now), Err(NotAllowed::Replaced));
    assert_eq!(may(till, Tense::Now), Err(NotAllowed::Replaced));
    assert_eq!(may(new, Tense::Now), Ok(1));
    // Looking back, what they did stays good.
    assert_eq!(may(old, Tense::Then), Ok(0));
    assert_eq!(may(till, Tense::Then), Ok(0));
}

#[test]
fn of_several_rights_the_newest_counts_and_the_oldest_is_known() {
    let mut issuer = town();
    issuer.pay(0, ANNA, 100).unwrap();
    issuer.grant_key(ANNA, 0, Capabilities::PAY);
    issuer.rekey(ANNA);
    issuer.grant_key(ANNA, 0, Capabilities::PAY);
    let knowledge = issuer.knowledge(ANNA);
    let anna = account(&issuer, &knowledge.account, &knowledge.grants);
    let till = issuer.till_key(ANNA, 0).public_key();
    for tense in [Tense::Now, Tense::Then] {
        let right = anna.right(&till, &[Capabilities::PAY], issuer.time, tense);
        assert_eq!(right.map(|right| right.number()), Ok(1));
    }
    let order = issuer.clone().sign_order(ANNA, BEN, 1, Signer::Till(0), None);
    let rights = anna.executed(&order, issuer.time, 0).unwrap();
    assert_eq!((rights.newest.number(), rights.oldest_number), (1, 0));
}

fn request(payee: AccountId, key: &SigningKey) -> Unproven<Request> {
    let request = Request {
        payee,
        not_after: Some(2_000_000_000),
        prices: vec![Price { issuer_prefix: [1; 8], amount: Some(Amount::new(5)) }],
        nonce: [2; 8],
        reference: None,
        tip: None,
        reusable: false,
        lines: Vec::new(),
        note: None,
    };
    Unproven::parse(Unproven::sign(&request, key).unwrap().bytes()).unwrap()
}

#[test]
fn a_request_is_of_whoever_may_receive() {
    let mut issuer = town();
    issuer.grant_key(ANNA, 0, Capabilities::RECEIVE);
    issuer.grant_key(ANNA, 1, Capabilities::PAY);
    issuer.rekey(BEN);
    let knowledge = issuer.knowledge(ANNA);
    let anna = account(&issuer, &knowledge.account, &knowledge.grants);
    let id = issuer.accounts[ANNA].id;
    let signed_by = |key: &SigningKey| {
        let asked = anna.request(&request(id, key), issuer.time, Tense::Now);
        asked.map(|(signed, _)| *signed.signer())
    };
    let founding = issuer.account_key(ANNA, 0);
    assert_eq!(signed_by(&founding), Ok(founding.public_key()));
    let till = issuer.till_key(ANNA, 0);
    assert_eq!(signed_by(&till), Ok(till.public_key()));
    assert_eq!(signed_by(&issuer.till_key(ANNA, 1)), Err(NotAllowed::NotGranted));
    assert_eq!(signed_by(&stranger()), Err(NotAllowed::UnknownKey));
    let bens = request(issuer.accounts[BEN].id, &founding);
    assert_eq!(anna.request(&bens, issuer.time, Tense::Now).unwrap_err(), NotAllowed::Elsewhere);

    let knowledge = issuer.knowledge(BEN);
    let ben = account(&issuer, &knowledge.account, &knowledge.grants);
    let stale = request(issuer.accounts[BEN].id, &issuer.account_key(BEN, 0));
    assert_eq!(ben.request(&stale, issuer.time, Tense::Now).unwrap_err(), NotAllowed::Replaced);
}

/// A role grant for an account.
fn role(issuer: &Issuer, account: usize, role: Role, key: &SigningKey) -> Signed<Grant> {
    let grant = Grant {
        issuer: issuer.id,
        account: issuer.accounts[account].id,
        given: GrantGiven::Role(role),
        limit: Some(Amount::new(10)),
        not_after: issuer.time + 1000,
        signed_at: issuer.time,
        nonce: [7; 8],
    };
    Signed::sign(&grant, key).unwrap()
}

#[test]
fn owners_are_made_by_the_issuer_and_workers_by_owners() {
    let mut issuer = town();
    let founding = issuer.founding_keys();
    let owner = issuer.knowledge(0);
    let owner_id = issuer.accounts[0].id;
    let owner_grant = owner.grants[0].clone();
    let limit = |known: &KnownGrant, founding: &FoundingKeys, tense| {
        owner_limit(founding, &owner_id, known, issuer.time, tense).map(Amount::minor)
    };
    assert_eq!(limit(&owner_grant, &founding, Tense::Now), Ok(OWNER_LIMIT));
    let own = role(&issuer, 0, Role::Owner, &issuer.account_key(0, 0));
    assert_eq!(limit(&KnownGrant::uncancelled(own), &founding, Tense::Now), Err(NotAllowed::UnknownKey));
    let other = role(&issuer, ANNA, Role::Owner, &issuer.issuer_key(0));
    assert_eq!(limit(&KnownGrant::uncancelled(other), &founding, Tense::Now), Err(NotAllowed::Elsewhere));
    let worker = role(&issuer, 0, Role::Worker, &issuer.issuer_key(0));
    assert_eq!(limit(&KnownGrant::uncancelled(worker), &founding, Tense::Now), Err(NotAllowed::NotGranted));

    let by_owner = KnownGrant::uncancelled(role(&issuer, ANNA, Role::Worker, &issuer.account_key(0, 0)));
    let is_worker = |known: &KnownGrant, founding: &FoundingKeys| {
        worker_grant(founding, known, &owner.account, &owner_grant, issuer.time, Tense::Now)
    };
    assert_eq!(is_worker(&by_owner, &founding), Ok(()));
    let by_ben = KnownGrant::uncancelled(role(&issuer, ANNA, Role::Worker, &issuer.account_key(BEN, 0)));
    assert_eq!(is_worker(&by_ben, &founding), Err(NotAllowed::UnknownKey));

    // The issuer's rekey voids the owner's grant, and with it what the owner granted.
    issuer.rekey_issuer();
    let rekeyed = issuer.founding_keys();
    let limit = |tense| owner_limit(&rekeyed, &owner_id, &owner_grant, issuer.time, tense);
    assert_eq!(limit(Tense::Now), Err(NotAllowed::Replaced));
    assert_eq!(limit(Tense::Then), Ok(Amount::new(OWNER_LIMIT)));
    let is_worker = worker_grant(&rekeyed, &by_owner, &owner.account, &owner_grant, issuer.time, Tense::Now);
    assert_eq!(is_worker, Err(NotAllowed::Replaced));
}

#[test]
fn who_may_grant_what() {
    let issuer = town();
    let founding = issuer.founding_keys();
    let anna = issuer.knowledge(ANNA).account;
    let till = issuer.till_key(ANNA, 0).public_key();
    let by = |given: GrantGiven, key: &SigningKey, signer_is_owner: bool| {
        let mut grant = role(&issuer, ANNA, Role::Owner, key).body().clone();
        grant.given = given;
        may_grant(&founding, &anna, &Signed::sign(&grant, key).unwrap(), signer_is_owner)
    };
    let (issuers, annas) = (issuer.issuer_key(0), issuer.account_key(ANNA, 0));
    let key = |capabilities| GrantGiven::Key(till, capabilities);
    assert_eq!(by(GrantGiven::Role(Role::Owner), &issuers, false), Ok(()));
    assert_eq!(by(GrantGiven::Role(Role::Owner), &annas, true), Err(NotAllowed::UnknownKey));
    assert_eq!(by(GrantGiven::Role(Role::Worker), &annas, true), Ok(()));
    assert_eq!(by(GrantGiven::Role(Role::Worker), &annas, false), Err(NotAllowed::NotGranted));
    assert_eq!(by(key(Capabilities::PAY), &annas, false), Ok(()));
    assert_eq!(by(key(Capabilities::PAY), &issuers, true), Err(NotAllowed::UnknownKey));
    assert_eq!(by(key(Capabilities::ATTEST), &issuers, false), Ok(()));
    assert_eq!(by(key(Capabilities::ATTEST), &annas, false), Err(NotAllowed::UnknownKey));
    let both = Capabilities::ATTEST.and(Capabilities::PAY);
    assert_eq!(by(key(both), &issuers, false), Err(NotAllowed::NotGranted));
    assert_eq!(by(key(both), &annas, false), Err(NotAllowed::NotGranted));
}

#[test]
fn names_are_attested_by_the_issuer_or_by_whom_it_granted_that() {
    let mut issuer = town();
    let founding = issuer.founding_keys();
    let name = |key: &SigningKey| {
        let attestation = Attestation {
            issuer: issuer.id,
            account: issuer.accounts[ANNA].id,
            name: "Anna".into(),
            role: Role::Customer,
            not_after: issuer.time + 100,
            signed_at: issuer.time,
        };
        Signed::sign(&attestation, key).unwrap()
    };
    let clerk = issuer.till_key(BEN, 0);
    let mut grant = role(&issuer, BEN, Role::Owner, &issuer.issuer_key(0)).body().clone();
    grant.given = GrantGiven::Key(clerk.public_key(), Capabilities::ATTEST);
    let granted = [KnownGrant::uncancelled(Signed::sign(&grant, &issuer.issuer_key(0)).unwrap())];
    let by_ben = [KnownGrant::uncancelled(Signed::sign(&grant, &issuer.account_key(BEN, 0)).unwrap())];
    let may = |founding: &FoundingKeys, key: &SigningKey, grants: &[KnownGrant], tense| {
        attestation(founding, &name(key), grants, issuer.time, tense).map(|right| right.number())
    };
    assert_eq!(may(&founding, &issuer.issuer_key(0), &[], Tense::Now), Ok(0));
    assert_eq!(may(&founding, &clerk, &granted, Tense::Now), Ok(0));
    assert_eq!(may(&founding, &clerk, &by_ben, Tense::Now), Err(NotAllowed::UnknownKey));
    assert_eq!(may(&founding, &clerk, &[], Tense::Now), Err(NotAllowed::UnknownKey));
    let named = name(&clerk);
    let time = issuer.time;
    issuer.rekey_issuer();
    let rekeyed = issuer.founding_keys();
    let now = attestation(&rekeyed, &named, &granted, time, Tense::Now);
    assert_eq!(now, Err(NotAllowed::Replaced));
    assert!(attestation(&rekeyed, &named, &granted, time, Tense::Then).is_ok());
}

#[test]
fn who_may_cancel_what() {
    let mut issuer = town();
    let founding = issuer.founding_keys();
    let grant = issuer.grant_key(ANNA, 0, Capabilities::RECEIVE);
    let owners = issuer.accounts[0].grants[0].grant.clone();
    let till = issuer.till_key(ANNA, 0);
    let id = issuer.accounts[ANNA].id;
    let asked = request(id, &till).prove(&till.public_key()).unwrap();
    let sign = |target, account, key: &SigningKey| {
        let cancel = Cancel { issuer: issuer.id, target, signed_at: issuer.time, account };
        Signed::sign(&cancel, key).unwrap()
    };
    let anna = issuer.knowledge(ANNA).account;
    let (founding_key, issuers) = (issuer.account_key(ANNA, 0), issuer.issuer_key(0));
    let check = |cancelled: &Signed<Cancel>, target| cancel(cancelled, target, &founding, &anna);

    let of_grant = CancelTarget::Grant(&grant);
    assert_eq!(check(&sign(grant.hash(), id, &founding_key), of_grant), Ok(()));
    assert_eq!(check(&sign(grant.hash(), id, &till), of_grant), Err(NotAllowed::UnknownKey));
    assert_eq!(check(&sign(grant.hash(), id, &issuers), of_grant), Err(NotAllowed::UnknownKey));
    assert_eq!(check(&sign(asked.hash(), id, &founding_key), of_grant), Err(NotAllowed::Elsewhere));
    let elsewhere = issuer.accounts[BEN].id;
    assert_eq!(check(&sign(grant.hash(), elsewhere, &founding_key), of_grant), Err(NotAllowed::Elsewhere));

    let of_request = CancelTarget::Request(&asked);
    assert_eq!(check(&sign(asked.hash(), id, &founding_key), of_request), Ok(()));
    assert_eq!(check(&sign(asked.hash(), id, &till), of_request), Ok(()));
    assert_eq!(check(&sign(asked.hash(), id, &stranger()), of_request), Err(NotAllowed::UnknownKey));

    // An owner can be dismissed by the issuer, and can resign.
    let owner = issuer.knowledge(0).account;
    let owner_id = issuer.accounts[0].id;
    for key in [&issuers, &issuer.account_key(0, 0)] {
        let resigned = sign(owners.hash(), owner_id, key);
        assert_eq!(cancel(&resigned, CancelTarget::Grant(&owners), &founding, &owner), Ok(()));
    }

    // A thief's key cancels nothing.
    let by_thief = sign(grant.hash(), id, &founding_key);
    issuer.rekey(ANNA);
    let anna = issuer.knowledge(ANNA).account;
    assert_eq!(cancel(&by_thief, of_grant, &founding, &anna), Err(NotAllowed::Replaced));
    let renewed = issuer.account_key(ANNA, 1);
    let body = by_thief.body();
    assert_eq!(cancel(&Signed::sign(body, &renewed).unwrap(), of_grant, &founding, &anna), Ok(()));
}
