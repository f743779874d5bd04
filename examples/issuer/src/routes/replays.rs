//! Replays after a restore.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tallystick::keys::IssuerId;

use super::orders::{NewOrder, OrderAnswer, read_submission};
use crate::book::replays::{self, Replayed};
use crate::http::{Base64Url, Call, Place, artefact};
use crate::problem::{Code, Problem, ProblemBody};
use crate::services::Shared;

/// An order with the receipt that an earlier epoch gave for it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct Replay {
    /// The order and what travelled beside it.
    #[serde(flatten)]
    order: NewOrder,
    /// The receipt of either side.
    receipt: Base64Url,
}

/// Takes back what an epoch that was lost had promised.
#[utoipa::path(post, path = "/v1/{issuer}/replays", tag = "order", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    request_body = Replay,
    responses((status = 200, description = "Executed.", body = OrderAnswer),
              (status = "default", description = "A problem: try again if it is `unavailable`.", body = ProblemBody)))]
pub(super) async fn take(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
    call: Call,
) -> Result<Json<OrderAnswer>, Problem> {
    let Replay { order, receipt } = call.json()?;
    let receipt = artefact("receipt", &receipt)?;
    let submission = read_submission(&app, issuer, order).await?;
    match app.writer.write(move |cx| replays::take(cx, &issuer, &submission, &receipt)).await? {
        Replayed::Answer(answer) => Ok(Json(OrderAnswer::of(&app, answer))),
        Replayed::Behind => Err(behind()),
    }
}

/// The ledger has just been found to lack something.
pub(super) fn behind() -> Problem {
    Problem::new(Code::LedgerBehind, "The ledger lacks what was shown.").retry_after(3_600)
}
