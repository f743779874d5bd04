//! Cancels of grants and requests.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tallystick::artefact::Unproven;
use tallystick::keys::IssuerId;

use crate::book;
use crate::http::{Base64Url, Call, Place, artefact};
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// A cancel.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct NewCancel {
    /// The cancel.
    cancel: Base64Url,
    /// The target, if it is a request that was not posted here.
    #[serde(default)]
    request: Option<Base64Url>,
}

/// The issuer's word that the target will not be honoured.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Cancelled {
    /// Of the target, code `cancelled`.
    refusal: Base64Url,
}

/// Cancels a grant or a request.
#[utoipa::path(post, path = "/v1/{issuer}/cancels", tag = "account", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    request_body = NewCancel,
    responses((status = 200, description = "It is void.", body = Cancelled),
              (status = "default", description = "A problem; `already_paid` for a request that was paid.", body = ProblemBody)))]
pub(super) async fn take(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
    call: Call,
) -> Result<Json<Cancelled>, Problem> {
    let new: NewCancel = call.json()?;
    let cancel = artefact("cancel", &new.cancel)?;
    let request = new
        .request
        .map(|bytes| Unproven::parse(&bytes.0).map_err(|error| Problem::artefact("request", &error)))
        .transpose()?;
    app.rates.key(cancel.signer())?;
    let refusal =
        app.writer.write(move |cx| book::cancels::take(cx, &issuer, &cancel, request.as_ref())).await?;
    Ok(Json(Cancelled { refusal: refusal.into() }))
}
