//! Keeps sending an operation until its outcome is known: now, in the background, and after every start.

use std::sync::Arc;
use std::time::Duration;

use super::confirm::Confirmed;
use super::context::Context;
use super::deliver::{self, Delivery};
use crate::error::WalletError;
use crate::store::tables::RowKey;
use crate::store::tables::operation::{self, Operation};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Sends until the outcome is known. Ends with an error only if the wallet itself fails (locked, disk).
async fn drive(context: Arc<Context>, key: RowKey, confirmed: Option<Operation>) -> Result<(), WalletError> {
    let mut pause = FIRST_PAUSE;
    let mut confirmed = confirmed;
    loop {
        let delivery = match confirmed.take() {
            Some(operation) => deliver::deliver_first(&context, operation).await?,
            None => deliver::deliver(&context, key).await?,
        };
        match delivery {
            Delivery::Decided => return Ok(()),
            Delivery::Unknown { fault, retry_after_seconds } => {
                tracing::debug!(fault, "outcome of a payment not known yet");
                let asked = retry_after_seconds.and_then(|seconds| u64::try_from(seconds).ok());
                context.pause(asked.map_or(pause, Duration::from_secs).min(LONGEST_PAUSE)).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// Takes up every operation whose outcome is not known, each in a task of its own. Returns how many there are.
pub(crate) async fn recover(context: &Arc<Context>) -> Result<usize, WalletError> {
    let open = context.read(|connection, cipher| Ok(operation::open(connection, cipher)?)).await?;
    for operation in &open {
        spawn(context, operation.key, None);
    }
    Ok(open.len())
}

/// Goes on with what was confirmed, in the background.
pub(crate) fn begin(context: &Arc<Context>, confirmed: Confirmed) {
    match confirmed {
        Confirmed::Now(operation) => spawn(context, operation.key, Some(operation)),
        Confirmed::Before(operation) => spawn(context, operation.key, None),
    }
}

fn spawn(context: &Arc<Context>, key: RowKey, confirmed: Option<Operation>) {
    let driven = Arc::clone(context);
    context.tasks.spawn(async move {
        if let Err(error) = drive(driven, key, confirmed).await {
            // Locked or closed: the next start takes it up again.
            tracing::info!(code = error.code(), "stopped asking for the outcome of a payment");
        }
    });
}
