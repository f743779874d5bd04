//! The tables' versions.
//!
//! A schema is a list of steps; its version is how many of them were taken, kept in `user_version`, so no number is
//! ever typed by hand. All missing steps are taken in one transaction, or none. A step that was released is never
//! changed: add one.

use rusqlite::{Connection, TransactionBehavior};

use super::error::StoreError;

/// The tables of a database, as the steps that lead to them.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Marks a file as ours (`PRAGMA application_id`).
    pub application_id: i32,
    /// The steps in SQL, oldest first.
    pub steps: &'static [&'static str],
}

/// The wallet's tables. The id reads `TALY` in ASCII.
pub const WALLET: Schema = Schema {
    application_id: 0x5441_4C59,
    steps: &[
        include_str!("migrations/0001_search.sql"),
        include_str!("migrations/0002_wallet.sql"),
        include_str!("migrations/0003_act.sql"),
    ],
};

impl Schema {
    /// The version that all steps lead to.
    pub fn version(&self) -> i64 {
        i64::try_from(self.steps.len()).unwrap_or(i64::MAX)
    }
}

/// What a file says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) application_id: i32,
    pub(super) version: i64,
}

/// Reads a file's stamp, and changes nothing.
pub(super) fn stamp(connection: &Connection) -> Result<Stamp, StoreError> {
    Ok(Stamp {
        application_id: connection.pragma_query_value(None, "application_id", |row| row.get(0))?,
        version: connection.pragma_query_value(None, "user_version", |row| row.get(0))?,
    })
}

/// Takes all missing steps and says how many. Foreign keys must be off; what the steps leave is checked against them.
pub(super) fn migrate(connection: &mut Connection, schema: &Schema) -> Result<usize, StoreError> {
    let work = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = stamp(&work)?.version;
    let taken = usize::try_from(found).ok().filter(|taken| *taken <= schema.steps.len());
    let Some(taken) = taken else {
        return Err(StoreError::IncompatibleDatabase { found, supported: schema.version() });
    };
    let missing = &schema.steps[taken..];
    if missing.is_empty() {
        return Ok(0);
    }
    for (index, step) in missing.iter().enumerate() {
        let version = taken + index + 1;
        work.execute_batch(step).inspect_err(|error| {
            tracing::error!(version, code = ?error.sqlite_error_code(), "a migration failed");
        })?;
        if work.is_autocommit() {
            return Err(StoreError::StorageDefect {
                detail: format!("migration {version} ended its transaction"),
            });
        }
    }
    if work.prepare("PRAGMA foreign_key_check")?.exists([])? {
        return Err(StoreError::StorageConflict { rule: "foreign keys after a migration".into() });
    }
    work.pragma_update(None, "application_id", schema.application_id)?;
    work.pragma_update(None, "user_version", schema.version())?;
    work.commit()?;
    Ok(missing.len())
}
