//! News of an account as server-sent events. They name places in the chain, nothing else.
//!
//! The stream reads from the database what is newer than the last it sent, and waits for a wake. So nothing is lost
//! between two looks, and a wake too many costs a look.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::Serialize;
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, IssuerId};
use tokio::time::Instant;

use super::view::{Whom, admit};
use crate::access::{self, Caller, Standing};
use crate::db::entries;
use crate::http::{Call, Place};
use crate::hub::Watcher;
use crate::problem::{Problem, ProblemBody};
use crate::services::Shared;

/// Read at one look; more wait for the next, which follows at once.
const PAGE: u16 = 100;

/// Epoch and sequence.
type ChainPlace = (u32, i64);

/// What an event says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EntryEvent {
    /// The account, BASE32.
    #[schema(value_type = String)]
    account: AccountId,
    /// The ledger's epoch.
    epoch: u32,
    /// The entry's place in the chain.
    sequence: i64,
}

struct Following {
    app: Shared,
    issuer: IssuerId,
    account: AccountId,
    caller: Caller,
    watcher: Watcher,
    stopping: tokio::sync::watch::Receiver<bool>,
    /// The last that was sent.
    last: ChainPlace,
    /// Read and not sent yet, the next one last.
    ready: Vec<ChainPlace>,
    ends: Instant,
}

/// News of an account: `event: entry`, `id: {epoch}.{sequence}`. Resumes by `Last-Event-ID`. Signed by a key that may view.
#[utoipa::path(get, path = "/v1/{issuer}/accounts/{account}/events", tag = "account", security(("signature" = [])),
    params(("issuer" = String, Path, description = "IssuerId, BASE32"),
           ("account" = String, Path, description = "AccountId, BASE32"),
           ("Last-Event-ID" = Option<String>, Header, description = "`{epoch}.{sequence}`: whatever is newer comes at once")),
    responses((status = 200, description = "The events.", body = EntryEvent, content_type = "text/event-stream"),
              (status = "default", description = "A problem.", body = ProblemBody)))]
pub(super) async fn stream(
    State(app): State<Shared>,
    Place((issuer, account)): Place<(IssuerId, AccountId)>,
    call: Call,
) -> Result<Response, Problem> {
    let caller = call.caller(&app)?;
    let resume = call.headers().get("last-event-id").map(|id| read_place(id.to_str().ok())).transpose()?;
    let limits = &app.services.limits;
    // Watch first, look then: what comes in between wakes.
    let watcher = app
        .services
        .hub
        .watch((issuer, account), limits.streams_per_account, limits.streams)
        .ok_or_else(|| Problem::unavailable("Too many event streams are open.", 30))?;
    let now = app.services.time.now();
    let (first, shared) = (caller.clone(), Shared::clone(&app));
    let (standing, end) = app
        .readers
        .read(move |db| {
            let (issuer, account) = admit(db, &issuer, &account, &first, Whom::Viewers, now)?;
            shared.nonces.take(&first.signature)?;
            Ok((
                access::may_view(db, &issuer, &account, &first, now)?,
                (account.end.epoch, account.end.sequence),
            ))
        })
        .await?;
    let following = Following {
        issuer,
        account,
        caller,
        watcher,
        stopping: app.stopping.clone(),
        last: resume.unwrap_or(end),
        ready: Vec::new(),
        ends: Instant::now() + lifetime(standing, now, limits.stream_lifetime),
        app,
    };
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    Ok(Sse::new(events(following)).keep_alive(keep_alive).into_response())
}

/// Not beyond the grant's end.
fn lifetime(standing: Standing, now: UnixSeconds, most: Duration) -> Duration {
    match standing {
        Standing::Founding => most,
        Standing::Granted(until) => {
            let left = until.saturating_sub(now).saturating_add(1);
            most.min(Duration::from_secs(u64::try_from(left).unwrap_or(0)))
        }
    }
}

fn read_place(id: Option<&str>) -> Result<ChainPlace, Problem> {
    id.and_then(|id| id.split_once('.'))
        .and_then(|(epoch, sequence)| Some((epoch.parse().ok()?, sequence.parse().ok()?)))
        .ok_or_else(|| {
            Problem::bad_request("An event's id is an epoch, a dot and a sequence.").field("Last-Event-ID")
        })
}

fn events(following: Following) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(following, |mut following| async move {
        let place = following.next().await?;
        let event = following.event(place);
        Some((Ok(event), following))
    })
}

impl Following {
    /// The next place; `None`: the stream ends.
    async fn next(&mut self) -> Option<ChainPlace> {
        loop {
            if let Some(place) = self.ready.pop() {
                self.last = place;
                return Some(place);
            }
            self.watcher.wakes.borrow_and_update();
            self.ready = self.look().await.ok()?;
            if !self.ready.is_empty() {
                continue;
            }
            tokio::select! {
                woken = self.watcher.wakes.changed() => woken.ok()?,
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                () = tokio::time::sleep_until(self.ends) => return None,
            }
        }
    }

    /// What is newer than the last that was sent, newest first. Fails once the key may not view any more.
    async fn look(&self) -> Result<Vec<ChainPlace>, Problem> {
        let (issuer, account, caller, last) = (self.issuer, self.account, self.caller.clone(), self.last);
        let now = self.app.services.time.now();
        self.app
            .readers
            .read(move |db| {
                let (_, account) = admit(db, &issuer, &account, &caller, Whom::Viewers, now)?;
                let mut places = entries::places_after(db, account.no, last, PAGE)?;
                places.reverse();
                Ok(places)
            })
            .await
    }

    fn event(&self, (epoch, sequence): ChainPlace) -> Event {
        let data = EntryEvent { account: self.account, epoch, sequence };
        // Three plain values always make JSON.
        let data = serde_json::to_string(&data).unwrap_or_default();
        Event::default().event("entry").id(format!("{epoch}.{sequence}")).data(data)
    }
}
