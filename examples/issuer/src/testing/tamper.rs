//! Ways to cheat. After each the server goes on as if nothing had happened, and signs what it finds in its database.

use rusqlite::params;
use tallystick::artefact::{Head, Order, Seen, Signed, StatementRef};
use tallystick::keys::{AccountId, IssuerId, OrderId, SigningKey};
use tallystick::ledger::{ChainState, Entry};
use tallystick::money::Amount;

use super::{Inside, TestingError, account};
use crate::book::orders::post_anyway;
use crate::book::{heads, statements};
use crate::db::WriteCx;
use crate::db::accounts::{self, AccountRow, ChainEnd};
use crate::db::decisions::{self, Decided};
use crate::db::entries;
use crate::db::issuers::IssuerRow;
use crate::problem::Problem;

impl Inside {
    /// Changes the amount of an entry and makes a new, sound chain from there on: later heads have another hash for the
    /// same sequence.
    pub async fn rewrite_entry(
        &self,
        issuer: IssuerId,
        of: AccountId,
        sequence: i64,
        amount: Amount,
    ) -> Result<(), TestingError> {
        self.cheat(issuer, move |cx, issuer, _| {
            let account = account(cx, issuer, &of)?;
            rebuild(cx, issuer, &account, |entry| {
                Some(if entry.sequence == sequence { Entry { amount, ..entry } } else { entry })
            })
        })
        .await
    }

    /// Drops an entry and makes a new, sound chain without it.
    pub async fn drop_entry(
        &self,
        issuer: IssuerId,
        of: AccountId,
        sequence: i64,
    ) -> Result<(), TestingError> {
        self.cheat(issuer, move |cx, issuer, _| {
            let account = account(cx, issuer, &of)?;
            rebuild(cx, issuer, &account, |entry| (entry.sequence != sequence).then_some(entry))
        })
        .await
    }

    /// Changes one byte of an entry and nothing else: the chain does not lead to its head any more.
    pub async fn corrupt_entry(
        &self,
        issuer: IssuerId,
        of: AccountId,
        sequence: i64,
    ) -> Result<(), TestingError> {
        self.cheat(issuer, move |cx, issuer, _| {
            let account = account(cx, issuer, &of)?;
            let found = entries::find(cx.db, account.no, account.end.epoch, sequence)?;
            let (mut bytes, _) = found.ok_or_else(Problem::internal)?;
            if let Some(last) = bytes.last_mut() {
                *last ^= 1;
            }
            cx.db.execute(
                "UPDATE entry SET bytes = ?4 WHERE account = ?1 AND epoch = ?2 AND sequence = ?3",
                params![account.no.0, account.end.epoch, sequence, bytes],
            )?;
            Ok(())
        })
        .await
    }

    /// Signs a head of the present after `edit` has changed it: a second history, shown to somebody else.
    pub async fn sign_other_head(
        &self,
        issuer: IssuerId,
        of: AccountId,
        edit: impl FnOnce(&mut Head) + Send + 'static,
    ) -> Result<Signed<Head>, TestingError> {
        self.cheat(issuer, move |cx, issuer, key| {
            let account = account(cx, issuer, &of)?;
            let mut head = heads::sign(cx.db, issuer, &account, key, cx.now)?.body().clone();
            edit(&mut head);
            Signed::sign(&head, key).map_err(|_| Problem::internal())
        })
        .await
    }

    /// Makes a statement that hides an account's balance, whether above or below zero.
    pub async fn hide_balance(&self, issuer: IssuerId, of: AccountId) -> Result<StatementRef, TestingError> {
        self.cheat(issuer, move |cx, issuer, key| {
            let account = account(cx, issuer, &of)?;
            accounts::set_end(cx.db, account.no, &ChainEnd { balance: 0, ..account.end })?;
            let statement = statements::make(cx, issuer, key)?;
            accounts::set_end(cx.db, account.no, &account.end)?;
            Ok(StatementRef { number: statement.body().number, hash: statement.hash() })
        })
        .await
    }

    /// Executes an order that was refused, as if nothing had been wrong with it. Gives the payer's receipt; `None` if
    /// there is no such payee.
    pub async fn execute_refused(
        &self,
        issuer: IssuerId,
        order: Signed<Order>,
    ) -> Result<Option<Vec<u8>>, TestingError> {
        self.cheat(issuer, move |cx, issuer, key| {
            let payer = account(cx, issuer, &order.body().payer)?;
            let Some(payee) = accounts::find(cx.db, issuer.no, &order.body().payee)? else { return Ok(None) };
            cx.db.execute(
                "DELETE FROM decision WHERE issuer = ?1 AND hash = ?2 AND refusal IS NOT NULL",
                params![issuer.no.0, order.hash().as_bytes()],
            )?;
            post_anyway(cx, issuer, key, &order, &payer, &payee)?;
            match decisions::find(cx.db, issuer.no, &order.hash())? {
                Some(Decided::Executed(executed)) => Ok(Some(executed.payer_receipt)),
                _ => Err(Problem::internal()),
            }
        })
        .await
    }

    /// Posts a payment that `signer` signed, whoever that is, as if the payer had. Gives the order.
    pub async fn post_unsigned_debit(
        &self,
        issuer: IssuerId,
        payer: AccountId,
        payee: AccountId,
        amount: Amount,
        signer: SigningKey,
    ) -> Result<Signed<Order>, TestingError> {
        self.cheat(issuer, move |cx, issuer, key| {
            let payer = account(cx, issuer, &payer)?;
            let payee = account(cx, issuer, &payee)?;
            let head = heads::sign(cx.db, issuer, &payer, key, cx.now)?;
            let order = Order {
                issuer: issuer.id,
                payer: payer.id,
                payee: payee.id,
                amount,
                order_id: OrderId::new(cx.services.entropy.bytes()),
                not_after: cx.now + 60,
                request: None,
                repays: None,
                memo: None,
                seen: Seen {
                    head: head.hash(),
                    statement_number: head.body().statement.number,
                    statement: head.body().statement.hash,
                },
                tip: None,
            };
            let order = Signed::sign(&order, &signer).map_err(|_| Problem::internal())?;
            post_anyway(cx, issuer, key, &order, &payer, &payee)?;
            Ok(order)
        })
        .await
    }
}

/// Makes the chain of the present epoch anew from the entries that `edit` lets through.
fn rebuild(
    cx: &WriteCx<'_>,
    issuer: &IssuerRow,
    account: &AccountRow,
    edit: impl Fn(Entry) -> Option<Entry>,
) -> Result<(), Problem> {
    let epoch = account.end.epoch;
    let broken = |_| Problem::internal();
    let mut rows = cx
        .db
        .prepare("SELECT bytes, decision FROM entry WHERE account = ?1 AND epoch = ?2 ORDER BY sequence")?
        .query_map(params![account.no.0, epoch], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(Vec<u8>, Option<i64>)>>>()?;
    cx.db.execute("DELETE FROM entry WHERE account = ?1 AND epoch = ?2", params![account.no.0, epoch])?;
    let mut chain = ChainState::genesis(issuer.id, account.id, epoch);
    for (bytes, decision) in rows.drain(..) {
        let entry = Entry::read(&bytes).map_err(|_| Problem::internal())?;
        let Some(entry) = edit(entry) else { continue };
        let (next, entry, bytes) =
            chain.append(entry.amount, entry.time, entry.blind, entry.authority).map_err(broken)?;
        entries::insert(
            cx.db,
            &entries::NewEntry {
                account: account.no,
                epoch,
                sequence: next.sequence,
                bytes: &bytes,
                chain_hash: next.hash,
                amount: entry.amount.minor(),
                balance: next.balance.minor(),
                decision,
            },
        )?;
        chain = next;
    }
    let end = ChainEnd {
        epoch,
        sequence: chain.sequence,
        chain_hash: chain.hash,
        balance: chain.balance.minor(),
        held: account.end.held,
        time: chain.time,
    };
    Ok(accounts::set_end(cx.db, account.no, &end)?)
}
