//! What goes on behind the page from the first PIN until the till stops: the wallet's events, the lines to issuers, the
//! ends of charges, and second payments that are given back. Nothing here polls.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tallystick::event::{Event, NumberedEvent};
use tallystick::keys::{Digest, IssuerId, RequestId};
use tallystick::wallet::{ActingState, IssuerConnection, RequestInfo};
use tokio::task::JoinSet;

use crate::app::{App, News, Shared};
use crate::charge;
use crate::refund;

/// Issuers end each line after an hour, and it is made again within this: nothing to frighten a cashier with.
const GRACE: Duration = Duration::from_secs(1);
/// How long to wait before an issuer that refused to be listened to is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(30);

/// The till's background work.
#[derive(Default)]
pub(crate) struct Watchers(Mutex<State>);

#[derive(Default)]
struct State {
    begun: bool,
    ended: bool,
    tasks: JoinSet<()>,
}

/// `event: connection`.
#[derive(Serialize)]
struct ConnectionView {
    issuer: IssuerId,
    online: bool,
}

impl Watchers {
    /// Begins to watch, the first time: the wallet is unlocked now.
    pub(crate) fn begin(&self, app: &Shared) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.begun || state.ended {
            return;
        }
        state.begun = true;
        state.tasks.spawn(follow_events(Arc::clone(app)));
        state.tasks.spawn(follow_lines(Arc::clone(app)));
        state.tasks.spawn(take_up(Arc::clone(app)));
    }

    /// Tells the streams when a charge's time is over.
    pub(crate) fn watch_end(&self, app: &Shared, info: &RequestInfo) {
        let is_open = info.paid_by.is_empty() && !info.cancelled;
        let Some(ends_at) = charge::ends_at(app, info).filter(|_| is_open) else { return };
        // Its last second counts still.
        let left = ends_at.saturating_sub(app.now()).saturating_add(1);
        let Ok(left) = u64::try_from(left) else { return };
        let (app, request) = (Arc::clone(app), info.request);
        self.spawn(async move {
            tokio::time::sleep(Duration::from_secs(left)).await;
            tell_charge(&app, &request).await;
        });
    }

    /// Ends all work, and waits for it.
    pub(crate) async fn end(&self) {
        let mut tasks = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.ended = true;
            std::mem::take(&mut state.tasks)
        };
        tasks.shutdown().await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while state.tasks.try_join_next().is_some() {}
        if !state.ended {
            state.tasks.spawn(task);
        }
    }
}

/// Takes up what was on its way when the till stopped.
async fn take_up(app: Shared) {
    for kept in app.book.newest_first() {
        if let Ok(info) = app.wallet.request(kept.request).await {
            app.watchers.watch_end(&app, &info);
        }
    }
    give_back_seconds(&app).await;
}

async fn follow_events(app: Shared) {
    let mut after = 0;
    loop {
        match app.wallet.next_event(after).await {
            Ok(Some(NumberedEvent { sequence, event })) => {
                react(&app, event).await;
                after = sequence;
                if let Err(error) = app.wallet.ack(sequence).await {
                    tracing::warn!(code = error.code(), "an event stays in the wallet");
                }
            }
            // The wallet is closed.
            Ok(None) => return,
            Err(error) => {
                tracing::error!(code = error.code(), "the wallet's events cannot be read");
                return;
            }
        }
    }
}

async fn react(app: &Shared, event: Event) {
    match event {
        Event::PaymentReceived { request: Some(request), .. } => {
            tell_charge(app, &request).await;
            give_back_second(app, &request).await;
        }
        Event::PaymentSettled { payment, .. }
        | Event::PaymentRefused { payment, .. }
        | Event::PaymentLapsed { payment, .. } => {
            tell_refunded(app, payment).await;
        }
        Event::CurrencyAdded { .. } | Event::ActingChanged { state: ActingState::InForce, .. } => {
            listen(app).await;
        }
        Event::FraudFound { issuer, code, .. } => {
            tracing::error!(%issuer, code, "an issuer was caught contradicting itself");
        }
        _ => {}
    }
    app.tell(News::State);
}

/// If a second payment is what was paid back, its charge looks otherwise now.
async fn tell_refunded(app: &Shared, refund: Digest) {
    let Ok(refund) = app.wallet.payment(refund).await else { return };
    let Some(repaid) = refund.payment.repays else { return };
    let Ok(repaid) = app.wallet.payment(repaid).await else { return };
    if let Some(request) = repaid.payment.request {
        tell_charge(app, &request).await;
    }
}

async fn tell_charge(app: &App, request: &RequestId) {
    if let Some(kept) = app.book.get(request) {
        charge::tell(app, &kept).await;
    }
}

/// Listens to all issuers, and tells the streams whenever a line comes up or goes down. An issuer that does not serve the
/// till any more is asked again from time to time: a grant may be given anew.
async fn follow_lines(app: Shared) {
    let mut known: Vec<IssuerConnection> = Vec::new();
    listen(&app).await;
    loop {
        let changed = app.wallet.connections_after(known.clone());
        let now = match tokio::time::timeout(ASK_AGAIN, changed).await {
            Ok(Some(now)) => now,
            // The wallet was closed: the till stops.
            Ok(None) => return,
            Err(_) => {
                listen(&app).await;
                continue;
            }
        };
        let now = settled(&app, &known, now).await;
        for issuer in differences(&known, &now) {
            let online = is_online(&now, issuer);
            if let Ok(data) = serde_json::to_string(&ConnectionView { issuer, online }) {
                app.tell(News::Connection(Arc::from(data)));
            }
            if online {
                app.watchers.spawn({
                    let app = Arc::clone(&app);
                    async move { give_back_seconds(&app).await }
                });
            }
        }
        app.tell(News::State);
        known = now;
    }
}

/// The connections, once those that went down are up again, or stay down.
async fn settled(
    app: &App,
    before: &[IssuerConnection],
    now: Vec<IssuerConnection>,
) -> Vec<IssuerConnection> {
    let up_again = async {
        let mut now = now;
        while differences(before, &now).iter().any(|issuer| !is_online(&now, *issuer)) {
            let Some(next) = app.wallet.connections_after(now.clone()).await else { break };
            now = next;
        }
        now
    };
    tokio::time::timeout(GRACE, up_again).await.unwrap_or_else(|_| app.wallet.connections())
}

async fn listen(app: &App) {
    if let Err(error) = app.wallet.listen().await {
        tracing::warn!(code = error.code(), "the issuers cannot be listened to");
    }
}

/// The issuers whose line came up or went down. One that is missing is as good as down.
fn differences(before: &[IssuerConnection], now: &[IssuerConnection]) -> Vec<IssuerId> {
    let mut issuers: Vec<IssuerId> = before.iter().chain(now).map(|line| line.issuer).collect();
    issuers.sort();
    issuers.dedup();
    issuers.retain(|issuer| is_online(before, *issuer) != is_online(now, *issuer));
    issuers
}

fn is_online(lines: &[IssuerConnection], issuer: IssuerId) -> bool {
    lines.iter().any(|line| line.issuer == issuer && line.online)
}

/// Gives back all second payments that are not on their way back.
async fn give_back_seconds(app: &App) {
    for kept in app.book.newest_first() {
        give_back_second(app, &kept.request).await;
    }
}

/// Gives back whatever was paid for a charge after its first payment.
async fn give_back_second(app: &App, request: &RequestId) {
    let Some(kept) = app.book.get(request) else { return };
    let Ok(info) = app.wallet.request(kept.request).await else { return };
    if info.reusable {
        return;
    }
    for second in info.paid_by.iter().skip(1) {
        match refund::give_back_second(app, second).await {
            Ok(false) => {}
            Ok(true) => charge::tell(app, &kept).await,
            Err(problem) => tracing::warn!(code = problem.code, "a second payment is not paid back yet"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_missing_is_down() {
        let line = |byte: u8, online| IssuerConnection { issuer: IssuerId::new([byte; 16]), online };
        let issuer = |byte: u8| IssuerId::new([byte; 16]);
        assert_eq!(differences(&[], &[line(1, false)]), []);
        assert_eq!(differences(&[line(1, false)], &[line(1, true), line(2, true)]), [issuer(1), issuer(2)]);
        assert_eq!(differences(&[line(1, true), line(2, false)], &[]), [issuer(1)]);
    }
}
