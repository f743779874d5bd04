//! What payers have seen of the ledger, compared with what we hold: an issuer that keeps two histories must keep its two
//! camps from ever paying each other.

use rusqlite::Connection;

use crate::artefact::{Order, Seen, Signed};
use crate::error::WalletError;
use crate::event::Event;
use crate::keys::{Digest, IssuerId};
use crate::ledger::SeenStatement;
use crate::ledger::seen::compare;
use crate::operation::context::Context;
use crate::operation::trust;
use crate::store::Cipher;
use crate::store::tables::account::ChainRecord;
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::{RowKey, entry, statement};

/// How many entries are looked at at a time.
const PAGE: u32 = 200;

/// Compares the orders that came in since `before`, now that the newest statement is held.
pub(super) async fn compare_since(
    context: &Context,
    issuer: IssuerId,
    before: ChainRecord,
) -> Result<(), WalletError> {
    let differing =
        context.read(move |connection, cipher| differing(connection, cipher, issuer, before)).await?;
    if differing.is_empty() {
        return Ok(());
    }
    context
        .write(move |write| {
            differing
                .into_iter()
                .try_for_each(|payment| write.tell(&Event::HistoriesDiffer { issuer, payment }))
        })
        .await
}

fn differing(
    connection: &Connection,
    cipher: &Cipher,
    issuer: IssuerId,
    before: ChainRecord,
) -> Result<Vec<Digest>, WalletError> {
    let account = trust::account(connection, cipher, &issuer)?;
    let row = ISSUERS.key(cipher, issuer);
    let newest = trust::issuer(connection, cipher, &issuer)?.record.statement.map(|(number, _)| number);
    let epoch = account.chain.epoch;
    let mut after = if before.epoch == epoch { before.sequence } else { 0 };
    let mut differing = Vec::new();
    loop {
        let page = entry::Chain { connection, cipher, issuer: &row, epoch }.after(after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(differing) };
        after = *last;
        for (_, record) in &page {
            if record.order.is_empty() {
                continue;
            }
            let order: Signed<Order> = trust::stored(&record.order.as_slice().into(), "entry.value")?;
            let came_in = order.body().payee == account.account;
            if came_in && differs(connection, cipher, &row, newest, &order.body().seen)? {
                differing.push(order.hash());
            }
        }
    }
}

fn differs(
    connection: &Connection,
    cipher: &Cipher,
    row: &RowKey,
    newest: Option<i64>,
    seen: &Seen,
) -> Result<bool, WalletError> {
    let held = statement::get(connection, cipher, row, seen.statement_number)?;
    let compared = compare(seen, newest, |_| held.map(|statement| Digest::of(&[&statement])));
    Ok(matches!(compared, SeenStatement::Differs { .. }))
}
