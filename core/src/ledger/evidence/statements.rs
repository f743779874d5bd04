//! Contradictions of cards and statements.

use super::court::Court;
use super::run::Proven;
use super::{Broken, Dismissed, Run, place};
use crate::artefact::{Card, Head, Kind, Signed, Statement, kind_of};
use crate::clock::UnixSeconds;
use crate::keys::Digest;
use crate::ledger::Entry;
use crate::ledger::merkle::InclusionProof;
use crate::ledger::statement::{StatementFault, check_content, check_limit, check_link, listed, root};
use crate::money::Amount;

/// Two cards of one rank that differ.
pub(super) fn two_cards(court: &Court, one: &[u8], other: &[u8]) -> Result<Broken, Dismissed> {
    let (one, other): (Signed<Card>, Signed<Card>) = (Signed::parse(one)?, Signed::parse(other)?);
    for card in [&one, &other] {
        court
            .founding
            .check_card(card)
            .map_err(|error| Dismissed(format!("a card is not the issuer's: {error}")))?;
    }
    if one.body().rank() != other.body().rank() {
        return Dismissed::because("the cards are of different ranks");
    }
    if one.body() == other.body() {
        return Dismissed::because("the cards say the same");
    }
    let (rekey, serial) = one.body().rank();
    Ok(Broken::final_(format!("it signed two different cards with rekey number {rekey} and serial {serial}")))
}

/// Two statements of one epoch and number, by themselves or as heads name them.
pub(super) fn two_statements(court: &Court, one: &[u8], other: &[u8]) -> Result<Broken, Dismissed> {
    let (one, other) = (named_statements(court, one)?, named_statements(court, other)?);
    for (epoch, number, hash) in &one {
        let clash = |named: &&(u32, i64, Digest)| (named.0, named.1) == (*epoch, *number) && named.2 != *hash;
        if other.iter().any(|named| clash(&named)) {
            return Ok(Broken::final_(format!(
                "it signed two different statements of number {number} in epoch {epoch}"
            )));
        }
    }
    Dismissed::because("the statements do not contradict each other")
}

/// Epoch, number and hash of the statements that an artefact stands for. Within one epoch an issuer has one line of
/// statements, and what it names then lies on that line.
fn named_statements(court: &Court, bytes: &[u8]) -> Result<Vec<(u32, i64, Digest)>, Dismissed> {
    match kind_of(bytes)? {
        Kind::Statement => {
            let statement: Signed<Statement> = court.server_signed(bytes)?;
            let body = statement.body();
            let this = (body.epoch, body.number, statement.hash());
            let before = body.previous.map(|previous| (body.epoch, body.number - 1, previous));
            Ok(std::iter::once(this).chain(before).collect())
        }
        Kind::Head => {
            let head: Signed<Head> = court.server_signed(bytes)?;
            let head = head.body();
            Ok(vec![(head.epoch, head.statement.number, head.statement.hash)])
        }
        _ => Dismissed::because("it is neither a statement nor a head"),
    }
}

/// A statement that is wrong by itself, beyond the card's limit, or out of its line.
pub(super) fn bad_statement(
    court: &Court,
    statement: &[u8],
    previous: Option<&[u8]>,
) -> Result<Broken, Dismissed> {
    let statement: Signed<Statement> = court.server_signed(statement)?;
    let body = statement.body();
    let of = |fault: StatementFault| format!("statement {}: {fault}", body.number);
    match check_content(body, &court.founding) {
        Ok(()) => {}
        Err(fault @ StatementFault::NotGranted { .. }) => {
            return Ok(Broken::unless("the rekey by which the grant counts", of(fault)));
        }
        Err(fault) => return Ok(Broken::final_(of(fault))),
    }
    if let Some(previous) = previous {
        let before: Signed<Statement> = court.server_signed(previous)?;
        match check_link(&before, body) {
            Err(fault @ StatementFault::OutOfOrder) => return Ok(Broken::final_(of(fault))),
            // It names another one as the one before: two of one number, if they are of one epoch.
            Err(_) => return two_statements(court, previous, statement.bytes()),
            Ok(()) => {}
        }
    }
    match check_limit(body, court.signing.cards()) {
        Ok(()) => Dismissed::because("the statement keeps to the rules"),
        Err(fault) => Ok(Broken::unless("a newer card with a higher limit", of(fault))),
    }
}

/// A statement that gives an account another balance than its chain.
pub(super) fn wrong_place(
    court: &Court,
    statement: &[u8],
    proof: Option<&InclusionProof>,
    run: &Run,
) -> Result<Broken, Dismissed> {
    let statement: Signed<Statement> = court.server_signed(statement)?;
    let body = statement.body();
    let run = Proven::of(court, run)?;
    let account = run.anchor.account;
    if body.epoch != run.anchor.epoch {
        return Dismissed::because("statement and chain are of different epochs");
    }
    let owed = listed(body, &account);
    let said = |what: &str| Ok(Broken::final_(format!("statement {} {what}", body.number)));
    if let Some(proof) = proof {
        if proof.verify(account, &root(body)).is_err() {
            return Dismissed::because("the proof does not lead to the root of the statement");
        }
        if owed.is_some() {
            return said(&format!("lists account {account} both as a holder and as a debtor"));
        }
        if !fits_chain(&run, proof, body.time) {
            let at = place(&account, body.epoch, proof.sequence);
            return said(&format!("gives account {account} another state than the chain has after {at}"));
        }
    }
    let Some((sequence, balance)) = state_at(&run, body.time) else {
        return Dismissed::because("the entries do not show the chain at the time of the statement");
    };
    let agrees = match (proof, owed) {
        (Some(proof), _) => (proof.sequence, proof.balance) == (sequence, balance),
        (None, Some(owed)) => owed == balance,
        // That a positive balance is missing cannot be shown: the tree does not show what is not in it.
        (None, None) => !balance.is_negative(),
    };
    if agrees {
        return Dismissed::because("statement and chain agree, or the issuer was not asked");
    }
    said(&format!("does not give account {account} the balance {} that it had", balance.minor()))
}

/// Whether what a proof says is in the run as it should be, as far as the run shows it.
fn fits_chain(run: &Proven<'_>, proof: &InclusionProof, time: UnixSeconds) -> bool {
    let before = (run.first - 1, run.previous, None);
    std::iter::once(before).chain(run.states()).all(|(place, hash, entry)| {
        let entry = entry.as_ref();
        let is_there = place != proof.sequence
            || (hash == proof.chain_hash
                && entry.is_none_or(|entry| entry.balance == proof.balance && entry.time <= time));
        let is_last =
            place.checked_sub(1) != Some(proof.sequence) || entry.is_none_or(|entry| entry.time >= time);
        is_there && is_last
    })
}

/// Place and balance of the chain at the time of the statement, if the run leaves no doubt: an entry made in the very
/// same second may or may not be in it.
fn state_at(run: &Proven<'_>, time: UnixSeconds) -> Option<(i64, Amount)> {
    let states = run.states();
    let entries: Vec<&Entry> = states.iter().map(|state| state.2.as_ref()).collect::<Option<_>>()?;
    let before = entries.iter().take_while(|entry| entry.time < time).count();
    let ends = match entries.get(before) {
        Some(next) => next.time > time,
        None => run.anchor.at.is_some_and(|at| at > time),
    };
    let place = run.first + i64::try_from(before).ok()? - 1;
    let balance = match before.checked_sub(1) {
        Some(last) => entries[last].balance,
        None if run.first == 1 => Amount::ZERO,
        None => return None,
    };
    ends.then_some((place, balance))
}
