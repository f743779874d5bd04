//! The calls of the page, as `API.md` lists them.

mod charge;
mod day;
mod events;
mod lock;
mod page;
mod refund;
mod state;

use ::http::StatusCode;
use axum::Router;
use axum::routing::{get, post};

use crate::app::Shared;
use crate::problem::Problem;

/// All calls and files.
pub(crate) fn all(app: &Shared) -> Router {
    let api = Router::new()
        .route("/api/state", get(state::get))
        .route("/api/unlock", post(lock::unlock))
        .route("/api/lock", post(lock::lock))
        .route("/api/charge", post(charge::make))
        .route("/api/charge/{id}", get(charge::get))
        .route("/api/charge/{id}/cancel", post(charge::cancel))
        .route("/api/charge/{id}/code.png", get(charge::picture))
        .route("/api/day", get(day::get))
        .route("/api/find-receipt", post(refund::find_receipt))
        .route("/api/refund", post(refund::refund))
        .route("/api/events", get(events::stream));
    page::files(api).fallback(not_found).method_not_allowed_fallback(wrong_method).with_state(app.clone())
}

async fn not_found() -> Problem {
    Problem::unknown("not_found", "There is nothing here.")
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "This place takes another method.")
}
