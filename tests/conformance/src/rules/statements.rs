//! Statements: what the issuer owes, provable to each holder (protocol §4.4).

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tallystick::artefact::{Grant, Signed, Statement};
use tallystick::keys::Digest;

use super::cards::rotate;
use crate::case::Case;
use crate::client::parse;
use crate::merkle;
use crate::outcome::{Check, SetUp as _, hold, same};
use crate::people::Person;

rules! {
    Together "statement.chain" "4.4" chain: "Statements are numbered from 0, and each names the hash of the one before.";
    Together "statement.unknown" "6" unknown: "A statement that there is not is the problem `unknown_statement`.";
    Together "statement.recent" "4.4" recent: "There is a statement of the last day.";
    Alone "statement.debts" "3.11, 4.4" debts: "Debts are listed in order, each within an owner grant, and sum to minus the root.";
    Alone "statement.proof" "4.4" proof: "Each holder's proof leads to the root, with the state of its chain at that time.";
    Alone "statement.every_holder" "4.4" every_holder: "No holder is left out: all positive balances together are the root's sum.";
    Alone "statement.absent" "4.4, 5" absent: "An account at zero or below has no place in it.";
    Alone "statement.fresh" "4.4" fresh: "Blinds are fresh in each statement.";
    Alone "statement.proof_private" "5" proof_private: "A proof is for who may view the account.";
}

async fn chain(case: &Case) -> Check {
    let mut next = case.latest_statement().await?;
    same("issuer", &next.body().issuer, &case.issuer())?;
    for _ in 0..4 {
        let (number, previous) = (next.body().number, next.body().previous);
        if number == 0 {
            return same("the hash before statement 0", &previous, &None);
        }
        let before = case.get(&format!("statements/{}", number - 1)).await?.ok()?;
        let before: Signed<Statement> = before.artefact("statement")?;
        same("the number before", &before.body().number, &(number - 1))?;
        same("the hash of the one before", &previous, &Some(before.hash()))?;
        hold(before.body().time <= next.body().time, || "a statement is older than the one before".into())?;
        next = before;
    }
    Ok(())
}

async fn unknown(case: &Case) -> Check {
    case.get("statements/1000000000").await?.problem(&["unknown_statement"])
}

async fn recent(case: &Case) -> Check {
    let latest = case.latest_statement().await?;
    let age = case.now() - latest.body().time;
    hold(age <= 86_400 + 60, || format!("the newest statement is {age} seconds old"))
}

/// A statement that is made now.
async fn fresh_statement(case: &Case) -> Check<Signed<Statement>> {
    rotate(case).await.set_up("the signing key could not be changed, which makes a statement")
}

async fn debts(case: &Case) -> Check {
    let (owner, payee) = (case.owner(50).await?, case.person().await?);
    case.pay(&owner, &payee, 40).await?;
    let statement = fresh_statement(case).await?;
    let debtors = &statement.body().debtors;
    same(
        "what this owner owes",
        &debtors.iter().find(|debtor| debtor.account == owner.account).map(|debtor| debtor.balance.minor()),
        &Some(-40),
    )?;
    hold(debtors.windows(2).all(|pair| pair[0].account < pair[1].account), || {
        "debts are not in order".into()
    })?;
    let mut sum = 0_i128;
    for debtor in debtors {
        let grant: Signed<Grant> = parse(&debtor.grant)?;
        same("the account of a debt's grant", &grant.body().account, &debtor.account)?;
        let limit = grant.body().limit.map_or(0, tallystick::money::Amount::minor);
        hold(debtor.balance.minor() < 0 && -debtor.balance.minor() <= limit, || {
            format!("a debt of {} with a limit of {limit}", debtor.balance.minor())
        })?;
        sum -= i128::from(debtor.balance.minor());
    }
    same("the sum of all debts", &u128::try_from(sum).unwrap_or_default(), &statement.body().sum)?;
    let most = case.scene.card().body().owners_limit.minor();
    hold(sum <= i128::from(most), || format!("debts of {sum}, but the card allows {most}"))
}

async fn read_proof(case: &Case, person: &Person, number: i64) -> Check<serde_json::Value> {
    let rest = format!("accounts/{}/proof/{number}", person.account);
    Ok(case.signed("GET", &rest, None, &person.key).await?.ok()?.json)
}

async fn proof(case: &Case) -> Check {
    let mut people = Vec::new();
    for amount in [1, 20, 300] {
        people.push((case.rich(amount).await?, amount));
    }
    let statement = fresh_statement(case).await?;
    for (person, amount) in &people {
        let head = case.head(person).await?;
        let proof = read_proof(case, person, statement.body().number).await?;
        let place = merkle::check(&person.account, &proof, statement.body())?;
        same("the balance", &place.balance, &amount.unsigned_abs())?;
        same("sequence and chain hash", &(place.sequence, place.chain_hash), &(1, head.body().chain_hash))?;
        // What comes later does not change it.
        case.pay(&case.scene.owner, person, 1).await?;
        let again = read_proof(case, person, statement.body().number).await?;
        same("the proof after another payment", &again, &proof)?;
    }
    Ok(())
}

async fn every_holder(case: &Case) -> Check {
    if !case.scene.is_founded_here {
        let why = "the kit did not open all accounts of this issuer";
        return Err(crate::outcome::Trouble::NotAsked(why.into()));
    }
    let statement = fresh_statement(case).await?;
    let places = stream::iter(case.scene.people()).map(|(account, key)| {
        let statement = statement.body();
        async move {
            let balance = case.head_by(account, &key).await.set_up("a head")?.body().balance.minor();
            if balance <= 0 {
                return Ok(0);
            }
            let rest = format!("accounts/{account}/proof/{}", statement.number);
            let proof = case.signed("GET", &rest, None, &key).await?.ok()?.json;
            hold(proof["absent"] != true, || format!("account {account} has {balance} and no place"))?;
            let place = merkle::check(&account, &proof, statement)?;
            same("the balance of an account", &place.balance, &balance.unsigned_abs())?;
            Ok(u128::from(place.balance))
        }
    });
    let places: Vec<u128> = places.buffer_unordered(16).try_collect().await?;
    same("the root's sum", &statement.body().sum, &places.iter().sum())
}

async fn absent(case: &Case) -> Check {
    let (empty, owner, payee) = (case.person().await?, case.owner(10).await?, case.person().await?);
    case.pay(&owner, &payee, 5).await?;
    let statement = fresh_statement(case).await?;
    for person in [&empty, &owner] {
        let proof = read_proof(case, person, statement.body().number).await?;
        same("the answer", &proof, &serde_json::json!({ "absent": true }))?;
    }
    Ok(())
}

async fn fresh(case: &Case) -> Check {
    let person = case.rich(5).await?;
    let mut seen: Vec<(String, Digest)> = Vec::new();
    for _ in 0..2 {
        let statement = fresh_statement(case).await?;
        let proof = read_proof(case, &person, statement.body().number).await?;
        let place = merkle::check(&person.account, &proof, statement.body())?;
        seen.push((place.blind, statement.body().root));
    }
    hold(seen[0].0 != seen[1].0, || "the same blind in two statements".into())?;
    hold(seen[0].1 != seen[1].1, || "the same root in two statements".into())
}

async fn proof_private(case: &Case) -> Check {
    let (person, stranger) = (case.rich(5).await?, case.person().await?);
    let number = case.latest_statement().await.set_up("the latest statement")?.body().number;
    let rest = format!("accounts/{}/proof/{number}", person.account);
    case.signed("GET", &rest, None, &stranger.key).await?.problem(&["not_authorised"])?;
    case.get(&rest).await?.problem_with(401, "not_authorised")
}
