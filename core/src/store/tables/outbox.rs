//! Events that the app has not acknowledged yet.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::event::Event;
use crate::store::cipher::{Cipher, Place};
use crate::store::error::StoreError;

/// Adds an event. It becomes visible, and durable, with the transaction that it tells about.
pub fn push(transaction: &Transaction<'_>, cipher: &Cipher, event: &Event) -> Result<i64, StoreError> {
    // The number must be known to bind the value to its row; the row itself is written in the same transaction.
    let sequence = newest(transaction)? + 1;
    let blob = cipher.seal_value(place(&sequence.to_be_bytes()), event)?;
    transaction
        .prepare_cached("INSERT INTO outbox (sequence, value) VALUES (?1, ?2)")?
        .execute(params![sequence, blob])?;
    Ok(sequence)
}

/// The number of the newest event ever added, acknowledged or not; 0 before the first.
pub fn newest(connection: &Connection) -> Result<i64, StoreError> {
    let newest: Option<i64> = connection
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(newest.unwrap_or(0))
}

/// The first event after a sequence number.
pub fn next(
    connection: &Connection,
    cipher: &Cipher,
    after: i64,
) -> Result<Option<(i64, Event)>, StoreError> {
    let row: Option<(i64, Vec<u8>)> = connection
        .prepare_cached("SELECT sequence, value FROM outbox WHERE sequence > ?1 ORDER BY sequence LIMIT 1")?
        .query_row([after], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(sequence, blob)| Ok((sequence, cipher.open_value(place(&sequence.to_be_bytes()), &blob)?)))
        .transpose()
}

/// Forgets all events up to and including a sequence number.
pub fn acknowledge(transaction: &Transaction<'_>, up_to: i64) -> Result<(), StoreError> {
    transaction.prepare_cached("DELETE FROM outbox WHERE sequence <= ?1")?.execute([up_to])?;
    Ok(())
}

fn place(key: &[u8]) -> Place<'_> {
    Place { table: "outbox", key, column: "value" }
}
