//! Orders.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tallystick::artefact::{Order, Signed, Unproven};
use tallystick::keys::{Digest, IssuerId, RequestId};

use crate::access;
use crate::book::orders::{Answer, CameAlong, Submission, submit as decide};
use crate::book::requests;
use crate::db::accounts::{self, AccountRow};
use crate::db::decisions::{self, Decided, Executed};
use crate::db::{entries, sql::AccountNo};
use crate::http::{Base64Url, Call, Place, artefact};
use crate::problem::{Code, Problem, ProblemBody};
use crate::services::Shared;

/// An order, and what travels beside it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct NewOrder {
    /// The order.
    pub order: Base64Url,
    /// The request that it names.
    #[serde(default)]
    pub request: Option<Base64Url>,
    /// The sealed memo whose hash it names.
    #[serde(default)]
    pub memo: Option<Base64Url>,
}

/// What became of an order: a receipt or a refusal.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct OrderAnswer {
    /// Executed. Beside an `already_paid` refusal: the receipt of the same payer's earlier order.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Base64Url>,
    /// The entry in the chain of the receipt's side: in the answer that executed the order, and to whoever may view that
    /// side. It names a balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<Base64Url>,
    /// Not executed, now or ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Base64Url>,
}

impl OrderAnswer {
    /// Counts and writes an answer.
    pub fn of(app: &Shared, answer: Answer) -> Self {
        match answer {
            Answer::Executed(posted) => {
                app.services.metrics.order("executed");
                Self { receipt: Some(posted.receipt.into()), entry: Some(posted.entry.into()), refusal: None }
            }
            Answer::ExecutedBefore { receipt } => Self { receipt: Some(receipt.into()), ..Self::default() },
            Answer::Refused { refusal, receipt, code } => {
                if let Some(code) = code {
                    app.services.metrics.order(code);
                }
                Self { refusal: Some(refusal.into()), receipt: receipt.map(Base64Url::from), entry: None }
            }
        }
    }
}

/// Decides an order, once and for ever. The same bytes have the same answer.
#[utoipa::path(post, path = "/v1/{issuer}/orders", tag = "order", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    request_body = NewOrder,
    responses((status = 200, description = "The decision.", body = OrderAnswer),
              (status = "default", description = "A problem, which decides nothing.", body = ProblemBody)))]
pub(super) async fn submit(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
    call: Call,
) -> Result<Json<OrderAnswer>, Problem> {
    let new: NewOrder = call.json()?;
    let submission = read_submission(&app, issuer, new).await?;
    let answer = app.writer.write(move |cx| decide(cx, &issuer, &submission)).await?;
    Ok(Json(OrderAnswer::of(&app, answer)))
}

/// Reads an order and what came along, and finds out who signed the request.
pub(super) async fn read_submission(
    app: &Shared,
    issuer: IssuerId,
    new: NewOrder,
) -> Result<Submission, Problem> {
    let order: Signed<Order> = artefact("order", &new.order)?;
    app.rates.key(order.signer())?;
    let request = match (order.body().request, new.request) {
        (Some(id), Some(Base64Url(bytes))) if RequestId::of(&Digest::of(&[&bytes])) == id => {
            prove(app, issuer, bytes).await?
        }
        _ => CameAlong::Nothing,
    };
    Ok(Submission { order, request, memo: new.memo.map(|memo| memo.0) })
}

async fn prove(app: &Shared, issuer: IssuerId, bytes: Vec<u8>) -> Result<CameAlong, Problem> {
    let Ok(request) = Unproven::parse(&bytes) else { return Ok(CameAlong::Unproven) };
    let now = app.services.time.now();
    app.readers
        .read(move |db| {
            let issuer = access::founded(db, &issuer)?;
            let proven = requests::prove(db, &issuer, &request, now)?;
            Ok(proven.map_or(CameAlong::Unproven, |request| CameAlong::Proven(request.into())))
        })
        .await
}

/// What became of an order. Signed by a key that may view the payer or the payee.
#[utoipa::path(get, path = "/v1/{issuer}/orders/{order}", tag = "order", security(("signature" = [])),
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("order" = String, Path, description = "hash of the order, BASE32")),
    responses((status = 200, description = "The decision.", body = OrderAnswer),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    Place((issuer, order)): Place<(IssuerId, Digest)>,
    call: Call,
) -> Result<Json<OrderAnswer>, Problem> {
    let caller = call.caller(&app)?;
    let now = app.services.time.now();
    let shared = Shared::clone(&app);
    app.readers
        .read(move |db| {
            let issuer = access::founded(db, &issuer)?;
            access::check_host(&issuer, &caller)?;
            // One answer for "not known" and "not yours", so that hashes cannot be probed.
            let unknown =
                || Problem::new(Code::UnknownOrder, "No order of this key's accounts is known by this hash.");
            let (payer, decided) = decisions::find_with_payer(db, issuer.no, &order)?.ok_or_else(unknown)?;
            let may_view = |no: AccountNo| -> Result<Option<AccountRow>, Problem> {
                let account = accounts::by_no(db, no)?;
                Ok(access::may_view(db, &issuer, &account, &caller, now).is_ok().then_some(account))
            };
            let answer = match decided {
                Decided::Refused(refusal) => {
                    may_view(payer)?.ok_or_else(unknown)?;
                    OrderAnswer { refusal: Some(refusal.into()), ..OrderAnswer::default() }
                }
                Decided::Executed(executed) => match (may_view(payer)?, may_view(executed.payee)?) {
                    (Some(_), _) => side(db, &executed, true)?,
                    (None, Some(_)) => side(db, &executed, false)?,
                    (None, None) => return Err(unknown()),
                },
            };
            shared.nonces.take(&caller.signature)?;
            Ok(Json(answer))
        })
        .await
}

/// Receipt and entry of one side.
fn side(db: &rusqlite::Connection, executed: &Executed, payer: bool) -> Result<OrderAnswer, Problem> {
    let (account, sequence, receipt) = if payer {
        (executed.payer, executed.payer_sequence, &executed.payer_receipt)
    } else {
        (executed.payee, executed.payee_sequence, &executed.payee_receipt)
    };
    let entry = entries::find(db, account, executed.epoch, sequence)?;
    Ok(OrderAnswer {
        receipt: Some(receipt.as_slice().into()),
        entry: entry.map(|(bytes, _)| bytes.into()),
        refusal: None,
    })
}
