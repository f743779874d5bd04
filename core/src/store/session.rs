//! The time between opening (or resuming) a wallet file and closing (or pausing) it: the lock, one writer, readers.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;

use super::connection::{fold_log, open_reader};
use super::error::StoreError;
use super::folder::Folder;
use super::lock::FolderLock;
use super::migrate::{Schema, WALLET};
use super::opening::{self, IfAbsent};
use super::worker::{Finish, Workers};
use crate::clock::{Clock, SystemClock};

/// Where a store is and how it is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The wallet's folder.
    pub folder: PathBuf,
    /// The tables.
    pub schema: Schema,
    /// What to do when the folder holds no wallet file.
    pub if_absent: IfAbsent,
    /// How many connections read at the same time: 1 to 3.
    pub readers: u8,
    /// Names the folder of a damaged file by the time it was found.
    pub clock: Arc<dyn Clock>,
}

impl StoreOptions {
    /// The wallet's tables in this folder, two readers, the machine's clock.
    pub fn wallet(folder: impl Into<PathBuf>, if_absent: IfAbsent) -> Self {
        Self { folder: folder.into(), schema: WALLET, if_absent, readers: 2, clock: Arc::new(SystemClock) }
    }
}

/// An open database, with the threads that work on it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) writer: Workers,
    pub(super) readers: Workers,
}

impl Session {
    /// Takes the lock, opens and checks the database, brings it up to date and starts the threads. Blocks.
    pub(super) fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let folder = Folder::new(&options.folder)?;
        if options.if_absent != IfAbsent::Refuse {
            folder.create()?;
        } else if !folder.path().try_exists()? {
            return Err(StoreError::WalletAbsent);
        }
        let lock = Arc::new(FolderLock::take(&folder)?);
        let connection =
            opening::open(&folder, &lock, &options.schema, options.if_absent, options.clock.now())?;
        let readers = (0..options.readers.clamp(1, 3))
            .map(|_| Ok((open_reader(&folder.database())?, finish_reader(Arc::clone(&lock)))))
            .collect::<Result<Vec<_>, StoreError>>()?;
        let readers = Workers::start("tallystick-read", readers)?;
        let writer = Workers::start("tallystick-write", vec![(connection, finish_writer(lock))])?;
        Ok(Self { writer, readers })
    }

    /// Finishes the work that was sent, folds the log, closes the files and gives up the lock. Blocks.
    pub(super) fn close(self) -> Result<(), StoreError> {
        // Readers first: the log can only be emptied when nobody reads from it.
        let readers = self.readers.join();
        let writer = self.writer.join();
        readers.and(writer)
    }
}

fn finish_reader(lock: Arc<FolderLock>) -> Finish {
    Box::new(move |connection, damaged| {
        if damaged {
            lock.note_damage();
        }
        close(connection)
        // Only now may the lock go: every thread holds a share of it.
    })
}

fn finish_writer(lock: Arc<FolderLock>) -> Finish {
    Box::new(move |connection, damaged| {
        if damaged {
            lock.note_damage();
        }
        let folded = fold_log(&connection);
        close(connection)?;
        folded?;
        Ok(lock.mark_closed()?)
    })
}

fn close(connection: Connection) -> Result<(), StoreError> {
    Ok(connection.close().map_err(|(_, error)| error)?)
}
