//! The moment of confirmation: one transaction signs the order, stores its exact bytes, holds the money and tells the
//! app. Only after it is durable is the network touched.

use rusqlite::Connection;

use super::acting;
use super::context::{Context, Write};
use super::funds;
use super::limits::{self, Approval};
use crate::artefact::{Order, Seen, Signed};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::event::Event;
use crate::keys::{AccountId, Digest, IssuerId, MemoContext, OrderId, PublicKey, RequestId, SealingKey};
use crate::money::Amount;
use crate::store::Cipher;
use crate::store::tables::account::{ACCOUNTS, AccountRecord};
use crate::store::tables::issuer::{ISSUERS, IssuerRecord};
use crate::store::tables::operation::{self, Operation, OperationRecord, OperationState};
use crate::store::tables::payee::{self, PAYEES};
use crate::store::tables::payment::{self, Direction, Payment, PaymentState};
use crate::store::tables::{Blob, RowKey};

/// How far ahead an order's expiry is set. The protocol allows 120 seconds; the rest is for clocks that differ.
const ORDER_SECONDS: i64 = 90;

/// What the user confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Intent {
    /// A second confirmation with the same key finds the first.
    pub(crate) idempotency_key: String,
    pub(crate) issuer: IssuerId,
    pub(crate) payee: AccountId,
    /// As the user saw it.
    pub(crate) payee_name: Option<String>,
    /// The payee's founding key in force.
    pub(crate) payee_key: PublicKey,
    /// Memos are sealed to it; `None` if the payee has no opening.
    pub(crate) payee_sealing_key: Option<SealingKey>,
    /// Tip included.
    pub(crate) amount: Amount,
    pub(crate) tip: Option<Amount>,
    pub(crate) memo: Option<String>,
    /// The request that is paid.
    pub(crate) request: Option<IntendedRequest>,
    /// The payment that is repaid.
    pub(crate) repays: Option<Digest>,
}

/// The request that a payment names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IntendedRequest {
    pub(crate) id: RequestId,
    pub(crate) artefact: Blob,
    pub(crate) reusable: bool,
}

impl Intent {
    /// Tells intents apart that share an idempotency key.
    fn fingerprint(&self) -> Digest {
        let number = |amount: Option<Amount>| amount.map_or(0, Amount::minor).to_be_bytes();
        let optional = |bytes: Option<&[u8]>| Digest::of(&[bytes.unwrap_or_default()]);
        Digest::of(&[
            self.issuer.as_bytes(),
            self.payee.as_bytes(),
            &number(Some(self.amount)),
            &number(self.tip),
            optional(self.memo.as_deref().map(str::as_bytes)).as_bytes(),
            optional(self.request.as_ref().map(|request| request.id.as_ref())).as_bytes(),
            optional(self.repays.as_ref().map(AsRef::as_ref)).as_bytes(),
        ])
    }
}

/// What confirming an intent has come to.
#[derive(Debug)]
pub(crate) enum Confirmed {
    /// A payment that nobody has sent yet; its first try is counted.
    Now(Operation),
    /// One that was confirmed before.
    Before(Operation),
}

impl Confirmed {
    /// The payment.
    pub(crate) fn operation(&self) -> &Operation {
        match self {
            Self::Now(operation) | Self::Before(operation) => operation,
        }
    }
}

/// Confirms a payment, or finds the one that was confirmed before.
pub(crate) async fn confirm(
    context: &Context,
    intent: Intent,
    approval: Approval,
) -> Result<Confirmed, WalletError> {
    let keys = context.keys()?;
    let now = context.now();
    let issuer_now = context.backend.issuer_now(&intent.issuer);
    let order_id = OrderId::new(context.entropy.bytes());
    let entropy = std::sync::Arc::clone(&context.entropy);
    context
        .write(move |write| {
            let intent = match place(write.transaction, write.cipher, intent)? {
                Placed::Taken(operation) => return Ok(Confirmed::Before(operation)),
                Placed::Free(intent) => intent,
            };
            let (issuer_row, issuer, account) = load(write, &intent.issuer)?;
            let (connection, cipher) = (write.transaction, write.cipher);
            let paid = (intent.amount, intent.repays.is_some());
            acting::check_payment(connection, cipher, &issuer_row, &account, paid, (issuer_now, now))?;
            check_funds(write, &issuer_row, &account, &intent, now)?;
            limits::check(write, &issuer_row, &intent, approval, now)?;

            let key = keys.key_of(&account)?;
            let memo = seal_memo(&intent, order_id, entropy.as_ref())?;
            let order = Order {
                issuer: intent.issuer,
                payer: account.account,
                payee: intent.payee,
                amount: intent.amount,
                order_id,
                not_after: issuer_now.saturating_add(ORDER_SECONDS),
                request: intent.request.as_ref().map(|request| request.id),
                repays: intent.repays,
                memo: memo.as_ref().map(|memo| Digest::of(&[memo])),
                seen: seen(&issuer, &account)?,
                tip: intent.tip,
            };
            let order = Signed::sign(&order, &key).map_err(|error| WalletError::artefact("order", &error))?;
            store(write, &issuer_row, &intent, &order, memo, now).map(Confirmed::Now)
        })
        .await
}

/// The payment by which this wallet has paid a request that can be paid once, or is about to, in whichever currency.
pub(crate) fn payment_of_request(
    connection: &Connection,
    cipher: &Cipher,
    request: &RequestId,
) -> Result<Option<Operation>, WalletError> {
    match turn(connection, cipher, request)? {
        Turn::Taken(operation) => Ok(Some(*operation)),
        Turn::Free { .. } => Ok(None),
    }
}

/// Whether [`confirm`] would find a payment that was confirmed before, and make none.
pub(crate) async fn is_repeated(context: &Context, intent: &Intent) -> Result<bool, WalletError> {
    let intent = intent.clone();
    context
        .read(move |connection, cipher| Ok(matches!(place(connection, cipher, intent)?, Placed::Taken(_))))
        .await
}

enum Placed {
    Taken(Operation),
    Free(Intent),
}

/// Finds the operation that this intent would repeat.
fn place(connection: &Connection, cipher: &Cipher, mut intent: Intent) -> Result<Placed, WalletError> {
    if let Some(request) = intent.request.as_ref().filter(|request| !request.reusable) {
        return Ok(match turn(connection, cipher, &request.id)? {
            Turn::Taken(earlier) => Placed::Taken(*earlier),
            Turn::Free { key } => {
                intent.idempotency_key = key;
                Placed::Free(intent)
            }
        });
    }
    match find(connection, cipher, &intent.idempotency_key)? {
        None => Ok(Placed::Free(intent)),
        Some(earlier) if earlier.record.intent == intent.fingerprint() => Ok(Placed::Taken(earlier)),
        Some(_) => Err(WalletError::Conflict { what: "idempotency key".into() }),
    }
}

enum Turn {
    Taken(Box<Operation>),
    Free { key: String },
}

/// Whose turn it is to pay a request that can be paid once. All its payments share a row of keys, so that two scans of
/// one code cannot be paid twice, whatever keys the caller gives. Its currencies share them too: each issuer sees to it
/// that it is paid once there, and only the wallet that it is not paid at another one as well.
fn turn(connection: &Connection, cipher: &Cipher, request: &RequestId) -> Result<Turn, WalletError> {
    let mut attempt = 0_u64;
    loop {
        let key = format!("request/{request}/{attempt}");
        match find(connection, cipher, &key)? {
            None => return Ok(Turn::Free { key }),
            Some(earlier) => match earlier.state {
                OperationState::Submitted | OperationState::Settled => {
                    return Ok(Turn::Taken(Box::new(earlier)));
                }
                OperationState::Refused | OperationState::Lapsed => attempt += 1,
            },
        }
    }
}

fn find(
    connection: &Connection,
    cipher: &Cipher,
    idempotency_key: &str,
) -> Result<Option<Operation>, WalletError> {
    let key = operation::key(cipher, idempotency_key);
    Ok(operation::get(connection, cipher, &key)?)
}

fn load(write: &Write<'_>, issuer: &IssuerId) -> Result<(RowKey, IssuerRecord, AccountRecord), WalletError> {
    let missing = || WalletError::not_found("currency");
    Ok((
        ISSUERS.key(write.cipher, issuer),
        ISSUERS.get(write.transaction, write.cipher, issuer)?.ok_or_else(missing)?,
        ACCOUNTS.get(write.transaction, write.cipher, issuer)?.ok_or_else(missing)?,
    ))
}

fn check_funds(
    write: &Write<'_>,
    issuer: &RowKey,
    account: &AccountRecord,
    intent: &Intent,
    now: UnixSeconds,
) -> Result<(), WalletError> {
    let available = funds::of(write.transaction, write.cipher, issuer, account, now)?.available;
    if intent.amount <= available {
        Ok(())
    } else {
        Err(WalletError::InsufficientFunds { issuer: intent.issuer, needed: intent.amount, available })
    }
}

fn seal_memo(
    intent: &Intent,
    order_id: OrderId,
    entropy: &dyn crate::clock::Entropy,
) -> Result<Option<Vec<u8>>, WalletError> {
    let Some(memo) = intent.memo.as_deref().filter(|memo| !memo.is_empty()) else { return Ok(None) };
    let Some(sealing_key) = &intent.payee_sealing_key else {
        return Err(WalletError::invalid("memo", "no_opening", "this payee cannot receive memos"));
    };
    let place = MemoContext { issuer: intent.issuer, payee: intent.payee, order: order_id };
    sealing_key
        .seal_memo(memo, &place, entropy)
        .map(Some)
        .map_err(|error| WalletError::invalid("memo", error.code(), error))
}

fn seen(issuer: &IssuerRecord, account: &AccountRecord) -> Result<Seen, WalletError> {
    let unsynced = || WalletError::Network {
        fault: "not_synced".into(),
        retryable: true,
        reason: "the account has not been confirmed by its issuer yet: synchronise first".into(),
    };
    let head = account.head.as_ref().ok_or_else(unsynced)?;
    let (statement_number, statement) = issuer.statement.ok_or_else(unsynced)?;
    Ok(Seen { head: Digest::of(&[&head.0]), statement_number, statement })
}

fn store(
    write: &Write<'_>,
    issuer: &RowKey,
    intent: &Intent,
    order: &Signed<Order>,
    memo: Option<Vec<u8>>,
    now: UnixSeconds,
) -> Result<Operation, WalletError> {
    let record = OperationRecord {
        idempotency_key: intent.idempotency_key.clone(),
        intent: intent.fingerprint(),
        issuer: intent.issuer,
        payer: order.body().payer,
        payment: order.hash(),
        order: order.bytes().into(),
        request: intent.request.as_ref().map(|request| request.artefact.clone()),
        memo: memo.map(Blob),
        amount: intent.amount,
        not_after: order.body().not_after,
        answer: None,
    };
    let key = operation::insert(write.transaction, write.cipher, issuer, &record, now)?;
    let shown = Payment {
        payment: record.payment,
        issuer: intent.issuer,
        at: now,
        state: PaymentState::Pending,
        direction: Direction::Out,
        counterpart: intent.payee,
        counterpart_name: intent.payee_name.clone(),
        amount: intent.amount,
        tip: intent.tip,
        memo: intent.memo.clone(),
        request: intent.request.as_ref().map(|request| request.id),
        repays: intent.repays,
        refunded: Amount::new(0),
        refusal: None,
        epoch: None,
        sequence: None,
    };
    payment::put(write.transaction, write.cipher, issuer, &shown)?;
    remember_payee(write, intent, now)?;
    write.tell(&Event::PaymentSubmitted { issuer: intent.issuer, payment: record.payment })?;
    operation::get(write.transaction, write.cipher, &key)?.ok_or_else(|| WalletError::Internal {
        reason: "an operation vanished in its own transaction".into(),
    })
}

/// Notes when, and under which key and name, a payee was paid: another key or name the next time is worth a warning.
fn remember_payee(write: &Write<'_>, intent: &Intent, now: UnixSeconds) -> Result<(), WalletError> {
    let id = payee::id(&intent.issuer, &intent.payee);
    if let Some(mut known) = PAYEES.get(write.transaction, write.cipher, id)? {
        known.first_paid_at.get_or_insert(now);
        known.key_when_paid = Some(intent.payee_key);
        known.name_when_paid.clone_from(&intent.payee_name);
        PAYEES.put(write.transaction, write.cipher, id, &known)?;
    }
    Ok(())
}
