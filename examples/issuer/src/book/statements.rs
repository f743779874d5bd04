//! Statements: made at the founding, at least daily, and first of all by each new signing key.

use tallystick::artefact::{Debtor, Signed, Statement};
use tallystick::keys::{IssuerId, SigningKey};
use tallystick::ledger::merkle::{Leaf, Tree};
use tallystick::money::Amount;

use super::sign::{own_fault, signing_key};
use crate::access;
use crate::db::accounts::{self, AccountRow};
use crate::db::issuers::IssuerRow;
use crate::db::{WriteCx, grants, statements};
use crate::faults::CrashPoint;
use crate::problem::Problem;

/// Makes a statement of the present.
pub(crate) fn make(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    key: &SigningKey,
) -> Result<Signed<Statement>, Problem> {
    let (above, below): (Vec<_>, Vec<_>) =
        accounts::with_balance(cx.db, issuer.no)?.into_iter().partition(|account| account.end.balance > 0);
    let leaves = shuffle(cx, above.iter().map(|account| leaf(cx, account)).collect());
    let tree = Tree::build(leaves).map_err(|error| {
        tracing::error!(%error, "the balances make no tree");
        Problem::internal()
    })?;
    let previous = statements::latest_reference(cx.db, issuer.no)?;
    let number = match previous {
        None => 0,
        Some(previous) => previous.number.checked_add(1).ok_or_else(Problem::internal)?,
    };
    let statement = Statement {
        issuer: issuer.id,
        number,
        previous: previous.map(|previous| previous.hash),
        time: cx.now,
        epoch: issuer.epoch,
        root: tree.root().hash,
        sum: tree.root().sum,
        debtors: below.iter().map(|account| debtor(cx, account)).collect::<Result<_, _>>()?,
    };
    let statement = Signed::sign(&statement, key).map_err(|error| own_fault(&error))?;
    cx.services.reach(CrashPoint::StatementSigned);
    statements::insert(cx.db, issuer.no, &statement, tree.leaves())?;
    let kept = i64::from(cx.services.limits.statements_with_proofs);
    statements::forget_leaves(cx.db, issuer.no, number.saturating_sub(kept.saturating_sub(1)))?;
    cx.services.metrics.statement();
    Ok(statement)
}

/// Makes a statement unless the last is less than `interval` seconds old.
pub(crate) fn make_if_due(cx: &WriteCx<'_>, id: &IssuerId, interval: i64) -> Result<(), Problem> {
    let issuer = access::founded(cx.db, id)?;
    let latest = statements::latest(cx.db, issuer.no)?;
    if latest.is_some_and(|latest| cx.now.saturating_sub(latest.time) < interval) {
        return Ok(());
    }
    let key = signing_key(&cx.services.keys, &issuer, cx.now)?;
    make(cx, &issuer, &key).map(drop)
}

fn leaf(cx: &WriteCx<'_>, account: &AccountRow) -> Leaf {
    Leaf {
        account: account.id,
        sequence: account.end.sequence,
        chain_hash: account.end.chain_hash,
        balance: Amount::new(account.end.balance),
        blind: cx.services.entropy.bytes(),
    }
}

/// In a fresh random order: each gets a random number, and the numbers are sorted.
fn shuffle(cx: &WriteCx<'_>, leaves: Vec<Leaf>) -> Vec<Leaf> {
    let mut drawn: Vec<([u8; 16], Leaf)> =
        leaves.into_iter().map(|leaf| (cx.services.entropy.bytes(), leaf)).collect();
    drawn.sort_unstable_by_key(|(number, _)| *number);
    drawn.into_iter().map(|(_, leaf)| leaf).collect()
}

fn debtor(cx: &WriteCx<'_>, account: &AccountRow) -> Result<Debtor, Problem> {
    let grant = grants::owner_grant_of(cx.db, account.no)?.ok_or_else(|| {
        tracing::error!(account = %account.id, "below zero without ever having been an owner");
        Problem::internal()
    })?;
    Ok(Debtor { account: account.id, balance: Amount::new(account.end.balance), grant: grant.bytes })
}
