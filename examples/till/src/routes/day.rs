//! The day's list.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::Shared;
use crate::day::{self, DayView};
use crate::http::Caller;
use crate::problem::Problem;

#[derive(Deserialize)]
pub(super) struct Wanted {
    date: Option<String>,
}

pub(super) async fn get(
    State(app): State<Shared>,
    caller: Caller,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<DayView>, Problem> {
    caller.session()?;
    let Query(wanted) =
        wanted.map_err(|_| Problem::bad("date", "bad_date", "A date is written as 2026-11-22."))?;
    day::show(&app, wanted.date.as_deref()).await.map(Json)
}
