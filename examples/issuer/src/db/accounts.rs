//! Accounts: their keys, the heads of their chains, and wallets' lists.

use rusqlite::{Connection, Row, named_params, params};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, Digest, PublicKey};

use super::sql::{self, AccountNo, IssuerNo};

/// An account.
#[derive(Debug, Clone)]
pub(crate) struct AccountRow {
    pub no: AccountNo,
    pub id: AccountId,
    pub opening: Vec<u8>,
    /// In force, after all rekeys.
    pub founding_key: PublicKey,
    pub commitment: Digest,
    pub rekey_number: u32,
    /// The end of its chain.
    pub end: ChainEnd,
    /// No attestation as old as this is taken any more.
    pub attested_at: UnixSeconds,
    /// It had an entry, role or name, so it is never forgotten.
    pub kept: bool,
}

/// The end of an account's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChainEnd {
    pub epoch: u32,
    pub sequence: i64,
    pub chain_hash: Digest,
    pub balance: i64,
    pub held: i64,
    /// The time of the last entry; 0 if there is none.
    pub time: UnixSeconds,
}

fn read(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    Ok(AccountRow {
        no: AccountNo(row.get("no")?),
        id: sql::account_id(row, "id")?,
        opening: row.get("opening")?,
        founding_key: sql::public_key(row, "founding_key")?,
        commitment: sql::digest(row, "commitment")?,
        rekey_number: row.get("rekey_number")?,
        end: ChainEnd {
            epoch: row.get("epoch")?,
            sequence: row.get("sequence")?,
            chain_hash: sql::digest(row, "chain_hash")?,
            balance: row.get("balance")?,
            held: row.get("held")?,
            time: row.get("last_time")?,
        },
        attested_at: row.get("attested_at")?,
        kept: row.get("kept")?,
    })
}

/// The account with this id.
pub(crate) fn find(
    db: &Connection,
    issuer: IssuerNo,
    id: &AccountId,
) -> rusqlite::Result<Option<AccountRow>> {
    let sql = "SELECT * FROM account WHERE issuer = ?1 AND id = ?2";
    sql::first(db, sql, params![issuer.0, id.as_bytes()], read)
}

/// The account in this row.
pub(crate) fn by_no(db: &Connection, account: AccountNo) -> rusqlite::Result<AccountRow> {
    db.prepare_cached("SELECT * FROM account WHERE no = ?1")?.query_row(params![account.0], read)
}

/// The id of an account.
pub(crate) fn id_of(db: &Connection, account: AccountNo) -> rusqlite::Result<AccountId> {
    let mut statement = db.prepare_cached("SELECT id FROM account WHERE no = ?1")?;
    statement.query_row(params![account.0], |row| sql::account_id(row, "id"))
}

/// The account that had or has this founding key. One that was opened with the key comes before one to which a rekey
/// gave it, for only the former needed the key.
pub(crate) fn find_by_key(
    db: &Connection,
    issuer: IssuerNo,
    key: &PublicKey,
) -> rusqlite::Result<Option<AccountRow>> {
    sql::first(
        db,
        "SELECT account.* FROM founding_key JOIN account ON account.no = founding_key.account
         WHERE founding_key.issuer = ?1 AND founding_key.key = ?2
         ORDER BY founding_key.number > 0, account.no LIMIT 1",
        params![issuer.0, key.as_bytes()],
        read,
    )
}

/// The accounts whose founding key in force this is.
pub(crate) fn founded_with(
    db: &Connection,
    issuer: IssuerNo,
    key: &PublicKey,
) -> rusqlite::Result<Vec<AccountRow>> {
    sql::all(
        db,
        "SELECT account.* FROM founding_key JOIN account ON account.no = founding_key.account
         WHERE founding_key.issuer = ?1 AND founding_key.key = ?2 AND account.founding_key = ?2",
        params![issuer.0, key.as_bytes()],
        read,
    )
}

/// All accounts with a balance other than zero, in ascending order of their ids.
pub(crate) fn with_balance(db: &Connection, issuer: IssuerNo) -> rusqlite::Result<Vec<AccountRow>> {
    let sql = "SELECT * FROM account WHERE issuer = ?1 AND balance <> 0 ORDER BY id";
    sql::all(db, sql, params![issuer.0], read)
}

/// All accounts.
pub(crate) fn all(db: &Connection, issuer: IssuerNo) -> rusqlite::Result<Vec<AccountRow>> {
    sql::all(db, "SELECT * FROM account WHERE issuer = ?1 ORDER BY no", params![issuer.0], read)
}

/// What opens an account.
pub(crate) struct NewAccount<'a> {
    pub id: AccountId,
    pub opening: &'a [u8],
    pub founding_key: PublicKey,
    pub commitment: Digest,
    pub epoch: u32,
    pub chain_hash: Digest,
}

/// Opens an account.
pub(crate) fn insert(db: &Connection, issuer: IssuerNo, new: &NewAccount<'_>) -> rusqlite::Result<AccountNo> {
    sql::run(
        db,
        "INSERT INTO account (issuer, id, opening, founding_key, commitment, epoch, chain_hash)
         VALUES (:issuer, :id, :opening, :key, :commitment, :epoch, :chain)",
        named_params! {
            ":issuer": issuer.0,
            ":id": new.id.as_bytes(),
            ":opening": new.opening,
            ":key": new.founding_key.as_bytes(),
            ":commitment": new.commitment.as_bytes(),
            ":epoch": new.epoch,
            ":chain": new.chain_hash.as_bytes(),
        },
    )?;
    let account = AccountNo(db.last_insert_rowid());
    add_founding_key(db, issuer, account, &new.founding_key, 0)?;
    Ok(account)
}

fn add_founding_key(
    db: &Connection,
    issuer: IssuerNo,
    account: AccountNo,
    key: &PublicKey,
    rekey_number: u32,
) -> rusqlite::Result<()> {
    sql::run(
        db,
        "INSERT OR IGNORE INTO founding_key (issuer, key, account, number) VALUES (?1, ?2, ?3, ?4)",
        params![issuer.0, key.as_bytes(), account.0, rekey_number],
    )
    .map(drop)
}

/// Whether this is or was a founding key of the account.
pub(crate) fn had_founding_key(
    db: &Connection,
    issuer: IssuerNo,
    account: AccountNo,
    key: &PublicKey,
) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM founding_key WHERE issuer = ?1 AND key = ?2 AND account = ?3";
    sql::first(db, sql, params![issuer.0, key.as_bytes(), account.0], |_| Ok(())).map(|row| row.is_some())
}

/// Forgets the oldest accounts without entries, roles and names until at most `keep` of them are left. One with an
/// order that is still remembered stays: its refusal is for ever.
pub(crate) fn forget_unused(db: &Connection, issuer: IssuerNo, keep: u32) -> rusqlite::Result<usize> {
    const UNUSED: &str = "SELECT no FROM account WHERE issuer = ?1 AND kept = 0 AND no <= coalesce(
           (SELECT no FROM account WHERE issuer = ?1 AND kept = 0 ORDER BY no DESC LIMIT 1 OFFSET ?2), -1)
           AND NOT EXISTS (SELECT 1 FROM decision WHERE payer = account.no)";
    let parameters = params![issuer.0, keep];
    sql::run(
        db,
        &format!(
            "DELETE FROM rekey WHERE issuer = ?1 AND subject IN (SELECT id FROM account WHERE no IN ({UNUSED}))"
        ),
        parameters,
    )?;
    sql::run(db, &format!("DELETE FROM account WHERE no IN ({UNUSED})"), parameters)
}

/// The account is never forgotten any more.
pub(crate) fn keep(db: &Connection, account: AccountNo) -> rusqlite::Result<()> {
    sql::run(db, "UPDATE account SET kept = 1 WHERE no = ?1 AND kept = 0", params![account.0]).map(drop)
}

/// The keys in force after a rekey.
pub(crate) fn set_keys(
    db: &Connection,
    issuer: IssuerNo,
    account: AccountNo,
    founding_key: &PublicKey,
    commitment: &Digest,
    rekey_number: u32,
) -> rusqlite::Result<()> {
    sql::run(
        db,
        "UPDATE account SET founding_key = ?2, commitment = ?3, rekey_number = ?4 WHERE no = ?1",
        params![account.0, founding_key.as_bytes(), commitment.as_bytes(), rekey_number],
    )?;
    add_founding_key(db, issuer, account, founding_key, rekey_number)
}

/// The chain has a new end.
pub(crate) fn set_end(db: &Connection, account: AccountNo, end: &ChainEnd) -> rusqlite::Result<()> {
    sql::run(
        db,
        "UPDATE account SET epoch = :epoch, sequence = :sequence, chain_hash = :hash, balance = :balance, held = :held,
         last_time = :time, kept = kept OR :sequence > 0 WHERE no = :no",
        named_params! {
            ":no": account.0,
            ":epoch": end.epoch,
            ":sequence": end.sequence,
            ":hash": end.chain_hash.as_bytes(),
            ":balance": end.balance,
            ":held": end.held,
            ":time": end.time,
        },
    )
    .map(drop)
}

/// The wallet's list.
pub(crate) fn list(db: &Connection, account: AccountNo) -> rusqlite::Result<Option<Vec<u8>>> {
    sql::first(db, "SELECT bytes FROM list WHERE account = ?1", params![account.0], |row| row.get(0))
}

/// Puts the wallet's list in place of the one before.
pub(crate) fn set_list(db: &Connection, account: AccountNo, bytes: &[u8]) -> rusqlite::Result<()> {
    sql::run(
        db,
        "INSERT INTO list (account, bytes) VALUES (?1, ?2) ON CONFLICT (account) DO UPDATE SET bytes = excluded.bytes",
        params![account.0, bytes],
    )
    .map(drop)
}
