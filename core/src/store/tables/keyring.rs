//! The data key, wrapped by the platform's secret store.

use rusqlite::{Connection, OptionalExtension as _, Transaction};

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
