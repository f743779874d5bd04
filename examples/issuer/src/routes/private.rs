//! What only an account's founding key may do: its list, its name, its memos.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tallystick::keys::{AccountId, Digest, IssuerId, LIST_LENGTH};

use super::view::{Whom, admit, view};
use crate::book::writable;
use crate::db::accounts::AccountRow;
use crate::db::decisions::{self, Decided};
use crate::db::issuers::IssuerRow;
use crate::db::sql::AccountNo;
use crate::db::{WriteCx, accounts, attestations};
use crate::http::{Base64Url, Call, Place};
use crate::problem::{Code, Problem, ProblemBody};
use crate::services::Shared;

/// The encrypted list of a wallet's issuers.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct List {
    /// 4,096 bytes. Absent: none was put here.
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<Base64Url>,
}

/// Does something for the founding key of an account.
async fn founder<T: Send + 'static>(
    app: &Shared,
    (issuer, account): (IssuerId, AccountId),
    call: &Call,
    work: impl FnOnce(&WriteCx<'_>, &IssuerRow, &AccountRow) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let caller = call.caller(app)?;
    let app = Shared::clone(app);
    let writer = app.writer.clone();
    writer
        .write(move |cx| {
            let (issuer, account) = admit(cx.db, &issuer, &account, &caller, Whom::Founder, cx.now)?;
            writable(cx, &issuer.id)?;
            app.nonces.take(&caller.signature)?;
            work(cx, &issuer, &account)
        })
        .await
}

/// Keeps the encrypted list of a wallet's issuers. Signed by the account's founding key.
#[utoipa::path(put, path = "/v1/{issuer}/accounts/{account}/list", tag = "account", security(("signature" = [])),
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("account" = String, Path, description = "AccountId, BASE32")),
    request_body = List,
    responses((status = 204, description = "It is kept."),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn put_list(
    State(app): State<Shared>,
    Place(place): Place<(IssuerId, AccountId)>,
    call: Call,
) -> Result<StatusCode, Problem> {
    let List { list: Some(Base64Url(list)) } = call.json()? else {
        return Err(Problem::bad_request("There is no list.").field("list"));
    };
    if list.len() != LIST_LENGTH {
        return Err(Problem::bad_request(format!("A list has {LIST_LENGTH} bytes.")).field("list"));
    }
    founder(&app, place, &call, move |cx, _, account| Ok(accounts::set_list(cx.db, account.no, &list)?))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The encrypted list of a wallet's issuers. Signed by the account's founding key.
#[utoipa::path(get, path = "/v1/{issuer}/accounts/{account}/list", tag = "account", security(("signature" = [])),
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("account" = String, Path, description = "AccountId, BASE32")),
    responses((status = 200, description = "The list.", body = List),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn read_list(
    State(app): State<Shared>,
    Place(place): Place<(IssuerId, AccountId)>,
    call: Call,
) -> Result<Json<List>, Problem> {
    view(&app, place, &call, Whom::Founder, |view| {
        Ok(Json(List { list: accounts::list(view.db, view.account.no)?.map(Base64Url::from) }))
    })
    .await
}

/// Removes the account's attested name. Signed by the account's founding key.
#[utoipa::path(delete, path = "/v1/{issuer}/accounts/{account}/name", tag = "account", security(("signature" = [])),
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("account" = String, Path, description = "AccountId, BASE32")),
    responses((status = 204, description = "It has no name."),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn remove_name(
    State(app): State<Shared>,
    Place(place): Place<(IssuerId, AccountId)>,
    call: Call,
) -> Result<StatusCode, Problem> {
    founder(&app, place, &call, |cx, _, account| Ok(attestations::remove(cx.db, account.no, cx.now)?))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes the memo of an order. Signed by the payer's or the payee's founding key.
#[utoipa::path(delete, path = "/v1/{issuer}/accounts/{account}/memos/{order}", tag = "account", security(("signature" = [])),
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("account" = String, Path, description = "AccountId, BASE32"),
           ("order" = String, Path, description = "hash of the order, BASE32")),
    responses((status = 204, description = "The order has no memo."),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn remove_memo(
    State(app): State<Shared>,
    Place((issuer, account, order)): Place<(IssuerId, AccountId, Digest)>,
    call: Call,
) -> Result<StatusCode, Problem> {
    founder(&app, (issuer, account), &call, move |cx, issuer, account| {
        let is_party = |no: AccountNo| no == account.no;
        match decisions::find(cx.db, issuer.no, &order)? {
            Some(Decided::Executed(executed)) if is_party(executed.payer) || is_party(executed.payee) => {
                Ok(decisions::remove_memo(cx.db, executed.no)?)
            }
            _ => Err(Problem::new(Code::UnknownOrder, "The account has no such order.")),
        }
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
