//! What one durable commit costs on this disk.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

/// A database in which nothing happens but commits, set up as those of wallets and issuers are.
pub struct Commits(Connection);

impl Commits {
    /// Makes one in this folder.
    pub fn new(folder: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(folder.join("commits.db"))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE IF NOT EXISTS row (no INTEGER PRIMARY KEY, value BLOB) STRICT;",
        )?;
        Ok(Self(connection))
    }

    /// How long one takes.
    pub fn one(&self) -> rusqlite::Result<Duration> {
        let begun = Instant::now();
        self.0.prepare_cached("INSERT INTO row (value) VALUES (?1)")?.execute(params![[7_u8; 500]])?;
        Ok(begun.elapsed())
    }
}
