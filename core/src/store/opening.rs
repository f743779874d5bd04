//! From a folder to a connection that may be written to.
//!
//! ```text
//! finish an interrupted move aside
//!   no database ── none kept, or told to begin anew ──> make one beside, rename it into place
//!   database: ours? ─ no ─────────────────────────────> set aside, StorageCorrupt
//!             too new? ─ yes ─────────────────────────> IncompatibleDatabase, not a byte changed
//!             last session ended badly? ─ check whole ─> set aside if damaged
//!             mark the session open, migrate, ready
//! ```
//!
//! A new database is made under another name and renamed when it is whole, so `wallet.db` is never empty or half
//! made: one that is, was damaged.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;

use super::connection::{enforce_foreign_keys, fold_log, fold_on_close, open_untouched, prepare_writer};
use super::error::StoreError;
use super::folder::{COMPANIONS, Folder, companion, private_file, remove_if_there};
use super::lock::FolderLock;
use super::migrate::{Schema, migrate, stamp};
use super::quarantine;
use crate::clock::UnixSeconds;

/// What to do when the folder holds no wallet file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfAbsent {
    /// Say `WalletAbsent`, or `StorageCorrupt` if a damaged one is kept there.
    Refuse,
    /// Make a new one, unless a damaged one is kept there: then say `StorageCorrupt`.
    Create,
    /// Make a new one even though a damaged one is kept there; that one stays kept. For a user who was told.
    BeginAnew,
}

/// Opens the folder's database, or makes it.
pub(super) fn open(
    folder: &Folder,
    lock: &FolderLock,
    schema: &Schema,
    if_absent: IfAbsent,
    now: UnixSeconds,
) -> Result<Connection, StoreError> {
    quarantine::finish(folder, now)?;
    if !folder.database().try_exists()? {
        let kept_at = quarantine::newest(folder)?;
        match (if_absent, kept_at) {
            (IfAbsent::Create, None) | (IfAbsent::BeginAnew, _) => create(folder, schema)?,
            (IfAbsent::Refuse, None) => return Err(StoreError::WalletAbsent),
            (IfAbsent::Refuse | IfAbsent::Create, kept_at @ Some(_)) => {
                return Err(StoreError::StorageCorrupt { kept_at });
            }
        }
    }
    match open_existing(folder, lock, schema) {
        Err(StoreError::StorageCorrupt { .. }) => {
            let kept_at: Option<PathBuf> = quarantine::set_aside(folder, now)
                .inspect_err(
                    |error| tracing::error!(kind = ?error.kind(), "cannot move a damaged wallet file"),
                )
                .ok();
            Err(StoreError::StorageCorrupt { kept_at })
        }
        other => other,
    }
}

fn create(folder: &Folder, schema: &Schema) -> Result<(), StoreError> {
    let path = folder.unfinished();
    // What an interrupted creation left was never handed to anyone.
    remove_if_there(&path)?;
    for ending in COMPANIONS {
        remove_if_there(&companion(&path, ending))?;
    }
    private_file(&path)?;
    let mut connection = open_untouched(&path)?;
    prepare_writer(&connection)?;
    migrate(&mut connection, schema)?;
    fold_log(&connection)?;
    connection.close().map_err(|(_, error)| error)?;
    fs::rename(&path, folder.database())?;
    Ok(folder.flush()?)
}

fn open_existing(folder: &Folder, lock: &FolderLock, schema: &Schema) -> Result<Connection, StoreError> {
    let path = folder.database();
    private_file(&path)?;
    let log = companion(&path, "-wal");
    let log_is_empty = !log.try_exists()? || fs::metadata(&log)?.len() == 0;
    let mut connection = open_untouched(&path)?;
    // Until the file is known to be ours and whole, a log that holds something stays as it is. An empty one, which
    // reading alone may make, goes again.
    fold_on_close(&connection, log_is_empty)?;
    let found = stamp(&connection)?;
    if found.application_id != schema.application_id {
        return Err(StoreError::StorageCorrupt { kept_at: None });
    }
    if found.version > schema.version() {
        return Err(StoreError::IncompatibleDatabase { found: found.version, supported: schema.version() });
    }
    if !lock.ended_well() {
        check(&connection)?;
    }
    lock.mark_open()?;
    fold_on_close(&connection, true)?;
    prepare_writer(&connection)?;
    if migrate(&mut connection, schema)? > 0 {
        fold_log(&connection)?;
    }
    enforce_foreign_keys(&connection)?;
    Ok(connection)
}

/// Reads the whole file and finds broken pages, trees and rows.
fn check(connection: &Connection) -> Result<(), StoreError> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::StorageCorrupt { kept_at: None }) }
}
