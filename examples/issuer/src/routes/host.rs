//! The host itself: whether it lives and is ready, what it counts, what it understands.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;

use crate::http::Call;
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "host", responses((status = 200, description = "It lives.", body = String, content_type = "text/plain")))]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether it can read and write.
#[utoipa::path(get, path = "/readyz", tag = "host",
    responses((status = 200, description = "It reads and writes.", body = String, content_type = "text/plain"),
              (status = 503, description = "It does not.", body = ProblemBody)))]
pub(super) async fn readyz(State(app): State<Shared>) -> Result<&'static str, Problem> {
    if *app.stopping.borrow() || !app.writer.is_alive() {
        return Err(Problem::unavailable("The server is stopping.", 5));
    }
    // A durable transaction, and a snapshot.
    app.writer.write(|_| Ok(())).await?;
    app.readers.read(|db| Ok(db.query_row("SELECT 1", [], |_| Ok(()))?)).await?;
    Ok("ready\n")
}

/// Counters in Prometheus' text format. May ask for a token.
#[utoipa::path(get, path = "/metrics", tag = "host",
    responses((status = 200, description = "The counters.", body = String, content_type = "text/plain"),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn metrics(State(app): State<Shared>, call: Call) -> Result<Response, Problem> {
    call.check_token(app.metrics_token.as_ref())?;
    let text = app.services.metrics.text(app.services.hub.watchers());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "host",
    responses((status = 200, description = "OpenAPI 3.1.", body = String, content_type = "application/json")))]
pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], crate::openapi::document()).into_response()
}
