//! Sessions: tablets on which somebody knew the PIN.
//!
//! A session is known by a random token in a cookie. The till keeps the tokens' hashes only, in memory: a restart ends
//! all sessions. Streams of a session end with it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::http::{HeaderMap, header};
use data_encoding::BASE64URL_NOPAD;
use tallystick::clock::{Entropy, UnixSeconds};
use tallystick::keys::Digest;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::problem::Problem;

/// The name of the cookie.
const COOKIE: &str = "till";
const TOKEN_LENGTH: usize = 32;

/// All sessions.
pub(crate) struct Sessions {
    most: usize,
    lifetime: i64,
    streams: usize,
    /// In the order in which they began: a till has few tablets.
    open: Mutex<Vec<Open>>,
}

struct Open {
    id: Digest,
    began_at: UnixSeconds,
    /// Told by being dropped.
    alive: watch::Sender<()>,
    streams: Arc<()>,
}

/// A session that a call belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    id: Digest,
    ends_at: UnixSeconds,
    alive: watch::Receiver<()>,
}

/// A stream of a session; counts until it is dropped.
pub(crate) struct StreamPermit {
    session: Session,
    _counted: Arc<()>,
}

impl Sessions {
    pub(crate) fn new(limits: &crate::config::Limits) -> Self {
        Self {
            most: limits.sessions.max(1),
            lifetime: i64::try_from(limits.session_lifetime.as_secs()).unwrap_or(i64::MAX),
            streams: limits.streams_per_session,
            open: Mutex::default(),
        }
    }

    /// Begins a session and gives its token.
    pub(crate) fn begin(&self, now: UnixSeconds, entropy: &dyn Entropy) -> Zeroizing<String> {
        let bytes = Zeroizing::new(entropy.bytes::<TOKEN_LENGTH>());
        let token = Zeroizing::new(BASE64URL_NOPAD.encode(bytes.as_slice()));
        let mut open = self.lock();
        self.forget_old(&mut open, now);
        let surplus = (open.len() + 1).saturating_sub(self.most);
        open.drain(..surplus);
        open.push(Open {
            id: hash(&token),
            began_at: now,
            alive: watch::Sender::new(()),
            streams: Arc::default(),
        });
        token
    }

    /// The session that a call shows, if it shows one that is open.
    pub(crate) fn of(&self, headers: &HeaderMap, now: UnixSeconds) -> Option<Session> {
        let id = hash(token(headers)?);
        let mut open = self.lock();
        self.forget_old(&mut open, now);
        let session = open.iter().find(|session| session.id == id)?;
        let ends_at = session.began_at.saturating_add(self.lifetime);
        Some(Session { id, ends_at, alive: session.alive.subscribe() })
    }

    /// Ends a session, and its streams.
    pub(crate) fn end(&self, session: &Session) {
        self.lock().retain(|open| open.id != session.id);
    }

    /// Lets a session open one more stream.
    pub(crate) fn stream(&self, session: &Session) -> Result<StreamPermit, Problem> {
        let open = self.lock();
        let found = open.iter().find(|open| open.id == session.id).ok_or_else(Problem::session_needed)?;
        if Arc::strong_count(&found.streams) > self.streams {
            return Err(Problem::too_many("too_many_streams", "Too many pages of this tablet are open.", 10));
        }
        Ok(StreamPermit { session: session.clone(), _counted: Arc::clone(&found.streams) })
    }

    /// A clock that was set back must not make sessions last longer.
    fn forget_old(&self, open: &mut Vec<Open>, now: UnixSeconds) {
        open.retain(|session| (0..self.lifetime).contains(&now.saturating_sub(session.began_at)));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StreamPermit {
    /// Waits until the session ends.
    pub(crate) async fn ended(&mut self, now: UnixSeconds) {
        let left = self.session.ends_at.saturating_sub(now).max(0).unsigned_abs();
        let lapsed = tokio::time::sleep(std::time::Duration::from_secs(left));
        // Nothing is ever sent: it changes by being gone.
        let gone = async { while self.session.alive.changed().await.is_ok() {} };
        tokio::select! { () = lapsed => {}, () = gone => {} }
    }
}

/// The field that gives a tablet its token.
pub(crate) fn set_cookie(token: &str, lifetime: i64, over_tls: bool) -> Zeroizing<String> {
    let secure = if over_tls { "; Secure" } else { "" };
    Zeroizing::new(format!("{COOKIE}={token}; Path=/; Max-Age={lifetime}; HttpOnly; SameSite=Strict{secure}"))
}

/// The field that takes it away.
pub(crate) fn clear_cookie(over_tls: bool) -> String {
    let secure = if over_tls { "; Secure" } else { "" };
    format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{secure}")
}

fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, token)| *name == COOKIE && !token.is_empty())
        .map(|(_, token)| token)
}

/// A table of hashes tells nothing of a token by the time that a look-up takes.
fn hash(token: &str) -> Digest {
    Digest::of(&[b"till session", token.as_bytes()])
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;
    use tallystick::clock::SystemEntropy;

    use super::*;
    use crate::config::Limits;

    fn shown(token: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let cookies = format!("theme=dark; till={token}");
        headers.insert(header::COOKIE, HeaderValue::from_str(&cookies).unwrap());
        headers
    }

    #[test]
    fn sessions_end_by_time_by_number_and_by_wish() {
        let limits = Limits { sessions: 2, ..Limits::default() };
        let sessions = Sessions::new(&limits);
        let lifetime = 12 * 3_600;
        let [first, second, third] = [1, 1, 3].map(|now| sessions.begin(now, &SystemEntropy));
        assert!(sessions.of(&shown(&first), 3).is_none(), "the oldest made room");
        let open = sessions.of(&shown(&second), 3).unwrap();
        sessions.end(&open);
        assert!(sessions.of(&shown(&second), 3).is_none());
        assert!(sessions.of(&shown(&third), 2 + lifetime).is_some());
        assert!(sessions.of(&shown(&third), 3 + lifetime).is_none());
        for wrong in ["", "x", &third[1..]] {
            assert!(sessions.of(&shown(wrong), 3).is_none());
        }
        assert!(sessions.of(&HeaderMap::new(), 3).is_none());
    }

    #[tokio::test]
    async fn streams_are_counted_and_end_with_their_session() {
        let sessions = Sessions::new(&Limits { streams_per_session: 2, ..Limits::default() });
        let token = sessions.begin(0, &SystemEntropy);
        let session = sessions.of(&shown(&token), 0).unwrap();
        let first = sessions.stream(&session).unwrap();
        let mut second = sessions.stream(&session).unwrap();
        assert_eq!(sessions.stream(&session).err().unwrap().code, "too_many_streams");
        drop(first);
        drop(sessions.stream(&session).unwrap());
        sessions.end(&session);
        second.ended(0).await;
        assert_eq!(sessions.stream(&session).err().unwrap().code, "session_needed");
    }
}
