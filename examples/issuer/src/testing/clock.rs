//! Time that a test moves.

use std::sync::atomic::{AtomicI64, Ordering};

use tallystick::clock::{Clock, SystemClock, UnixSeconds};

/// The machine's clock, moved by as much as a test wants; it can also stand still.
#[derive(Debug, Default)]
pub struct TestClock {
    moved_by: AtomicI64,
    /// Where it stands still; 0: it runs.
    stands_at: AtomicI64,
}

impl TestClock {
    /// A clock that stands still at `time`.
    pub fn standing_at(time: UnixSeconds) -> Self {
        Self { moved_by: AtomicI64::new(0), stands_at: AtomicI64::new(time) }
    }

    /// Moves it on, or back.
    pub fn advance(&self, seconds: i64) {
        self.moved_by.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixSeconds {
        let base = match self.stands_at.load(Ordering::Relaxed) {
            0 => SystemClock.now(),
            time => time,
        };
        base.saturating_add(self.moved_by.load(Ordering::Relaxed))
    }
}
