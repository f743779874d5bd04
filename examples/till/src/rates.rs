//! How often one client address may call, and try a PIN (GCRA, `governor`).

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::config::Limits;
use crate::problem::Problem;

/// Keeps the rates.
pub(crate) struct Rates {
    calls: DefaultKeyedRateLimiter<IpAddr>,
    unlocks: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Rates {
    /// With these limits; a limit of 0 counts as 1.
    pub(crate) fn new(limits: &Limits) -> Self {
        let number = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let calls =
            Quota::per_second(number(limits.address_per_second)).allow_burst(number(limits.address_burst));
        let unlocks =
            Quota::per_minute(number(limits.unlocks_per_minute)).allow_burst(number(limits.unlock_burst));
        Self {
            calls: RateLimiter::keyed(calls),
            unlocks: RateLimiter::keyed(unlocks),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a call.
    pub(crate) fn call(&self, address: IpAddr) -> Result<(), Problem> {
        self.count(&self.calls, address)
    }

    /// Counts a try of the PIN.
    pub(crate) fn unlock(&self, address: IpAddr) -> Result<(), Problem> {
        self.count(&self.unlocks, address)
    }

    fn count(&self, limiter: &DefaultKeyedRateLimiter<IpAddr>, address: IpAddr) -> Result<(), Problem> {
        // A shop has few tablets: many addresses are somebody who plays with them.
        if limiter.len() > 10_000 {
            limiter.retain_recent();
        }
        limiter.check_key(&network(address)).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now()).as_secs();
            Problem::too_many(
                "rate_limited",
                "Slow down.",
                i64::try_from(wait).unwrap_or(i64::MAX).saturating_add(1),
            )
        })
    }
}

/// Of an IPv6 address only the network counts, for a host has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        address @ IpAddr::V4(_) => address,
    }
}
