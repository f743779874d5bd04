//! What can go wrong with the wallet's file.
//!
//! A storage error is never read as "there is nothing there": a look-up that may find nothing says so in its type
//! (`Option`), and everything here is a failure to look.

use std::io;
use std::path::PathBuf;

use rusqlite::{Error as Sqlite, ErrorCode};

use super::damage;
use crate::keys::SecretStoreError;

/// Why the wallet's file could not be opened, read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process, or another part of this one, has this wallet open.
    #[error("the wallet is open elsewhere")]
    WalletInUse,
    /// The folder holds no wallet, and the caller did not ask for a new one.
    #[error("there is no wallet in this folder")]
    WalletAbsent,
    /// The file was written by a newer version of the program. It was not touched.
    #[error("the wallet file has version {found}, this program knows up to {supported}")]
    IncompatibleDatabase {
        /// The version of the file.
        found: i64,
        /// The newest version that this program can read.
        supported: i64,
    },
    /// The file is damaged, or is not a wallet. It was kept; nothing was created in its place.
    #[error("the wallet file is damaged")]
    StorageCorrupt {
        /// The folder into which the damaged files were moved; none if they are still where they were, because the
        /// damage showed while the wallet was in use (opening it again will set them aside) or could not be moved.
        kept_at: Option<PathBuf>,
    },
    /// The disk is full. Nothing was written.
    #[error("the disk is full")]
    StorageFull,
    /// The folder or a file in it may not be written.
    #[error("the wallet's folder cannot be written")]
    StorageReadOnly,
    /// The disk or the operating system failed. Whether a write that ends so was kept is only known after the next
    /// opening; therefore every write must be safe to repeat.
    #[error("the disk failed: {detail}")]
    StorageIo {
        /// What the system said; holds no stored value.
        detail: String,
    },
    /// Another program holds a lock on the file for too long.
    #[error("the wallet file is locked by another program")]
    StorageBusy,
    /// The write contradicts a rule of the tables, such as "once only". Nothing was written.
    #[error("the write contradicts {rule}")]
    StorageConflict {
        /// The rule, by table and column; holds no stored value.
        rule: String,
    },
    /// A sealed value does not open: it was altered, moved from another place, or sealed under another key.
    #[error("a sealed value in {table}.{column} does not open")]
    SealedValue {
        /// The table in which it stands.
        table: String,
        /// The column in which it stands.
        column: String,
    },
    /// A stored value is not what this program writes, or a row that must exist does not.
    #[error("a stored value cannot be read: {what}")]
    StorageUnreadable {
        /// What was expected; holds no stored value.
        what: String,
    },
    /// The wallet is locked: the key to its sealed values is not in memory.
    #[error("the wallet is locked")]
    Locked,
    /// The platform's secret store did not give, or take, the key to the sealed values.
    #[error(transparent)]
    Secrets(#[from] SecretStoreError),
    /// The store is paused; resume it first.
    #[error("the store is paused")]
    Paused,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// The work panicked. Its transaction was rolled back and the store goes on.
    #[error("the work on the store panicked")]
    WorkPanicked,
    /// The program used the database wrongly.
    #[error("the program used the database wrongly: {detail}")]
    StorageDefect {
        /// What the database said; holds no stored value.
        detail: String,
    },
}

impl StoreError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WalletInUse => "wallet_in_use",
            Self::WalletAbsent => "wallet_absent",
            Self::IncompatibleDatabase { .. } => "incompatible_database",
            Self::StorageCorrupt { .. } => "storage_corrupt",
            Self::StorageFull => "storage_full",
            Self::StorageReadOnly => "storage_read_only",
            Self::StorageIo { .. } => "storage_io",
            Self::StorageBusy => "storage_busy",
            Self::StorageConflict { .. } => "storage_conflict",
            Self::SealedValue { .. } => "sealed_value",
            Self::StorageUnreadable { .. } => "storage_unreadable",
            Self::Locked => "locked",
            Self::Secrets(error) => error.code(),
            Self::Paused => "paused",
            Self::Closed => "closed",
            Self::WorkPanicked => "work_panicked",
            Self::StorageDefect { .. } => "storage_defect",
        }
    }

    /// A stored value that this program did not write so.
    pub fn unreadable(what: impl Into<String>) -> Self {
        Self::StorageUnreadable { what: what.into() }
    }
}

impl From<Sqlite> for StoreError {
    /// Keeps only texts that SQLite makes from names of tables and columns: a stored value never enters an error.
    fn from(error: Sqlite) -> Self {
        match error {
            Sqlite::SqliteFailure(failure, text) => from_code(failure, text),
            Sqlite::SqlInputError { error, msg, .. } => from_code(error, Some(msg)),
            Sqlite::QueryReturnedNoRows => Self::unreadable("a row that must exist"),
            Sqlite::QueryReturnedMoreThanOneRow => Self::unreadable("one row where there are several"),
            Sqlite::FromSqlConversionFailure(column, ..)
            | Sqlite::IntegralValueOutOfRange(column, _)
            | Sqlite::Utf8Error(column, _) => Self::unreadable(format!("column {column} of a query")),
            Sqlite::InvalidColumnType(_, name, _) => Self::unreadable(format!("column {name} of a query")),
            Sqlite::StatementChangedRows(count) => Self::unreadable(format!("{count} changed rows, not one")),
            Sqlite::InvalidPath(_) | Sqlite::NulError(_) => {
                Self::StorageIo { detail: "the folder's name cannot be passed to the database".into() }
            }
            Sqlite::ToSqlConversionFailure(_) => {
                Self::StorageDefect { detail: "a value that cannot be stored".into() }
            }
            other => Self::StorageDefect { detail: other.to_string() },
        }
    }
}

fn from_code(failure: rusqlite::ffi::Error, text: Option<String>) -> StoreError {
    let detail = text.unwrap_or_else(|| failure.to_string());
    // The file of shared memory beside the log could not grow.
    if failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE {
        return StoreError::StorageFull;
    }
    match failure.code {
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            damage::note();
            StoreError::StorageCorrupt { kept_at: None }
        }
        ErrorCode::DiskFull => StoreError::StorageFull,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreError::StorageReadOnly,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            StoreError::StorageBusy
        }
        ErrorCode::ConstraintViolation => StoreError::StorageConflict { rule: detail },
        ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::OutOfMemory
        | ErrorCode::NoLargeFileSupport => StoreError::StorageIo { detail },
        _ => StoreError::StorageDefect { detail },
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Self::StorageFull,
            Kind::ReadOnlyFilesystem | Kind::PermissionDenied => Self::StorageReadOnly,
            kind => Self::StorageIo { detail: kind.to_string() },
        }
    }
}
