//! One wallet, one user at a time: the lock on the folder, and the mark of an orderly end.
//!
//! The lock belongs to the open file, so it falls with the process, however that ends, and a second opening inside
//! the same process is refused like one from another. The lock file's content tells the next session whether this
//! one ended well: it is empty then, and says `open` otherwise.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::StoreError;
use super::folder::{Folder, private_file};

const OPEN: &[u8] = b"open\n";

/// The lock on a wallet's folder, held while this value lives.
#[derive(Debug)]
pub(super) struct FolderLock {
    file: File,
    ended_well: bool,
    damaged: AtomicBool,
}

impl FolderLock {
    /// Takes the lock, or says `WalletInUse`.
    pub(super) fn take(folder: &Folder) -> Result<Self, StoreError> {
        let mut file = private_file(&folder.lock())?;
        lock(&file)?;
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        Ok(Self { file, ended_well: content.is_empty(), damaged: AtomicBool::new(false) })
    }

    /// Whether the session before this one closed the database in order and saw no damage.
    pub(super) fn ended_well(&self) -> bool {
        self.ended_well
    }

    /// From here on, an end without [`mark_closed`](Self::mark_closed) is a disorderly one.
    pub(super) fn mark_open(&self) -> io::Result<()> {
        let mut file = &self.file;
        file.rewind()?;
        file.write_all(OPEN)?;
        file.sync_all()
    }

    /// Damage was seen in this session: it will not count as ended well, so that the next one checks the file.
    pub(super) fn note_damage(&self) {
        self.damaged.store(true, Ordering::Relaxed);
    }

    /// The database is closed in order.
    pub(super) fn mark_closed(&self) -> io::Result<()> {
        if self.damaged.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.file.set_len(0)?;
        self.file.sync_all()
    }
}

/// Directly by `flock`: on Android the standard library refuses to lock before Rust 1.98.
#[cfg(unix)]
fn lock(file: &File) -> Result<(), StoreError> {
    use rustix::fs::{FlockOperation, flock};
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(StoreError::WalletInUse),
        Err(error) => Err(io::Error::from(error).into()),
    }
}

#[cfg(not(unix))]
fn lock(file: &File) -> Result<(), StoreError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::WalletInUse),
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}
