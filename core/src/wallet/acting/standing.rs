//! How the grant stands: asked anew, and told when it has changed.

use super::told::{self, Told};
use crate::clock::UnixSeconds;
use crate::error::WalletError;
use crate::event::Event;
use crate::issuer::AccountRef;
use crate::keys::IssuerId;
use crate::operation::acting::{Acting, over};
use crate::operation::context::Context;
use crate::operation::trust::{self, KnownIssuer};
use crate::store::tables::account::{ACCOUNTS, AccountRecord, ActingState};

/// What an issuer says to a key that may not do what it asks for.
pub(in crate::wallet) const NOT_AUTHORISED: &str = "not_authorised";

/// Whether the grant is to be asked for before anything else: it may have been renewed.
pub(in crate::wallet) fn is_to_be_asked_for(account: &AccountRecord, issuer_now: UnixSeconds) -> bool {
    let acting = Acting::of(account, issuer_now);
    acting.is_ok_and(|acting| acting.is_some_and(|acting| acting.state != ActingState::InForce))
}

/// Asks for an account that this wallet acts for: its keys, role, name and grants. The caller holds the issuer's lock.
pub(in crate::wallet) async fn refresh(
    context: &Context,
    known: &KnownIssuer,
    account: &AccountRecord,
) -> Result<(), WalletError> {
    let issuer = account.issuer;
    let place = AccountRef { issuer, account: account.account };
    let keys = context.keys()?;
    let state = told::ask(context, &keys, place).await?;
    let now = context.backend.issuer_now(&issuer);
    let told = match Told::prove(&keys, place, Some(&trust::account_keys(account)?), state, now) {
        Ok(told) => told,
        // It is shown the account, and nothing that would let it act.
        Err(error) => {
            if let Some(state) = told::state_of(&error) {
                note(context, issuer, state).await?;
            }
            return Err(error);
        }
    };
    let known = known.clone();
    context
        .write(move |write| {
            let mut account = trust::account(write.transaction, write.cipher, &issuer)?;
            let before = account.acting.clone();
            told.renew(&mut account, &known, now);
            ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
            if account.acting == before {
                return Ok(());
            }
            write.tell(&Event::ActingChanged { issuer, state: ActingState::InForce })
        })
        .await
}

/// The issuer does not let the wallet read an account. If that is one that it acts for, finds out why, and notes it; what
/// is known of the account stays. Gives the error to be told. The caller holds the issuer's lock.
pub(in crate::wallet) async fn lost(context: &Context, issuer: IssuerId, error: WalletError) -> WalletError {
    match note_lost(context, issuer).await {
        Ok(Some(state)) => over(state),
        Ok(None) => error,
        Err(error) => error,
    }
}

async fn note_lost(context: &Context, issuer: IssuerId) -> Result<Option<ActingState>, WalletError> {
    let account = context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
    let issuer_now = context.backend.issuer_now(&issuer);
    let Some(acting) = Acting::of(&account, issuer_now)? else { return Ok(None) };
    let state = if acting.grant.body().in_time(issuer_now) {
        why(context, &account, &acting).await?
    } else {
        ActingState::Ended
    };
    note(context, issuer, state).await?;
    Ok(Some(state))
}

/// Notes how the grant stands, and tells it if that is new.
async fn note(context: &Context, issuer: IssuerId, state: ActingState) -> Result<(), WalletError> {
    context
        .write(move |write| {
            let mut account = trust::account(write.transaction, write.cipher, &issuer)?;
            if let Some(record) = account.acting.as_mut().filter(|record| record.state != state) {
                record.state = state;
                ACCOUNTS.put(write.transaction, write.cipher, issuer, &account)?;
                write.tell(&Event::ActingChanged { issuer, state })?;
            }
            Ok(())
        })
        .await
}

/// Why a grant does not count any more whose time is not over. Everybody may ask for the account's rekeys.
async fn why(
    context: &Context,
    account: &AccountRecord,
    acting: &Acting,
) -> Result<ActingState, WalletError> {
    let place = AccountRef { issuer: account.issuer, account: account.account };
    let payee = context.backend.payee(place).await.map_err(|error| trust::network(&error))?;
    let is_void = trust::account_keys(account)?
        .with(&payee.rekeys)
        .is_ok_and(|keys| keys.is_void(acting.grant.signer()));
    Ok(if is_void { ActingState::Void } else { ActingState::Cancelled })
}
