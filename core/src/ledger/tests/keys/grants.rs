//! Who gives roles, keys and names, and who takes them back.

use super::{ANNA, BEN, request, stranger, town};
use crate::artefact::{Attestation, Cancel, Capabilities, Grant, GrantGiven, Role, Signed};
use crate::keys::SigningKey;
use crate::ledger::authority::{CancelTarget, attestation, cancel, may_grant, owner_limit, worker_grant};
use crate::ledger::testing::{Issuer, OWNER_LIMIT};
use crate::ledger::{FoundingKeys, KnownGrant, NotAllowed, Tense};
use crate::money::Amount;

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
