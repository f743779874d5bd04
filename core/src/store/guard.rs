//! Where a write may be cut off: right before it is durable, and right after. Tests stand there, to see what a crash
//! leaves behind; without the feature `testing` nothing does.

use super::error::StoreError;

/// Stands beside every write of a wallet's file. A write that it stops before its commit is rolled back; one that it
/// stops after it is durable, though nobody learns of it.
#[cfg(any(test, feature = "testing"))]
pub trait CommitGuard: Send + Sync {
    /// Whether this write may become durable.
    fn before_commit(&self, write: &str) -> bool;

    /// Whether anybody may learn that it has.
    fn after_commit(&self, write: &str) -> bool;
}

/// The guard of a store, if it has one.
#[derive(Clone, Default)]
pub(super) struct Guard {
    #[cfg(any(test, feature = "testing"))]
    guard: Option<std::sync::Arc<dyn CommitGuard>>,
}

/// Stands beside every write of every store that this process opens from now on. Only the first one counts.
#[cfg(any(test, feature = "testing"))]
pub fn guard_all_commits(guard: std::sync::Arc<dyn CommitGuard>) {
    // Whoever comes second is of the same test.
    let _ = OF_THE_PROCESS.set(guard);
}

#[cfg(any(test, feature = "testing"))]
static OF_THE_PROCESS: std::sync::OnceLock<std::sync::Arc<dyn CommitGuard>> = std::sync::OnceLock::new();

#[cfg(any(test, feature = "testing"))]
impl Guard {
    /// The guard of a store that is opened.
    pub(super) fn of_process() -> Self {
        Self { guard: OF_THE_PROCESS.get().cloned() }
    }

    pub(super) fn of(guard: std::sync::Arc<dyn CommitGuard>) -> Self {
        Self { guard: Some(guard) }
    }

    pub(super) fn before(&self, write: &str) -> Result<(), StoreError> {
        let passes = self.guard.as_ref().is_none_or(|guard| guard.before_commit(write));
        passes.then_some(()).ok_or(StoreError::Closed)
    }

    pub(super) fn after(&self, write: &str) -> Result<(), StoreError> {
        let passes = self.guard.as_ref().is_none_or(|guard| guard.after_commit(write));
        passes.then_some(()).ok_or(StoreError::Closed)
    }
}

#[cfg(not(any(test, feature = "testing")))]
#[allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "the same calls as above, to nobody")]
impl Guard {
    pub(super) fn of_process() -> Self {
        Self::default()
    }

    pub(super) fn before(&self, _write: &str) -> Result<(), StoreError> {
        Ok(())
    }

    pub(super) fn after(&self, _write: &str) -> Result<(), StoreError> {
        Ok(())
    }
}
