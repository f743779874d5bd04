//! Keys that act for an account.

use super::{ANNA, BEN, request, stranger, town};
use crate::artefact::{Capabilities, Grant, GrantGiven, Signed};
use crate::keys::SigningKey;
use crate::ledger::authority::{Account, CLOCK_TOLERANCE_SECONDS};
use crate::ledger::testing::{Issuer, Signer};
use crate::ledger::{FoundingKeys, KnownGrant, NotAllowed, Right, Tense};

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
