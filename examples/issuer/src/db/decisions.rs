//! What became of each order.

use rusqlite::{Connection, Row, named_params, params};
use tallystick::artefact::{Order, Signed};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{Digest, OrderId, PublicKey};

use super::requests;
use super::sql::{self, AccountNo, IssuerNo};

/// Seconds of a UTC day.
const DAY: i64 = 86_400;

/// What became of an order.
#[derive(Debug, Clone)]
pub(crate) enum Decided {
    /// It was executed.
    Executed(Executed),
    /// It never will be: the refusal, as it was sent.
    Refused(Vec<u8>),
}

/// An executed order.
#[derive(Debug, Clone)]
pub(crate) struct Executed {
    pub no: i64,
    pub payer: AccountNo,
    pub payee: AccountNo,
    pub amount: i64,
    pub epoch: u32,
    pub payer_sequence: i64,
    pub payee_sequence: i64,
    pub payer_receipt: Vec<u8>,
    pub payee_receipt: Vec<u8>,
}

fn read(row: &Row<'_>) -> rusqlite::Result<Decided> {
    if let Some(refusal) = row.get("refusal")? {
        return Ok(Decided::Refused(refusal));
    }
    Ok(Decided::Executed(Executed {
        no: row.get("no")?,
        payer: AccountNo(row.get("payer")?),
        payee: AccountNo(row.get("payee")?),
        amount: row.get("amount")?,
        epoch: row.get("epoch")?,
        payer_sequence: row.get("payer_sequence")?,
        payee_sequence: row.get("payee_sequence")?,
        payer_receipt: row.get("payer_receipt")?,
        payee_receipt: row.get("payee_receipt")?,
    }))
}

/// What became of the order with this hash; `None` if nothing is known of it.
pub(crate) fn find(db: &Connection, issuer: IssuerNo, order: &Digest) -> rusqlite::Result<Option<Decided>> {
    let sql = "SELECT * FROM decision WHERE issuer = ?1 AND hash = ?2";
    sql::first(db, sql, params![issuer.0, order.as_bytes()], read)
}

/// What became of the order with this hash, and who was to pay.
pub(crate) fn find_with_payer(
    db: &Connection,
    issuer: IssuerNo,
    order: &Digest,
) -> rusqlite::Result<Option<(AccountNo, Decided)>> {
    let sql = "SELECT * FROM decision WHERE issuer = ?1 AND hash = ?2";
    let with_payer = |row: &Row<'_>| Ok((AccountNo(row.get("payer")?), read(row)?));
    sql::first(db, sql, params![issuer.0, order.as_bytes()], with_payer)
}

/// Whether an order of this payer already has this id.
pub(crate) fn id_is_taken(db: &Connection, payer: AccountNo, order_id: &OrderId) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM decision WHERE payer = ?1 AND order_id = ?2";
    sql::first(db, sql, params![payer.0, order_id.as_bytes()], |_| Ok(())).map(|row| row.is_some())
}

/// All refunds so far of an order.
pub(crate) fn refunded(db: &Connection, issuer: IssuerNo, order: &Digest) -> rusqlite::Result<i64> {
    let mut statement =
        db.prepare_cached("SELECT coalesce(sum(amount), 0) FROM decision WHERE issuer = ?1 AND repays = ?2")?;
    statement.query_row(params![issuer.0, order.as_bytes()], |row| row.get(0))
}

/// What an account has paid on the UTC day of `now`: in all, or by one key.
pub(crate) fn paid_today(
    db: &Connection,
    payer: AccountNo,
    signer: Option<&PublicKey>,
    now: UnixSeconds,
) -> rusqlite::Result<i64> {
    let mut statement = db.prepare_cached(
        "SELECT coalesce(sum(amount), 0) FROM decision
         WHERE payer = ?1 AND utc_day = ?2 AND (?3 IS NULL OR signer = ?3)",
    )?;
    let parameters = params![payer.0, now.div_euclid(DAY), signer.map(PublicKey::as_bytes)];
    statement.query_row(parameters, |row| row.get(0))
}

/// Remembers a refusal. `claims_id`: no other order of this payer can have its id any more.
pub(crate) fn insert_refused(
    db: &Connection,
    issuer: IssuerNo,
    payer: AccountNo,
    order: &Signed<Order>,
    claims_id: bool,
    refusal: &[u8],
) -> rusqlite::Result<()> {
    let body = order.body();
    sql::run(
        db,
        "INSERT INTO decision (issuer, hash, payer, order_id, not_after, refusal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            issuer.0,
            order.hash().as_bytes(),
            payer.0,
            claims_id.then_some(body.order_id.as_bytes()),
            body.not_after,
            refusal,
        ],
    )
    .map(drop)
}

/// What is kept of an order that is being executed; its receipts follow.
pub(crate) struct NewExecuted<'a> {
    pub order: &'a Signed<Order>,
    pub payer: AccountNo,
    pub payee: AccountNo,
    /// Hash of the grant by which it was signed.
    pub grant: Option<Digest>,
    /// Row of the request that it pays.
    pub request: Option<i64>,
    pub memo: Option<&'a [u8]>,
    /// A replay whose id another order took after the restore goes without.
    pub claims_id: bool,
    pub epoch: u32,
    pub payer_sequence: i64,
    pub payee_sequence: i64,
    pub payer_receipt: &'a [u8],
    pub payee_receipt: &'a [u8],
    pub now: UnixSeconds,
}

/// Remembers an executed order, and gives its row's number.
pub(crate) fn insert_executed(
    db: &Connection,
    issuer: IssuerNo,
    new: &NewExecuted<'_>,
) -> rusqlite::Result<i64> {
    let body = new.order.body();
    sql::run(
        db,
        "INSERT INTO decision (issuer, hash, payer, order_id, not_after, order_bytes, signer, granted_by, payee, amount,
           utc_day, request, request_id, repays, memo, epoch, payer_sequence, payee_sequence, payer_receipt, payee_receipt)
         VALUES (:issuer, :hash, :payer, :order_id, :not_after, :order_bytes, :signer,
           (SELECT no FROM grants WHERE issuer = :issuer AND hash = :grant), :payee, :amount, :utc_day, :request, :request_id, :repays, :memo, :epoch, :payer_sequence, :payee_sequence, :payer_receipt, :payee_receipt)",
        named_params! {
            ":issuer": issuer.0,
            ":hash": new.order.hash().as_bytes(),
            ":payer": new.payer.0,
            ":order_id": new.claims_id.then_some(body.order_id.as_bytes()),
            ":not_after": body.not_after,
            ":order_bytes": new.order.bytes(),
            ":signer": new.order.signer().as_bytes(),
            ":grant": new.grant.as_ref().map(|hash| *hash.as_bytes()),
            ":payee": new.payee.0,
            ":amount": body.amount.minor(),
            ":utc_day": new.now.div_euclid(DAY),
            ":request": new.request,
            ":request_id": body.request.as_ref().map(|id| *id.as_bytes()),
            ":repays": body.repays.as_ref().map(|hash| *hash.as_bytes()),
            ":memo": new.memo,
            ":epoch": new.epoch,
            ":payer_sequence": new.payer_sequence,
            ":payee_sequence": new.payee_sequence,
            ":payer_receipt": new.payer_receipt,
            ":payee_receipt": new.payee_receipt,
        },
    )?;
    let no = db.last_insert_rowid();
    if let Some(request) = new.request {
        requests::set_paid(db, request)?;
    }
    Ok(no)
}

/// Removes the memo of an order.
pub(crate) fn remove_memo(db: &Connection, no: i64) -> rusqlite::Result<()> {
    sql::run(db, "UPDATE decision SET memo = NULL WHERE no = ?1", params![no]).map(drop)
}

/// Forgets refusals of orders that ended before `before`: those are refused anew as expired.
pub(crate) fn forget_refused(db: &Connection, before: UnixSeconds) -> rusqlite::Result<usize> {
    sql::run(db, "DELETE FROM decision WHERE refusal IS NOT NULL AND not_after < ?1", params![before])
}

/// Forgets the refusal of an order whose receipt has come to light.
pub(crate) fn forget_refusal(db: &Connection, issuer: IssuerNo, order: &Digest) -> rusqlite::Result<()> {
    let sql = "DELETE FROM decision WHERE issuer = ?1 AND hash = ?2 AND refusal IS NOT NULL";
    sql::run(db, sql, params![issuer.0, order.as_bytes()]).map(drop)
}
