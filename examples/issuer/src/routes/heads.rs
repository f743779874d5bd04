//! Heads that are shown to the issuer.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use tallystick::keys::IssuerId;

use super::replays::behind;
use crate::book::heads::{self, Shown};
use crate::http::{Base64Url, Call, Place, artefact};
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// A head.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct ShownHead {
    /// A head that this issuer signed.
    head: Base64Url,
}

/// Shows the issuer a head of its own. If it does not know it, it stops until its owner declares a restore.
#[utoipa::path(post, path = "/v1/{issuer}/heads", tag = "account", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    request_body = ShownHead,
    responses((status = 204, description = "It is known."),
              (status = "default", description = "A problem; `ledger_behind` if it is not.", body = ProblemBody)))]
pub(super) async fn show(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
    call: Call,
) -> Result<StatusCode, Problem> {
    let shown: ShownHead = call.json()?;
    let head = artefact("head", &shown.head)?;
    match app.writer.write(move |cx| heads::show(cx, &issuer, &head)).await? {
        Shown::Known => Ok(StatusCode::NO_CONTENT),
        Shown::Behind => Err(behind()),
    }
}
