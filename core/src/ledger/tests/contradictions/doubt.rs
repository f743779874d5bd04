//! What proves nothing: evidence that is in doubt, replaced, garbled or added to.

use super::super::evil::{force, forge_head};
use super::{ANNA, BEN, assert_fraud, assert_nothing, run, town};
use crate::artefact::{Signed, StatementRef};
use crate::keys::{Digest, SigningKey};
use crate::ledger::evidence::{Contradiction, Evidence, Finding, Point, Run};
use crate::ledger::statement::{Place, PlaceFault, check_place, states_at};
use crate::ledger::testing::{Issuer, Signer};
use crate::money::Amount;

#[test]
fn what_is_in_doubt_proves_nothing() {
    let mut issuer = town();
    // In the second of the statement Anna pays: it may show her before or after.
    let statement = issuer.publish();
    let proof = issuer.proof(1, ANNA).unwrap();
    issuer.pay(ANNA, BEN, 100).unwrap();
    issuer.wait(10);
    let head = issuer.head(ANNA);
    let chain = issuer.accounts[ANNA].chain();
    let wrong = |proof| Contradiction::WrongPlace {
        statement: statement.bytes().to_vec(),
        proof,
        run: run(chain, 0, head.bytes()),
    };
    assert_nothing(&issuer, wrong(Some(proof)), "do not show the chain at the time");
    // A positive balance without a proof: silence.
    assert_nothing(&issuer, wrong(None), "do not show");
    let possible = states_at(&chain.states, statement.body().time);
    assert_eq!(possible.len(), 2);
    let place = check_place(statement.body(), &issuer.accounts[ANNA].id, possible, Place::Absent);
    assert_eq!(place, Err(PlaceFault::Withheld { balance: Amount::new(900) }));
}

#[test]
fn a_replaced_signing_key_counts_up_to_the_last_statement() {
    let mut issuer = town();
    let one = issuer.head(ANNA).bytes().to_vec();
    let other =
        |issuer: &mut Issuer| forge_head(issuer, ANNA, |head| head.balance = Amount::new(1)).bytes().to_vec();
    let before = other(&mut issuer);
    let mut thief = issuer.clone();
    issuer.wait(10);
    issuer.rotate();
    thief.time = issuer.time + 10;
    let after = other(&mut thief);
    let two =
        |other: &[u8]| Contradiction::TwoStates { one: Point::signed(&one), other: Point::signed(other) };
    assert_fraud(&issuer, two(&before), "the balances");
    assert_nothing(&issuer, two(&after), "later than the owner stands for");
    // Without the last statement nothing can be said.
    let mut evidence =
        Evidence { issuer: issuer.id, contradiction: two(&before), support: issuer.world.support() };
    let last = issuer.world.cards.last().unwrap().body().last_statement.unwrap();
    evidence.support.retain(|bytes| Digest::of(&[bytes]) != last.hash);
    assert_eq!(evidence.verify().finding, Finding::Nothing);
}

#[test]
fn garbled_evidence_is_refused_or_proves_nothing() {
    let mut issuer = town();
    let one = issuer.head(ANNA);
    let other = forge_head(&mut issuer, ANNA, |head| {
        head.statement = StatementRef { hash: Digest::of(&[b"another"]), ..head.statement };
        head.balance = Amount::new(1);
    });
    let contradiction =
        Contradiction::TwoStates { one: Point::signed(one.bytes()), other: Point::signed(other.bytes()) };
    let evidence = Evidence { issuer: issuer.id, contradiction, support: issuer.world.support() };
    assert_eq!(evidence.verify().finding, Finding::Fraud);
    let bytes = evidence.encode();
    for at in (0..bytes.len()).step_by(3) {
        let mut garbled = bytes.clone();
        garbled[at] ^= 0x10;
        if let Ok(read) = Evidence::decode(&garbled) {
            // Only what is of no use to the case may be garbled without harm.
            let same = (read.issuer, &read.contradiction) == (evidence.issuer, &evidence.contradiction);
            let whole = same && read.support[0] == evidence.support[0];
            let expected = if whole { Finding::Fraud } else { Finding::Nothing };
            assert_eq!(read.verify().finding, expected, "byte {at}");
        }
        assert!(Evidence::decode(&bytes[..at]).is_err());
    }
    let elsewhere = Evidence { issuer: crate::keys::IssuerId::new([7; 16]), ..evidence };
    assert_eq!(elsewhere.verify().finding, Finding::Nothing);
}

#[test]
fn evidence_is_not_spoilt_by_what_is_added_to_it() {
    let mut issuer = town();
    let one = issuer.head(ANNA);
    let other = forge_head(&mut issuer, ANNA, |head| head.balance = Amount::new(1));
    let contradiction =
        Contradiction::TwoStates { one: Point::signed(one.bytes()), other: Point::signed(other.bytes()) };
    let evidence = Evidence { issuer: issuer.id, contradiction, support: issuer.world.support() };
    let mut card = issuer.world.cards[0].body().clone();
    card.signing_key = SigningKey::from_bytes(&[66; 32]).public_key();
    let second_card = Signed::sign(&card, &issuer.issuer_key(0)).unwrap();
    issuer.rekey_issuer();
    let mut rekey = issuer.world.rekeys[0].body().clone();
    let forged_rekey = Signed::sign(&rekey, &SigningKey::from_bytes(&[66; 32])).unwrap();
    rekey.number = 5;
    let far_rekey = Signed::sign(&rekey, &SigningKey::from_bytes(&[66; 32])).unwrap();
    for added in [
        b"garbage".to_vec(),
        second_card.bytes().to_vec(),
        forged_rekey.bytes().to_vec(),
        far_rekey.bytes().to_vec(),
    ] {
        assert_eq!(evidence.with([added.clone()]).verify().finding, Finding::Fraud);
        let last = issuer.world.rekeys[0].bytes().to_vec();
        assert_eq!(evidence.with([added, last]).verify().finding, Finding::Fraud);
    }
}

#[test]
fn a_chain_that_was_never_begun_is_no_entry() {
    // The bytes that hash to the beginning of a chain cannot pass for an entry before the first.
    let mut issuer = town();
    let mut preimage = b"tallystick-chain-1".to_vec();
    preimage.extend_from_slice(issuer.id.as_ref());
    preimage.extend_from_slice(issuer.accounts[ANNA].id.as_ref());
    preimage.extend_from_slice(&0_u32.to_be_bytes());
    let (previous, rest) = preimage.split_at(32);
    let head = issuer.head(ANNA);
    let first = issuer.accounts[ANNA].chain().records[0].entry.clone();
    let run = Run {
        previous: Digest::from_slice(previous).unwrap(),
        entries: vec![rest.to_vec(), first],
        anchor: Point::signed(head.bytes()),
    };
    let bad = Contradiction::BadEntry { run, base: None, order: None, newer_key: None };
    assert_nothing(&issuer, bad, "more entries than the chain has");
}

#[test]
fn no_chain_is_as_long_as_numbers_go() {
    let mut issuer = town();
    let head = forge_head(&mut issuer, ANNA, |head| head.sequence = i64::MAX);
    let chain = issuer.accounts[ANNA].chain();
    let all = chain.records.len();
    for start in [all - 1, all] {
        let run = run(chain, start, head.bytes());
        let bad = Contradiction::BadEntry { run, base: None, order: None, newer_key: None };
        assert_nothing(&issuer, bad, "can have");
    }
}

#[test]
fn an_entry_that_cannot_be_read_is_not_called_fraud() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 5, Signer::Founding, None);
    let entry = super::super::evil::entry_of(&issuer, ANNA, &order);
    force(&mut issuer, ANNA, &entry, Some(order));
    let chain = issuer.accounts[ANNA].chain();
    let previous = chain.states[1].hash;
    // As a later version of the protocol might write it.
    let later = b"\xa1\x00\x02".to_vec();
    let hash = crate::ledger::chain::next_hash(&previous, &later);
    let head = forge_head(&mut issuer, ANNA, |head| head.chain_hash = hash);
    let run = Run { previous, entries: vec![later], anchor: Point::signed(head.bytes()) };
    let bad = Contradiction::BadEntry { run, base: None, order: None, newer_key: None };
    assert_nothing(&issuer, bad, "cannot be read");
}
