//! Writing an executed order: two entries, two receipts, one decision.

use tallystick::artefact::{Order, Receipt, Signed};
use tallystick::keys::{AccountId, Digest, SigningKey};
use tallystick::ledger::{Authority, ChainState, LedgerError};
use tallystick::money::Amount;

use super::sign::own_fault;
use crate::db::WriteCx;
use crate::db::accounts::{self, AccountRow, ChainEnd};
use crate::db::decisions::{self, NewExecuted};
use crate::db::entries::{self, NewEntry};
use crate::db::issuers::IssuerRow;
use crate::decide::order::Balances;
use crate::faults::CrashPoint;
use crate::problem::Problem;

/// An order that is to be written.
pub(super) struct Posting<'a> {
    pub issuer: &'a IssuerRow,
    pub key: &'a SigningKey,
    pub order: &'a Signed<Order>,
    pub payer: &'a AccountRow,
    pub payee: &'a AccountRow,
    /// What was decided.
    pub balances: Balances,
    /// Hash of the grant by which the order was signed.
    pub grant: Option<Digest>,
    /// Row of the request that it pays.
    pub request: Option<i64>,
    pub memo: Option<&'a [u8]>,
    pub claims_id: bool,
}

/// What the payer is told.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub receipt: Vec<u8>,
    pub entry: Vec<u8>,
}

struct Side {
    end: ChainEnd,
    entry: Vec<u8>,
    receipt: Signed<Receipt>,
}

/// Writes an order that was decided to be executed.
pub(super) fn post(cx: &WriteCx<'_>, posting: &Posting<'_>) -> Result<Posted, Problem> {
    let amount = posting.order.body().amount;
    let debit = amount.checked_neg().map_err(|_| Problem::internal())?;
    let payer = side(cx, posting, posting.payer, &posting.payee.id, debit, posting.balances.payer)?;
    let payee = side(cx, posting, posting.payee, &posting.payer.id, amount, posting.balances.payee)?;
    let decision = decisions::insert_executed(
        cx.db,
        posting.issuer.no,
        &NewExecuted {
            order: posting.order,
            payer: posting.payer.no,
            payee: posting.payee.no,
            grant: posting.grant,
            request: posting.request,
            memo: posting.memo,
            claims_id: posting.claims_id,
            epoch: posting.issuer.epoch,
            payer_sequence: payer.end.sequence,
            payee_sequence: payee.end.sequence,
            payer_receipt: payer.receipt.bytes(),
            payee_receipt: payee.receipt.bytes(),
            now: cx.now,
        },
    )?;
    let decision = Some(decision);
    write_entry(cx, posting.issuer, posting.payer, &payer.end, &payer.entry, debit, decision)?;
    cx.services.reach(CrashPoint::OrderHalfWritten);
    write_entry(cx, posting.issuer, posting.payee, &payee.end, &payee.entry, amount, decision)?;
    Ok(Posted { receipt: payer.receipt.bytes().to_vec(), entry: payer.entry })
}

fn side(
    cx: &WriteCx<'_>,
    posting: &Posting<'_>,
    account: &AccountRow,
    counterpart: &AccountId,
    amount: Amount,
    balance: i64,
) -> Result<Side, Problem> {
    let order = posting.order.hash();
    let authority = Authority::Order { counterpart: *counterpart, hash: order };
    let (end, entry) = append(cx, posting.issuer, account, amount, authority)?;
    if end.balance != balance {
        tracing::error!("the entry's balance is not the one that was decided");
        return Err(Problem::internal());
    }
    let receipt = sign_receipt(cx, posting, account, &order, &end)?;
    Ok(Side { end, entry, receipt })
}

fn sign_receipt(
    cx: &WriteCx<'_>,
    posting: &Posting<'_>,
    account: &AccountRow,
    order: &Digest,
    end: &ChainEnd,
) -> Result<Signed<Receipt>, Problem> {
    let receipt = Receipt {
        issuer: posting.issuer.id,
        order: *order,
        account: account.id,
        sequence: end.sequence,
        chain_hash: end.chain_hash,
        epoch: end.epoch,
        time: cx.now,
    };
    Signed::sign(&receipt, posting.key).map_err(|error| own_fault(&error))
}

/// Makes the next entry of an account's chain.
pub(super) fn append(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    account: &AccountRow,
    amount: Amount,
    authority: Authority,
) -> Result<(ChainEnd, Vec<u8>), Problem> {
    let blind = cx.services.entropy.bytes::<16>();
    let (state, _, bytes) =
        chain(issuer, account).append(amount, cx.now, blind, authority).map_err(|error: LedgerError| {
            tracing::error!(%error, "an entry does not follow");
            Problem::internal()
        })?;
    let end = ChainEnd {
        epoch: state.epoch,
        sequence: state.sequence,
        chain_hash: state.hash,
        balance: state.balance.minor(),
        held: account.end.held,
        time: state.time,
    };
    Ok((end, bytes))
}

/// An account's chain as the ledger's rules see it.
fn chain(issuer: &IssuerRow, account: &AccountRow) -> ChainState {
    ChainState {
        issuer: issuer.id,
        account: account.id,
        epoch: account.end.epoch,
        sequence: account.end.sequence,
        hash: account.end.chain_hash,
        balance: Amount::new(account.end.balance),
        time: account.end.time,
    }
}

/// Puts an entry at the end of an account's chain.
pub(super) fn write_entry(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    account: &AccountRow,
    end: &ChainEnd,
    bytes: &[u8],
    amount: Amount,
    decision: Option<i64>,
) -> Result<(), Problem> {
    accounts::set_end(cx.db, account.no, end)?;
    entries::insert(
        cx.db,
        &NewEntry {
            account: account.no,
            epoch: end.epoch,
            sequence: end.sequence,
            bytes,
            chain_hash: end.chain_hash,
            amount: amount.minor(),
            balance: end.balance,
            decision,
        },
    )?;
    cx.wake(issuer.id, account.id);
    Ok(())
}
