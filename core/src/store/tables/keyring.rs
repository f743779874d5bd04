//! The data key, wrapped by the platform's secret store, and what must be known of the PIN before that store is asked.
//!
//! Nothing here is sealed. That a PIN is required can be read, and changed, by whoever can write to the file; the value
//! that the PIN is checked against is sealed elsewhere, and asked for whatever stands here.

use rusqlite::{Connection, OptionalExtension as _, Transaction};

use crate::clock::UnixSeconds;
use crate::store::error::StoreError;

/// The wrapped key, if the wallet has been created.
pub fn get(connection: &Connection) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(connection.query_row("SELECT value FROM keyring WHERE id = 1", [], |row| row.get(0)).optional()?)
}

/// Stores the wrapped key. Replaces only another wrapping of the same key.
pub fn put(transaction: &Transaction<'_>, wrapped: &[u8]) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT INTO keyring (id, value) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET value = excluded.value",
        [wrapped],
    )?;
    Ok(())
}

/// What is known of the PIN without any key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PinState {
    /// Whether it is asked for before the wallet is unlocked.
    pub required: bool,
    /// How often in a row it was wrong. A try counts as wrong from its beginning until it proves right.
    pub wrong: i64,
    /// When the last try began, by our clock.
    pub last_at: Option<UnixSeconds>,
}

/// What is known of the PIN.
pub fn pin_state(connection: &Connection) -> Result<PinState, StoreError> {
    let found = connection
        .prepare_cached("SELECT pin_required, wrong_pins, last_pin_at FROM keyring WHERE id = 1")?
        .query_row([], |row| Ok(PinState { required: row.get(0)?, wrong: row.get(1)?, last_at: row.get(2)? }))
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Replaces what is known of the PIN. Changes nothing before there is a wrapped key.
pub fn put_pin_state(transaction: &Transaction<'_>, state: &PinState) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "UPDATE keyring SET pin_required = ?1, wrong_pins = ?2, last_pin_at = ?3 WHERE id = 1",
        )?
        .execute((state.required, state.wrong, state.last_at))?;
    Ok(())
}
