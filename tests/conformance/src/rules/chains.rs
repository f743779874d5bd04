//! Chains, heads, and the sum of all money (protocol §4).

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tallystick::artefact::{Head, Order, Receipt};
use tallystick::keys::{AccountId, Digest};
use tallystick::ledger::{Authority, Entry};

use crate::case::{Case, executed};
use crate::client::{Answer, base64};
use crate::outcome::{Check, SetUp as _, Trouble, broken, hold, same};
use crate::people::Person;

rules! {
    Together "chain.follows" "4.2" follows: "From the empty chain on, entry by entry, hashes, places and balances lead to the head.";
    Together "chain.authority" "4.2" authority: "Beside each entry stand its order and this side's receipt, which fit it.";
    Together "chain.blinds" "4.2" blinds: "Each entry has random bytes of its own.";
    Together "chain.times" "1.1, 4.2" times: "Times never go back: of entries, receipts, and heads after them.";
    Together "chain.pages" "5" pages: "Pages hold as many entries as were asked for, and `more` says whether the head is reached.";
    Together "chain.other_side" "4.1" other_side: "What one side loses, the other gains, each with an entry that names the other.";
    Together "head.now" "5" now: "A head is signed now, with the newest statement.";
    Together "head.times" "4.2" head_times: "Times of heads never go back.";
    Last "ledger.zero" "4.1" zero: "All balances sum to zero.";
    Last "ledger.floor" "4.1" floor: "Nobody but owners is below zero.";
}

/// The hash of an empty chain.
pub(super) fn empty_hash(case: &Case, account: &AccountId, epoch: u32) -> Digest {
    let (issuer, epoch) = (case.issuer(), epoch.to_be_bytes());
    let parts: [&[u8]; 4] = [b"tallystick-chain-1", issuer.as_bytes(), account.as_bytes(), &epoch];
    Digest::of(&parts)
}

/// Somebody with five entries: 100 in, then 1 to 4 out.
async fn busy(case: &Case) -> Check<(Person, Person)> {
    let (person, payee) = (case.rich(100).await?, case.person().await?);
    for amount in 1..5 {
        case.pay(&person, &payee, amount).await?;
    }
    Ok((person, payee))
}

/// All entries of somebody's chain, each as an answer of its own, and the head beside them.
async fn whole(case: &Case, person: &Person) -> Check<(Vec<Answer>, Head)> {
    let epoch = case.scene.card().body().epoch;
    let page = case.entries(person, epoch, 0, 500).await.set_up("entries could not be read")?;
    let head = page.artefact::<Head>("head")?.body().clone();
    let rows = page.json["entries"].as_array().cloned().unwrap_or_default();
    Ok((rows.into_iter().map(|json| Answer { json, ..page.clone() }).collect(), head))
}

fn read(row: &Answer) -> Check<(Entry, Vec<u8>)> {
    let bytes = row.bytes("entry")?;
    Ok((Entry::read(&bytes).or_else(|error| broken(format!("an entry cannot be read: {error}")))?, bytes))
}

async fn follows(case: &Case) -> Check {
    let (person, _) = busy(case).await?;
    let (rows, head) = whole(case, &person).await?;
    same("the number of entries", &rows.len(), &5)?;
    let mut hash = empty_hash(case, &person.account, head.epoch);
    let (mut sequence, mut balance) = (0, 0);
    for row in &rows {
        let (entry, bytes) = read(row)?;
        sequence += 1;
        balance += entry.amount.minor();
        same("the place of an entry", &entry.sequence, &sequence)?;
        same("the balance after an entry", &entry.balance.minor(), &balance)?;
        hash = Digest::of(&[hash.as_bytes(), &bytes]);
        let receipt = row.artefact::<Receipt>("receipt")?;
        same("the chain hash of a receipt", &receipt.body().chain_hash, &hash)?;
        same("the place of a receipt", &receipt.body().sequence, &sequence)?;
    }
    same("the head's place", &head.sequence, &sequence)?;
    same("the head's balance", &head.balance.minor(), &balance)?;
    same("the head's chain hash", &head.chain_hash, &hash)
}

async fn authority(case: &Case) -> Check {
    let (person, _) = busy(case).await?;
    for row in whole(case, &person).await?.0 {
        let (entry, _) = read(&row)?;
        let order = row.artefact::<Order>("order")?;
        let receipt = row.artefact::<Receipt>("receipt")?;
        let Authority::Order { counterpart, hash } = entry.authority else {
            return broken("an entry names no order");
        };
        same("the order beside an entry", &order.hash(), &hash)?;
        same(
            "order, account and issuer of a receipt",
            &(receipt.body().order, receipt.body().account, receipt.body().issuer),
            &(hash, person.account, case.issuer()),
        )?;
        let (from, to) = if entry.amount.is_negative() {
            (person.account, counterpart)
        } else {
            (counterpart, person.account)
        };
        same("payer and payee of an order", &(order.body().payer, order.body().payee), &(from, to))?;
        same("the amount of an order", &order.body().amount.minor(), &entry.amount.minor().abs())?;
    }
    Ok(())
}

async fn blinds(case: &Case) -> Check {
    let (person, payee) = busy(case).await?;
    let mut seen = Vec::new();
    for person in [&person, &payee] {
        for row in whole(case, person).await?.0 {
            seen.push(read(&row)?.0.blind);
        }
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    same("different blinds", &seen.len(), &count)
}

async fn times(case: &Case) -> Check {
    let (person, _) = busy(case).await?;
    let (rows, head) = whole(case, &person).await?;
    let mut last = 0;
    for row in &rows {
        let (entry, _) = read(row)?;
        hold(entry.time >= last, || format!("an entry of {} follows one of {last}", entry.time))?;
        last = entry.time;
        let receipt = row.artefact::<Receipt>("receipt")?;
        same("the time of a receipt", &receipt.body().time, &entry.time)?;
    }
    hold(head.time >= last, || format!("a head of {} follows an entry of {last}", head.time))
}

async fn pages(case: &Case) -> Check {
    let (person, _) = busy(case).await?;
    let epoch = case.scene.card().body().epoch;
    let mut found = Vec::new();
    for (after, expected, more) in [(0, 2, true), (2, 2, true), (4, 1, false), (5, 0, false)] {
        let page = case.entries(&person, epoch, after, 2).await?;
        let rows = page.json["entries"].as_array().cloned().unwrap_or_default();
        same("the number of entries of a page", &rows.len(), &expected)?;
        same("`more`", &page.json["more"].as_bool(), &Some(more))?;
        found.extend(rows.iter().map(|row| row["entry"].clone()));
    }
    let (rows, _) = whole(case, &person).await?;
    let all: Vec<_> = rows.iter().map(|row| row.json["entry"].clone()).collect();
    same("all entries", &found, &all)
}

async fn other_side(case: &Case) -> Check {
    let (payer, payee) = (case.rich(100).await?, case.person().await?);
    let order = case.pay(&payer, &payee, 30).await?;
    for (person, other, amount) in [(&payer, &payee, -30), (&payee, &payer, 30)] {
        let rows = whole(case, person).await?.0;
        let (entry, _) = rows.last().map_or_else(|| broken("there is no entry"), read)?;
        let authority = Authority::Order { counterpart: other.account, hash: order.hash() };
        same("amount and authority", &(entry.amount.minor(), entry.authority), &(amount, authority))?;
    }
    Ok(())
}

async fn now(case: &Case) -> Check {
    let person = case.rich(5).await?;
    let head = case.head_by(person.account, &person.key).await?;
    hold(head.body().time.abs_diff(case.now()) < 60, || {
        format!("it is {}, the head says {}", case.now(), head.body().time)
    })?;
    let latest = case.latest_statement().await?;
    let named = head.body().statement.number;
    hold(named <= latest.body().number && named + 1 >= latest.body().number, || {
        format!("the head names statement {named}, the newest is {}", latest.body().number)
    })?;
    same("the head's signer", head.signer(), &case.scene.card().body().signing_key)
}

async fn head_times(case: &Case) -> Check {
    let person = case.rich(50).await?;
    let mut last = 0;
    for _ in 0..8 {
        let receipt =
            executed(&case.try_order(&case.order(&person, &case.scene.owner, 1), &person.key).await?)
                .set_up("a payment was not made")?;
        let head = case.head_by(person.account, &person.key).await?;
        for time in [receipt.body().time, head.body().time] {
            hold(time >= last, || format!("{time} was signed after {last}"))?;
            last = time;
        }
    }
    Ok(())
}

/// The balances of all accounts that the kit opened.
async fn balances(case: &Case) -> Check<Vec<(AccountId, i64)>> {
    let heads = stream::iter(case.scene.people()).map(|(account, key)| async move {
        let head = case.head_by(account, &key).await.set_up("a head could not be read")?;
        Ok((account, head.body().balance.minor()))
    });
    heads.buffer_unordered(16).try_collect().await
}

async fn zero(case: &Case) -> Check {
    if !case.scene.is_founded_here {
        return Err(Trouble::NotAsked("the kit did not open all accounts of this issuer".into()));
    }
    let sum: i64 = balances(case).await?.iter().map(|(_, balance)| balance).sum();
    same("the sum of all balances", &sum, &0)
}

async fn floor(case: &Case) -> Check {
    for (account, balance) in balances(case).await? {
        if balance >= 0 {
            continue;
        }
        let Some((_, key)) = case.scene.people().into_iter().find(|(id, _)| *id == account) else { continue };
        let state = case.signed("GET", &format!("accounts/{account}"), None, &key).await?.ok()?;
        hold(state.has("role_grant"), || {
            format!("account {account}, no owner, has {balance}: {}", base64(account.as_bytes()))
        })?;
    }
    Ok(())
}
