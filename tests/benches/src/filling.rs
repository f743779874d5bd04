//! An issuer's database filled with what takes no part, and what a bare SQLite takes to write what an order must.

use std::path::Path;

use rusqlite::{Connection, params};

/// The issuer's file in its folder.
pub const DATABASE: &str = "issuer.sqlite";

/// Adds accounts until there are so many.
pub fn accounts(database: &Path, accounts: u32) -> rusqlite::Result<()> {
    let connection = Connection::open(database)?;
    connection.execute_batch("PRAGMA foreign_keys = ON")?;
    connection.execute(
        "WITH RECURSIVE number (n) AS (SELECT count(*) + 1 FROM account UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
         INSERT INTO account (issuer, id, opening, founding_key, commitment, epoch, chain_hash, kept, balance)
         SELECT issuer.no, randomblob(16), randomblob(200), randomblob(32), randomblob(32), issuer.epoch, randomblob(32), 1, 0
         FROM number, issuer WHERE n <= ?1",
        params![accounts],
    )?;
    connection.execute(
        "INSERT INTO founding_key (issuer, key, account, number)
         SELECT issuer, founding_key, no, 0 FROM account WHERE no NOT IN (SELECT account FROM founding_key)",
        [],
    )?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
}

/// Makes the chains of all accounts that have one longer, by so many entries together.
pub fn entries(database: &Path, entries: u32) -> rusqlite::Result<()> {
    let connection = Connection::open(database)?;
    connection.execute(
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
         INSERT INTO entry (account, epoch, sequence, bytes, chain_hash, amount, balance)
         SELECT account.no, account.epoch, account.sequence + n, randomblob(110), randomblob(32), 1, account.balance
         FROM account, number WHERE account.no IN (SELECT no FROM account WHERE sequence > 0)
           AND n <= ?1 / (SELECT count(*) FROM account WHERE sequence > 0)",
        params![entries],
    )?;
    connection.execute(
        "UPDATE account SET sequence = (SELECT max(sequence) FROM entry WHERE entry.account = account.no)
         WHERE sequence > 0",
        [],
    )?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
}

/// Bare SQLite that writes the rows of orders in groups.
pub struct Grouped(Connection);

impl Grouped {
    /// A database in this folder.
    pub fn new(folder: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(folder.join("grouped.db"))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE IF NOT EXISTS account (no INTEGER PRIMARY KEY, hash BLOB, sequence INTEGER, balance INTEGER) STRICT;
             CREATE TABLE IF NOT EXISTS entry (account INTEGER, sequence INTEGER, bytes BLOB, hash BLOB,
               PRIMARY KEY (account, sequence)) STRICT, WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS decision (no INTEGER PRIMARY KEY, hash BLOB UNIQUE, id BLOB UNIQUE, artefacts BLOB) STRICT;
             INSERT OR IGNORE INTO account (no) VALUES (1), (2);",
        )?;
        Ok(Self(connection))
    }

    /// Writes so many orders, and makes them durable.
    pub fn commit(&self, orders: usize) -> rusqlite::Result<()> {
        self.0.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..orders {
            self.0
                .prepare_cached(
                    "INSERT INTO decision (hash, id, artefacts) VALUES (randomblob(32), randomblob(16), randomblob(900))",
                )?
                .execute([])?;
            for account in [1, 2] {
                self.0
                    .prepare_cached(
                        "UPDATE account SET hash = randomblob(32), sequence = coalesce(sequence, 0) + 1, balance = 7 WHERE no = ?1",
                    )?
                    .execute([account])?;
                self.0
                    .prepare_cached(
                        "INSERT INTO entry SELECT no, sequence, randomblob(110), hash FROM account WHERE no = ?1",
                    )?
                    .execute([account])?;
            }
        }
        self.0.execute_batch("COMMIT")
    }
}
