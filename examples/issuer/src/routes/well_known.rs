//! Which apps may open this host's links by themselves.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::Value;

use crate::apps::{asset_links, site_association};
use crate::http::not_found;
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// For Android (Digital Asset Links).
#[utoipa::path(get, path = "/.well-known/assetlinks.json", tag = "links",
    responses((status = 200, description = "The apps that an operator names.", body = Value, content_type = "application/json"),
              (status = 404, description = "The operator names none.", body = ProblemBody)))]
pub(super) async fn android(State(app): State<Shared>) -> Result<Response, Problem> {
    answer(asset_links(&app.apps.android)).await
}

/// For Apple's systems (Universal Links).
#[utoipa::path(get, path = "/.well-known/apple-app-site-association", tag = "links",
    responses((status = 200, description = "The apps that an operator names.", body = Value, content_type = "application/json"),
              (status = 404, description = "The operator names none.", body = ProblemBody)))]
pub(super) async fn apple(State(app): State<Shared>) -> Result<Response, Problem> {
    answer(site_association(&app.apps.apple)).await
}

async fn answer(document: Option<Value>) -> Result<Response, Problem> {
    match document {
        Some(document) => {
            Ok(([(header::CACHE_CONTROL, "public, max-age=3600")], axum::Json(document)).into_response())
        }
        None => Err(not_found().await),
    }
}
