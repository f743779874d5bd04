//! The app lock: a PIN beside the secret store, and who may raise a spending limit.
//!
//! A PIN is asked for when the wallet is unlocked and when a payment goes over a limit. It is for the moment when
//! somebody else holds the unlocked phone: what guards the wallet's file is the secret store, and the value that a PIN
//! is checked against is sealed like everything else. Wrong PINs make the next try wait, and never destroy anything:
//!
//! | wrong in a row | wait before the next |
//! | --- | --- |
//! | 1 to 4 | none |
//! | 5 | 1 minute |
//! | 6 | 5 minutes |
//! | 7 | 15 minutes |
//! | 8 and more | 1 hour |
//!
//! A try is written down as wrong before it is checked, so that ending the app in the middle gives no free try. The
//! times are those of the phone's clock: whoever can set it forward waits less.
//!
//! - `pin`: the rules, pure.

mod pin;

use std::sync::Arc;

use zeroize::Zeroizing;

use self::pin::{PinCheck, Turn};
use super::plan::PaymentPlan;
use super::{Wallet, lifecycle};
use crate::error::WalletError;
use crate::keys::IssuerId;
use crate::operation::context::{Context, Write};
use crate::operation::limits::{self, Approval, SpendingLimits};
use crate::store::tables::Keyed;
use crate::store::tables::account::ACCOUNTS;
use crate::store::tables::keyring::{self, PinState};
use crate::store::tables::payment::Payment;
use crate::store::{Cipher, StoreError};

/// The code of the error that says that a PIN must be given.
pub(crate) const PIN_NEEDED: &str = "pin_needed";

const PINS: Keyed<PinCheck> = Keyed::new("setting");
const PIN_ROW: &str = "pin";

/// How the app lock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct AppLock {
    /// Whether the wallet is locked now.
    pub locked: bool,
    /// Whether a PIN is set.
    pub pin_set: bool,
    /// How often in a row the PIN was wrong.
    pub wrong_pins: i64,
    /// How long the next try has to wait, in seconds; 0 if it need not.
    pub wait_seconds: i64,
}

impl Wallet {
    /// How the app lock stands. Can be asked while the wallet is locked.
    pub async fn app_lock(&self) -> Result<AppLock, WalletError> {
        let state = self.context.database.read(keyring::pin_state).await?;
        let wait_seconds = match pin::turn(state, self.context.now()) {
            Turn::Try(_) => 0,
            Turn::Wait { seconds, .. } => seconds,
        };
        Ok(AppLock {
            locked: self.context.keys().is_err(),
            pin_set: state.required,
            wrong_pins: state.wrong,
            wait_seconds,
        })
    }

    /// Gets the keys from the secret store, which may ask the user, if the PIN is right. Of a wallet that is unlocked
    /// already, the PIN is checked all the same.
    ///
    /// Fails with `pin_wrong` or `pin_wait`, both `Denied`, which say after how many seconds the next try makes sense;
    /// with `pin_not_set` if there is none.
    pub async fn unlock_with_pin(&self, pin: &str) -> Result<(), WalletError> {
        lifecycle::unlock(&self.context, Some(pin)).await
    }

    /// Checks the PIN of a wallet that is unlocked, for an app that has something of its own to guard. A wrong one counts
    /// and makes the next wait, as with [`unlock_with_pin`](Self::unlock_with_pin), and the failures are the same.
    pub async fn check_pin(&self, pin: &str) -> Result<(), WalletError> {
        check(&self.context, pin).await
    }

    /// Sets the PIN, or changes it: then the present one is needed. It takes at least 4 digits, or 8 characters if any
    /// of them is not a digit, and at most 128 (`pin_format`).
    ///
    /// From now on the wallet is locked when it is opened.
    pub async fn set_pin(&self, new_pin: &str, present_pin: Option<&str>) -> Result<(), WalletError> {
        pin::check_format(new_pin)?;
        let proof = self.proof(present_pin).await?;
        let check = {
            let (new_pin, cost) = (Zeroizing::new(new_pin.to_owned()), self.context.pin_cost);
            let entropy = Arc::clone(&self.context.entropy);
            apart(move || PinCheck::of(&new_pin, cost, entropy.as_ref())).await?
        };
        self.context
            .write(move |write| {
                allow(write, proof.as_ref())?;
                PINS.put(write.transaction, write.cipher, PIN_ROW, &check)?;
                let state = PinState { required: true, ..PinState::default() };
                Ok(keyring::put_pin_state(write.transaction, &state)?)
            })
            .await
    }

    /// Removes the PIN: from now on the secret store alone guards the wallet, and limits can be raised freely.
    pub async fn remove_pin(&self, pin: &str) -> Result<(), WalletError> {
        self.proof(Some(pin)).await?;
        self.context
            .write(move |write| {
                PINS.remove(write.transaction, write.cipher, PIN_ROW)?;
                Ok(keyring::put_pin_state(write.transaction, &PinState::default())?)
            })
            .await
    }

    /// The limits on what may leave an account without the PIN.
    pub async fn spending_limits(&self, issuer: IssuerId) -> Result<SpendingLimits, WalletError> {
        self.context.read(move |connection, cipher| limits::get(connection, cipher, &issuer)).await
    }

    /// Sets the limits on what may leave an account without the PIN. To set one where there was none, or to lower one,
    /// is free; to raise or remove one needs the PIN if there is one (`pin_needed`).
    pub async fn set_spending_limits(
        &self,
        issuer: IssuerId,
        limits: SpendingLimits,
        pin: Option<&str>,
    ) -> Result<(), WalletError> {
        limits.check()?;
        let proof = self.proof(pin).await?;
        self.context
            .write(move |write| {
                if ACCOUNTS.get(write.transaction, write.cipher, issuer)?.is_none() {
                    return Err(WalletError::not_found("currency"));
                }
                let before = limits::get(write.transaction, write.cipher, &issuer)?;
                if limits.allows_more_than(&before) {
                    allow(write, proof.as_ref())?;
                }
                limits::set(write, &issuer, &limits)
            })
            .await
    }

    /// [`pay`](Self::pay) for a plan over a spending limit: the PIN approves this one payment.
    pub async fn pay_over_limit(
        &self,
        plan: PaymentPlan,
        pin: &str,
        patience_ms: Option<u32>,
    ) -> Result<Payment, WalletError> {
        let approval = self.approve_over_limit(pin).await?;
        self.confirm(plan, approval, patience_ms).await
    }

    /// What lets one payment go over the limits.
    pub(crate) async fn approve_over_limit(&self, pin: &str) -> Result<Approval, WalletError> {
        self.proof(Some(pin)).await?;
        Ok(Approval::ByPin)
    }

    async fn proof(&self, pin: Option<&str>) -> Result<Option<PinProof>, WalletError> {
        let Some(pin) = pin else { return Ok(None) };
        prove(&self.context, self.context.database.cipher()?, pin).await.map(Some)
    }
}

/// That the user knew the PIN a moment ago.
struct PinProof(());

/// Whether this is the PIN of a wallet that is unlocked.
pub(crate) async fn check(context: &Context, pin: &str) -> Result<(), WalletError> {
    prove(context, context.database.cipher()?, pin).await.map(drop)
}

/// What can be said of a PIN before the secret store is asked.
pub(crate) async fn before_prompt(context: &Context, pin: Option<&str>) -> Result<(), WalletError> {
    let state = context.database.read(keyring::pin_state).await?;
    match (pin, pin::turn(state, context.now())) {
        (None, _) if state.required => Err(needed()),
        (Some(_), Turn::Wait { seconds, state: after }) => {
            if after != state {
                context
                    .database
                    .write(move |transaction| keyring::put_pin_state(transaction, &after))
                    .await?;
            }
            Err(wait(seconds))
        }
        _ => Ok(()),
    }
}

/// Whether the wallet may be unlocked: if a PIN is set, with that PIN only, whatever the file says in the open.
pub(crate) async fn admit(
    context: &Context,
    cipher: Arc<Cipher>,
    pin: Option<&str>,
) -> Result<(), WalletError> {
    match pin {
        Some(pin) => prove(context, cipher, pin).await.map(drop),
        None => match stored(context, cipher).await? {
            Some(_) => Err(needed()),
            None => Ok(()),
        },
    }
}

/// Lets pass whoever knew the PIN, and everybody if there is none.
fn allow(write: &Write<'_>, proof: Option<&PinProof>) -> Result<(), WalletError> {
    if proof.is_some() || PINS.get(write.transaction, write.cipher, PIN_ROW)?.is_none() {
        Ok(())
    } else {
        Err(needed())
    }
}

async fn prove(context: &Context, cipher: Arc<Cipher>, pin: &str) -> Result<PinProof, WalletError> {
    let _alone = context.trying_pin.lock().await;
    let check = stored(context, cipher)
        .await?
        .ok_or_else(|| WalletError::invalid("pin", "pin_not_set", "there is no PIN"))?;
    begin_try(context).await?;
    let pin = Zeroizing::new(pin.to_owned());
    if apart(move || check.matches(&pin)).await? {
        context
            .database
            .write(|transaction| {
                keyring::put_pin_state(transaction, &PinState { required: true, ..PinState::default() })
            })
            .await?;
        Ok(PinProof(()))
    } else {
        let state = context.database.read(keyring::pin_state).await?;
        Err(wrong(pin::wait_after(state.wrong)))
    }
}

/// Counts a try, or says how long it has to wait.
async fn begin_try(context: &Context) -> Result<(), WalletError> {
    let now = context.now();
    let turn = context
        .database
        .write(move |transaction| {
            let turn = pin::turn(keyring::pin_state(transaction)?, now);
            let (Turn::Try(state) | Turn::Wait { state, .. }) = &turn;
            keyring::put_pin_state(transaction, state)?;
            Ok(turn)
        })
        .await?;
    match turn {
        Turn::Try(_) => Ok(()),
        Turn::Wait { seconds, .. } => Err(wait(seconds)),
    }
}

/// What the PIN is checked against, if one is set.
async fn stored(context: &Context, cipher: Arc<Cipher>) -> Result<Option<PinCheck>, WalletError> {
    let found = context
        .database
        .read(move |connection| {
            let check = PINS.get(connection, &cipher, PIN_ROW)?;
            if check.is_none() && keyring::pin_state(connection)?.required {
                return Err(StoreError::unreadable("setting.pin"));
            }
            Ok(check)
        })
        .await?;
    Ok(found)
}

/// Runs work that takes a while on a thread of its own.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WalletError> + Send + 'static,
) -> Result<T, WalletError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(WalletError::Internal { reason: "checking a PIN was ended".into() }))
}

fn needed() -> WalletError {
    WalletError::denied(PIN_NEEDED, "the PIN is needed")
}

fn wrong(seconds: i64) -> WalletError {
    WalletError::Denied {
        rule: "pin_wrong".into(),
        reason: "the PIN is wrong".into(),
        retry_after_seconds: (seconds > 0).then_some(seconds),
    }
}

fn wait(seconds: i64) -> WalletError {
    WalletError::Denied {
        rule: "pin_wait".into(),
        reason: format!("too many wrong PINs: wait {seconds} seconds"),
        retry_after_seconds: Some(seconds),
    }
}

#[cfg(test)]
mod tests;
