//! News for the page, as server-sent events. A page that was away gets the whole state first, so nothing is replayed.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::state;
use crate::app::{News, Shared};
use crate::http::Caller;
use crate::problem::Problem;
use crate::session::StreamPermit;

/// So soon does the page know that the till is gone.
const PING: Duration = Duration::from_secs(5);

struct Following {
    app: Shared,
    permit: StreamPermit,
    news: Receiver<News>,
    stopping: tokio::sync::watch::Receiver<bool>,
    begun: bool,
}

pub(super) async fn stream(State(app): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let permit = app.sessions.stream(caller.session()?)?;
    // Listens first and looks then: what comes in between is told.
    let news = app.news.subscribe();
    let stopping = app.stopping.clone();
    let following = Following { app, permit, news, stopping, begun: false };
    let keep_alive = KeepAlive::new().interval(PING).text("ping");
    Ok(Sse::new(events(following)).keep_alive(keep_alive).into_response())
}

fn events(following: Following) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(following, |mut following| async move {
        let event = following.next().await?;
        Some((Ok(event), following))
    })
}

impl Following {
    /// The next event; none when the session is over, the till stops, or the wallet cannot be read.
    async fn next(&mut self) -> Option<Event> {
        if !std::mem::replace(&mut self.begun, true) {
            return self.state().await;
        }
        let now = self.app.now();
        let news = tokio::select! {
            news = self.news.recv() => news,
            () = self.permit.ended(now) => return None,
            _ = self.stopping.wait_for(|stopping| *stopping) => return None,
        };
        match news {
            // One state is as good as many.
            Ok(News::State) => self.state().await,
            Ok(News::Charge(data)) => Some(Event::default().event("charge").data(&*data)),
            Ok(News::Connection(data)) => Some(Event::default().event("connection").data(&*data)),
            // What was missed is in the state; of charges, the page asks for its own.
            Err(RecvError::Lagged(_)) => self.state().await,
            Err(RecvError::Closed) => None,
        }
    }

    async fn state(&self) -> Option<Event> {
        let state = state::open(&self.app).await.ok()?;
        let data = serde_json::to_string(&state).ok()?;
        Some(Event::default().event("state").data(data))
    }
}
