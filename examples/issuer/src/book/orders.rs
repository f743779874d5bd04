//! Orders: gathering what a decision rests on, and writing what was decided.

use tallystick::artefact::{Order, Refusal, Request, Signed};
use tallystick::keys::{IssuerId, SigningKey};

use super::post::{Posted, Posting, post};
use super::sign::{self, own_fault};
use super::{authority, requests as asking};
use crate::access;
use crate::db::accounts::{self, AccountRow};
use crate::db::decisions::{self, Decided};
use crate::db::issuers::IssuerRow;
use crate::db::requests::{self, NewRequest};
use crate::db::{WriteCx, cancels};
use crate::decide::order::{Facts, Payee, Repaid, RequestFacts, Verdict, Why, decide};
use crate::problem::{Code, Problem};

/// An order, and what came along. Its own signature is good.
pub(crate) struct Submission {
    pub order: Signed<Order>,
    pub request: CameAlong,
    pub memo: Option<Vec<u8>>,
}

/// The request that came along with an order.
pub(crate) enum CameAlong {
    /// None, or one that is not the one that the order names.
    Nothing,
    /// The right bytes, but no request, or one that nobody who may has signed.
    Unproven,
    /// The right request.
    Proven(Box<Signed<Request>>),
}

/// What is answered to an order.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Executed just now.
    Executed(Posted),
    /// Executed before: the receipt of the payer.
    ExecutedBefore { receipt: Vec<u8> },
    /// Refused, just now or before; `code` only just now. `receipt`: the same payer paid the request already.
    Refused { refusal: Vec<u8>, receipt: Option<Vec<u8>>, code: Option<&'static str> },
}

/// Decides an order, once and for ever.
pub(crate) fn submit(cx: &WriteCx<'_>, id: &IssuerId, submission: &Submission) -> Result<Answer, Problem> {
    let (issuer, key) = sign::writable(cx, id)?;
    let order = &submission.order;
    if order.body().issuer != issuer.id {
        return Err(Problem::new(Code::WrongIssuer, "The order is for another issuer.").field("order.issuer"));
    }
    let payer = access::account(cx.db, &issuer, &order.body().payer)?;
    if let Some(decided) = decisions::find(cx.db, issuer.no, &order.hash())? {
        return again(cx, &issuer, &payer, order, decided);
    }
    let payee = accounts::find(cx.db, issuer.no, &order.body().payee)?;
    match decide(&facts(cx, &issuer, &payer, payee.as_ref(), submission)?) {
        Verdict::Execute { balances, grant } => {
            let payee = payee.ok_or_else(Problem::internal)?;
            let posting = Posting {
                issuer: &issuer,
                key: &key,
                order,
                payer: &payer,
                payee: &payee,
                balances,
                grant,
                request: keep_request(cx, &issuer, &payee, &submission.request)?,
                memo: order.body().memo.and(submission.memo.as_deref()),
                claims_id: true,
            };
            Ok(Answer::Executed(post(cx, &posting)?))
        }
        Verdict::Refuse { why, claims_id } => refuse(cx, &issuer, &key, &payer, order, why, claims_id),
        Verdict::Undecidable => Err(undecidable()),
        Verdict::TooFarAhead => Err(Problem::bad_request("The order's expiry is more than a day ahead.")
            .field("order.not_after")
            .now(cx.now)),
    }
}

/// Nothing can be said of an order that may have been executed in what a restore lost.
pub(super) fn undecidable() -> Problem {
    Problem::unavailable(
        "The ledger was restored, and this order may have been executed before: post its receipt to `replays`, \
         or look at the chain.",
        60,
    )
}

/// The same answer again.
fn again(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    payer: &AccountRow,
    order: &Signed<Order>,
    decided: Decided,
) -> Result<Answer, Problem> {
    match decided {
        Decided::Executed(executed) => Ok(Answer::ExecutedBefore { receipt: executed.payer_receipt }),
        Decided::Refused(refusal) => {
            let receipt = match Signed::<Refusal>::parse(&refusal) {
                Ok(refusal) if refusal.body().code == Why::AlreadyPaid.code() => {
                    own_receipt(cx, issuer, payer, order)?
                }
                _ => None,
            };
            Ok(Answer::Refused { refusal, receipt, code: None })
        }
    }
}

/// The receipt of the order that paid the same request, if the payer is the same.
fn own_receipt(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    payer: &AccountRow,
    order: &Signed<Order>,
) -> Result<Option<Vec<u8>>, Problem> {
    let Some(request) = &order.body().request else { return Ok(None) };
    let payment = requests::payment(cx.db, issuer.no, request)?;
    Ok(payment.filter(|payment| payment.payer == payer.no).map(|payment| payment.payer_receipt))
}

fn facts<'a>(
    cx: &WriteCx<'_>,
    issuer: &'a IssuerRow,
    payer: &AccountRow,
    payee: Option<&AccountRow>,
    submission: &'a Submission,
) -> Result<Facts<'a>, Problem> {
    let order = submission.order.body();
    let request = match &submission.request {
        CameAlong::Nothing => None,
        CameAlong::Unproven => Some(RequestFacts { proven: None, cancelled: false, paid: false }),
        CameAlong::Proven(request) => Some(request_facts(cx, issuer, payee, request)?),
    };
    let repaid = match &order.repays {
        Some(repaid) => find_repaid(cx, issuer, repaid)?,
        None => None,
    };
    Ok(Facts {
        issuer: &issuer.id,
        order,
        now: cx.now,
        id_is_taken: decisions::id_is_taken(cx.db, payer.no, &order.order_id)?,
        lost_until: issuer.lost_until,
        payer: authority::payer(
            cx.db,
            issuer,
            payer,
            submission.order.signer(),
            order.repays.is_some(),
            cx.now,
        )?,
        payee: payee.map(|payee| Payee { balance: payee.end.balance }),
        request,
        repaid,
        memo: submission.memo.as_deref(),
    })
}

fn request_facts<'a>(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    payee: Option<&AccountRow>,
    request: &'a Signed<Request>,
) -> Result<RequestFacts<'a>, Problem> {
    // The request's payee need not be the order's: then that is what is wrong.
    let asker = match payee {
        Some(payee) if payee.id == request.body().payee => Some(payee.clone()),
        _ => accounts::find(cx.db, issuer.no, &request.body().payee)?,
    };
    let may = match &asker {
        Some(asker) => asking::may_still_receive(cx, issuer, asker, request.signer())?,
        None => false,
    };
    let hash = request.hash();
    let id = tallystick::keys::RequestId::of(&hash);
    Ok(RequestFacts {
        proven: may.then_some(request.body()),
        cancelled: cancels::refusal_of(cx.db, issuer.no, &hash)?.is_some(),
        paid: requests::payment(cx.db, issuer.no, &id)?.is_some(),
    })
}

fn find_repaid(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    order: &tallystick::keys::Digest,
) -> Result<Option<Repaid>, Problem> {
    let Some(Decided::Executed(executed)) = decisions::find(cx.db, issuer.no, order)? else {
        return Ok(None);
    };
    Ok(Some(Repaid {
        payer: accounts::id_of(cx.db, executed.payer)?,
        payee: accounts::id_of(cx.db, executed.payee)?,
        amount: executed.amount,
        refunded: decisions::refunded(cx.db, issuer.no, order)?,
    }))
}

/// Keeps the request beside the order that pays it, for the payee to see.
pub(super) fn keep_request(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    payee: &AccountRow,
    request: &CameAlong,
) -> Result<Option<i64>, Problem> {
    let CameAlong::Proven(request) = request else { return Ok(None) };
    let new = NewRequest {
        hash: request.hash(),
        payee: payee.no,
        bytes: request.bytes(),
        not_after: request.body().not_after,
        posted: false,
    };
    Ok(Some(requests::keep(cx.db, issuer.no, &new)?))
}

fn refuse(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    key: &SigningKey,
    payer: &AccountRow,
    order: &Signed<Order>,
    why: Why,
    claims_id: bool,
) -> Result<Answer, Problem> {
    let refusal =
        Refusal { issuer: issuer.id, subject: order.hash(), code: why.code().to_owned(), time: cx.now };
    let refusal = Signed::sign(&refusal, key).map_err(|error| own_fault(&error))?;
    decisions::insert_refused(cx.db, issuer.no, payer.no, order, claims_id, refusal.bytes())?;
    let receipt = match why {
        Why::AlreadyPaid => own_receipt(cx, issuer, payer, order)?,
        _ => None,
    };
    Ok(Answer::Refused { refusal: refusal.bytes().to_vec(), receipt, code: Some(why.code()) })
}

/// Posts an order without asking anything, for the tests of those who must notice.
#[cfg(feature = "testing")]
pub(crate) fn post_anyway(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    key: &SigningKey,
    order: &Signed<Order>,
    payer: &AccountRow,
    payee: &AccountRow,
) -> Result<(), Problem> {
    let amount = order.body().amount.minor();
    let balances = crate::decide::order::Balances {
        payer: payer.end.balance.checked_sub(amount).ok_or_else(Problem::internal)?,
        payee: payee.end.balance.checked_add(amount).ok_or_else(Problem::internal)?,
    };
    let posting = Posting {
        issuer,
        key,
        order,
        payer,
        payee,
        balances,
        grant: None,
        request: None,
        memo: None,
        claims_id: true,
    };
    post(cx, &posting).map(drop)
}
