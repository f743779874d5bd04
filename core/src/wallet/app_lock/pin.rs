//! PINs: which are allowed, what they are checked against, and how long a wrong one makes the next wait. Pure.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize;

use crate::clock::{Entropy, UnixSeconds};
use crate::error::WalletError;
use crate::keys::PassphraseCost;
use crate::keys::passphrase::stretch;
use crate::store::StoreError;
use crate::store::tables::Blob;
use crate::store::tables::keyring::PinState;

const MIN_DIGITS: usize = 4;
const MIN_LETTERS: usize = 8;
const MAX_LETTERS: usize = 128;
const SALT_LENGTH: usize = 16;

/// Refuses what cannot be a PIN: it takes 4 digits, or 8 characters if any of them is none, and at most 128.
pub(super) fn check_format(pin: &str) -> Result<(), WalletError> {
    let length = pin.chars().count();
    let digits = pin.bytes().all(|byte| byte.is_ascii_digit());
    let least = if digits { MIN_DIGITS } else { MIN_LETTERS };
    if (least..=MAX_LETTERS).contains(&length) {
        Ok(())
    } else {
        Err(WalletError::invalid(
            "pin",
            "pin_format",
            "at least 4 digits, or a passphrase of at least 8 characters; at most 128",
        ))
    }
}

/// What a PIN is checked against. It can be guessed from, so it is only ever stored sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PinCheck {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: Blob,
    key: Blob,
}

impl PinCheck {
    /// Of a new PIN. Takes as long as the cost says.
    pub(super) fn of(pin: &str, cost: PassphraseCost, entropy: &dyn Entropy) -> Result<Self, WalletError> {
        let salt = entropy.bytes::<SALT_LENGTH>();
        let key = stretch(pin, &salt, cost)
            .map_err(|error| impossible(&error))?
            .ok_or_else(|| impossible(&format!("Argon2id cannot do {cost:?}")))?;
        let PassphraseCost { memory_kib, passes, lanes } = cost;
        Ok(Self { memory_kib, passes, lanes, salt: salt.as_slice().into(), key: key.as_slice().into() })
    }

    /// Whether this is the PIN. Takes as long as the cost says that was set with it.
    pub(super) fn matches(&self, pin: &str) -> Result<bool, WalletError> {
        let cost = PassphraseCost { memory_kib: self.memory_kib, passes: self.passes, lanes: self.lanes };
        let key = stretch(pin, &self.salt.0, cost)
            .map_err(|error| impossible(&error))?
            .ok_or_else(|| WalletError::from(StoreError::unreadable("setting.pin")))?;
        Ok(key.ct_eq(self.key.0.as_slice()).into())
    }
}

impl Drop for PinCheck {
    fn drop(&mut self) {
        self.key.0.zeroize();
    }
}

fn impossible(reason: &dyn ToString) -> WalletError {
    WalletError::Internal { reason: reason.to_string() }
}

/// How many seconds must pass after this many wrong PINs in a row.
pub(super) fn wait_after(wrong: i64) -> i64 {
    match wrong {
        ..=4 => 0,
        5 => 60,
        6 => 5 * 60,
        7 => 15 * 60,
        _ => 60 * 60,
    }
}

/// Whether a PIN may be tried now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Yes; it counts as wrong from now until it proves right.
    Try(PinState),
    /// Not for so many seconds.
    Wait {
        seconds: i64,
        /// To be kept.
        state: PinState,
    },
}

/// Whether a PIN may be tried now. A clock that was set back makes the wait begin anew, so it never gets longer than it
/// should be. One that was set forward ends it: only the number of tries is certain, not their times.
pub(super) fn turn(state: PinState, now: UnixSeconds) -> Turn {
    let due = wait_after(state.wrong);
    let passed = state.last_at.map_or(i64::MAX, |at| now.saturating_sub(at));
    if due == 0 || passed >= due {
        Turn::Try(PinState { wrong: state.wrong.saturating_add(1), last_at: Some(now), ..state })
    } else if passed < 0 {
        Turn::Wait { seconds: due, state: PinState { last_at: Some(now), ..state } }
    } else {
        Turn::Wait { seconds: due - passed, state }
    }
}
