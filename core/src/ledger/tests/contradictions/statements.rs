//! Statements that contradict each other, themselves, the card or a chain.

use super::{ANNA, BEN, assert_fraud, assert_nothing, run, town, verdict};
use crate::artefact::{Debtor, Signed, Statement};
use crate::keys::Digest;
use crate::ledger::evidence::{Contradiction, Finding};
use crate::ledger::merkle::{Leaf, Tree};
use crate::ledger::statement::{Place, PlaceFault, check_place, states_at};
use crate::ledger::testing::Issuer;
use crate::money::Amount;

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
