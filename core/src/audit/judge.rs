//! The nine kinds of contradiction (protocol §4.3), one function each.

use super::cbor::{self, Value};
use super::chain::{Point, Run};
use super::debts::{content, is_beyond_limit, listed, owner_limit, proven};
use super::entry::{Allowed, Entry};
use super::keys::{CLOCK_TOLERANCE, Court, Founding, rank};
use super::signed::{self, Signed, kind};
use super::{Found, Hash, Id, Stop, sha256};

type Judged = Result<Found, Stop>;

/// `{0: 1, 1: kind, 2: IssuerId, 3: [artefact …], 4: body}`.
pub fn evidence(bytes: &[u8]) -> Judged {
    let evidence = cbor::read(bytes).ok_or(Stop::Unreadable)?;
    if evidence.int(0) != Some(1) || evidence.keys() != Some(vec![0, 1, 2, 3, 4]) {
        return Err(Stop::Unreadable);
    }
    let issuer: Id = evidence.array(2).ok_or(Stop::Unreadable)?;
    let beside = evidence.list(3).ok_or(Stop::Unreadable)?.iter();
    let beside: Vec<&[u8]> = beside.map(Value::as_bytes).collect::<Option<_>>().ok_or(Stop::Unreadable)?;
    let body = evidence.get(4).ok_or(Stop::Unreadable)?;
    let court = Court::of(issuer, &beside)?;
    match evidence.int(1) {
        Some(1) => two_states(&court, body),
        Some(2) => rewritten(&court, body),
        Some(3) => executed_and_refused(&court, body),
        Some(4) => executed_twice(&court, body),
        Some(5) => two_statements(&court, body),
        Some(6) => two_cards(&court, body),
        Some(7) => bad_entry(&court, body),
        Some(8) => wrong_place(&court, body),
        Some(9) => bad_statement(&court, body),
        _ => Err(Stop::Unreadable),
    }
}

fn proven_if(broken: bool) -> Judged {
    if broken { Ok(Found::Proven) } else { Err(Stop::Nothing) }
}

fn part(body: &Value, key: i128) -> Result<&Value, Stop> {
    body.get(key).ok_or(Stop::Unreadable)
}

fn bytes(body: &Value, key: i128) -> Result<&[u8], Stop> {
    body.bytes(key).ok_or(Stop::Unreadable)
}

fn two_states(court: &Court, body: &Value) -> Judged {
    let (one, other) = (Point::of(court, part(body, 0)?)?, Point::of(court, part(body, 1)?)?);
    let same_place = (one.account, one.epoch, one.sequence) == (other.account, other.epoch, other.sequence);
    let differ = one.hash != other.hash
        || one.balance.zip(other.balance).is_some_and(|(one, other)| one != other)
        || one.order.zip(other.order).is_some_and(|(one, other)| one != other);
    proven_if(same_place && differ)
}

fn rewritten(court: &Court, body: &Value) -> Judged {
    let (earlier, later) = (Point::of(court, part(body, 0)?)?, Run::of(court, part(body, 1)?)?);
    let same_chain = (earlier.account, earlier.epoch) == (later.anchor.account, later.anchor.epoch);
    proven_if(same_chain && earlier.sequence == later.first - 1 && earlier.hash != later.previous)
}

fn executed_and_refused(court: &Court, body: &Value) -> Judged {
    let receipt = Point::signed(court, bytes(body, 0)?)?;
    let refusal = court.server_signed(bytes(body, 1)?, &[kind::REFUSAL])?;
    let receipt_time = signed::parse(bytes(body, 0)?).and_then(|receipt| receipt.fields.int(9));
    let (Some(order), Some(executed), Some(refused)) = (receipt.order, receipt_time, refusal.fields.int(6))
    else {
        return Err(Stop::Nothing);
    };
    let may_be_lost = refused < executed && !court.epoch_had_begun(receipt.epoch, refused);
    proven_if(refusal.fields.array(4) == Some(order) && !may_be_lost)
}

fn executed_twice(court: &Court, body: &Value) -> Judged {
    let (one, other) = (Point::signed(court, bytes(body, 0)?)?, Point::signed(court, bytes(body, 1)?)?);
    let same = one.order.is_some()
        && (one.order, one.account, one.epoch) == (other.order, other.account, other.epoch);
    proven_if(same && one.sequence != other.sequence)
}

/// Epoch, number and hash of the statements that an artefact stands for.
fn named(court: &Court, bytes: &[u8]) -> Result<Vec<(i128, i128, Hash)>, Stop> {
    let signed = court.server_signed(bytes, &[kind::STATEMENT, kind::HEAD])?;
    let fields = &signed.fields;
    let read = || {
        if signed.kind == kind::HEAD {
            return Some(vec![(fields.int(4)?, fields.int(11)?, fields.array(12)?)]);
        }
        let (epoch, number) = (fields.int(7)?, fields.int(4)?);
        let before = fields.array(5).map(|before| (epoch, number - 1, before));
        Some(std::iter::once((epoch, number, signed.hash)).chain(before).collect())
    };
    read().ok_or(Stop::Nothing)
}

fn statements_clash(court: &Court, one: &[u8], other: &[u8]) -> Judged {
    let (one, other) = (named(court, one)?, named(court, other)?);
    let clash = one.iter().any(|(epoch, number, hash)| {
        other.iter().any(|other| (other.0, other.1) == (*epoch, *number) && other.2 != *hash)
    });
    proven_if(clash)
}

fn two_statements(court: &Court, body: &Value) -> Judged {
    statements_clash(court, bytes(body, 0)?, bytes(body, 1)?)
}

fn two_cards(court: &Court, body: &Value) -> Judged {
    let one = signed::need(bytes(body, 0)?, kind::CARD)?;
    let other = signed::need(bytes(body, 1)?, kind::CARD)?;
    let same_rank = court.owns(&one) && court.owns(&other) && rank(&one) == rank(&other);
    proven_if(same_rank && one.payload != other.payload)
}

fn bad_entry(court: &Court, body: &Value) -> Judged {
    let run = Run::of(court, part(body, 0)?)?;
    if run.first == 1 && !run.is_from_beginning {
        return Ok(Found::Proven);
    }
    let mut before = match body.bytes(1) {
        _ if run.first == 1 => Some((0, 0)),
        Some(head) => Some(head_before(court, &run, head)?),
        None => None,
    };
    let mut entries = Vec::new();
    for (place, _, entry) in run.states() {
        let entry = entry.ok_or(Stop::Nothing)?;
        if breaks_chain(&run, place, before, &entry) {
            return Ok(Found::Proven);
        }
        before = Some((entry.balance, entry.time));
        entries.push(entry);
    }
    if belies(&run, entries.last()) {
        return Ok(Found::Proven);
    }
    if let Some(order) = body.bytes(2)
        && let Some(found) = bad_order(court, &run, &entries, order)?
    {
        return Ok(found);
    }
    // What an earlier order tells of its key is left to the first reader, and may be a reason to find nothing at all.
    if body.get(3).is_some() {
        return Err(Stop::NotJudged);
    }
    let is_owner =
        court.beside(kind::GRANT).any(|grant| owner_limit(court, grant, run.anchor.account).is_some());
    if !is_owner && entries.iter().any(|entry| entry.amount < 0 && entry.balance < 0) {
        return Ok(Found::UnlessAnswered);
    }
    Err(Stop::Nothing)
}

/// Balance and time that a head gives right before the run.
fn head_before(court: &Court, run: &Run, head: &[u8]) -> Result<(i128, i128), Stop> {
    let head = Point::signed(court, head)?;
    let fits = (head.account, head.epoch, head.sequence, head.hash)
        == (run.anchor.account, run.anchor.epoch, run.first - 1, run.previous);
    head.balance.zip(head.at).filter(|_| fits).ok_or(Stop::Nothing)
}

/// Whether an entry does not follow from what is known before it.
fn breaks_chain(run: &Run, place: i128, before: Option<(i128, i128)>, entry: &Entry) -> bool {
    let misplaced = match &entry.allowed {
        Allowed::Carried { epoch, .. } => place != 1 || *epoch >= run.anchor.epoch,
        Allowed::Order { .. } | Allowed::Other { .. } => false,
    };
    let differs =
        before.is_some_and(|(balance, time)| entry.balance != balance + entry.amount || entry.time < time);
    entry.sequence != place || misplaced || differs
}

/// Whether what was signed says something else than the last entry.
fn belies(run: &Run, last: Option<&Entry>) -> bool {
    let balance = match last {
        Some(entry) => Some(entry.balance),
        None => (run.anchor.sequence == 0).then_some(0),
    };
    let other_balance = balance.zip(run.anchor.balance).is_some_and(|(chain, signed)| chain != signed);
    let executed = last.and_then(Entry::hash);
    // Of a run without entries nothing is known of what its anchor executed, and so nothing may allow it.
    let other_order = run.anchor.order.is_some() && run.anchor.order != executed;
    other_balance || (other_order && (last.is_some() || run.anchor.sequence == 0))
}

/// An order that does not allow the entry that names it.
fn bad_order(court: &Court, run: &Run, entries: &[Entry], order: &[u8]) -> Result<Option<Found>, Stop> {
    let hash = sha256(&[order]);
    let is_named =
        |entry: &&Entry| matches!(entry.allowed, Allowed::Order { hash: named, .. } if named == hash);
    let entry = entries.iter().find(is_named).ok_or(Stop::Nothing)?;
    let Some(order) = signed::parse(order) else {
        // It may be of a later version: then this one says nothing about it.
        return Err(Stop::NotJudged);
    };
    let account = run.anchor.account;
    let fields = &order.fields;
    let (payer, payee): (Option<Id>, Option<Id>) = (fields.array(4), fields.array(5));
    let amount = fields.int(6).unwrap_or(0);
    let expected = if payer == Some(account) { (payee, -amount) } else { (payer, amount) };
    let counterpart = match &entry.allowed {
        Allowed::Order { counterpart, .. } => Some(*counterpart),
        _ => None,
    };
    let is_party = payer != payee && (payer == Some(account) || payee == Some(account));
    let is_its_own = order.kind == kind::ORDER && fields.array(2) == Some(court.issuer) && is_party;
    if !is_its_own || (counterpart, entry.amount) != expected {
        return Ok(Some(Found::Proven));
    }
    let not_after = fields.int(8).ok_or(Stop::Nothing)?;
    if run.anchor.epoch == 0 && entry.time > not_after {
        return Ok(Some(Found::Proven));
    }
    if entry.amount > 0 {
        return Ok(None);
    }
    let keys = court.account(account).ok_or(Stop::Nothing)?;
    let mut times = vec![entry.time.min(not_after)];
    // After a restore it may have been executed again: what its signer could do the first time is enough.
    times.extend((run.anchor.epoch > 0).then_some(not_after - 120));
    let allowed = times.iter().any(|time| may_pay(court, &keys, account, &order, *time));
    Ok((!allowed).then_some(Found::UnlessAnswered))
}

/// Whether a founding key of the account signed the order, or one that was granted it at that time.
fn may_pay(court: &Court, keys: &[Founding], account: Id, order: &Signed, time: i128) -> bool {
    const PAY: i128 = 1;
    const REFUND: i128 = 4;
    const ATTEST: i128 = 16;
    let is_founding = |key: &[u8; 32]| keys.iter().any(|founding| founding.key == *key);
    let enough = if order.fields.get(10).is_some() { PAY | REFUND } else { PAY };
    let allows = |grant: &Signed| {
        let fields = &grant.fields;
        let may = fields.int(7).unwrap_or(0);
        fields.array(2) == Some(court.issuer)
            && fields.array(4) == Some(account)
            && fields.array(5) == Some(order.signer)
            && may & enough != 0
            && may & ATTEST == 0
            && is_founding(&grant.signer)
            && fields.int(9).is_some_and(|end| time <= end)
            && fields.int(10).is_some_and(|since| since - time <= CLOCK_TOLERANCE)
            && cancelled_at(court, grant).is_none_or(|cancelled| time <= cancelled)
    };
    is_founding(&order.signer) || court.beside(kind::GRANT).any(allows)
}

/// When a grant was cancelled, by the issuer's word.
fn cancelled_at(court: &Court, grant: &Signed) -> Option<i128> {
    let of = |refusal: &&Signed| refusal.fields.array(4) == Some(grant.hash) && court.counts(refusal);
    court.beside(kind::REFUSAL).find(of)?.fields.int(6)
}

fn wrong_place(court: &Court, body: &Value) -> Judged {
    let statement = court.server_signed(bytes(body, 0)?, &[kind::STATEMENT])?;
    let run = Run::of(court, part(body, 2)?)?;
    let (epoch, time) = (statement.fields.int(7), statement.fields.int(6).ok_or(Stop::Nothing)?);
    if epoch != Some(run.anchor.epoch) {
        return Err(Stop::Nothing);
    }
    let account = run.anchor.account;
    let debts = listed(&statement).ok_or(Stop::Nothing)?;
    let owed = debts.iter().find(|debt| debt.account == account).map(|debt| debt.balance);
    let proof = match body.get(1) {
        Some(proof) => Some(proven(&statement, account, proof).ok_or(Stop::Nothing)?),
        None => None,
    };
    if let Some((sequence, hash, balance)) = proof
        && (owed.is_some() || !is_in_chain(&run, sequence, hash, balance, time))
    {
        return Ok(Found::Proven);
    }
    let (sequence, balance) = state_at(&run, time).ok_or(Stop::Nothing)?;
    proven_if(match (proof, owed) {
        (Some((place, _, stated)), _) => (place, stated) != (sequence, balance),
        (None, Some(owed)) => owed != balance,
        // That a positive balance is missing cannot be shown: the tree does not show what is not in it.
        (None, None) => balance < 0,
    })
}

/// Whether a state that a statement gives is in the run, as far as the run shows it.
fn is_in_chain(run: &Run, sequence: i128, hash: Hash, balance: i128, time: i128) -> bool {
    let before = (run.first - 1, run.previous, None);
    std::iter::once(before).chain(run.states()).all(|(place, at, entry)| {
        let entry = entry.as_ref();
        let is_it = at == hash && entry.is_none_or(|entry| entry.balance == balance && entry.time <= time);
        let is_last = entry.is_none_or(|entry| entry.time >= time);
        (place != sequence || is_it) && (place != sequence + 1 || is_last)
    })
}

/// Place and balance at a time, if no entry of that very second leaves a doubt.
fn state_at(run: &Run, time: i128) -> Option<(i128, i128)> {
    let entries: Vec<Entry> = run.states().into_iter().map(|(_, _, entry)| entry).collect::<Option<_>>()?;
    let before = entries.iter().take_while(|entry| entry.time < time).count();
    let is_over = match entries.get(before) {
        Some(next) => next.time > time,
        None => run.anchor.at.is_some_and(|at| at > time),
    };
    let balance = match before.checked_sub(1).and_then(|last| entries.get(last)) {
        Some(last) => last.balance,
        None if run.first == 1 => 0,
        None => return None,
    };
    is_over.then_some((run.first + i128::try_from(before).ok()? - 1, balance))
}

fn bad_statement(court: &Court, body: &Value) -> Judged {
    let statement = court.server_signed(bytes(body, 0)?, &[kind::STATEMENT])?;
    if let Some(found) = content(court, &statement)? {
        return Ok(found);
    }
    if let Some(previous) = body.bytes(1) {
        let before = court.server_signed(previous, &[kind::STATEMENT])?;
        if statement.fields.array(5) != Some(before.hash) {
            return statements_clash(court, previous, bytes(body, 0)?);
        }
        let place = |statement: &Signed| {
            let fields = &statement.fields;
            Some((fields.int(4)?, fields.int(6)?, fields.int(7)?))
        };
        let (old, new) = (place(&before).ok_or(Stop::Nothing)?, place(&statement).ok_or(Stop::Nothing)?);
        if new.0 != old.0 + 1 || new.1 < old.1 || new.2 < old.2 {
            return Ok(Found::Proven);
        }
    }
    match is_beyond_limit(court, &statement) {
        Some(true) => Ok(Found::UnlessAnswered),
        _ => Err(Stop::Nothing),
    }
}
