#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicI64, Ordering};

use super::*;

#[derive(Debug, Default)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> UnixSeconds {
        self.0.load(Ordering::Relaxed)
    }
}

#[test]
fn never_goes_back() {
    let hands = Arc::new(Hands::default());
    let time = IssuerTime::new(hands.clone(), 0);
    hands.0.store(100, Ordering::Relaxed);
    let first = time.begin();
    time.end(first.raise_to);
    hands.0.store(40, Ordering::Relaxed);
    assert_eq!(time.begin().now, 100);
    time.end(None);
    assert_eq!(time.for_head(), Some(100));
}

#[test]
fn no_head_is_later_than_what_is_being_decided() {
    let hands = Arc::new(Hands::default());
    let time = IssuerTime::new(hands.clone(), 1_000);
    hands.0.store(500, Ordering::Relaxed);
    assert_eq!(time.begin().now, 1_000);
    hands.0.store(1_000, Ordering::Relaxed);
    assert_eq!(time.for_head(), Some(1_000));
    time.end(None);
}

#[test]
fn no_time_is_used_above_the_durable_ceiling() {
    let hands = Arc::new(Hands::default());
    let time = IssuerTime::new(hands.clone(), 0);
    hands.0.store(100, Ordering::Relaxed);
    assert_eq!(time.for_head(), None);
    let begun = time.begin();
    assert_eq!(time.for_head(), None, "the transaction that raises it is not durable yet");
    time.end(begun.raise_to);
    assert_eq!(time.for_head(), Some(100));
    hands.0.store(100 + AHEAD + 1, Ordering::Relaxed);
    assert_eq!(time.for_head(), None);

    let restarted = IssuerTime::new(Arc::new(Hands::default()), begun.raise_to.unwrap());
    assert_eq!(restarted.now(), 100 + AHEAD, "the clock was set back; the issuer's time was not");
}
