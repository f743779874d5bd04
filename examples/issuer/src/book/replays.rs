//! Replays (protocol §4.3): what an epoch that was lost had promised, handed back by those who hold its receipts.
//!
//! The issuer decided it once; its receipt says so. Whatever would have been checked then was checked then. Only funds
//! can be missing now, until their own replay comes; what never comes is the owner's to pay.

use tallystick::artefact::{Capabilities, Receipt, Signed};
use tallystick::keys::{Digest, IssuerId};

use super::orders::{Answer, Submission, keep_request};
use super::post::{Posting, post};
use super::{authority, sign};
use crate::access;
use crate::db::accounts::{self, AccountRow};
use crate::db::decisions::{self, Decided};
use crate::db::issuers::{self, IssuerRow};
use crate::db::{WriteCx, grants};
use crate::decide::order::{MAX_MEMO, Payee, move_funds};
use crate::problem::{Code, Problem};

/// What became of a replay.
pub(crate) enum Replayed {
    /// The order is executed, now or before.
    Answer(Answer),
    /// The receipt is of the present epoch and its order is not here: the ledger lacks something.
    Behind,
}

/// Takes back a receipt of an earlier epoch, with its order.
pub(crate) fn take(
    cx: &WriteCx<'_>,
    id: &IssuerId,
    submission: &Submission,
    receipt: &Signed<Receipt>,
) -> Result<Replayed, Problem> {
    let (issuer, key) = sign::writable(cx, id)?;
    let order = &submission.order;
    check_receipt(cx, &issuer, submission, receipt)?;
    let payer = access::account(cx.db, &issuer, &order.body().payer)?;
    if let Some(Decided::Executed(executed)) = decisions::find(cx.db, issuer.no, &order.hash())? {
        return Ok(Replayed::Answer(Answer::ExecutedBefore { receipt: executed.payer_receipt }));
    }
    if receipt.body().epoch >= issuer.epoch {
        tracing::error!(issuer = %issuer.id, "a receipt was shown whose order this ledger lacks");
        issuers::set_behind(cx.db, issuer.no, true)?;
        return Ok(Replayed::Behind);
    }
    let payee = access::account(cx.db, &issuer, &order.body().payee)?;
    let grant = check_signer(cx, &issuer, &payer, submission)?;
    let facts = authority::payer(cx.db, &issuer, &payer, order.signer(), false, cx.now)?;
    let balances = move_funds(&facts, &Payee { balance: payee.end.balance }, order.body().amount)
        .map_err(|_| Problem::unavailable("The payer's funds have not come back yet.", 60))?;
    let memo = submission
        .memo
        .as_deref()
        .filter(|memo| memo.len() <= MAX_MEMO && order.body().memo == Some(Digest::of(&[memo])));
    let posting = Posting {
        issuer: &issuer,
        key: &key,
        order,
        payer: &payer,
        payee: &payee,
        balances,
        grant,
        request: keep_request(cx, &issuer, &payee, &submission.request)?,
        memo,
        claims_id: !decisions::id_is_taken(cx.db, payer.no, &order.body().order_id)?,
    };
    decisions::forget_refusal(cx.db, issuer.no, &order.hash())?;
    Ok(Replayed::Answer(Answer::Executed(post(cx, &posting)?)))
}

fn check_receipt(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    submission: &Submission,
    receipt: &Signed<Receipt>,
) -> Result<(), Problem> {
    let order = submission.order.body();
    let body = receipt.body();
    if order.issuer != issuer.id || body.issuer != issuer.id {
        return Err(Problem::new(Code::WrongIssuer, "Order or receipt is another issuer's."));
    }
    if body.order != submission.order.hash() || ![order.payer, order.payee].contains(&body.account) {
        return Err(Problem::bad_request("The receipt is not this order's.").field("receipt.order"));
    }
    let ours = issuers::had_signing_key(cx.db, issuer.no, receipt.signer())?
        || cx.services.keys.holds(receipt.signer());
    if ours {
        Ok(())
    } else {
        Err(Problem::not_authorised("The receipt's signer never was a signing key of this issuer.")
            .field("receipt.signer"))
    }
}

/// The signer must have spoken for the payer at some time: as its founding key, or by a grant, whether in force or not.
/// Gives the grant.
fn check_signer(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    payer: &AccountRow,
    submission: &Submission,
) -> Result<Option<Digest>, Problem> {
    let signer = submission.order.signer();
    if accounts::had_founding_key(cx.db, issuer.no, payer.no, signer)? {
        return Ok(None);
    }
    let refund = submission.order.body().repays.is_some();
    let granted = grants::keys_of(cx.db, payer.no)?.into_iter().find(|grant| {
        grant.capabilities_of(signer).is_some()
            && (grant.may(Capabilities::PAY) || refund && grant.may(Capabilities::REFUND))
    });
    granted
        .map(|grant| Some(Digest::of(&[&grant.bytes])))
        .ok_or_else(|| Problem::not_authorised("The order's signer never could pay from this account."))
}
