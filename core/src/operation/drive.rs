//! Keeps sending an operation until its outcome is known: now, in the background, and after every start.

use std::sync::Arc;
use std::time::Duration;

use super::context::Context;
use super::deliver::{self, Delivery};
use crate::error::WalletError;
use crate::store::tables::RowKey;
use crate::store::tables::operation::{self, Operation};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Sends until the outcome is known. Ends with an error only if the wallet itself fails (locked, disk).
pub(crate) async fn drive(context: Arc<Context>, key: RowKey) -> Result<Operation, WalletError> {
    let mut pause = FIRST_PAUSE;
    loop {
        match deliver::deliver(&context, key).await? {
            Delivery::Decided(operation) => return Ok(*operation),
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
        spawn(context, operation.key);
    }
    Ok(open.len())
}

/// Drives an operation in the background.
pub(crate) fn spawn(context: &Arc<Context>, key: RowKey) {
    let driven = Arc::clone(context);
    context.tasks.spawn(async move {
        if let Err(error) = drive(driven, key).await {
            // Locked or closed: the next start takes it up again.
            tracing::info!(code = error.code(), "stopped asking for the outcome of a payment");
        }
    });
}
