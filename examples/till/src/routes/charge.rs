//! Charges: made, looked at, cancelled, printed.

use ::http::{HeaderValue, header};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::lock::Empty;
use crate::app::Shared;
use crate::charge;
use crate::http::{Call, Caller};
use crate::problem::Problem;
use crate::view::ChargeView;
use crate::wish::ChargeCall;

pub(super) async fn make(
    State(app): State<Shared>,
    caller: Caller,
    Call(call): Call<ChargeCall>,
) -> Result<Json<ChargeView>, Problem> {
    caller.session()?;
    charge::make(&app, call).await.map(Json)
}

pub(super) async fn get(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ChargeView>, Problem> {
    caller.session()?;
    charge::show(&app, &charge::find(&app, &id)?).await.map(Json)
}

pub(super) async fn cancel(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    Call(Empty {}): Call<Empty>,
) -> Result<Json<ChargeView>, Problem> {
    caller.session()?;
    charge::cancel(&app, &charge::find(&app, &id)?).await.map(Json)
}

pub(super) async fn picture(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    caller.session()?;
    let picture = charge::picture(&app, &charge::find(&app, &id)?).await?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("image/png"))], picture).into_response())
}
