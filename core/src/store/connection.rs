//! Connections to the database, set up the one way that is right for money.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::StoreError;

/// How long to wait for a lock before giving up. Only another program (a backup, a curious user) can hold one.
const BUSY: Duration = Duration::from_secs(5);

/// For every connection. `secure_delete` overwrites what is deleted; `trusted_schema` off and the defensive mode
/// keep an altered file from running code of its own; `cache_size` is in KiB.
const COMMON: &str = "
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA secure_delete = ON;
    PRAGMA cache_size = -1024;
";

/// For the writer. `FULL` makes each commit durable before it is reported; on Apple systems only `fullfsync` makes
/// the drive itself write. The log is folded into the database every 256 pages (1 MiB) and never stays over 2 MiB.
const WRITER: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = 256;
    PRAGMA journal_size_limit = 2097152;
    PRAGMA foreign_keys = OFF;
";

/// Opens an existing file to write to it, and touches nothing yet: set it up with [`prepare_writer`] once it is
/// known to be ours.
pub(super) fn open_untouched(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// Whether closing this connection may fold the log into the database and delete it.
pub(super) fn fold_on_close(connection: &Connection, fold: bool) -> Result<(), StoreError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !fold)?;
    Ok(())
}

/// Sets the writer up, foreign keys still off: migrations rebuild tables.
pub(super) fn prepare_writer(connection: &Connection) -> Result<(), StoreError> {
    harden(connection)?;
    connection.execute_batch(WRITER)?;
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode == "wal" {
        Ok(())
    } else {
        Err(StoreError::StorageIo { detail: "the file system cannot hold a write-ahead log".into() })
    }
}

/// Turns foreign keys on; for the writer, after migrations.
pub(super) fn enforce_foreign_keys(connection: &Connection) -> Result<(), StoreError> {
    Ok(connection.execute_batch("PRAGMA foreign_keys = ON")?)
}

/// Opens another connection to read; the writer must be open and set up.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    harden(&connection)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA foreign_keys = ON;")?;
    Ok(connection)
}

fn harden(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    Ok(connection.execute_batch(COMMON)?)
}

/// Folds the whole log into the database and empties it.
pub(super) fn fold_log(connection: &Connection) -> Result<(), StoreError> {
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 { Ok(()) } else { Err(StoreError::StorageBusy) }
}
