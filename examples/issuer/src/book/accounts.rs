//! Opening accounts.

use rusqlite::Connection;
use tallystick::artefact::{Head, Opening, Rekey, Signed};
use tallystick::keys::{AccountId, IssuerId};
use tallystick::ledger::chain::genesis_hash;

use super::{heads, rekeys, sign};
use crate::access;
use crate::db::WriteCx;
use crate::db::accounts::{self, AccountRow, NewAccount};
use crate::db::issuers::{self, IssuerRow};
use crate::problem::{Code, Problem};

/// Opens an account, or finds it open; gives its head of now.
pub(crate) fn open(
    cx: &WriteCx<'_>,
    id: &IssuerId,
    opening: &Signed<Opening>,
    new_rekeys: Vec<Signed<Rekey>>,
) -> Result<(AccountId, Signed<Head>), Problem> {
    let (issuer, key) = sign::writable(cx, id)?;
    let body = opening.body();
    if body.issuer != issuer.id {
        return Err(
            Problem::new(Code::WrongIssuer, "The opening is for another issuer.").field("opening.issuer")
        );
    }
    let account = AccountId::derive(opening.signer(), &body.commitment);
    let known = accounts::find(cx.db, issuer.no, &account)?;
    let is_new = known.is_none();
    let row = match known {
        Some(row) => row,
        None => insert(cx, &issuer, account, opening)?,
    };
    let row = rekeys::of_account(cx, &issuer, row, new_rekeys)?;
    if is_new {
        accounts::forget_unused(cx.db, issuer.no, cx.services.limits.unused_accounts)?;
    }
    let head = heads::sign(cx.db, &issuer, &row, &key, cx.now)?;
    Ok((account, head))
}

fn insert(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    account: AccountId,
    opening: &Signed<Opening>,
) -> Result<AccountRow, Problem> {
    let new = NewAccount {
        id: account,
        opening: opening.bytes(),
        founding_key: *opening.signer(),
        commitment: opening.body().commitment,
        epoch: issuer.epoch,
        chain_hash: genesis_hash(&issuer.id, &account, issuer.epoch),
    };
    accounts::insert(cx.db, issuer.no, &new)?;
    access::account(cx.db, issuer, &account)
}

/// Everything that proves who speaks for an account.
pub(crate) struct Proof {
    pub opening: Vec<u8>,
    pub rekeys: Vec<Vec<u8>>,
}

/// What proves who speaks for an account.
pub(crate) fn proof(db: &Connection, issuer: &IssuerRow, account: &AccountRow) -> Result<Proof, Problem> {
    Ok(Proof {
        opening: account.opening.clone(),
        rekeys: issuers::rekeys(db, issuer.no, account.id.as_bytes())?,
    })
}
