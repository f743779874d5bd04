//! Time and randomness as ports, so that tests can own them.

use std::fmt::Debug;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since the Unix epoch. Every time in the protocol is one of these.
pub type UnixSeconds = i64;

/// Tells the time.
pub trait Clock: Send + Sync + Debug {
    /// The present, in seconds since the Unix epoch.
    fn now(&self) -> UnixSeconds;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the port's own implementation")]
    fn now(&self) -> UnixSeconds {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX))
    }
}

/// Gives random bytes, fit for keys.
pub trait Entropy: Send + Sync + Debug {
    /// Fills `target` with unpredictable bytes.
    fn fill(&self, target: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// An array of unpredictable bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[allow(clippy::disallowed_methods, reason = "this is the port's own implementation")]
    fn fill(&self, target: &mut [u8]) {
        use rand::Rng as _;
        rand::rng().fill_bytes(target);
    }
}
