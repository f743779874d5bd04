//! Requests: who signed them, and keeping them for payment by reference.

use rusqlite::Connection;
use tallystick::artefact::{Capabilities, Request, Signed, Unproven};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{Digest, IssuerId, PublicKey};
use tallystick::ledger::authority::{Account, Tense};

use super::{authority, sign};
use crate::access;
use crate::db::accounts::{self, AccountRow};
use crate::db::issuers::IssuerRow;
use crate::db::requests::{self, NewRequest};
use crate::db::{WriteCx, cancels};
use crate::problem::{Code, Problem};

/// Finds who of those that may receive for the payee has signed a request. `None`: nobody. Signatures are checked here,
/// outside the writer's transaction, against the keys of a moment ago; inside it only whether the key still may.
pub(crate) fn prove(
    db: &Connection,
    issuer: &IssuerRow,
    request: &Unproven<Request>,
    now: UnixSeconds,
) -> Result<Option<Signed<Request>>, Problem> {
    let Some(payee) = accounts::find(db, issuer.no, &request.body().payee)? else { return Ok(None) };
    let keys = authority::account_keys(db, issuer, &payee)?;
    let mut grants = authority::keys(db, &payee, now)?;
    grants.retain(|grant| grant.may(Capabilities::RECEIVE));
    let grants = grants.iter().map(authority::known).collect::<Result<Vec<_>, _>>()?;
    let account = Account { issuer: issuer.id, keys: &keys, grants: &grants };
    Ok(account.request(request, now, Tense::Now).ok().map(|(request, _)| request))
}

/// Whether the signer of a proven request still may receive for the payee.
pub(super) fn may_still_receive(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    payee: &AccountRow,
    signer: &PublicKey,
) -> Result<bool, Problem> {
    let rights = authority::rights(cx.db, issuer, payee, signer, &[Capabilities::RECEIVE], cx.now)?;
    Ok(!rights.is_empty())
}

/// Keeps a request for payment by reference.
pub(crate) fn keep(cx: &WriteCx<'_>, id: &IssuerId, request: &Signed<Request>) -> Result<Digest, Problem> {
    let (issuer, _) = sign::writable(cx, id)?;
    let body = request.body();
    let payee = access::account(cx.db, &issuer, &body.payee)?;
    if !may_still_receive(cx, &issuer, &payee, request.signer())? {
        return Err(nobody_signed());
    }
    if body.not_after.is_some_and(|end| end < cx.now) {
        return Err(Problem::bad_request("It has ended already.").field("request.not_after").now(cx.now));
    }
    let hash = request.hash();
    if cancels::refusal_of(cx.db, issuer.no, &hash)?.is_some() {
        return Err(Problem::new(Code::UnknownRequest, "It was cancelled."));
    }
    let is_known = requests::find(cx.db, issuer.no, &hash)?.is_some();
    let most = cx.services.limits.requests(&payee);
    if !is_known && !requests::make_room(cx.db, payee.no, most, cx.now)? {
        return Err(Problem::new(Code::LimitExceeded, "The account keeps as many requests as it can."));
    }
    let new =
        NewRequest { hash, payee: payee.no, bytes: request.bytes(), not_after: body.not_after, posted: true };
    requests::keep(cx.db, issuer.no, &new)?;
    Ok(hash)
}

/// Nobody who may receive for the payee has signed a request.
pub(crate) fn nobody_signed() -> Problem {
    Problem::new(Code::BadSignature, "It is not signed by a key that may receive for the payee.")
        .field("request")
}
