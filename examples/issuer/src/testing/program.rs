//! The program in the hands of a test: what it hears from its environment in a debug build with the feature `testing`.
//!
//! - `TALLYSTICK_ISSUER_CLOCK_OFFSET`: by how many seconds its clock is off.
//! - `TALLYSTICK_ISSUER_CRASH_FOLDER`: where it writes the crash points that it reaches, a line each, into `reached`, and
//!   where it looks for a file `die-at`: the first word is the number of points at which the process ends, from 1, counted
//!   since the file's content was another. It ends as by `kill -9`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::TestClock;
use crate::config::Ports;
use crate::faults::{CrashPoint, Fault, Faults, NoFaults};

/// By how many seconds the program's clock is off.
pub const CLOCK_OFFSET: &str = "TALLYSTICK_ISSUER_CLOCK_OFFSET";
/// Where the program tells what it reaches, and is told where to end.
pub const CRASH_FOLDER: &str = "TALLYSTICK_ISSUER_CRASH_FOLDER";

#[cfg_attr(not(debug_assertions), allow(dead_code, reason = "a release build hears nothing"))]
pub(crate) fn ports() -> io::Result<Ports> {
    let clock = TestClock::default();
    if let Ok(offset) = std::env::var(CLOCK_OFFSET) {
        clock.advance(offset.parse().map_err(io::Error::other)?);
    }
    let faults: Arc<dyn Faults> = match std::env::var_os(CRASH_FOLDER) {
        Some(folder) => Arc::new(Mortal { folder: folder.into(), armed: Mutex::default() }),
        None => Arc::new(NoFaults),
    };
    Ok(Ports { clock: Arc::new(clock), faults, ..Ports::default() })
}

/// Ends the process where a test says.
#[derive(Debug)]
struct Mortal {
    folder: PathBuf,
    armed: Mutex<Armed>,
}

#[derive(Debug, Default)]
struct Armed {
    /// What the file said.
    order: String,
    /// How many points were reached since.
    reached: u64,
}

impl Faults for Mortal {
    fn next(&self, _: &str, _: &str) -> Option<Fault> {
        None
    }

    fn reach(&self, point: CrashPoint) {
        // One at a time, so that what is told is in the order in which it happened.
        let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        let told = OpenOptions::new().create(true).append(true).open(self.folder.join("reached"));
        let told = told.and_then(|mut file| writeln!(file, "{}", point.name()));
        if let Err(error) = told {
            tracing::error!(%error, "the test cannot be told");
        }
        let order = fs::read_to_string(self.folder.join("die-at")).unwrap_or_default();
        if order != armed.order {
            *armed = Armed { order, reached: 0 };
        }
        armed.reached += 1;
        let last = armed.order.split_whitespace().next().and_then(|number| number.parse::<u64>().ok());
        if last == Some(armed.reached) {
            // Fails only where there are no processes.
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            std::process::abort();
        }
    }
}
