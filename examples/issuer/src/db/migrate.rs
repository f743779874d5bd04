//! Bringing an older database up to date: a list, applied in order, all in one transaction.

use rusqlite::{Connection, TransactionBehavior};

use super::OpenError;

/// Each brings the database from its place in the list to the next. Never changed once released.
const MIGRATIONS: &[&str] =
    &[include_str!("migrations/001_ledger.sql"), include_str!("migrations/002_bounds.sql")];

pub(super) fn run(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = MIGRATIONS.len();
    let missing = usize::try_from(found).ok().and_then(|found| MIGRATIONS.get(found..));
    let Some(missing) = missing else { return Err(OpenError::TooNew { found, known }) };
    if missing.is_empty() {
        return Ok(());
    }
    for migration in missing {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", i64::try_from(known).unwrap_or(i64::MAX))?;
    transaction.commit()?;
    Ok(())
}
