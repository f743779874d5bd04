//! The town's clock: the story begins yesterday, and ends now.

use std::sync::atomic::{AtomicI64, Ordering};

use tallystick::clock::{Clock, SystemClock, UnixSeconds};

const DAY_SECONDS: i64 = 86_400;

/// The machine's clock, a day behind until the day has gone by.
#[derive(Debug)]
pub struct TownClock {
    behind_seconds: AtomicI64,
}

impl TownClock {
    /// Yesterday at this time.
    pub fn yesterday() -> Self {
        Self { behind_seconds: AtomicI64::new(DAY_SECONDS) }
    }

    /// From now on it is today.
    pub fn let_the_day_go_by(&self) {
        self.behind_seconds.store(0, Ordering::SeqCst);
    }
}

impl Clock for TownClock {
    fn now(&self) -> UnixSeconds {
        SystemClock.now() - self.behind_seconds.load(Ordering::SeqCst)
    }
}
