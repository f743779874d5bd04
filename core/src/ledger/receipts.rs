//! Receipts and refusals, bound to the order that they answer (protocol §3.8 and §3.9).

use super::signing_keys::{SigningKeys, Standing};
use super::{Authority, ChainState, Entry, LedgerError, chain};
use crate::artefact::{Order, Receipt, Refusal, Signed};
use crate::keys::AccountId;

/// Why a receipt or refusal does not answer an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Its signer's signature does not count.
    #[error("its signature does not count: {standing:?}")]
    Signature {
        /// How it stands.
        standing: Standing,
    },
    /// It is about another order.
    #[error("it is for another order")]
    OtherOrder,
    /// It is about an account that is not the one it was asked for, or no side of the order.
    #[error("it is for another account")]
    OtherAccount,
    /// The entry beside it is not what it signs for, or not what the order says.
    #[error("the entry is not what the order says and the receipt signs for")]
    OtherEntry,
    /// The entry does not follow the chain as it is known.
    #[error(transparent)]
    DoesNotFollow(#[from] LedgerError),
}

impl ReceiptError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Signature { .. } => "signature_does_not_count",
            Self::OtherOrder => "other_order",
            Self::OtherAccount => "other_account",
            Self::OtherEntry => "other_entry",
            Self::DoesNotFollow(error) => error.code(),
        }
    }
}

/// Checks that a receipt says that this order was executed, for the side of `account`.
pub fn check_receipt(
    receipt: &Signed<Receipt>,
    order: &Signed<Order>,
    account: &AccountId,
    keys: &SigningKeys,
) -> Result<(), ReceiptError> {
    names_order(receipt, order, account)?;
    counts(keys.standing_of(receipt))
}

/// Checks that a refusal says that this order was not and will not be executed.
pub fn check_refusal(
    refusal: &Signed<Refusal>,
    order: &Signed<Order>,
    keys: &SigningKeys,
) -> Result<(), ReceiptError> {
    if refusal.body().subject != order.hash() || refusal.body().issuer != order.body().issuer {
        return Err(ReceiptError::OtherOrder);
    }
    counts(keys.standing_of(refusal))
}

/// Checks the entry beside a receipt, and gives the state after it if `before` is the state right before it. Otherwise
/// the entry must wait until the chain is followed: `Ok(None)`.
pub fn check_entry(
    entry: &[u8],
    receipt: &Signed<Receipt>,
    order: &Signed<Order>,
    before: &ChainState,
) -> Result<Option<(ChainState, Entry)>, ReceiptError> {
    names_order(receipt, order, &before.account)?;
    let read = Entry::read(entry).map_err(LedgerError::from)?;
    if read.sequence != receipt.body().sequence || !is_of_order(&read, order, &before.account) {
        return Err(ReceiptError::OtherEntry);
    }
    let follows = receipt.body().epoch == before.epoch
        && before.issuer == receipt.body().issuer
        && before.sequence.checked_add(1) == Some(read.sequence);
    if !follows {
        return Ok(None);
    }
    if chain::next_hash(&before.hash, entry) != receipt.body().chain_hash {
        return Err(ReceiptError::OtherEntry);
    }
    Ok(Some(before.advance(entry)?))
}

/// Whether an entry of `account` is what this order says: its hash, both accounts, and the amount with its sign.
pub fn is_of_order(entry: &Entry, order: &Signed<Order>, account: &AccountId) -> bool {
    let body = order.body();
    let (counterpart, amount) = if body.payer == *account {
        (body.payee, body.amount.checked_neg().ok())
    } else if body.payee == *account {
        (body.payer, Some(body.amount))
    } else {
        return false;
    };
    let authority = Authority::Order { counterpart, hash: order.hash() };
    body.payer != body.payee && entry.authority == authority && Some(entry.amount) == amount
}

fn names_order(
    receipt: &Signed<Receipt>,
    order: &Signed<Order>,
    account: &AccountId,
) -> Result<(), ReceiptError> {
    let (said, asked) = (receipt.body(), order.body());
    if said.order != order.hash() || said.issuer != asked.issuer {
        return Err(ReceiptError::OtherOrder);
    }
    if said.account != *account || (asked.payer != *account && asked.payee != *account) {
        return Err(ReceiptError::OtherAccount);
    }
    Ok(())
}

fn counts(standing: Standing) -> Result<(), ReceiptError> {
    match standing {
        Standing::Good => Ok(()),
        standing => Err(ReceiptError::Signature { standing }),
    }
}
