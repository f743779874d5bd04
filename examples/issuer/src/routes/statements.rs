//! Statements.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use tallystick::keys::IssuerId;

use crate::access;
use crate::db::statements;
use crate::http::{Base64Url, Place};
use crate::problem::{Code, Problem, ProblemBody};
use crate::services::Shared;

/// A statement.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StatementOnly {
    /// The statement.
    statement: Base64Url,
}

/// The newest statement.
#[utoipa::path(get, path = "/v1/{issuer}/statements/latest", tag = "issuer", params(("issuer" = String, Path, description = "IssuerId, BASE32")),
    responses((status = 200, description = "The statement.", body = StatementOnly),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn latest(
    State(app): State<Shared>,
    Place(issuer): Place<IssuerId>,
) -> Result<Json<StatementOnly>, Problem> {
    find(&app, issuer, None).await
}

/// The statement with this number.
#[utoipa::path(get, path = "/v1/{issuer}/statements/{number}", tag = "issuer",
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("number" = i64, Path, description = "its number, from 0")),
    responses((status = 200, description = "The statement.", body = StatementOnly),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    Place((issuer, number)): Place<(IssuerId, i64)>,
) -> Result<Json<StatementOnly>, Problem> {
    find(&app, issuer, Some(number)).await
}

async fn find(app: &Shared, issuer: IssuerId, number: Option<i64>) -> Result<Json<StatementOnly>, Problem> {
    app.readers
        .read(move |db| {
            let issuer = access::founded(db, &issuer)?;
            let found = match number {
                Some(number) => statements::find(db, issuer.no, number)?,
                None => statements::latest(db, issuer.no)?,
            };
            let row = found
                .ok_or_else(|| Problem::new(Code::UnknownStatement, "No statement has this number yet."))?;
            Ok(Json(StatementOnly { statement: row.bytes.into() }))
        })
        .await
}
