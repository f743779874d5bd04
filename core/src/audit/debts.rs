//! Statements: what they list, and whether that is allowed (protocol §4.4).

use super::cbor::Value;
use super::keys::Court;
use super::signed::{self, Signed, kind};
use super::{Found, Hash, Id, Stop, sha256};

/// A debt that a statement lists.
pub struct Debt<'a> {
    pub account: Id,
    pub balance: i128,
    grant: &'a [u8],
}

/// All debts that a statement lists, in order.
pub fn listed(statement: &Signed) -> Option<Vec<Debt<'_>>> {
    let read = |line: &'_ Value| -> Option<(Id, i128)> {
        let [account, Value::Int(balance), _] = line.as_list()? else { return None };
        Some((account.as_bytes()?.try_into().ok()?, *balance))
    };
    let lines = statement.fields.list(10)?.iter();
    let debts = lines.map(|line| {
        let (account, balance) = read(line)?;
        Some(Debt { account, balance, grant: line.as_list()?.get(2)?.as_bytes()? })
    });
    debts.collect()
}

/// The sum of all positive balances, by the root.
pub fn sum(statement: &Signed) -> Option<u128> {
    statement.fields.array(9).map(u128::from_be_bytes)
}

/// How much an owner grant of any of the issuer's founding keys allows, whether or not it has ended.
pub fn owner_limit(court: &Court, grant: &Signed, account: Id) -> Option<i128> {
    let by_owner = court.founding.iter().any(|founding| founding.key == grant.signer);
    let fits = grant.kind == kind::GRANT
        && by_owner
        && grant.fields.array(2) == Some(court.issuer)
        && grant.fields.array(4) == Some(account)
        && grant.fields.get(5).is_none()
        && grant.fields.int(6) == Some(1);
    if fits { Some(grant.fields.int(8).unwrap_or(0)) } else { None }
}

/// A rule that a statement breaks by itself.
pub fn content(court: &Court, statement: &Signed) -> Result<Option<Found>, Stop> {
    let debts = listed(statement).ok_or(Stop::Nothing)?;
    let sum = sum(statement).ok_or(Stop::Nothing)?;
    let owed: u128 = debts.iter().map(|debt| debt.balance.unsigned_abs()).sum();
    let root: Hash = statement.fields.array(8).ok_or(Stop::Nothing)?;
    let is_empty = sum == 0;
    let is_first = statement.fields.int(4) == Some(0);
    if owed != sum || is_empty != (root == [0; 32]) || (is_first && !is_empty) {
        return Ok(Some(Found::Proven));
    }
    for debt in &debts {
        let grant = signed::parse(debt.grant);
        match grant.and_then(|grant| owner_limit(court, &grant, debt.account)) {
            // A rekey of the issuer may show another founding key.
            None => return Ok(Some(Found::UnlessAnswered)),
            Some(limit) if -debt.balance > limit => return Ok(Some(Found::Proven)),
            Some(_) => {}
        }
    }
    Ok(None)
}

const DAY: i128 = 86_400;

/// Whether all debts are more than the highest limit of the cards in force at that time or in the day before.
pub fn is_beyond_limit(court: &Court, statement: &Signed) -> Option<bool> {
    let (time, sum) = (statement.fields.int(6)?, sum(statement)?);
    let dated: Vec<(i128, i128)> = court
        .cards
        .iter()
        .filter_map(|card| Some((card.fields.int(18)?, card.fields.int(15)?)))
        .filter(|(signed_at, _)| *signed_at <= time)
        .collect();
    let since = dated.iter().rposition(|(signed_at, _)| *signed_at <= time - DAY).unwrap_or(0);
    let limit = dated.iter().skip(since).map(|(_, limit)| *limit).max()?;
    Some(i128::try_from(sum).map_or(true, |sum| sum > limit))
}

/// A proof of an account's place: what it says, if it leads to the root.
pub fn proven(statement: &Signed, account: Id, proof: &Value) -> Option<(i128, Hash, i128)> {
    let (sequence, balance) = (proof.int(0)?, proof.int(2)?);
    let (chain_hash, blind): (Hash, Id) = (proof.array(1)?, proof.array(3)?);
    let positive = u64::try_from(balance).ok().filter(|balance| *balance > 0)?;
    let place = u64::try_from(sequence).ok()?;
    let mut hash =
        sha256(&[&[0], &account, &place.to_be_bytes(), &chain_hash, &positive.to_be_bytes(), &blind]);
    let mut total = u128::from(positive);
    for step in proof.list(4)? {
        let [_, beside, sibling] = step.as_list()? else { return None };
        let beside: [u8; 16] = beside.as_bytes()?.try_into().ok()?;
        let sibling = sibling.as_bytes()?;
        let own = total.to_be_bytes();
        hash = if is_right(step)? {
            sha256(&[&[1], &own, &hash, &beside, sibling])
        } else {
            sha256(&[&[1], &beside, sibling, &own, &hash])
        };
        total = total.checked_add(u128::from_be_bytes(beside))?;
    }
    let fits = statement.fields.array(8) == Some(hash) && sum(statement) == Some(total);
    fits.then_some((sequence, chain_hash, balance))
}

fn is_right(step: &Value) -> Option<bool> {
    match step.as_list()?.first()? {
        Value::True => Some(true),
        Value::False => Some(false),
        _ => None,
    }
}
