//! A clock that tests move.

use std::sync::atomic::{AtomicI64, Ordering};

use tallystick::clock::{Clock, SystemClock, UnixSeconds};

/// The machine's clock, moved by as much as a test says.
#[derive(Debug, Default)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Moves the clock; negative: back.
    pub fn move_by(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> UnixSeconds {
        SystemClock.now() + self.0.load(Ordering::SeqCst)
    }
}
