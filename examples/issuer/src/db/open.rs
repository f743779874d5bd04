//! Opening the file, and copying it while it is in use.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use tallystick::clock::UnixSeconds;

use super::migrate;
use crate::faults::{CrashPoint, Faults};
use crate::folder;

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A newer version of this program wrote it. It has not been touched.
    #[error("the database has version {found}, this program knows only up to {known}: use the newer program")]
    TooNew {
        /// The version of the file.
        found: i64,
        /// The newest version that this program knows.
        known: usize,
    },
    /// The copy cannot be written.
    #[error("the copy {file} cannot be written: {source}")]
    Copy {
        /// The copy.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// SQLite says no.
    #[error("the database cannot be opened: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

impl OpenError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooNew { .. } => "database_too_new",
            Self::Copy { .. } => "copy_failed",
            Self::Sqlite(_) => "database_failed",
        }
    }
}

/// The one connection that writes.
pub(crate) fn open_writer(file: &Path) -> Result<Connection, OpenError> {
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit returns once it is on the disk: only then may an answer leave.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(256);
    migrate::run(&mut connection)?;
    Ok(connection)
}

/// A connection that only reads.
pub(crate) fn open_reader(file: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// The time that the last server may have used.
pub(crate) fn time_ceiling(connection: &Connection) -> rusqlite::Result<UnixSeconds> {
    connection.query_row("SELECT time_ceiling FROM host", [], |row| row.get(0))
}

/// Copies the database, also of a running server, into a new file of one moment. Nothing is ever written over, and only
/// the server's user can read the copy: it tells who holds how much.
///
/// It has its name only once it is whole and durable: a copy that was cut off must not be taken for one, least of all an
/// empty file, which SQLite takes for a new database.
pub(crate) fn copy_to(file: &Path, copy: &Path, faults: &dyn Faults) -> Result<(), OpenError> {
    let failed = |source| OpenError::Copy { file: copy.display().to_string(), source };
    if copy.try_exists().map_err(failed)? {
        return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
    }
    let unfinished = PathBuf::from(format!("{}.unfinished", copy.display()));
    // Left by a copy that was cut off.
    folder::remove_if_there(&unfinished).map_err(failed)?;
    let connection = open_reader(file)?;
    // SQLite takes an empty file for one that is not there.
    let target = folder::create_private(&unfinished).map_err(failed)?;
    faults.reach(CrashPoint::CopyBegun);
    connection.execute("VACUUM INTO ?1", [unfinished.to_string_lossy()])?;
    faults.reach(CrashPoint::CopyWritten);
    target.sync_all().map_err(failed)?;
    faults.reach(CrashPoint::CopyDurable);
    std::fs::rename(&unfinished, copy).and_then(|()| folder::flush_parent(copy)).map_err(failed)
}
