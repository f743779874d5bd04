//! Grants coming into force.

use tallystick::artefact::{Capabilities, Grant, Signed};
use tallystick::keys::IssuerId;
use tallystick::ledger::authority::may_grant;

use super::{authority, sign};
use crate::access;
use crate::db::accounts::{self, AccountRow};
use crate::db::issuers::IssuerRow;
use crate::db::{WriteCx, grants};
use crate::decide;
use crate::problem::{Code, Problem};

/// Takes a grant; one that is known already is answered as before.
pub(crate) fn take(cx: &WriteCx<'_>, id: &IssuerId, grant: &Signed<Grant>) -> Result<(), Problem> {
    let (issuer, _) = sign::writable(cx, id)?;
    let body = grant.body();
    if body.issuer != issuer.id {
        return Err(Problem::new(Code::WrongIssuer, "The grant is for another issuer.").field("grant.issuer"));
    }
    if grants::find(cx.db, issuer.no, &grant.hash())?.is_some() {
        return Ok(());
    }
    let account = access::account(cx.db, &issuer, &body.account)?;
    if grants::count(cx.db, account.no)? >= cx.services.limits.grants(&account) {
        return Err(Problem::new(Code::LimitExceeded, "The account has had as many grants as it can yet."));
    }
    check(cx, &issuer, &account, grant)?;
    if body.role().is_some() {
        grants::replace_roles(cx.db, account.no)?;
        accounts::keep(cx.db, account.no)?;
    }
    grants::insert(cx.db, issuer.no, account.no, grant)?;
    Ok(())
}

fn check(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    account: &AccountRow,
    grant: &Signed<Grant>,
) -> Result<(), Problem> {
    let issuer_keys = authority::issuer_keys(cx.db, issuer)?;
    let account_keys = authority::account_keys(cx.db, issuer, account)?;
    let by_owner = authority::is_owner(cx.db, issuer, grant.signer(), cx.now)?;
    may_grant(&issuer_keys, &account_keys, grant, by_owner)
        .map_err(|error| Problem::not_authorised(format!("Its signer may not give this: {error}.")))?;

    let (others_exposure, other_owners) = authority::exposure(cx.db, issuer, Some(account), cx.now)?;
    let keys = authority::keys(cx.db, account, cx.now)?;
    let limits = &cx.services.limits;
    decide::grant::check(
        grant.body(),
        &decide::grant::Facts {
            now: cx.now,
            balance: account.end.balance,
            role_since: grants::role_of(cx.db, account.no)?.map(|role| role.signed_at),
            others_exposure,
            owners_limit: issuer.card.as_ref().map_or(0, |card| card.owners_limit),
            other_owners,
            most_owners: limits.owners as usize,
            keys: keys.len(),
            most_keys: limits.key_grants_per_account as usize,
            receivers: keys.iter().filter(|key| key.may(Capabilities::RECEIVE)).count(),
        },
    )
}
