//! Contradictions that are found beside a chain: receipts and refusals, cards, statements.

use super::evil::{force, forge_head, sign_receipt};
use crate::artefact::{Card, Debtor, Refusal, Signed, Statement, StatementRef};
use crate::keys::{Digest, SigningKey};
use crate::ledger::evidence::{Contradiction, Evidence, Finding, Point, Run};
use crate::ledger::merkle::{Leaf, Tree};
use crate::ledger::statement::{Place, PlaceFault, check_place, states_at};
use crate::ledger::testing::{Chain, Issuer, Signer};
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

fn verdict(issuer: &Issuer, contradiction: Contradiction) -> (Finding, String) {
    let evidence = Evidence { issuer: issuer.id, contradiction, support: issuer.world.support() };
    assert_eq!(Evidence::decode(&evidence.encode()), Ok(evidence.clone()));
    let verdict = evidence.verify();
    (verdict.finding, verdict.words)
}

fn assert_fraud(issuer: &Issuer, contradiction: Contradiction, words: &str) {
    let (finding, said) = verdict(issuer, contradiction);
    assert!(finding == Finding::Fraud && said.contains(words), "{finding:?}: {said}");
}

fn assert_nothing(issuer: &Issuer, contradiction: Contradiction, words: &str) {
    let (finding, said) = verdict(issuer, contradiction);
    assert!(finding == Finding::Nothing && said.contains(words), "{finding:?}: {said}");
}

fn refuse(issuer: &Issuer, order: Digest) -> Signed<Refusal> {
    let refusal = Refusal { issuer: issuer.id, subject: order, code: "expired".into(), time: issuer.time };
    Signed::sign(&refusal, &issuer.signing_key()).unwrap()
}

fn executed_and_refused(receipt: &[u8], refusal: &Signed<Refusal>) -> Contradiction {
    Contradiction::ExecutedAndRefused { receipt: receipt.to_vec(), refusal: refusal.bytes().to_vec() }
}

#[test]
fn an_order_that_was_executed_and_refused() {
    let mut issuer = town();
    let refused = issuer.sign_order(ANNA, BEN, 5, Signer::Founding, None);
    let before = refuse(&issuer, refused.hash());
    let order = issuer.pay(ANNA, BEN, 5).unwrap();
    let receipt = issuer.world.receipts.last().unwrap().0.bytes().to_vec();
    let after = refuse(&issuer, order);
    assert_fraud(&issuer, executed_and_refused(&receipt, &after), "was executed, and that it never will be");
    assert_nothing(&issuer, executed_and_refused(&receipt, &before), "of different orders");
    // Signed with a key that is not the issuer's.
    let forged = Signed::sign(after.body(), &SigningKey::from_bytes(&[66; 32])).unwrap();
    assert_nothing(&issuer, executed_and_refused(&receipt, &forged), "not made with a signing key");
}

#[test]
fn a_refusal_that_a_restore_lost() {
    let mut issuer = town();
    let copy = issuer.clone();
    let order = issuer.sign_order(ANNA, BEN, 5000, Signer::Founding, None);
    issuer.submit(&order).unwrap_err();
    let lost = issuer.world.refusals.last().unwrap().0.clone();
    issuer.wait(1);
    issuer.restore(&copy);
    // Now the money is there.
    issuer.pay(0, ANNA, 5000).unwrap();
    issuer.submit(&order).unwrap();
    let receipt = issuer.world.receipts.last().unwrap().0.bytes().to_vec();
    assert_nothing(&issuer, executed_and_refused(&receipt, &lost), "before a restore");
    // Refused anew within the epoch that executed it, it is fraud.
    issuer.wait(400);
    let again = refuse(&issuer, order.hash());
    assert_fraud(&issuer, executed_and_refused(&receipt, &again), "was executed");
    let later = issuer.pay(ANNA, BEN, 1).unwrap();
    let receipt = issuer.world.receipts.last().unwrap().0.bytes().to_vec();
    let mut early = refuse(&issuer, later).body().clone();
    early.time -= 50;
    let early = Signed::sign(&early, &issuer.signing_key()).unwrap();
    assert_fraud(&issuer, executed_and_refused(&receipt, &early), "was executed");
}

#[test]
fn two_receipts_for_one_order() {
    let mut issuer = town();
    let order = issuer.pay(ANNA, BEN, 5).unwrap();
    let mut state = *issuer.accounts[ANNA].state();
    let one = sign_receipt(&issuer, &state, order);
    state.sequence += 1;
    let other = sign_receipt(&issuer, &state, order);
    let twice =
        |one: &[u8], other: &[u8]| Contradiction::ExecutedTwice { one: one.to_vec(), other: other.to_vec() };
    assert_fraud(&issuer, twice(one.bytes(), other.bytes()), "executed order");
    assert_nothing(&issuer, twice(one.bytes(), one.bytes()), "one and the same entry");
    state.epoch = 1;
    let replayed = sign_receipt(&issuer, &state, order);
    assert_nothing(&issuer, twice(one.bytes(), replayed.bytes()), "different orders, accounts or epochs");
}

#[test]
fn two_cards_of_one_rank() {
    let mut issuer = town();
    let card = issuer.world.cards[0].clone();
    let sign = |change: &dyn Fn(&mut Card), key: &SigningKey| {
        let mut body = card.body().clone();
        change(&mut body);
        Signed::sign(&body, key).unwrap().bytes().to_vec()
    };
    let founding = issuer.issuer_key(0);
    let cards = |other: Vec<u8>| Contradiction::TwoCards { one: card.bytes().to_vec(), other };
    let richer = sign(&|card| card.owners_limit = Amount::new(5), &founding);
    assert_fraud(&issuer, cards(richer), "two different cards");
    let next = sign(&|card| card.serial = 2, &founding);
    assert_nothing(&issuer, cards(next), "different ranks");
    let stranger = sign(&|card| card.owners_limit = Amount::new(5), &SigningKey::from_bytes(&[66; 32]));
    assert_nothing(&issuer, cards(stranger), "not the issuer's");
    // The thief of a replaced key cannot speak for the newer one.
    issuer.rekey_issuer();
    let thief = sign(&|card| card.rekey_number = 1, &founding);
    assert_nothing(&issuer, cards(thief), "not the issuer's");
}

/// A statement of now, changed in one way.
fn forge(issuer: &mut Issuer, change: impl FnOnce(&mut Statement)) -> Vec<u8> {
    let mut statement = issuer.publish().body().clone();
    issuer.statements.pop();
    issuer.world.statements.pop();
    change(&mut statement);
    Signed::sign(&statement, &issuer.signing_key()).unwrap().bytes().to_vec()
}

#[test]
fn two_lines_of_statements() {
    let mut issuer = town();
    let other = forge(&mut issuer, |statement| statement.time += 1);
    let one = issuer.publish().bytes().to_vec();
    let two =
        |one: &[u8], other: &[u8]| Contradiction::TwoStatements { one: one.to_vec(), other: other.to_vec() };
    assert_fraud(&issuer, two(&one, &other), "two different statements of number 1");
    assert_nothing(&issuer, two(&one, &one), "do not contradict");
    // A head names a statement, too, and so does the statement after it.
    let head = issuer.head(ANNA).bytes().to_vec();
    assert_fraud(&issuer, two(&head, &other), "two different statements of number 1");
    let next = issuer.publish().bytes().to_vec();
    assert_fraud(&issuer, two(&next, &other), "two different statements of number 1");
    assert_nothing(&issuer, two(&next, &head), "do not contradict");
}

#[test]
fn statements_that_are_wrong_by_themselves() {
    let mut issuer = town();
    let previous = issuer.publish().bytes().to_vec();
    let bad = |statement: Vec<u8>, previous: Option<&[u8]>| Contradiction::BadStatement {
        statement,
        previous: previous.map(<[u8]>::to_vec),
    };
    let hidden = forge(&mut issuer, |statement| statement.debtors.clear());
    assert_fraud(&issuer, bad(hidden, None), "its debts are 0, its balances 1000");
    let more = forge(&mut issuer, |statement| statement.sum += 1);
    assert_fraud(&issuer, bad(more, None), "its debts are 1000, its balances 1001");
    let rootless = forge(&mut issuer, |statement| statement.root = Digest::new([0; 32]));
    assert_fraud(&issuer, bad(rootless, None), "its root does not fit");
    let skipped = forge(&mut issuer, |statement| statement.number += 1);
    assert_fraud(&issuer, bad(skipped, Some(&previous)), "goes back in number, time or epoch");
    let back = forge(&mut issuer, |statement| statement.time -= 5);
    assert_fraud(&issuer, bad(back, Some(&previous)), "goes back in number, time or epoch");

    // Anna owes, with a grant of nobody, of her own, and of the owner's but for less.
    let owing = |grant: Vec<u8>| {
        move |statement: &mut Statement, account| {
            let debtor = Debtor { account, balance: Amount::new(-1000), grant };
            statement.debtors = vec![debtor];
        }
    };
    let anna = issuer.accounts[ANNA].id;
    let owners = issuer.accounts[0].grants[0].grant.bytes().to_vec();
    let statement = forge(&mut issuer, |statement| owing(owners)(statement, anna));
    let (finding, words) = verdict(&issuer, bad(statement, None));
    assert!(finding == Finding::Unanswered && words.contains("without an owner grant"), "{words}");
    issuer.grant_owner(ANNA, 999);
    let small = issuer.accounts[ANNA].grants.last().unwrap().grant.bytes().to_vec();
    let statement = forge(&mut issuer, |statement| owing(small)(statement, anna));
    assert_fraud(&issuer, bad(statement, None), "owes more than its grant allows");

    let good = forge(&mut issuer, |_| {});
    assert_nothing(&issuer, bad(good, Some(&previous)), "keeps to the rules");
    // One that names another as the one before.
    let fork = forge(&mut issuer, |statement| statement.previous = Some(Digest::of(&[b"another"])));
    assert_fraud(&issuer, bad(fork, Some(&previous)), "two different statements of number 1");
    let later = issuer.publish().bytes().to_vec();
    let after_that = issuer.publish().bytes().to_vec();
    assert_nothing(&issuer, bad(after_that, Some(&previous)), "do not contradict");
    assert_nothing(&issuer, bad(later, Some(&previous)), "keeps to the rules");
}

#[test]
fn debts_beyond_the_card_s_limit() {
    let mut issuer = town();
    issuer.sign_card(None, 900);
    let bad = |statement: Vec<u8>| Contradiction::BadStatement { statement, previous: None };
    // A lower limit binds after a day.
    let today = forge(&mut issuer, |_| {});
    assert_nothing(&issuer, bad(today), "keeps to the rules");
    issuer.wait(86_401);
    let tomorrow = forge(&mut issuer, |_| {});
    let (finding, words) = verdict(&issuer, bad(tomorrow.clone()));
    assert!(finding == Finding::Unanswered && words.contains("owe 1000, but the card allows 900"), "{words}");
    // A newer card answers it; one signed later does not.
    let mut answered = issuer.clone();
    answered.sign_card(None, 1000);
    assert_nothing(&answered, bad(tomorrow.clone()), "keeps to the rules");
    issuer.wait(1);
    issuer.sign_card(None, 1000);
    assert_eq!(verdict(&issuer, bad(tomorrow)).0, Finding::Unanswered);
}

/// Entries of a chain from a place on, and a head of now.
fn run(chain: &Chain, start: usize, head: &[u8]) -> Run {
    Run {
        previous: chain.states[start].hash,
        entries: chain.records[start..].iter().map(|record| record.entry.clone()).collect(),
        anchor: Point::signed(head),
    }
}

/// A statement in which Anna's leaf is changed, with its tree.
fn with_leaf(issuer: &mut Issuer, change: impl Fn(&mut Leaf)) -> (Signed<Statement>, Tree) {
    let tree = issuer.publish();
    drop(tree);
    let published = issuer.statements.pop().unwrap();
    issuer.world.statements.pop();
    let anna = issuer.accounts[ANNA].id;
    let mut leaves = published.tree.leaves().to_vec();
    leaves.iter_mut().filter(|leaf| leaf.account == anna).for_each(&change);
    let tree = Tree::build(leaves).unwrap();
    let mut body = published.statement.body().clone();
    body.root = tree.root().hash;
    body.sum = tree.root().sum;
    body.debtors[0].balance = Amount::new(-i64::try_from(body.sum).unwrap());
    (Signed::sign(&body, &issuer.signing_key()).unwrap(), tree)
}

#[test]
fn a_statement_that_gives_a_holder_less() {
    let changes: [&dyn Fn(&mut Leaf); 3] = [
        &|leaf| leaf.balance = Amount::new(940),
        &|leaf| leaf.chain_hash = Digest::of(&[b"another chain"]),
        // Where Anna was before her last payment.
        &|leaf| leaf.sequence = 1,
    ];
    for change in changes {
        let mut issuer = town();
        issuer.pay(ANNA, BEN, 50).unwrap();
        issuer.wait(10);
        let (statement, tree) = with_leaf(&mut issuer, change);
        let anna = issuer.accounts[ANNA].id;
        let at = tree.leaves().iter().position(|leaf| leaf.account == anna).unwrap();
        let proof = tree.proof(at).unwrap();
        issuer.wait(10);
        issuer.pay(ANNA, BEN, 1).unwrap();
        let head = issuer.head(ANNA);
        let chain = issuer.accounts[ANNA].chain();
        let possible = states_at(&chain.states, statement.body().time);
        let place = check_place(statement.body(), &anna, possible, Place::Proof(&proof));
        assert!(matches!(place, Err(PlaceFault::Contradicts { .. })), "{place:?}");
        for start in 0..=1 {
            let run = run(chain, start, head.bytes());
            let statement = statement.bytes().to_vec();
            let wrong = Contradiction::WrongPlace { statement, proof: Some(proof.clone()), run };
            assert_fraud(&issuer, wrong, "another state than the chain has");
        }
    }
}

#[test]
fn a_statement_that_is_older_than_it_says() {
    let mut issuer = town();
    issuer.wait(10);
    let (_, tree) = with_leaf(&mut issuer, |_| {});
    let stale = *tree.leaves().iter().find(|leaf| leaf.account == issuer.accounts[ANNA].id).unwrap();
    issuer.pay(0, ANNA, 50).unwrap();
    issuer.wait(10);
    let (statement, tree) = with_leaf(&mut issuer, |leaf| *leaf = stale);
    let proof = tree.proof(tree.leaves().iter().position(|leaf| leaf.account == stale.account).unwrap());
    let head = issuer.head(ANNA);
    let run = run(issuer.accounts[ANNA].chain(), 0, head.bytes());
    let wrong = Contradiction::WrongPlace { statement: statement.bytes().to_vec(), proof, run };
    assert_fraud(&issuer, wrong, "another state than the chain has");
}

#[test]
fn a_debt_that_is_listed_wrongly_or_not_at_all() {
    let mut issuer = town();
    let owner = issuer.accounts[0].id;
    let anna = issuer.accounts[ANNA].id;
    issuer.grant_owner(ANNA, 1000);
    let grant = issuer.accounts[ANNA].grants[0].grant.bytes().to_vec();
    let less = forge(&mut issuer, |statement| statement.debtors[0].balance = Amount::new(-900));
    // The owner's debt is put on Anna, who holds a thousand.
    let shifted = forge(&mut issuer, |statement| {
        statement.debtors = vec![Debtor { account: anna, balance: Amount::new(-1000), grant }];
    });
    issuer.wait(10);
    for (account, statement) in [(0, &less), (0, &shifted), (ANNA, &shifted)] {
        let head = issuer.head(account);
        let run = run(issuer.accounts[account].chain(), 0, head.bytes());
        let wrong = Contradiction::WrongPlace { statement: statement.clone(), proof: None, run };
        assert_fraud(&issuer, wrong, "does not give account");
    }
    let id = issuer.accounts[0].id;
    assert_eq!(id, owner);
    let honest = forge(&mut issuer, |statement| statement.time -= 5);
    let head = issuer.head(0);
    let run = run(issuer.accounts[0].chain(), 0, head.bytes());
    assert_nothing(&issuer, Contradiction::WrongPlace { statement: honest, proof: None, run }, "agree");
}

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
fn an_entry_that_cannot_be_read_is_not_called_fraud() {
    let mut issuer = town();
    let order = issuer.sign_order(ANNA, BEN, 5, Signer::Founding, None);
    let entry = super::evil::entry_of(&issuer, ANNA, &order);
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
