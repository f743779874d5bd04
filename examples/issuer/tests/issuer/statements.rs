//! Statements and proofs (protocol §4.4).

use serde_json::Value;
use tallystick::artefact::{Grant, Signed, Statement};
use tallystick::keys::Digest;
use tallystick::ledger::merkle::{InclusionProof, Node};

use super::people::Person;
use super::town::{Answer, Town};

async fn statement(town: &Town, number: &str) -> Signed<Statement> {
    town.get(&format!("statements/{number}")).await.ok().artefact("statement")
}

async fn proof(town: &Town, person: &Person, number: i64) -> Answer {
    town.signed("GET", &format!("accounts/{}/proof/{number}", person.account), None, &person.key).await
}

fn read(answer: &Answer) -> InclusionProof {
    serde_json::from_value(answer.json.clone()).unwrap()
}

#[tokio::test]
async fn every_holder_finds_its_place() {
    let town = Town::start().await;
    let mut people = Vec::new();
    for (number, amount) in [30, 500, 7, 1_000, 41].into_iter().enumerate() {
        people.push((town.rich(&format!("holder {number}"), amount).await, amount));
    }
    let made = town.inside().make_statement(town.issuer).await.unwrap();
    let statement = statement(&town, "latest").await;
    assert_eq!((statement.body().number, statement.hash()), (made.number, made.hash));
    assert_eq!(statement.body().sum, 1_578);
    let root = Node { hash: statement.body().root, sum: statement.body().sum };
    for (person, amount) in &people {
        let proof = read(&proof(&town, person, made.number).await.ok());
        proof.verify(person.account, &root).unwrap();
        assert_eq!(proof.balance.minor(), *amount);
    }
    // Everyone can see what the owner owes, and by whose word.
    let [debtor] = statement.body().debtors.as_slice() else { panic!("{statement:?}") };
    assert_eq!((debtor.account, debtor.balance.minor()), (town.owner.account, -1_578));
    let grant = Signed::<Grant>::parse(&debtor.grant).unwrap();
    assert_eq!(grant.signer(), &town.business.public_key());
    assert_eq!(proof(&town, &town.owner, made.number).await.ok().json["absent"], Value::Bool(true));
}

#[tokio::test]
async fn an_older_statement_keeps_its_proofs_and_its_past() {
    let town = Town::start_with(|config, _| config.limits.statements_with_proofs = 3).await;
    let anna = town.rich("anna", 30).await;
    let first = town.inside().make_statement(town.issuer).await.unwrap().number;
    town.pay(&town.owner, &anna, 70).await;
    let second = town.inside().make_statement(town.issuer).await.unwrap().number;
    for (number, balance) in [(first, 30), (second, 100)] {
        let statement = statement(&town, &number.to_string()).await;
        let proof = read(&proof(&town, &anna, number).await.ok());
        let root = Node { hash: statement.body().root, sum: statement.body().sum };
        proof.verify(anna.account, &root).unwrap();
        assert_eq!(proof.balance.minor(), balance);
    }
    assert_ne!(read(&proof(&town, &anna, first).await).blind, read(&proof(&town, &anna, second).await).blind);
    for _ in 0..2 {
        town.inside().make_statement(town.issuer).await.unwrap();
    }
    assert_eq!(proof(&town, &anna, first).await.code(), "unknown_statement", "its proofs are kept no more");
    assert_eq!(statement(&town, &first.to_string()).await.body().number, first, "itself it stays");
    read(&proof(&town, &anna, second).await.ok());
    assert_eq!(proof(&town, &anna, 99).await.code(), "unknown_statement");
}

#[tokio::test]
async fn statements_come_daily_and_follow_each_other() {
    let town = Town::start().await;
    town.rich("anna", 30).await;
    for day in 1..4 {
        town.server().do_chores().await.unwrap();
        town.server().do_chores().await.unwrap();
        assert_eq!(statement(&town, "latest").await.body().number, day - 1, "none is due yet");
        town.clock.advance(86_400);
        town.server().do_chores().await.unwrap();
        let latest = statement(&town, "latest").await;
        let before = statement(&town, &(day - 1).to_string()).await;
        assert_eq!((latest.body().number, latest.body().previous), (day, Some(before.hash())));
        assert!(latest.body().time > before.body().time);
    }
}

#[tokio::test]
async fn an_empty_ledger_has_an_empty_statement() {
    let town = Town::start().await;
    let statement = statement(&town, "0").await;
    assert_eq!((statement.body().root, statement.body().sum), (Digest::new([0; 32]), 0));
    assert!(statement.body().debtors.is_empty());
}
