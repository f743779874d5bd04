//! Attestations of names.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tallystick::keys::IssuerId;

use crate::book;
use crate::http::{Base64Url, Call, Place, artefact};
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// An attestation.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct AttestationOnly {
    /// The attestation.
    attestation: Base64Url,
}

/// Takes an attestation.
#[utoipa::path(post, path = "/v1/{issuer}/attestations", tag = "account", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    request_body = AttestationOnly,
    responses((status = 200, description = "It was taken.", body = AttestationOnly),
              (status = "default", description = "A problem; `name_taken` for a name that looks like another's.", body = ProblemBody)))]
pub(super) async fn take(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
    call: Call,
) -> Result<Json<AttestationOnly>, Problem> {
    let new: AttestationOnly = call.json()?;
    let attestation = artefact("attestation", &new.attestation)?;
    app.rates.key(attestation.signer())?;
    app.writer.write(move |cx| book::attestations::take(cx, &issuer, &attestation)).await?;
    Ok(Json(new))
}
