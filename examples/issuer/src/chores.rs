//! What is to be done from time to time: statements that are due, and forgetting what need not be remembered.

use std::time::Duration;

use crate::book::statements;
use crate::db::{decisions, issuers, requests};
use crate::problem::Problem;
use crate::services::Shared;

/// How often it is looked whether something is to be done.
const EVERY: Duration = Duration::from_mins(1);

/// Refusals are kept so much longer than their orders, in seconds: clocks differ.
const REFUSALS_KEPT: i64 = 3_600;

/// Requests that were not paid are kept so much longer than they last, in seconds.
const REQUESTS_KEPT: i64 = 30 * 86_400;

/// Does the chores until the server stops.
pub(crate) async fn keep_doing(app: Shared, statement_interval: Duration) {
    let mut stopping = app.stopping.clone();
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        if let Err(problem) = once(&app, statement_interval).await {
            tracing::error!(%problem, "chores were left undone");
        }
    }
}

/// Does the chores once.
pub(crate) async fn once(app: &Shared, statement_interval: Duration) -> Result<(), Problem> {
    let interval = i64::try_from(statement_interval.as_secs()).unwrap_or(i64::MAX);
    app.rates.tidy();
    app.nonces.tidy(app.services.time.now());
    app.writer
        .write(move |cx| {
            decisions::forget_refused(cx.db, cx.now.saturating_sub(REFUSALS_KEPT))?;
            requests::forget_ended(cx.db, cx.now.saturating_sub(REQUESTS_KEPT))?;
            Ok(())
        })
        .await?;
    let issuers = app.readers.read(|db| Ok(issuers::founded(db)?)).await?;
    for issuer in issuers {
        // Each by itself: one that cannot sign must not keep the others from it.
        let made = app.writer.write(move |cx| statements::make_if_due(cx, &issuer.id, interval)).await;
        if let Err(problem) = made {
            tracing::warn!(issuer = %issuer.id, %problem, "no statement");
        }
    }
    Ok(())
}
