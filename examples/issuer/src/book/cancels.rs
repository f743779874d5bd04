//! Cancelling grants and requests.
//!
//! A refusal says "this was not and will not be executed". So it is signed only for what is known to be a grant or a
//! request, never for any other hash: that could be an order's, and contradict its receipt.

use tallystick::artefact::{Cancel, Refusal, Request, Signed, Unproven};
use tallystick::keys::{IssuerId, SigningKey};
use tallystick::ledger::authority::{CancelTarget, cancel as judge};

use super::sign::{self, own_fault};
use super::{authority, requests as requests_of};
use crate::access;
use crate::db::accounts::AccountRow;
use crate::db::issuers::IssuerRow;
use crate::db::requests::{self, NewRequest, RequestRow};
use crate::db::{WriteCx, cancels, grants};
use crate::problem::{Code, Problem};

/// Cancels a grant or request; again: the same refusal. `request` is the target, if it was not posted here.
pub(crate) fn take(
    cx: &WriteCx<'_>,
    id: &IssuerId,
    cancel: &Signed<Cancel>,
    request: Option<&Unproven<Request>>,
) -> Result<Vec<u8>, Problem> {
    let (issuer, key) = sign::writable(cx, id)?;
    let body = cancel.body();
    if body.issuer != issuer.id {
        return Err(
            Problem::new(Code::WrongIssuer, "The cancel is for another issuer.").field("cancel.issuer")
        );
    }
    let account = access::account(cx.db, &issuer, &body.account)?;
    if let Some(refusal) = cancels::refusal_of(cx.db, issuer.no, &body.target)? {
        return Ok(refusal);
    }
    if cancels::count(cx.db, account.no)? >= cx.services.limits.cancels(&account) {
        return Err(Problem::new(Code::LimitExceeded, "The account has cancelled as much as it can yet."));
    }
    if let Some(grant) = grants::find(cx.db, issuer.no, &body.target)? {
        let grant = authority::known(&grant)?.grant;
        check(cx, &issuer, &account, cancel, CancelTarget::Grant(&grant))?;
        grants::set_void(cx.db, issuer.no, &body.target)?;
        cx.wake(issuer.id, account.id);
    } else {
        cancel_request(cx, &issuer, &account, cancel, request)?;
    }
    refuse(cx, &issuer, &account, &key, cancel)
}

fn cancel_request(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    account: &AccountRow,
    cancel: &Signed<Cancel>,
    request: Option<&Unproven<Request>>,
) -> Result<(), Problem> {
    let target = cancel.body().target;
    let unknown = || Problem::new(Code::UnknownRequest, "Neither a grant nor a request that is known here.");
    let known = requests::find(cx.db, issuer.no, &target)?;
    let request = match (&known, request) {
        (Some(RequestRow { bytes, .. }), _) => Unproven::parse(bytes).map_err(|_| Problem::internal())?,
        (None, Some(request)) if request.hash() == target => request.clone(),
        (None, _) => return Err(unknown()),
    };
    // It names no key: that of the cancel is tried, and those that may receive now.
    let signed = match request.clone().prove(cancel.signer()) {
        Ok(signed) => Some(signed),
        Err(_) => requests_of::prove(cx.db, issuer, &request, cx.now)?,
    };
    let signed = signed.ok_or_else(requests_of::nobody_signed)?;
    check(cx, issuer, account, cancel, CancelTarget::Request(&signed))?;
    let id = tallystick::keys::RequestId::of(&target);
    if !request.body().reusable && requests::payment(cx.db, issuer.no, &id)?.is_some() {
        return Err(Problem::new(Code::AlreadyPaid, "It is too late: the request has been paid."));
    }
    // Without room the refusal alone is kept: it is found by the same hash.
    let most = cx.services.limits.requests(account);
    if known.is_none() && requests::make_room(cx.db, account.no, most, cx.now)? {
        let new = NewRequest {
            hash: target,
            payee: account.no,
            bytes: request.bytes(),
            not_after: request.body().not_after,
            posted: false,
        };
        requests::keep(cx.db, issuer.no, &new)?;
    }
    Ok(())
}

fn check(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    account: &AccountRow,
    cancel: &Signed<Cancel>,
    target: CancelTarget<'_>,
) -> Result<(), Problem> {
    let issuer_keys = authority::issuer_keys(cx.db, issuer)?;
    let account_keys = authority::account_keys(cx.db, issuer, account)?;
    judge(cancel, target, &issuer_keys, &account_keys).map_err(|error| {
        Problem::not_authorised(format!(
            "Only the key that signed it and the founding key of the account that it names cancel it: {error}."
        ))
    })
}

fn refuse(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    account: &AccountRow,
    key: &SigningKey,
    cancel: &Signed<Cancel>,
) -> Result<Vec<u8>, Problem> {
    let target = cancel.body().target;
    let refusal = Refusal { issuer: issuer.id, subject: target, code: "cancelled".to_owned(), time: cx.now };
    let refusal = Signed::sign(&refusal, key).map_err(|error| own_fault(&error))?;
    cancels::insert(cx.db, issuer.no, &target, refusal.bytes(), account.no)?;
    Ok(refusal.bytes().to_vec())
}
