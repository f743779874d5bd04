//! The live connection: server-sent events that connect again by themselves (protocol §5).
//!
//! ```text
//! Waiting ──pause──→ connect ──ok──→ Open ──entry──→ Open
//!    ↑                  │              │
//!    └──────────────────┴──────────────┘  a fault that passes, silence, or the end of the stream
//!                       └──→ Over         a fault that stays
//! ```

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use eventsource_stream::{Event, EventStream, EventStreamError};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _, stream};
use http::{HeaderName, HeaderValue, header};
use serde::Deserialize;

use super::Session;
use super::call::Call;
use super::exchange::{classify_body, malformed};
use super::peers::{NO_ADDRESS, Peer};
use super::wire;
use crate::issuer::{
    AccountEvent, AccountRef, Certainty, ChainPosition, IssuerError, LiveEvent, LiveEvents, Problem,
};
use crate::keys::{AccountId, SigningKey};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const EVENT_STREAM: &str = "text/event-stream";
/// An event has about 120 bytes. Nobody makes us keep more than this.
const EVENT_LIMIT_BYTES: usize = 8 << 10;

/// Follows an account from a place in its chain on.
pub(super) fn follow(
    session: Arc<Session>,
    account: AccountRef,
    key: Arc<SigningKey>,
    after: ChainPosition,
) -> Result<LiveEvents, IssuerError> {
    session.peers.of(&account.issuer)?;
    let follower = Follower {
        source: Source { session, account, key },
        last: after,
        state: State::Waiting,
        failures: 0,
        retry_after: Duration::ZERO,
    };
    Ok(Box::pin(stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((event, follower))
    })))
}

/// What is followed, and as whom.
struct Source {
    session: Arc<Session>,
    account: AccountRef,
    key: Arc<SigningKey>,
}

struct Follower {
    source: Source,
    /// The newest place that was told.
    last: ChainPosition,
    state: State,
    /// Failures and interruptions in a row, counted from 1 again by a connection that brought something.
    failures: u32,
    /// How long the server asked us to stay away.
    retry_after: Duration,
}

enum State {
    Waiting,
    Open(Connection),
    Over,
}

struct Connection {
    host: String,
    events: Pin<Box<dyn Stream<Item = Received> + Send>>,
    brought_something: bool,
}

pub(super) type Received = Result<Event, EventStreamError<IssuerError>>;

#[derive(Deserialize)]
struct Data {
    account: AccountId,
    epoch: u32,
    sequence: i64,
}

impl Follower {
    /// The next thing to tell; `None` when it is over.
    async fn next(&mut self) -> Option<LiveEvent> {
        loop {
            let error = match &mut self.state {
                State::Over => return None,
                State::Waiting => return Some(self.connect().await),
                State::Open(connection) => match connection.events.next().await {
                    Some(Ok(event)) => match read(&event, &self.source.account, self.last) {
                        Ok(None) => continue,
                        Ok(Some(event)) => {
                            connection.brought_something = true;
                            self.last = event.position;
                            return Some(LiveEvent::Entry(event));
                        }
                        Err(error) => error,
                    },
                    Some(Err(EventStreamError::Transport(error))) => error,
                    Some(Err(_)) => malformed("events", "are not an event stream"),
                    // Servers end a connection after an hour, or when a key's time is over.
                    None => IssuerError::Interrupted { host: connection.host.clone() },
                },
            };
            return Some(self.interrupted(error));
        }
    }

    async fn connect(&mut self) -> LiveEvent {
        if self.failures > 0 {
            let pause = self.source.session.pause(self.failures);
            tokio::time::sleep(pause.max(self.retry_after)).await;
        }
        match self.source.open_any(self.last).await {
            Ok(connection) => {
                self.state = State::Open(connection);
                LiveEvent::Connected
            }
            Err(error) if stays(&error) => {
                self.state = State::Over;
                LiveEvent::Ended(error)
            }
            Err(error) => self.interrupted(error),
        }
    }

    fn interrupted(&mut self, error: IssuerError) -> LiveEvent {
        let useful = matches!(&self.state, State::Open(connection) if connection.brought_something);
        self.failures = if useful { 1 } else { self.failures.saturating_add(1) };
        let seconds = error.retry_after_seconds().unwrap_or(0).unsigned_abs();
        self.retry_after = Duration::from_secs(seconds).min(self.source.session.config.longest_pause);
        self.state = State::Waiting;
        tracing::debug!(code = error.code(), failures = self.failures, "a live connection is down");
        LiveEvent::Interrupted(error)
    }
}

impl Source {
    /// A connection to the first server that gives one.
    async fn open_any(&self, last: ChainPosition) -> Result<Connection, IssuerError> {
        let peers = self.session.peers.of(&self.account.issuer)?;
        let mut failure = NO_ADDRESS;
        for peer in peers.iter() {
            let mut opened = self.open(peer, last).await;
            if matches!(opened, Err(IssuerError::ClockSkew { .. })) {
                opened = self.open(peer, last).await;
            }
            match opened {
                Ok(connection) => return Ok(connection),
                Err(error) if stays(&error) => return Err(error),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    async fn open(&self, peer: &Peer, last: ChainPosition) -> Result<Connection, IssuerError> {
        let path = format!("accounts/{}/events", self.account.account);
        let call = Call::get(&self.account.issuer, &path).signed(&self.key);
        let last = HeaderValue::from_str(&last.to_string())
            .map_err(|_| IssuerError::Unsendable { reason: "the place in the chain is not plain text" })?;
        let fields = [(header::ACCEPT, HeaderValue::from_static(EVENT_STREAM)), (LAST_EVENT_ID, last)];
        let request = self.session.prepare(peer, &call, &fields)?;

        let host = peer.host.clone();
        let response =
            tokio::time::timeout(self.session.config.call_timeout, self.session.open(peer, &call, request))
                .await
                .unwrap_or(Err(IssuerError::Timeout { host: host.clone() }))?;
        let is_event_stream = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(EVENT_STREAM.as_bytes()));
        if !is_event_stream {
            return Err(malformed("events", "are not an event stream"));
        }

        let failed_host = host.clone();
        let bytes = response
            .bytes_stream()
            .map(move |chunk| chunk.map_err(|error| classify_body(&failed_host, &error)));
        let silence = IssuerError::Timeout { host: host.clone() };
        let bytes = never_silent(bytes.boxed(), self.session.config.silence_timeout, silence);
        Ok(Connection { host, events: Box::pin(received(bytes)), brought_something: false })
    }
}

/// The same bytes, ended by an error if none come for so long. It is the bytes that are watched, not the events: a server
/// without news sends comments, which no reader of events is told of.
fn never_silent(
    bytes: BoxStream<'static, Result<Bytes, IssuerError>>,
    longest: Duration,
    silence: IssuerError,
) -> impl Stream<Item = Result<Bytes, IssuerError>> + Send {
    stream::unfold(Some((bytes, silence)), move |heard| async move {
        let (mut bytes, silence) = heard?;
        match tokio::time::timeout(longest, bytes.next()).await {
            Ok(chunk) => chunk.map(|chunk| (chunk, Some((bytes, silence)))),
            Err(_) => Some((Err(silence), None)),
        }
    })
}

/// The events in a stream of bytes, each within its limit.
pub(super) fn received(
    bytes: impl Stream<Item = Result<Bytes, IssuerError>> + Send,
) -> impl Stream<Item = Received> + Send {
    let mut size = EventSize::default();
    let bytes = bytes.map(move |chunk| {
        let chunk = chunk?;
        if size.within_limit(&chunk) { Ok(chunk) } else { Err(malformed("event", "is too large")) }
    });
    // The parser trips over a byte order mark, but only at the very beginning.
    EventStream::new(stream::iter([Ok(Bytes::from_static(b"\n"))]).chain(bytes))
}

/// Whether there is no use in trying again.
fn stays(error: &IssuerError) -> bool {
    match error {
        IssuerError::Unsupported { .. } | IssuerError::NoRoute { .. } | IssuerError::Unsendable { .. } => {
            true
        }
        IssuerError::Problem(Problem { status: 429, .. }) => false,
        IssuerError::Problem(_) => error.certainty() == Certainty::Declined,
        // A café's network may show its own certificate until one has agreed to its terms.
        IssuerError::Untrusted { .. }
        | IssuerError::Unreachable { .. }
        | IssuerError::Interrupted { .. }
        | IssuerError::Timeout { .. }
        | IssuerError::Malformed { .. }
        | IssuerError::ClockSkew { .. } => false,
    }
}

/// What an event says, if it is news.
pub(super) fn read(
    event: &Event,
    account: &AccountRef,
    last: ChainPosition,
) -> Result<Option<AccountEvent>, IssuerError> {
    if event.event != "entry" {
        return Ok(None);
    }
    let data: Data = wire::read(event.data.as_bytes())?;
    let position = ChainPosition { epoch: data.epoch, sequence: data.sequence };
    if data.account != account.account || event.id.parse() != Ok(position) {
        return Err(malformed("event", "is of another account or place"));
    }
    Ok((position > last).then_some(AccountEvent { account: data.account, position }))
}

/// Counts the bytes since the last blank line, which ends an event.
#[derive(Default)]
struct EventSize {
    bytes: usize,
    at_line_start: bool,
    after_return: bool,
}

impl EventSize {
    fn within_limit(&mut self, chunk: &[u8]) -> bool {
        for byte in chunk {
            match byte {
                b'\n' if self.after_return => self.after_return = false,
                b'\n' | b'\r' => {
                    if self.at_line_start {
                        self.bytes = 0;
                    }
                    self.at_line_start = true;
                    self.after_return = *byte == b'\r';
                }
                _ => {
                    self.at_line_start = false;
                    self.after_return = false;
                    self.bytes += 1;
                }
            }
            if self.bytes > EVENT_LIMIT_BYTES {
                return false;
            }
        }
        true
    }
}
