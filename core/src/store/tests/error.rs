//! Errors.

use std::io;

use super::super::error::StoreError;

#[test]
fn errors_of_the_system_are_told_apart() {
    for (kind, code) in [
        (io::ErrorKind::StorageFull, "storage_full"),
        (io::ErrorKind::QuotaExceeded, "storage_full"),
        (io::ErrorKind::ReadOnlyFilesystem, "storage_read_only"),
        (io::ErrorKind::PermissionDenied, "storage_read_only"),
        (io::ErrorKind::NotFound, "storage_io"),
        (io::ErrorKind::Other, "storage_io"),
    ] {
        assert_eq!(StoreError::from(io::Error::from(kind)).code(), code, "{kind}");
    }
}

#[test]
fn errors_of_the_database_are_told_apart() {
    use rusqlite::ffi;
    for (number, code) in [
        (ffi::SQLITE_CORRUPT, "storage_corrupt"),
        (ffi::SQLITE_NOTADB, "storage_corrupt"),
        (ffi::SQLITE_FULL, "storage_full"),
        (ffi::SQLITE_IOERR_SHMSIZE, "storage_full"),
        (ffi::SQLITE_READONLY, "storage_read_only"),
        (ffi::SQLITE_PERM, "storage_read_only"),
        (ffi::SQLITE_BUSY, "storage_busy"),
        (ffi::SQLITE_LOCKED, "storage_busy"),
        (ffi::SQLITE_CONSTRAINT, "storage_conflict"),
        (ffi::SQLITE_IOERR, "storage_io"),
        (ffi::SQLITE_CANTOPEN, "storage_io"),
        (ffi::SQLITE_NOMEM, "storage_io"),
        (ffi::SQLITE_MISUSE, "storage_defect"),
        (ffi::SQLITE_ERROR, "storage_defect"),
    ] {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(number), None);
        assert_eq!(StoreError::from(error).code(), code, "{number}");
    }
}
