//! What was begun and is not at its end: taken up at every start.
//!
//! Payments have `operation::drive`; here is the rest: foundings, what an owner signed, new keys that issuers do not know
//! of, currencies that a restore could not reach, lists that could not be left.

use std::sync::Arc;
use std::time::Duration;

use super::{Wallet, owner, rekey, restore, wallet_list};
use crate::error::WalletError;
use crate::operation::context::Context;

/// After so many tries in vain it waits for the next start: the app, or a person, knows better when to try again.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Takes it up in the background.
pub(super) fn take_up(context: &Arc<Context>) {
    let driven = Arc::clone(context);
    context.tasks.spawn(async move {
        for attempt in 0..TRIES {
            match go_on(&driven).await {
                Ok(true) => return,
                Ok(false) => driven.pause(FIRST_PAUSE * 2_u32.pow(attempt)).await,
                Err(error) => {
                    // Locked or closed: the next start takes it up again.
                    tracing::info!(code = error.code(), "unfinished work waits");
                    return;
                }
            }
        }
    });
}

/// Does what can be done. Says whether nothing is left.
async fn go_on(context: &Arc<Context>) -> Result<bool, WalletError> {
    let rekeyed = rekey::go_on(context).await?.is_empty();
    let founded = owner::continue_foundings(context).await?;
    let sent = owner::flush_all(context).await?;
    let restored = restore::go_on(&Wallet::on(Arc::clone(context))).await?;
    let left = wallet_list::leave_everywhere(context).await?;
    Ok(rekeyed && founded && sent && restored && left)
}
