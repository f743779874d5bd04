//! A declared restore (protocol §4.2, §4.3): every chain begins anew in the next epoch, with what the old one is known to
//! have held.

use tallystick::keys::Digest;
use tallystick::ledger::Authority;
use tallystick::ledger::chain::genesis_hash;
use tallystick::money::Amount;

use super::post;
use crate::db::WriteCx;
use crate::db::accounts::{self, AccountRow, ChainEnd};
use crate::db::issuers::{self, IssuerRow};
use crate::decide::order::MAX_AHEAD;
use crate::problem::Problem;

/// Begins the epoch that `issuer` is in by now.
pub(super) fn begin_epoch(cx: &WriteCx<'_>, issuer: &IssuerRow) -> Result<(), Problem> {
    // Whatever was lost had been accepted by now, and could be accepted at most so long before its end.
    issuers::set_lost_until(cx.db, issuer.no, cx.now.saturating_add(MAX_AHEAD))?;
    issuers::set_behind(cx.db, issuer.no, false)?;
    for account in accounts::all(cx.db, issuer.no)? {
        carry(cx, issuer, account)?;
    }
    Ok(())
}

fn carry(cx: &WriteCx<'_>, issuer: &IssuerRow, mut account: AccountRow) -> Result<(), Problem> {
    let old = account.end;
    account.end = ChainEnd {
        epoch: issuer.epoch,
        sequence: 0,
        chain_hash: start(issuer, &account),
        balance: 0,
        held: old.held,
        time: old.time,
    };
    if old.sequence == 0 {
        accounts::set_end(cx.db, account.no, &account.end)?;
        return Ok(());
    }
    let amount = Amount::new(old.balance);
    let authority =
        Authority::Carried { epoch: old.epoch, sequence: old.sequence, chain_hash: old.chain_hash };
    let (end, bytes) = post::append(cx, issuer, &account, amount, authority)?;
    post::write_entry(cx, issuer, &account, &end, &bytes, amount, None)
}

fn start(issuer: &IssuerRow, account: &AccountRow) -> Digest {
    genesis_hash(&issuer.id, &account.id, issuer.epoch)
}
