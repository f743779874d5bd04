//! How often one may ask: per client address, and per key that signs (GCRA, `governor`).

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tallystick::keys::PublicKey;

use crate::config::Limits;
use crate::problem::{Code, Problem};

/// Of an IPv6 address only the network counts, for a host has 2^64 of them.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        address @ IpAddr::V4(_) => address,
    }
}

/// Keeps the rates.
pub(crate) struct Rates {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    keys: DefaultKeyedRateLimiter<PublicKey>,
    clock: DefaultClock,
}

impl Rates {
    /// With these limits; a limit of 0 counts as 1.
    pub fn new(limits: &Limits) -> Self {
        let quota = |per_second: u32, burst: u32| {
            Quota::per_second(NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN))
                .allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN))
        };
        Self {
            addresses: RateLimiter::keyed(quota(limits.address_per_second, limits.address_burst)),
            keys: RateLimiter::keyed(quota(limits.key_per_second, limits.key_burst)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request from an address.
    pub fn address(&self, address: IpAddr) -> Result<(), Problem> {
        self.addresses.check_key(&network(address)).map_err(|until| self.too_many(&until))
    }

    /// Counts a request signed by a key. The signature must have been checked.
    pub fn key(&self, key: &PublicKey) -> Result<(), Problem> {
        self.keys.check_key(key).map_err(|until| self.too_many(&until))
    }

    /// Forgets those who have not asked for a while.
    pub fn tidy(&self) {
        self.addresses.retain_recent();
        self.keys.retain_recent();
    }

    fn too_many(&self, until: &governor::NotUntil<<DefaultClock as Clock>::Instant>) -> Problem {
        let wait = until.wait_time_from(self.clock.now());
        Problem::new(Code::RateLimited, "Slow down.").retry_after(wait.as_secs().saturating_add(1))
    }
}
