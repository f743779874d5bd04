//! Grants: roles of accounts, capabilities of keys.

use rusqlite::types::Type;
use rusqlite::{Connection, Row, named_params, params};
use tallystick::artefact::{Capabilities, Grant, GrantGiven, Role, Signed};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{Digest, PublicKey};

use super::sql::{self, AccountNo, IssuerNo};

/// A grant.
#[derive(Debug, Clone)]
pub(crate) struct GrantRow {
    pub no: i64,
    pub account: AccountNo,
    pub bytes: Vec<u8>,
    pub signer: PublicKey,
    pub given: GrantGiven,
    pub limit: Option<i64>,
    pub not_after: UnixSeconds,
    pub signed_at: UnixSeconds,
    /// Cancelled, or for a role grant: replaced.
    pub void: bool,
}

impl GrantRow {
    /// Not cancelled, not replaced and not past its end. Whether its signer still has a say is for the caller to ask.
    pub fn in_time(&self, now: UnixSeconds) -> bool {
        !self.void && now <= self.not_after
    }

    /// Whether it gives this to its key.
    pub fn may(&self, capability: Capabilities) -> bool {
        matches!(self.given, GrantGiven::Key(_, capabilities) if capabilities.allows(capability))
    }

    /// The capabilities that it gives to `key`.
    pub fn capabilities_of(&self, key: &PublicKey) -> Option<Capabilities> {
        match &self.given {
            GrantGiven::Key(granted, capabilities) if granted == key => Some(*capabilities),
            _ => None,
        }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<GrantRow> {
    let broken = |column: &str| {
        let index = row.as_ref().column_index(column).unwrap_or(0);
        rusqlite::Error::InvalidColumnType(index, column.to_owned(), Type::Integer)
    };
    let given = match row.get::<_, Option<u8>>("role")? {
        Some(1) => GrantGiven::Role(Role::Owner),
        Some(2) => GrantGiven::Role(Role::Worker),
        Some(_) => return Err(broken("role")),
        None => {
            let capabilities = Capabilities::from_bits(row.get("capabilities")?);
            GrantGiven::Key(sql::public_key(row, "key")?, capabilities.ok_or_else(|| broken("capabilities"))?)
        }
    };
    Ok(GrantRow {
        no: row.get("no")?,
        account: AccountNo(row.get("account")?),
        bytes: row.get("bytes")?,
        signer: sql::public_key(row, "signer")?,
        given,
        limit: row.get("amount_limit")?,
        not_after: row.get("not_after")?,
        signed_at: row.get("signed_at")?,
        void: row.get("void")?,
    })
}

/// The grant with this hash.
pub(crate) fn find(db: &Connection, issuer: IssuerNo, hash: &Digest) -> rusqlite::Result<Option<GrantRow>> {
    let sql = "SELECT * FROM grants WHERE issuer = ?1 AND hash = ?2";
    sql::first(db, sql, params![issuer.0, hash.as_bytes()], read)
}

/// All key grants for an account, void ones too, oldest first.
pub(crate) fn keys_of(db: &Connection, account: AccountNo) -> rusqlite::Result<Vec<GrantRow>> {
    let sql = "SELECT * FROM grants WHERE account = ?1 AND key IS NOT NULL ORDER BY no";
    sql::all(db, sql, params![account.0], read)
}

/// The grant that gave an account its present role, void or not.
pub(crate) fn role_of(db: &Connection, account: AccountNo) -> rusqlite::Result<Option<GrantRow>> {
    sql::first(
        db,
        "SELECT * FROM grants WHERE account = ?1 AND role IS NOT NULL ORDER BY signed_at DESC, no DESC LIMIT 1",
        params![account.0],
        read,
    )
}

/// The latest owner grant of an account, void or not.
pub(crate) fn owner_grant_of(db: &Connection, account: AccountNo) -> rusqlite::Result<Option<GrantRow>> {
    sql::first(
        db,
        "SELECT * FROM grants WHERE account = ?1 AND role = 1 ORDER BY signed_at DESC, no DESC LIMIT 1",
        params![account.0],
        read,
    )
}

/// The owner grants of an issuer that are not void: one an account.
pub(crate) fn owners(db: &Connection, issuer: IssuerNo) -> rusqlite::Result<Vec<GrantRow>> {
    let sql = "SELECT * FROM grants WHERE issuer = ?1 AND role = 1 AND void = 0";
    sql::all(db, sql, params![issuer.0], read)
}

/// The grants of an issuer to a key.
pub(crate) fn of_key(db: &Connection, issuer: IssuerNo, key: &PublicKey) -> rusqlite::Result<Vec<GrantRow>> {
    let sql = "SELECT * FROM grants WHERE issuer = ?1 AND key = ?2";
    sql::all(db, sql, params![issuer.0, key.as_bytes()], read)
}

/// Accounts below zero, with what they owe.
pub(crate) fn debtors(db: &Connection, issuer: IssuerNo) -> rusqlite::Result<Vec<(AccountNo, i64)>> {
    let sql = "SELECT no, balance FROM account WHERE issuer = ?1 AND balance < 0";
    sql::all(db, sql, params![issuer.0], |row| Ok((AccountNo(row.get(0)?), row.get(1)?)))
}

/// How many grants an account has had, void ones too.
pub(crate) fn count(db: &Connection, account: AccountNo) -> rusqlite::Result<u32> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM grants WHERE account = ?1")?;
    statement.query_row(params![account.0], |row| row.get(0))
}

/// Keeps a grant.
pub(crate) fn insert(
    db: &Connection,
    issuer: IssuerNo,
    account: AccountNo,
    grant: &Signed<Grant>,
) -> rusqlite::Result<()> {
    let body = grant.body();
    sql::run(
        db,
        "INSERT INTO grants (issuer, hash, account, bytes, signer, role, key, capabilities, amount_limit, not_after, signed_at)
         VALUES (:issuer, :hash, :account, :bytes, :signer, :role, :key, :capabilities, :limit, :not_after, :signed_at)",
        named_params! {
            ":issuer": issuer.0,
            ":hash": grant.hash().as_bytes(),
            ":account": account.0,
            ":bytes": grant.bytes(),
            ":signer": grant.signer().as_bytes(),
            ":role": body.role().map(|role| role.value().cast_signed()),
            ":key": body.key().map(|(key, _)| *key.as_bytes()),
            ":capabilities": body.key().map(|(_, capabilities)| capabilities.bits()),
            ":limit": body.limit.map(tallystick::money::Amount::minor),
            ":not_after": body.not_after,
            ":signed_at": body.signed_at,
        },
    )
    .map(drop)
}

/// The account's role grants so far are replaced.
pub(crate) fn replace_roles(db: &Connection, account: AccountNo) -> rusqlite::Result<()> {
    sql::run(db, "UPDATE grants SET void = 1 WHERE account = ?1 AND role IS NOT NULL", params![account.0])
        .map(drop)
}

/// A grant is cancelled.
pub(crate) fn set_void(db: &Connection, issuer: IssuerNo, hash: &Digest) -> rusqlite::Result<()> {
    let sql = "UPDATE grants SET void = 1 WHERE issuer = ?1 AND hash = ?2";
    sql::run(db, sql, params![issuer.0, hash.as_bytes()]).map(drop)
}
