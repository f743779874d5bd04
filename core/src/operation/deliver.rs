//! Sends an operation once, and settles whatever the answer proves.

use super::apply;
use super::card;
use super::chain::{self, Ground, StoredPast};
use super::context::{Context, Write};
use super::trust::{self, KnownIssuer};
use crate::artefact::{Order, Receipt, Refusal, Signed};
use crate::error::WalletError;
use crate::event::Event;
use crate::issuer::answer::EntryBundle;
use crate::issuer::{OrderSubmission, Outcome, Rejection, Settlement, Undecided};
use crate::ledger::follow::Follower;
use crate::ledger::receipts;
use crate::ledger::signing_keys::ServerSigned;
use crate::store::StoreError;
use crate::store::tables::RowKey;
use crate::store::tables::account::ACCOUNTS;
use crate::store::tables::issuer::ISSUERS;
use crate::store::tables::operation::{self, Operation, OperationState};
use crate::store::tables::payee::{self, PAYEES, PayeeRecord};
use crate::store::tables::payment::{self, PaymentState};

/// What one try has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The operation is at its end.
    Decided,
    /// It is not known whether the order was executed. Ask again, never pay again.
    Unknown {
        /// Why, as a stable code.
        fault: String,
        /// When the issuer asks to be tried again, in seconds from now.
        retry_after_seconds: Option<i64>,
    },
}

/// Sends the stored bytes of an operation. Safe to call at any time and any number of times.
pub(crate) async fn deliver(context: &Context, key: RowKey) -> Result<Delivery, WalletError> {
    let _alone = context.sending.lock(key).await;
    let now = context.now();
    let operation = context
        .write(move |write| {
            operation::begin_attempt(write.transaction, &key, now)?;
            operation::get(write.transaction, write.cipher, &key)?
                .ok_or_else(|| WalletError::not_found("payment"))
        })
        .await?;
    if operation.state == OperationState::Submitted {
        attempt(context, operation).await
    } else {
        Ok(Delivery::Decided)
    }
}

/// Sends an operation for the first time, which was counted when it was confirmed. Somebody may have sent it meanwhile:
/// then this is one more time, and changes nothing.
pub(crate) async fn deliver_first(context: &Context, confirmed: Operation) -> Result<Delivery, WalletError> {
    let _alone = context.sending.lock(confirmed.key).await;
    attempt(context, confirmed).await
}

async fn attempt(context: &Context, operation: Operation) -> Result<Delivery, WalletError> {
    let key = operation.key;
    let order = stored_order(&operation)?;
    let submission = OrderSubmission {
        order: &order,
        request: operation.record.request.as_ref().map(|request| request.0.as_slice()),
        memo: operation.record.memo.as_ref().map(|memo| memo.0.as_slice()),
        pin: None,
    };
    let outcome = Outcome::of(context.backend.submit_order(submission).await);
    let judged = Box::pin(settle(context, &operation, &order, outcome)).await?;
    if let Delivery::Unknown { fault, .. } = &judged {
        let (fault, now) = (fault.clone(), context.now());
        context.write(move |write| Ok(operation::note_fault(write.transaction, &key, &fault, now)?)).await?;
    }
    Ok(judged)
}

/// The order of an operation, as it was stored.
pub(crate) fn stored_order(operation: &Operation) -> Result<Signed<Order>, WalletError> {
    Signed::parse_proven(&operation.record.order.0)
        .map_err(|_| StoreError::unreadable("operation.value").into())
}

async fn settle(
    context: &Context,
    operation: &Operation,
    order: &Signed<Order>,
    outcome: Outcome,
) -> Result<Delivery, WalletError> {
    match outcome {
        Outcome::Settled(Settlement::Signed { receipt, entry }) => {
            learn_signer(context, operation, &receipt).await;
            executed(context, operation.clone(), order.clone(), receipt, entry).await
        }
        Outcome::Refused(Rejection::Signed { refusal, .. }) => {
            learn_signer(context, operation, &refusal).await;
            refused(context, operation.clone(), order.clone(), refusal).await
        }
        // A backend that does not sign proves nothing by its word; its driver must be asked for the chain.
        Outcome::Settled(Settlement::Stated { .. }) | Outcome::Refused(Rejection::Stated { .. }) => {
            Ok(unknown("unsigned_answer"))
        }
        Outcome::Unknown(Undecided::Pending { .. }) => Ok(unknown("pending")),
        Outcome::Unknown(Undecided::NotSeen) => Ok(unknown("not_seen")),
        Outcome::Unknown(Undecided::Failed(error)) => Ok(Delivery::Unknown {
            fault: error.code().to_owned(),
            retry_after_seconds: error.retry_after_seconds(),
        }),
    }
}

/// An answer by a key that is not known yet is not to be doubted before the issuer's newest card is.
async fn learn_signer<T: ServerSigned>(context: &Context, operation: &Operation, answer: &Signed<T>) {
    let issuer = operation.record.issuer;
    let _alone = context.syncing.lock(issuer).await;
    if let Err(error) = card::learn_signer(context, issuer, answer).await {
        tracing::debug!(code = error.code(), "the card cannot be asked for");
    }
}

fn unknown(fault: &str) -> Delivery {
    Delivery::Unknown { fault: fault.into(), retry_after_seconds: None }
}

/// A receipt ends the operation. Its money stays held until the chain contains the debit, which is now if the entry
/// came along and follows the chain that we know.
async fn executed(
    context: &Context,
    operation: Operation,
    order: Signed<Order>,
    receipt: Signed<Receipt>,
    entry: Option<Vec<u8>>,
) -> Result<Delivery, WalletError> {
    let now = context.now();
    context
        .write(move |write| {
            let keys = known_issuer(write, &operation)?.signing;
            if let Err(error) = receipts::check_receipt(&receipt, &order, &operation.record.payer, &keys) {
                return Ok(unknown(error.code()));
            }
            let settled = OperationState::Settled;
            if operation::finish(
                write.transaction,
                write.cipher,
                &operation,
                settled,
                Some(receipt.bytes()),
                now,
            )? {
                show(write, &operation, PaymentState::Settled, None)?;
                write.tell(&Event::PaymentSettled {
                    issuer: operation.record.issuer,
                    payment: order.hash(),
                })?;
            }
            follow(write, &operation, &receipt, entry, now)?;
            Ok(Delivery::Decided)
        })
        .await
}

/// Lets the entry beside a receipt in, if it follows the known end of the chain. What does not, or is false, is for the
/// next synchronisation to judge.
fn follow(
    write: &Write<'_>,
    operation: &Operation,
    receipt: &Signed<Receipt>,
    entry: Option<Vec<u8>>,
    now: i64,
) -> Result<(), WalletError> {
    let account = ACCOUNTS.get(write.transaction, write.cipher, operation.record.issuer)?;
    let (Some(entry), Some(mut account)) = (entry, account) else { return Ok(()) };
    let bundle = EntryBundle {
        entry,
        order: Some(operation.record.order.0.clone()),
        receipt: Some(receipt.bytes().to_vec()),
        grant: None,
        request: operation.record.request.as_ref().map(|request| request.0.clone()),
        memo: operation.record.memo.as_ref().map(|memo| memo.0.clone()),
    };
    let ground = Ground::of(write.transaction, write.cipher, &account)?;
    let past = StoredPast::of(write.transaction, write.cipher, &account)?;
    let mut follower = Follower::new(ground.known(), &past, chain::base(&account)?);
    let Ok(movements) = follower.page(&[bundle.item()]) else { return Ok(()) };
    past.check()?;
    let is_the_receipts = follower.base().state.hash == receipt.body().chain_hash;
    match movements.into_iter().next() {
        Some(movement) if is_the_receipts => {
            let base = follower.base().clone();
            let verified = chain::verified(movement, bundle);
            apply::apply(write, &mut account, &[verified], &base, now)
        }
        _ => Ok(()),
    }
}

async fn refused(
    context: &Context,
    operation: Operation,
    order: Signed<Order>,
    refusal: Signed<Refusal>,
) -> Result<Delivery, WalletError> {
    let now = context.now();
    context
        .write(move |write| {
            let keys = known_issuer(write, &operation)?.signing;
            if let Err(error) = receipts::check_refusal(&refusal, &order, &keys) {
                return Ok(unknown(error.code()));
            }
            end_unpaid(write, &operation, &Unpaid::Refused(&refusal), now)?;
            if refusal.body().code == REQUEST_INVALID {
                doubt_payee(write, &order)?;
            }
            Ok(Delivery::Decided)
        })
        .await
}

/// Nobody who may ask for the payee's money has signed the request, by the issuer's word.
const REQUEST_INVALID: &str = "request_invalid";

/// What this wallet knows of a payee's keys is older than what the issuer knows: it is to be asked for before it serves
/// again.
fn doubt_payee(write: &Write<'_>, order: &Signed<Order>) -> Result<(), WalletError> {
    let id = payee::id(&order.body().issuer, &order.body().payee);
    if let Some(known) = PAYEES.get(write.transaction, write.cipher, id)? {
        let doubted = PayeeRecord { fetched_at: 0, ..known };
        PAYEES.put(write.transaction, write.cipher, id, &doubted)?;
    }
    Ok(())
}

/// Why an operation ends without payment.
pub(crate) enum Unpaid<'a> {
    /// The issuer signed that it will never execute it.
    Refused(&'a Signed<Refusal>),
    /// The issuer signed a head after the order's expiry, whose chain lacks it.
    Lapsed,
}

/// Ends an operation without payment and frees its money. Does nothing if it is at its end already.
pub(crate) fn end_unpaid(
    write: &Write<'_>,
    operation: &Operation,
    why: &Unpaid<'_>,
    now: i64,
) -> Result<(), WalletError> {
    let (state, answer) = match why {
        Unpaid::Refused(refusal) => (OperationState::Refused, Some(refusal.bytes())),
        Unpaid::Lapsed => (OperationState::Lapsed, None),
    };
    if !operation::finish(write.transaction, write.cipher, operation, state, answer, now)? {
        return Ok(());
    }
    operation::release_hold(write.transaction, &operation.key)?;
    let (issuer, payment) = (operation.record.issuer, operation.record.payment);
    match why {
        Unpaid::Refused(refusal) => {
            let code = refusal.body().code.clone();
            show(write, operation, PaymentState::Refused, Some(code.clone()))?;
            write.tell(&Event::PaymentRefused { issuer, payment, code })
        }
        Unpaid::Lapsed => {
            show(write, operation, PaymentState::Lapsed, None)?;
            write.tell(&Event::PaymentLapsed { issuer, payment })
        }
    }
}

fn show(
    write: &Write<'_>,
    operation: &Operation,
    state: PaymentState,
    refusal: Option<String>,
) -> Result<(), WalletError> {
    if let Some(mut shown) = payment::get(write.transaction, write.cipher, &operation.record.payment)? {
        shown.state = state;
        shown.refusal = refusal;
        let issuer = ISSUERS.key(write.cipher, operation.record.issuer);
        payment::put(write.transaction, write.cipher, &issuer, &shown)?;
    }
    Ok(())
}

fn known_issuer(write: &Write<'_>, operation: &Operation) -> Result<KnownIssuer, WalletError> {
    trust::issuer(write.transaction, write.cipher, &operation.record.issuer)
}
