//! Following the chains of the wallet's own accounts, and checking them.
//!
//! In this order, so that each step can judge the next: the card (whose signatures count), the opening, the newest
//! statement, the chain up to a head that is signed later than that statement, and our place in the statement.
//!
//! - `open`, `account`, `chain` with `take`: one step each. The statement's check stands in `statement`.
//! - `seen`: what payers have seen, compared with what we hold.
//! - `look_back`: whether a chain that does not lead to its head was rewritten.
//! - `fault`: what follows when an issuer shows too little, or what is not true. `hand_back`: after its restore.

pub(super) mod account;
mod chain;
mod fault;
mod hand_back;
mod look_back;
pub(super) mod open;
mod seen;
mod take;

use std::sync::Arc;

use super::Wallet;
use super::acting;
use super::statement::{self, Finding};
use super::wallet_list;
use crate::error::WalletError;
use crate::keys::IssuerId;
use crate::operation::card::{self, CardNews};
use crate::operation::context::Context;
use crate::operation::trust;
use crate::store::tables::issuer::ISSUERS;
use chain::Arrival;

/// How much is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The chain, and what is needed to check it.
    News,
    /// Role, name and granted keys as well.
    Everything,
}

impl Wallet {
    /// Asks an issuer for whatever is new, and checks all of it. An issuer that is caught contradicting itself is an
    /// `Untrusted` error with the rule `fraud`, one that has broken its rules unless it shows something that it has not
    /// shown, `unanswered`. The evidence is kept.
    pub async fn sync(&self, issuer: IssuerId) -> Result<(), WalletError> {
        self.sync_to(issuer, Depth::Everything).await
    }

    pub(crate) async fn sync_to(&self, issuer: IssuerId, depth: Depth) -> Result<(), WalletError> {
        let _alone = self.context.syncing.lock(issuer).await;
        let done = match Box::pin(run(&self.context, issuer, depth)).await {
            Err(error) if error.code() == acting::NOT_AUTHORISED => {
                Err(Box::pin(acting::lost(&self.context, issuer, error)).await)
            }
            done => done,
        };
        keep_clock(&self.context, issuer).await?;
        done?;
        if depth == Depth::Everything
            && let Err(error) = wallet_list::leave(&self.context, issuer).await
        {
            tracing::info!(code = error.code(), "the wallet's list could not be left");
        }
        Ok(())
    }
}

/// Keeps how far the issuer's clock is from ours, for the first order after the next start.
async fn keep_clock(context: &Context, issuer: IssuerId) -> Result<(), WalletError> {
    let offset = context.backend.clock_offset_seconds(&issuer);
    let kept = context.read(move |connection, cipher| trust::issuer(connection, cipher, &issuer)).await?;
    // Seconds come and go with each answer; orders have half a minute to spare.
    let differs = |offset: i64| kept.record.clock_offset.is_none_or(|kept| (kept - offset).abs() > 5);
    let Some(offset) = offset.filter(|offset| differs(*offset)) else { return Ok(()) };
    context
        .write(move |write| {
            if let Some(mut record) = ISSUERS.get(write.transaction, write.cipher, issuer)? {
                record.clock_offset = Some(offset);
                ISSUERS.put(write.transaction, write.cipher, issuer, &record)?;
            }
            Ok(())
        })
        .await
}

async fn run(context: &Arc<Context>, issuer: IssuerId, depth: Depth) -> Result<(), WalletError> {
    let news = card::refresh(context, issuer, depth == Depth::Everything).await?;
    if let CardNews::Contradiction { known, other } = news {
        return fault::two_cards(context, issuer, &known, &other).await;
    }
    open::ensure(context, issuer).await?;
    let latest = statement::latest(context, issuer).await?;
    if let Some(latest) = &latest
        && let CardNews::Contradiction { known, other } = card::learn_signer(context, issuer, latest).await?
    {
        return fault::two_cards(context, issuer, &known, &other).await;
    }
    let account = context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
    let before = account.chain;
    if depth == Depth::Everything || acting::is_to_be_asked_for(&account, context.backend.issuer_now(&issuer))
    {
        account::refresh(context, issuer).await?;
    }
    let mut arrival = chain::follow(context, issuer).await?;
    // Of its own account the wallet knows all keys and roles; those of somebody else's may just have changed.
    if account.acting.is_some() && matches!(arrival, Arrival::Fault(_)) {
        account::refresh(context, issuer).await?;
        arrival = chain::follow(context, issuer).await?;
    }
    match arrival {
        Arrival::Fault(error) => return fault::not_followed(context, issuer, *error).await,
        Arrival::Head => {}
    }
    if hand_back::give(context, issuer).await?
        && let Arrival::Fault(error) = chain::follow(context, issuer).await?
    {
        return fault::not_followed(context, issuer, *error).await;
    }
    let Some(latest) = latest else { return Ok(()) };
    match statement::catch_up(context, issuer, latest).await? {
        Finding::InOrder => seen::compare_since(context, issuer, before).await,
        Finding::Unproven => fault::unproven(context, issuer, "place_withheld").await,
        Finding::Fraud(fraud) => fault::statement(context, issuer, *fraud).await,
    }
}
