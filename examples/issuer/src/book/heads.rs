//! Heads: signing them, and being shown them.

use tallystick::artefact::{Head, Signed};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{IssuerId, SigningKey};
use tallystick::ledger::chain::genesis_hash;
use tallystick::money::Amount;

use super::sign::own_fault;
use crate::access;
use crate::db::accounts::{self, AccountRow};
use crate::db::issuers::{self, IssuerRow};
use crate::db::{WriteCx, entries, statements};
use crate::problem::{Code, Problem};

/// Signs the state of an account. `time` was taken before the state was read (see [`crate::time`]).
pub(crate) fn sign(
    db: &rusqlite::Connection,
    issuer: &IssuerRow,
    account: &AccountRow,
    key: &SigningKey,
    time: UnixSeconds,
) -> Result<Signed<Head>, Problem> {
    let statement = statements::latest_reference(db, issuer.no)?.ok_or_else(Problem::internal)?;
    let end = &account.end;
    let head = Head {
        issuer: issuer.id,
        epoch: end.epoch,
        account: account.id,
        sequence: end.sequence,
        chain_hash: end.chain_hash,
        balance: Amount::new(end.balance),
        held: Amount::new(end.held),
        // An entry may have come between the time and the reading.
        time: time.max(end.time),
        statement,
    };
    Signed::sign(&head, key).map_err(|error| own_fault(&error))
}

/// What a head that was shown says of this ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The ledger knows it, or has left its epoch behind.
    Known,
    /// The ledger lacks it: from now on nothing is written or signed.
    Behind,
}

/// Looks at a head that was shown. Its own signature is checked before.
pub(crate) fn show(cx: &WriteCx<'_>, id: &IssuerId, head: &Signed<Head>) -> Result<Shown, Problem> {
    let issuer = access::founded(cx.db, id)?;
    let body = head.body();
    if body.issuer != issuer.id {
        return Err(Problem::new(Code::WrongIssuer, "The head is another issuer's.").field("head.issuer"));
    }
    // Copies of the database may be older than a key; the keys' own folder is not.
    let ours = issuers::had_signing_key(cx.db, issuer.no, head.signer())?;
    if !ours && !cx.services.keys.holds(head.signer()) {
        return Err(Problem::not_authorised("Its signer never was a signing key of this issuer.")
            .field("head.signer"));
    }
    if issuer.behind {
        return Ok(Shown::Behind);
    }
    if is_known(cx, &issuer, body)? {
        return Ok(Shown::Known);
    }
    tracing::error!(issuer = %issuer.id, "a head was shown that this ledger lacks");
    issuers::set_behind(cx.db, issuer.no, true)?;
    Ok(Shown::Behind)
}

fn is_known(cx: &WriteCx<'_>, issuer: &IssuerRow, head: &Head) -> Result<bool, Problem> {
    // What an earlier epoch lost is known to be lost.
    if head.epoch != issuer.epoch {
        return Ok(head.epoch < issuer.epoch);
    }
    if head.sequence == 0 {
        return Ok(head.chain_hash == genesis_hash(&issuer.id, &head.account, head.epoch));
    }
    let Some(account) = accounts::find(cx.db, issuer.no, &head.account)? else { return Ok(false) };
    let entry = entries::find(cx.db, account.no, head.epoch, head.sequence)?;
    Ok(entry.is_some_and(|(_, chain_hash)| chain_hash == head.chain_hash))
}
