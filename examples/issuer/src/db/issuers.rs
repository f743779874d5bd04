//! Issuers, their signing keys, and all rekeys.

use rusqlite::{Connection, Row, named_params, params};
use tallystick::artefact::{Card, Signed};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{Digest, IssuerId, PublicKey};

use super::sql::{self, IssuerNo};

/// An issuer.
#[derive(Debug, Clone)]
pub(crate) struct IssuerRow {
    pub no: IssuerNo,
    pub id: IssuerId,
    /// In force, after all rekeys.
    pub founding_key: PublicKey,
    pub commitment: Digest,
    pub rekey_number: u32,
    /// Made for the next card to name.
    pub next_signing_key: Option<PublicKey>,
    /// Absent until the issuer is founded.
    pub card: Option<CardRow>,
    pub epoch: u32,
    /// Nothing may be written or signed: the ledger lacks something.
    pub behind: bool,
    /// Unknown orders that expire until then may have been executed in what a restore lost.
    pub lost_until: Option<UnixSeconds>,
}

/// What is used of the card in force.
#[derive(Debug, Clone)]
pub(crate) struct CardRow {
    pub bytes: Vec<u8>,
    pub signing_key: PublicKey,
    pub signing_key_from: UnixSeconds,
    pub signing_key_until: UnixSeconds,
    pub owners_limit: i64,
    pub hosts: Vec<String>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<IssuerRow> {
    let card = match row.get::<_, Option<Vec<u8>>>("card")? {
        None => None,
        Some(bytes) => Some(CardRow {
            bytes,
            signing_key: sql::public_key(row, "signing_key")?,
            signing_key_from: row.get("signing_key_from")?,
            signing_key_until: row.get("signing_key_until")?,
            owners_limit: row.get("owners_limit")?,
            hosts: row.get::<_, String>("hosts")?.lines().map(str::to_owned).collect(),
        }),
    };
    Ok(IssuerRow {
        no: IssuerNo(row.get("no")?),
        id: sql::issuer_id(row, "id")?,
        founding_key: sql::public_key(row, "founding_key")?,
        commitment: sql::digest(row, "commitment")?,
        rekey_number: row.get("rekey_number")?,
        next_signing_key: row.get::<_, Option<[u8; 32]>>("next_signing_key")?.map(PublicKey::new),
        card,
        epoch: row.get("epoch")?,
        behind: row.get("behind")?,
        lost_until: row.get("lost_until")?,
    })
}

/// The issuer with this id.
pub(crate) fn find(db: &Connection, id: &IssuerId) -> rusqlite::Result<Option<IssuerRow>> {
    sql::first(db, "SELECT * FROM issuer WHERE id = ?1", params![id.as_bytes()], read)
}

/// All issuers that have been founded.
pub(crate) fn founded(db: &Connection) -> rusqlite::Result<Vec<IssuerRow>> {
    sql::all(db, "SELECT * FROM issuer WHERE card IS NOT NULL ORDER BY no", [], read)
}

/// The founded issuers whose ids begin like this; of many, some.
pub(crate) fn by_prefix(db: &Connection, prefix: [u8; 8]) -> rusqlite::Result<Vec<IssuerRow>> {
    // In the order of bytes, ids with a prefix lie between it filled up with zeros and with ones.
    let (mut from, mut to) = ([0; 16], [0xff; 16]);
    from[..8].copy_from_slice(&prefix);
    to[..8].copy_from_slice(&prefix);
    let sql = "SELECT * FROM issuer WHERE id BETWEEN ?1 AND ?2 AND card IS NOT NULL LIMIT 8";
    sql::all(db, sql, params![from, to], read)
}

/// Takes up an issuer that has no card yet.
pub(crate) fn insert(
    db: &Connection,
    id: &IssuerId,
    founding_key: &PublicKey,
    commitment: &Digest,
) -> rusqlite::Result<()> {
    sql::run(
        db,
        "INSERT INTO issuer (id, founding_key, commitment) VALUES (?1, ?2, ?3)",
        params![id.as_bytes(), founding_key.as_bytes(), commitment.as_bytes()],
    )
    .map(drop)
}

/// Forgets the oldest issuers without a card until at most `keep` are left; gives the signing keys made for them.
pub(crate) fn forget_unfounded(db: &Connection, keep: u32) -> rusqlite::Result<Vec<PublicKey>> {
    let keys = sql::all(
        db,
        "DELETE FROM issuer WHERE card IS NULL AND no NOT IN
         (SELECT no FROM issuer WHERE card IS NULL ORDER BY no DESC LIMIT ?1) RETURNING next_signing_key",
        params![keep],
        |row| row.get::<_, Option<[u8; 32]>>(0),
    )?;
    Ok(keys.into_iter().flatten().map(PublicKey::new).collect())
}

/// A card comes into force.
pub(crate) fn set_card(db: &Connection, issuer: IssuerNo, card: &Signed<Card>) -> rusqlite::Result<()> {
    let body = card.body();
    let hosts: Vec<&str> = body.endpoints.iter().filter_map(|endpoint| host(&endpoint.origin)).collect();
    sql::run(
        db,
        "UPDATE issuer SET card = :card, signing_key = :key, signing_key_from = :from, signing_key_until = :until,
         owners_limit = :limit, epoch = :epoch, hosts = :hosts,
         next_signing_key = CASE WHEN next_signing_key = :key THEN NULL ELSE next_signing_key END
         WHERE no = :no",
        named_params! {
            ":no": issuer.0,
            ":card": card.bytes(),
            ":key": body.signing_key.as_bytes(),
            ":from": body.signing_key_from,
            ":until": body.signing_key_until,
            ":limit": body.owners_limit.minor(),
            ":epoch": body.epoch,
            ":hosts": hosts.join("\n"),
        },
    )
    .map(drop)
}

/// Host and port of an origin, as a `Host` field names them.
pub(crate) fn host(origin: &str) -> Option<&str> {
    origin.strip_prefix("https://")
}

/// The keys in force after a rekey.
pub(crate) fn set_keys(
    db: &Connection,
    issuer: IssuerNo,
    founding_key: &PublicKey,
    commitment: &Digest,
    rekey_number: u32,
) -> rusqlite::Result<()> {
    sql::run(
        db,
        "UPDATE issuer SET founding_key = ?2, commitment = ?3, rekey_number = ?4 WHERE no = ?1",
        params![issuer.0, founding_key.as_bytes(), commitment.as_bytes(), rekey_number],
    )
    .map(drop)
}

/// The ledger was found to lack something, or no longer does.
pub(crate) fn set_behind(db: &Connection, issuer: IssuerNo, behind: bool) -> rusqlite::Result<()> {
    sql::run(db, "UPDATE issuer SET behind = ?2 WHERE no = ?1", params![issuer.0, behind]).map(drop)
}

/// A restore was declared: unknown orders that expire until then may have been executed in what was lost.
pub(crate) fn set_lost_until(db: &Connection, issuer: IssuerNo, until: UnixSeconds) -> rusqlite::Result<()> {
    sql::run(db, "UPDATE issuer SET lost_until = ?2 WHERE no = ?1", params![issuer.0, until]).map(drop)
}

/// A signing key was made for the issuer, for its next card to name.
pub(crate) fn add_signing_key(db: &Connection, issuer: IssuerNo, key: &PublicKey) -> rusqlite::Result<()> {
    sql::run(db, "UPDATE issuer SET next_signing_key = ?2 WHERE no = ?1", params![issuer.0, key.as_bytes()])?;
    sql::run(
        db,
        "INSERT OR IGNORE INTO signing_key (issuer, key) VALUES (?1, ?2)",
        params![issuer.0, key.as_bytes()],
    )
    .map(drop)
}

/// Whether this was ever a signing key of the issuer.
pub(crate) fn had_signing_key(db: &Connection, issuer: IssuerNo, key: &PublicKey) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM signing_key WHERE issuer = ?1 AND key = ?2";
    sql::first(db, sql, params![issuer.0, key.as_bytes()], |_| Ok(())).map(|found| found.is_some())
}

/// The rekeys of an issuer or account, in order.
pub(crate) fn rekeys(
    db: &Connection,
    issuer: IssuerNo,
    subject: &[u8; 16],
) -> rusqlite::Result<Vec<Vec<u8>>> {
    let sql = "SELECT bytes FROM rekey WHERE issuer = ?1 AND subject = ?2 ORDER BY number";
    sql::all(db, sql, params![issuer.0, subject], |row| row.get(0))
}

/// Keeps a rekey.
pub(crate) fn add_rekey(
    db: &Connection,
    issuer: IssuerNo,
    subject: &[u8; 16],
    number: u32,
    bytes: &[u8],
) -> rusqlite::Result<()> {
    sql::run(
        db,
        "INSERT INTO rekey (issuer, subject, number, bytes) VALUES (?1, ?2, ?3, ?4)",
        params![issuer.0, subject, number, bytes],
    )
    .map(drop)
}
