//! Public names.

use rusqlite::{Connection, params};
use tallystick::artefact::{Attestation, Signed};
use tallystick::clock::UnixSeconds;

use super::sql::{self, AccountNo, IssuerNo};

/// A name.
pub(crate) struct AttestationRow {
    pub bytes: Vec<u8>,
    /// The grant by which it was attested; absent: by the issuer's founding key.
    pub grant: Option<Vec<u8>>,
}

/// The name of an account, if its attestation is in time.
pub(crate) fn of(
    db: &Connection,
    account: AccountNo,
    now: UnixSeconds,
) -> rusqlite::Result<Option<AttestationRow>> {
    sql::first(
        db,
        "SELECT attestation.bytes, grants.bytes FROM attestation LEFT JOIN grants ON grants.no = attestation.granted_by
         WHERE attestation.account = ?1 AND attestation.not_after >= ?2",
        params![account.0, now],
        |row| Ok(AttestationRow { bytes: row.get(0)?, grant: row.get(1)? }),
    )
}

/// Whether another account has a name with one of these looks, in time.
pub(crate) fn is_taken(
    db: &Connection,
    issuer: IssuerNo,
    account: AccountNo,
    looks: &[String],
    now: UnixSeconds,
) -> rusqlite::Result<bool> {
    const OTHERS: &str = "SELECT 1 FROM name_look JOIN attestation USING (account)
        WHERE name_look.issuer = ?1 AND name_look.look = ?2 AND name_look.account <> ?3 AND attestation.not_after >= ?4";
    for look in looks {
        if sql::first(db, OTHERS, params![issuer.0, look, account.0, now], |_| Ok(()))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives an account its name, in place of any before. Names past their end give way.
pub(crate) fn set(
    db: &Connection,
    issuer: IssuerNo,
    account: AccountNo,
    attestation: &Signed<Attestation>,
    granted_by: Option<i64>,
    looks: &[String],
) -> rusqlite::Result<()> {
    let body = attestation.body();
    sql::run(db, "DELETE FROM attestation WHERE account = ?1", params![account.0])?;
    for look in looks {
        sql::run(
            db,
            "DELETE FROM attestation WHERE account IN (SELECT account FROM name_look WHERE issuer = ?1 AND look = ?2)",
            params![issuer.0, look],
        )?;
    }
    sql::run(
        db,
        "INSERT INTO attestation (account, bytes, not_after, granted_by) VALUES (?1, ?2, ?3, ?4)",
        params![account.0, attestation.bytes(), body.not_after, granted_by],
    )?;
    for look in looks {
        sql::run(
            db,
            "INSERT OR IGNORE INTO name_look (issuer, look, account) VALUES (?1, ?2, ?3)",
            params![issuer.0, look, account.0],
        )?;
    }
    let sql = "UPDATE account SET kept = 1, attested_at = ?2 WHERE no = ?1";
    sql::run(db, sql, params![account.0, body.signed_at]).map(drop)
}

/// Takes an account's name away. No attestation signed until now can give it back.
pub(crate) fn remove(db: &Connection, account: AccountNo, now: UnixSeconds) -> rusqlite::Result<()> {
    if sql::run(db, "DELETE FROM attestation WHERE account = ?1", params![account.0])? == 0 {
        return Ok(());
    }
    let sql = "UPDATE account SET attested_at = max(attested_at + 1, ?2 + 1) WHERE no = ?1";
    sql::run(db, sql, params![account.0, now]).map(drop)
}
