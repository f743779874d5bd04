//! What we know of the issuers' clocks (protocol §1.4).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::UNIX_EPOCH;

use crate::clock::{Clock, UnixSeconds};
use crate::keys::IssuerId;

/// How far each issuer's clock is ahead of ours.
#[derive(Debug)]
pub(super) struct IssuerClocks {
    own: Arc<dyn Clock>,
    offsets: RwLock<HashMap<IssuerId, i64>>,
}

impl IssuerClocks {
    pub fn new(own: Arc<dyn Clock>) -> Self {
        Self { own, offsets: RwLock::default() }
    }

    /// The issuer's time, or ours as long as its is not known.
    pub fn now(&self, issuer: &IssuerId) -> UnixSeconds {
        self.own.now().saturating_add(self.offset_seconds(issuer).unwrap_or(0))
    }

    /// Our own time.
    pub fn own_now(&self) -> UnixSeconds {
        self.own.now()
    }

    pub fn offset_seconds(&self, issuer: &IssuerId) -> Option<i64> {
        self.offsets.read().unwrap_or_else(PoisonError::into_inner).get(issuer).copied()
    }

    pub fn set_offset_seconds(&self, issuer: &IssuerId, offset: i64) {
        self.offsets.write().unwrap_or_else(PoisonError::into_inner).insert(*issuer, offset);
    }

    /// Takes note of the issuer's time of just now.
    pub fn observe(&self, issuer: &IssuerId, now: UnixSeconds) {
        self.set_offset_seconds(issuer, now.saturating_sub(self.own.now()));
    }
}

/// Reads an HTTP date (RFC 9110 §5.6.7).
pub(super) fn parse_http_date(text: &str) -> Option<UnixSeconds> {
    let time = httpdate::parse_http_date(text).ok()?;
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}
