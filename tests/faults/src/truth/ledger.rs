//! The issuer's ledger, read from its file and checked by itself.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};
use tallystick::artefact::{Order, Receipt, Refusal, Request, Signed};
use tallystick::keys::{AccountId, Digest, IssuerId};
use tallystick::ledger::ChainState;
use tallystick::money::Amount;

/// An order that was executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Who paid.
    pub payer: AccountId,
    /// Who was paid.
    pub payee: AccountId,
    /// How much.
    pub amount: Amount,
}

/// What an issuer's file says.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The end of every account's chain.
    pub ends: BTreeMap<AccountId, ChainState>,
    /// Every executed order, by its hash.
    pub movements: BTreeMap<Digest, Movement>,
    /// Every refused order.
    pub refused: Vec<Digest>,
}

impl Ledger {
    /// Reads and checks it, also while the issuer runs.
    pub fn read(database: &Path, issuer: IssuerId) -> Result<Self, String> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(database, flags).map_err(|error| error.to_string())?;
        // All of it of one moment.
        db.execute_batch("BEGIN").map_err(|error| error.to_string())?;
        let mut ledger = Self::default();
        read_chains(&db, issuer, &mut ledger).and_then(|()| read_decisions(&db, issuer, &mut ledger))?;
        Ok(ledger)
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn id<T>(make: fn([u8; 16]) -> T, bytes: &[u8]) -> Result<T, String> {
    bytes.try_into().map(make).map_err(|_| "an id of another length".to_owned())
}

fn read_chains(db: &Connection, issuer: IssuerId, ledger: &mut Ledger) -> Result<(), String> {
    let mut accounts = db
        .prepare(
            "SELECT account.no, account.id, account.epoch, sequence, chain_hash, balance, held FROM account
             JOIN issuer ON issuer.no = account.issuer WHERE issuer.id = ?1",
        )
        .map_err(text)?;
    let mut rows = accounts.query([issuer.as_bytes().as_slice()]).map_err(text)?;
    let (mut sum, mut held) = (0_i64, 0_i64);
    while let Some(row) = rows.next().map_err(text)? {
        let no: i64 = row.get(0).map_err(text)?;
        let account = id(AccountId::new, &row.get::<_, Vec<u8>>(1).map_err(text)?)?;
        let epoch: u32 = row.get(2).map_err(text)?;
        let end = follow(db, no, ChainState::genesis(issuer, account, epoch))?;
        let said: (i64, Vec<u8>, i64) =
            (row.get(3).map_err(text)?, row.get(4).map_err(text)?, row.get(5).map_err(text)?);
        if (end.sequence, end.hash.as_bytes().as_slice(), end.balance.minor())
            != (said.0, &said.1[..], said.2)
        {
            return Err(format!("the chain of {account} ends at {end:?}, its row says {said:?}"));
        }
        sum += said.2;
        held += row.get::<_, i64>(6).map_err(text)?;
        ledger.ends.insert(account, end);
    }
    if (sum, held) == (0, 0) { Ok(()) } else { Err(format!("balances sum to {sum}, {held} are held")) }
}

/// Follows a chain through its present epoch; those before it are followed for themselves.
fn follow(db: &Connection, account: i64, genesis: ChainState) -> Result<ChainState, String> {
    let mut entries = db
        .prepare_cached(
            "SELECT epoch, bytes, chain_hash, amount, balance FROM entry WHERE account = ?1
             ORDER BY epoch, sequence",
        )
        .map_err(text)?;
    let mut rows = entries.query([account]).map_err(text)?;
    let mut state = ChainState::genesis(genesis.issuer, genesis.account, 0);
    while let Some(row) = rows.next().map_err(text)? {
        let epoch: u32 = row.get(0).map_err(text)?;
        if epoch != state.epoch {
            state = ChainState::genesis(state.issuer, state.account, epoch);
        }
        let (next, entry) = state.advance(&row.get::<_, Vec<u8>>(1).map_err(text)?).map_err(text)?;
        let said: (Vec<u8>, i64, i64) =
            (row.get(2).map_err(text)?, row.get(3).map_err(text)?, row.get(4).map_err(text)?);
        if (next.hash.as_bytes().as_slice(), entry.amount.minor(), next.balance.minor())
            != (&said.0[..], said.1, said.2)
        {
            return Err(format!("an entry's columns say otherwise than its bytes: {entry:?}"));
        }
        state = next;
    }
    if state.epoch == genesis.epoch { Ok(state) } else { Ok(genesis) }
}

fn read_decisions(db: &Connection, issuer: IssuerId, ledger: &mut Ledger) -> Result<(), String> {
    let mut decisions = db
        .prepare(
            "SELECT decision.no, hash, refusal, order_bytes, payer_receipt, payee_receipt,
                    payer, payee, decision.epoch, payer_sequence, payee_sequence
             FROM decision JOIN issuer ON issuer.no = decision.issuer WHERE issuer.id = ?1",
        )
        .map_err(text)?;
    let mut rows = decisions.query([issuer.as_bytes().as_slice()]).map_err(text)?;
    while let Some(row) = rows.next().map_err(text)? {
        let hash: Vec<u8> = row.get(1).map_err(text)?;
        let hash = Digest::new(hash.try_into().map_err(|_| "a hash of another length".to_owned())?);
        if let Some(refusal) = row.get::<_, Option<Vec<u8>>>(2).map_err(text)? {
            let refusal = Signed::<Refusal>::parse(&refusal).map_err(text)?;
            if refusal.body().subject != hash {
                return Err(format!("a refusal of something else lies at {hash}"));
            }
            ledger.refused.push(hash);
            continue;
        }
        let order = Signed::<Order>::parse(&row.get::<_, Vec<u8>>(3).map_err(text)?).map_err(text)?;
        for receipt in [4, 5] {
            let receipt =
                Signed::<Receipt>::parse(&row.get::<_, Vec<u8>>(receipt).map_err(text)?).map_err(text)?;
            if receipt.body().order != hash {
                return Err(format!("a receipt of something else lies at {hash}"));
            }
        }
        if order.hash() != hash {
            return Err(format!("another order lies at {hash}"));
        }
        let amount = order.body().amount;
        for (account, sequence, expected) in [(6, 9, -amount.minor()), (7, 10, amount.minor())] {
            let account: i64 = row.get(account).map_err(text)?;
            check_entries(
                db,
                row.get(0).map_err(text)?,
                account,
                row.get(8).map_err(text)?,
                row.get(sequence).map_err(text)?,
                expected,
            )?;
        }
        let movement = Movement { payer: order.body().payer, payee: order.body().payee, amount };
        ledger.movements.insert(hash, movement);
    }
    check_requests(db, issuer)
}

/// The one entry that a decision has in one account, in its epoch.
fn check_entries(
    db: &Connection,
    decision: i64,
    account: i64,
    epoch: i64,
    sequence: i64,
    expected: i64,
) -> Result<(), String> {
    let mut entries = db
        .prepare_cached(
            "SELECT sequence, amount FROM entry WHERE account = ?1 AND epoch = ?2 AND decision = ?3",
        )
        .map_err(text)?;
    let found = entries
        .query_map(params![account, epoch, decision], |row| Ok((row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect::<Result<Vec<(i64, i64)>, _>>)
        .map_err(text)?;
    if found == [(sequence, expected)] {
        Ok(())
    } else {
        Err(format!("a decision of {expected} has the entries {found:?}, and says {sequence}"))
    }
}

fn check_requests(db: &Connection, issuer: IssuerId) -> Result<(), String> {
    let mut paid = db
        .prepare(
            "SELECT request.bytes, count(*) FROM decision JOIN request ON request.no = decision.request
             JOIN issuer ON issuer.no = decision.issuer
             WHERE issuer.id = ?1 AND order_bytes IS NOT NULL GROUP BY request.no HAVING count(*) > 1",
        )
        .map_err(text)?;
    let mut rows = paid.query([issuer.as_bytes().as_slice()]).map_err(text)?;
    while let Some(row) = rows.next().map_err(text)? {
        let request =
            tallystick::artefact::Unproven::<Request>::parse(&row.get::<_, Vec<u8>>(0).map_err(text)?)
                .map_err(text)?;
        if !request.body().reusable {
            return Err(format!("a request was paid {} times", row.get::<_, i64>(1).map_err(text)?));
        }
    }
    Ok(())
}

/// The card in force, and the grants in force that an owner's wallet signs: roles, and the keys of its own account.
pub(super) fn owners_side(
    database: &Path,
    issuer: IssuerId,
) -> Result<(tallystick::artefact::Card, Vec<Digest>), String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(database, flags).map_err(text)?;
    let card: Vec<u8> = db
        .query_row("SELECT card FROM issuer WHERE id = ?1", [issuer.as_bytes().as_slice()], |row| row.get(0))
        .map_err(text)?;
    let card = Signed::<tallystick::artefact::Card>::parse(&card).map_err(text)?;
    let mut grants = db
        .prepare(
            "SELECT hash FROM grants JOIN issuer ON issuer.no = grants.issuer
             WHERE issuer.id = ?1 AND void = 0 AND role IS NOT NULL",
        )
        .map_err(text)?;
    let hashes = grants
        .query_map([issuer.as_bytes().as_slice()], |row| row.get::<_, [u8; 32]>(0))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(text)?;
    Ok((card.body().clone(), hashes.into_iter().map(Digest::new).collect()))
}
