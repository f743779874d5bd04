//! Requests kept for payment by reference.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tallystick::artefact::{Request, Unproven};
use tallystick::keys::{Digest, IssuerId};

use crate::access;
use crate::book;
use crate::db::{cancels, requests};
use crate::http::{Base64Url, Call, Place};
use crate::problem::{Code, Problem, ProblemBody};
use crate::services::Shared;

/// A request.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct RequestOnly {
    /// The request.
    pub request: Base64Url,
}

/// Where a request is kept.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Kept {
    /// Its hash, BASE32: what a link by reference names.
    #[schema(value_type = String)]
    hash: Digest,
}

/// Keeps a request for payment by reference.
#[utoipa::path(post, path = "/v1/{issuer}/requests", tag = "request", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    request_body = RequestOnly,
    responses((status = 200, description = "It is kept.", body = Kept),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn keep(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
    call: Call,
) -> Result<Json<Kept>, Problem> {
    let new: RequestOnly = call.json()?;
    let request =
        Unproven::<Request>::parse(&new.request.0).map_err(|error| Problem::artefact("request", &error))?;
    let now = app.services.time.now();
    let request = app
        .readers
        .read(move |db| {
            let issuer = access::founded(db, &issuer)?;
            access::account(db, &issuer, &request.body().payee)?;
            book::requests::prove(db, &issuer, &request, now)?.ok_or_else(book::requests::nobody_signed)
        })
        .await?;
    app.rates.key(request.signer())?;
    let hash = app.writer.write(move |cx| book::requests::keep(cx, &issuer, &request)).await?;
    Ok(Json(Kept { hash }))
}

/// A request that is kept here.
#[utoipa::path(get, path = "/v1/{issuer}/requests/{hash}", tag = "request",
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("hash" = String, Path, description = "hash of the request, BASE32")),
    responses((status = 200, description = "The request.", body = RequestOnly),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    Place((issuer, hash)): Place<(IssuerId, Digest)>,
) -> Result<Json<RequestOnly>, Problem> {
    app.readers
        .read(move |db| {
            let issuer = access::founded(db, &issuer)?;
            let kept = requests::find(db, issuer.no, &hash)?.filter(|request| request.posted);
            let cancelled = cancels::refusal_of(db, issuer.no, &hash)?.is_some();
            let kept = kept.filter(|_| !cancelled).ok_or_else(unknown)?;
            Ok(Json(RequestOnly { request: kept.bytes.into() }))
        })
        .await
}

/// No request is kept by this hash.
pub(super) fn unknown() -> Problem {
    Problem::new(Code::UnknownRequest, "No request is kept here by this hash.")
}
