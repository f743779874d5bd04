//! CPU time, which a busy neighbour changes less than the clock on the wall.

use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};

/// What this process has used so far, all threads together, in the kernel too.
pub fn process_cpu() -> Duration {
    read(ClockId::ProcessCPUTime)
}

/// What this thread has used so far.
pub fn thread_cpu() -> Duration {
    read(ClockId::ThreadCPUTime)
}

fn read(clock: ClockId) -> Duration {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(clock);
    // Neither clock is ever below zero.
    Duration::new(tv_sec.unsigned_abs(), u32::try_from(tv_nsec).unwrap_or(0))
}
