//! The issuer's time: whatever an issuer signs never goes back, not even after a crash.
//!
//! Wallets free what they hold for an order once they see a head signed *after* the order's expiry whose chain lacks it
//! (protocol §5.2). So two things must never happen: a head that lacks an order which is still being decided at an
//! earlier time, and an order decided at an earlier time than a head that was already given out. Hence:
//!
//! - all decisions of one transaction share its time, and while it is open nothing is signed with a later one;
//! - before a time is used it lies below a *ceiling* that is durable. A server that crashed and whose clock was set back
//!   starts at the ceiling, at most [`AHEAD`] seconds ahead of where it stopped.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tallystick::clock::{Clock, UnixSeconds};

/// How far the durable ceiling is put above the present, in seconds.
const AHEAD: i64 = 10;

/// Tells the issuer's time.
pub(crate) struct IssuerTime {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    /// The latest time that was used.
    last: UnixSeconds,
    /// No later time may be used before a higher ceiling is durable.
    ceiling: UnixSeconds,
    /// The time of the transaction that is being decided.
    open: Option<UnixSeconds>,
}

/// The time of one transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TransactionTime {
    /// All that it decides is decided now.
    pub now: UnixSeconds,
    /// The ceiling that it must make durable, if the present one is too low.
    pub raise_to: Option<UnixSeconds>,
}

impl IssuerTime {
    /// Goes on from a durable ceiling.
    pub fn new(clock: Arc<dyn Clock>, ceiling: UnixSeconds) -> Self {
        Self { clock, state: Mutex::new(State { last: ceiling, ceiling, open: None }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present, for comparing; not for signing.
    pub fn now(&self) -> UnixSeconds {
        self.clock.now().max(self.state().last)
    }

    /// The latest time that was used: the ceiling of a server that stops in good order.
    pub fn last(&self) -> UnixSeconds {
        self.state().last
    }

    /// A time to sign a head with. Must be taken *before* the state that the head tells of is read. `None`: a
    /// transaction must raise the ceiling first.
    pub fn for_head(&self) -> Option<UnixSeconds> {
        let mut state = self.state();
        let now = state.open.unwrap_or_else(|| self.clock.now().max(state.last));
        if now > state.ceiling {
            return None;
        }
        state.last = now;
        Some(now)
    }

    /// Begins a transaction.
    pub fn begin(&self) -> TransactionTime {
        let mut state = self.state();
        let now = self.clock.now().max(state.last);
        state.last = now;
        state.open = Some(now);
        TransactionTime { now, raise_to: (now > state.ceiling).then_some(now.saturating_add(AHEAD)) }
    }

    /// Ends a transaction; `raised` is the ceiling that it made durable.
    pub fn end(&self, raised: Option<UnixSeconds>) {
        let mut state = self.state();
        state.open = None;
        state.ceiling = raised.unwrap_or(state.ceiling).max(state.ceiling);
    }
}

#[cfg(test)]
mod tests;
