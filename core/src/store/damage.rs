//! Remembers that SQLite reported damage on this thread.
//!
//! Work on the store is free in its error type, so the thread that ran it cannot read from its result whether the
//! file was found damaged. The one place where every SQLite error passes is the conversion into `StoreError`; it
//! leaves a note here, and the worker looks after each piece of work. A store that saw damage is checked whole
//! when it is next opened.

use std::cell::Cell;

thread_local! {
    static SEEN: Cell<bool> = const { Cell::new(false) };
}

/// Notes that the file was found damaged.
pub(super) fn note() {
    SEEN.set(true);
}

/// Whether damage was noted on this thread since the last call.
pub(super) fn take() -> bool {
    SEEN.replace(false)
}
