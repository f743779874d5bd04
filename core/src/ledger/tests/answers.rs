//! Receipts, refusals, and what a payer has seen.

use super::evil::{entry_of, sign_receipt};
use crate::artefact::{Refusal, Seen, Signed, StatementRef};
use crate::keys::{Digest, SigningKey};
use crate::ledger::receipts::{ReceiptError, check_entry, check_receipt, check_refusal};
use crate::ledger::seen::{SeenStatement, compare};
use crate::ledger::statement::{
    DebtFault, OwnerAccount, Place, PlaceFault, StatementFault, check, check_debts, check_link, check_place,
};
use crate::ledger::testing::{Issuer, Signer};
use crate::ledger::{ChainState, LedgerError, Standing};
use crate::money::Amount;

const ANNA: usize = 1;
const BEN: usize = 2;

fn town() -> Issuer {
    let mut issuer = Issuer::found("bakery");
    issuer.open();
    issuer.open();
    issuer.pay(0, ANNA, 1000).unwrap();
    issuer.wait(10);
    issuer
}

#[test]
fn a_receipt_answers_one_order_for_one_side() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    issuer.submit(&order).unwrap();
    let receipts: Vec<_> =
        issuer.world.receipts.iter().rev().take(2).map(|(receipt, ..)| receipt.clone()).collect();
    let (credit, debit) = (&receipts[0], &receipts[1]);
    let keys = issuer.knowledge(ANNA).signing;
    let (anna, ben) = (issuer.accounts[ANNA].id, issuer.accounts[BEN].id);
    assert_eq!(check_receipt(debit, &order, &anna, &keys), Ok(()));
    assert_eq!(check_receipt(credit, &order, &ben, &keys), Ok(()));
    assert_eq!(check_receipt(credit, &order, &anna, &keys), Err(ReceiptError::OtherAccount));
    let other = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    assert_eq!(check_receipt(debit, &other, &anna, &keys), Err(ReceiptError::OtherOrder));
    let forged = Signed::sign(debit.body(), &SigningKey::from_bytes(&[66; 32])).unwrap();
    let unknown = ReceiptError::Signature { standing: Standing::Unknown };
    assert_eq!(check_receipt(&forged, &order, &anna, &keys), Err(unknown));
    // The account of neither side.
    let mut state = *issuer.accounts[0].state();
    state.sequence += 1;
    let bystander = sign_receipt(&issuer, &state, order.hash());
    let owner = issuer.accounts[0].id;
    assert_eq!(check_receipt(&bystander, &order, &owner, &keys), Err(ReceiptError::OtherAccount));
}

#[test]
fn a_refusal_answers_one_order() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 5000, Signer::Founding, None);
    issuer.submit(&order).unwrap_err();
    let refusal = issuer.world.refusals[0].0.clone();
    let keys = issuer.knowledge(ANNA).signing;
    assert_eq!(check_refusal(&refusal, &order, &keys), Ok(()));
    let other = issuer.sign_order(ANNA, BEN, 5000, Signer::Founding, None);
    assert_eq!(check_refusal(&refusal, &other, &keys), Err(ReceiptError::OtherOrder));
    let late = Refusal { time: issuer.time + 1000 * 86_400, ..refusal.body().clone() };
    let late = Signed::sign(&late, &issuer.signing_key()).unwrap();
    let out_of_time = ReceiptError::Signature { standing: Standing::OutOfTime };
    assert_eq!(check_refusal(&late, &order, &keys), Err(out_of_time));
}

#[test]
fn the_entry_beside_a_receipt_moves_the_chain_on() {
    let mut issuer = town();
    let before = *issuer.accounts[ANNA].state();
    let order = issuer.sign_order(ANNA, BEN, 50, Signer::Founding, None);
    issuer.submit(&order).unwrap();
    let record = issuer.accounts[ANNA].chain().records[1].clone();
    let receipt = record.receipt.unwrap();
    let after = *issuer.accounts[ANNA].state();
    let (state, entry) = check_entry(&record.entry, &receipt, &order, &before).unwrap().unwrap();
    assert_eq!(state, after);
    assert_eq!(entry.amount, Amount::new(-50));
    // Elsewhere in the chain, it has to wait.
    let empty = ChainState::genesis(before.issuer, before.account, 0);
    assert_eq!(check_entry(&record.entry, &receipt, &order, &empty), Ok(None));
    // Another entry, or the entry of another order.
    let mut other = entry_of(&issuer, ANNA, &order);
    (other.sequence, other.balance) = (2, Amount::new(950));
    let refused = check_entry(&other.encode(), &receipt, &order, &before);
    assert_eq!(refused, Err(ReceiptError::OtherEntry));
    other.amount = Amount::new(-51);
    let refused = check_entry(&other.encode(), &receipt, &order, &before);
    assert_eq!(refused, Err(ReceiptError::OtherEntry));
    let garbage = check_entry(b"garbage", &receipt, &order, &before);
    assert!(matches!(garbage, Err(ReceiptError::DoesNotFollow(LedgerError::NotAnEntry(_)))));
    let richer = ChainState { balance: Amount::new(2000), ..before };
    let refused = check_entry(&record.entry, &receipt, &order, &richer);
    assert!(matches!(refused, Err(ReceiptError::DoesNotFollow(LedgerError::Balance { .. }))));
}

#[test]
fn what_a_payer_has_seen() {
    let hash = |text: &[u8]| Digest::of(&[text]);
    let seen = Seen { head: hash(b"head"), statement_number: 5, statement: hash(b"five") };
    let theirs = StatementRef { number: 5, hash: hash(b"five") };
    let held = |text: Option<&'static [u8]>| move |number: i64| text.filter(|_| number == 5).map(hash);
    assert_eq!(compare(&seen, Some(7), held(Some(b"five"))), SeenStatement::Same);
    let ours = StatementRef { number: 5, hash: hash(b"another") };
    assert_eq!(compare(&seen, Some(7), held(Some(b"another"))), SeenStatement::Differs { theirs, ours });
    assert_eq!(compare(&seen, Some(4), held(None)), SeenStatement::Newer { statement: theirs });
    assert_eq!(compare(&seen, None, held(None)), SeenStatement::Newer { statement: theirs });
    assert_eq!(compare(&seen, Some(7), held(None)), SeenStatement::NotHeld { statement: theirs });
}

#[test]
fn statements_follow_one_another() {
    let mut issuer = town();
    let one = issuer.publish();
    let two = issuer.publish();
    let three = issuer.publish();
    assert_eq!(check_link(&one, two.body()), Ok(()));
    assert_eq!(check_link(&one, three.body()), Err(StatementFault::NotLinked));
    let mut other = town();
    other.wait(1);
    let elsewhere = other.publish();
    assert_eq!(check_link(&elsewhere, two.body()), Err(StatementFault::NotLinked));
    let knowledge = issuer.knowledge(ANNA);
    let whole = |statement, previous| check(statement, previous, &knowledge.issuer, &knowledge.signing);
    assert_eq!(whole(&two, Some(&one)), Ok(()));
    assert_eq!(whole(&two, None), Err(StatementFault::NotLinked));
    let forged = Signed::sign(two.body(), &SigningKey::from_bytes(&[66; 32])).unwrap();
    let unknown = StatementFault::Signature { standing: Standing::Unknown };
    assert_eq!(whole(&forged, Some(&one)), Err(unknown));
}

#[test]
fn a_place_is_compared_with_the_chain_of_that_time_only() {
    let mut issuer = town();
    issuer.wait(10);
    let statement = issuer.publish();
    let state = *issuer.accounts[ANNA].state();
    let anna = issuer.accounts[ANNA].id;
    let proof = issuer.proof(1, ANNA).unwrap();
    let check = |possible: &[ChainState], place| check_place(statement.body(), &anna, possible, place);
    assert_eq!(check(&[state], Place::Proof(&proof)), Ok(state));
    assert_eq!(check(&[], Place::Proof(&proof)), Err(PlaceFault::NotComparable));
    let elsewhere = ChainState { epoch: 1, ..state };
    assert_eq!(check(&[elsewhere], Place::Proof(&proof)), Err(PlaceFault::NotComparable));
    assert_eq!(check(&[state], Place::Absent), Err(PlaceFault::Withheld { balance: Amount::new(1000) }));
    let mut tampered = proof.clone();
    tampered.balance = Amount::new(1001);
    assert_eq!(check(&[state], Place::Proof(&tampered)), Err(PlaceFault::BadProof));
    let debtor = ChainState { balance: Amount::new(-5), ..state };
    let hidden = PlaceFault::Contradicts { stated: Amount::ZERO, chain: Amount::new(-5) };
    assert_eq!(check(&[debtor], Place::Absent), Err(hidden));
    let empty = ChainState { balance: Amount::ZERO, ..state };
    assert_eq!(check(&[empty], Place::Absent), Ok(empty));
}

#[test]
fn an_owner_knows_every_debt() {
    let mut issuer = town();
    issuer.grant_owner(BEN, 100);
    issuer.pay(BEN, ANNA, 70).unwrap();
    let statement = issuer.publish();
    let (owner, ben) = (issuer.accounts[0].id, issuer.accounts[BEN].id);
    let account = |account, balances: &[i64]| OwnerAccount {
        account,
        balances: balances.iter().copied().map(Amount::new).collect(),
    };
    let faults = |owners: &[OwnerAccount]| check_debts(statement.body(), owners);
    assert_eq!(faults(&[account(owner, &[-1000]), account(ben, &[0, -70])]), []);
    let unchecked = DebtFault::Unchecked { account: ben, stated: Amount::new(-70) };
    assert_eq!(faults(&[account(owner, &[-1000]), account(ben, &[])]), [unchecked]);
    // Credit that the owner never issued.
    let unknown = DebtFault::UnknownDebtor { account: ben, stated: Amount::new(-70) };
    assert_eq!(faults(&[account(owner, &[-1000])]), [unknown]);
    let (stated, chain) = (Amount::new(-1000), Amount::new(-900));
    let wrong = DebtFault::WrongDebt { account: owner, stated, chain };
    assert_eq!(faults(&[account(owner, &[-900]), account(ben, &[-70])]), [wrong]);
    let anna = issuer.accounts[ANNA].id;
    let hidden = DebtFault::WrongDebt { account: anna, stated: Amount::ZERO, chain: Amount::new(-5) };
    let owners = [account(owner, &[-1000]), account(ben, &[-70]), account(anna, &[-5])];
    assert_eq!(faults(&owners), [hidden]);
}
