//! The threads that the SDK works on.
//!
//! A foreign caller polls futures on whatever thread it awaits on, a phone's main thread at worst, and drops them when
//! its coroutine is cancelled. So every export that does more than compute hands its work to these threads and waits
//! for the outcome alone: dropping the wait leaves the work running to its end.

use std::future::Future;
use std::sync::LazyLock;

use tallystick::error::WalletError;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

/// Two: wallets wait for disks and networks far more than they compute.
const WORKERS: usize = 2;

static RUNTIME: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    Builder::new_multi_thread().worker_threads(WORKERS).thread_name("tallystick").enable_all().build().ok()
});

/// Why a piece of work gave no answer of its own. Says nothing of the cause: it may hold what must not be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The system gave no threads to work on.
    #[error("the system gave the wallet no threads; free memory and open it again")]
    NoThreads,
    /// The work ran into a fault of the SDK. What was stored stays; a payment goes on when the wallet is opened again.
    #[error(
        "a fault inside the wallet stopped the call; open the wallet again and look before you repeat it"
    )]
    Fault,
}

impl From<Stopped> for WalletError {
    fn from(stopped: Stopped) -> Self {
        Self::Internal { reason: stopped.to_string() }
    }
}

/// Runs the work to its end on the SDK's threads, whether or not the caller keeps waiting. A panic in it becomes an error.
pub async fn spawned<T, E>(work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Stopped> + Send + 'static,
{
    let runtime = RUNTIME.as_ref().ok_or(Stopped::NoThreads)?;
    runtime.spawn(work).await.unwrap_or_else(|_| Err(Stopped::Fault.into()))
}

/// The same for a wait that changes nothing: it ends when its caller stops waiting, who could not learn of its end, and
/// so keeps nothing alive.
pub async fn watched<T, E>(wait: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Stopped> + Send + 'static,
{
    let runtime = RUNTIME.as_ref().ok_or(Stopped::NoThreads)?;
    // The set ends its tasks when it is dropped.
    let mut tasks = JoinSet::new();
    tasks.spawn_on(wait, runtime.handle());
    tasks.join_next().await.and_then(Result::ok).unwrap_or_else(|| Err(Stopped::Fault.into()))
}

/// The same for work that computes and waits for nobody, or blocks on a disk: on a thread that may.
pub async fn computed<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Stopped> + Send + 'static,
{
    let runtime = RUNTIME.as_ref().ok_or(Stopped::NoThreads)?;
    runtime.spawn_blocking(work).await.unwrap_or_else(|_| Err(Stopped::Fault.into()))
}

#[cfg(test)]
mod tests;
