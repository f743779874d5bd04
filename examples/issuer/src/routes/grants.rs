//! Grants.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tallystick::keys::IssuerId;

use crate::book;
use crate::http::{Base64Url, Call, Place, artefact};
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// A grant.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct GrantOnly {
    /// The grant.
    grant: Base64Url,
}

/// Takes a grant.
#[utoipa::path(post, path = "/v1/{issuer}/grants", tag = "account", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    request_body = GrantOnly,
    responses((status = 200, description = "It was taken.", body = GrantOnly),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn take(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
    call: Call,
) -> Result<Json<GrantOnly>, Problem> {
    let new: GrantOnly = call.json()?;
    let grant = artefact("grant", &new.grant)?;
    app.rates.key(grant.signer())?;
    app.writer.write(move |cx| book::grants::take(cx, &issuer, &grant)).await?;
    Ok(Json(new))
}
