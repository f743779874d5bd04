//! The wallet file as the rest of the program sees it: open, read, write, pause, close.

use std::any::type_name;
use std::fmt;
use std::future::Future;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::cipher::Cipher;
use super::error::StoreError;
use super::guard::Guard;
use super::opening::IfAbsent;
use super::session::{Session, StoreOptions};
use super::worker::transact;

/// An open wallet file. Copies share it; the last one to go closes it.
///
/// All calls may be made from any thread and any async runtime; the work runs on the store's own threads. Work that
/// was begun is finished even if the caller stops waiting. No network call and no call to the app belongs inside.
///
/// ```text
/// open ──> open ──pause──> paused ──resume──> open
///            └────close──> closed <──close──┘
/// ```
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    options: StoreOptions,
    state: Mutex<State>,
    /// Held while the state changes, which may take a while; `state` itself is only ever held for a moment.
    changing: Mutex<()>,
    key: Mutex<KeyInMemory>,
    guard: Mutex<Guard>,
    /// Held while the platform's secret store is asked.
    asking: Mutex<()>,
}

/// The key to the sealed values, and how often it was forgotten.
#[derive(Default)]
struct KeyInMemory {
    cipher: Option<Arc<Cipher>>,
    locked: u64,
}

enum State {
    Open(Session),
    Paused,
    Closed,
}

impl Database {
    /// Opens the wallet file of a folder.
    ///
    /// Fails with `WalletInUse`, `WalletAbsent`, `IncompatibleDatabase` (the file is untouched), `StorageCorrupt`
    /// (the file was set aside and kept) or an error of the disk.
    pub async fn open(options: StoreOptions) -> Result<Self, StoreError> {
        off_thread(move || {
            let session = Session::open(&options)?;
            let shared = Shared {
                options,
                state: Mutex::new(State::Open(session)),
                changing: Mutex::default(),
                key: Mutex::default(),
                guard: Mutex::new(Guard::of_process()),
                asking: Mutex::default(),
            };
            Ok(Self { shared: Arc::new(shared) })
        })
        .await
    }

    /// Reads. All of it sees the same moment of the database, whatever is written meanwhile.
    ///
    /// The work is on its way when this returns; the future only waits, and is small, however much the work holds.
    pub fn read<T, F>(&self, work: F) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let sent = self.session(|session| {
            session.readers.send(move |connection| {
                transact(connection, TransactionBehavior::Deferred, |transaction| work(transaction))
            })
        });
        async move { answer(sent?).await }
    }

    /// Writes in one transaction (`BEGIN IMMEDIATE`): all of it is durable when this returns, or none of it is if it
    /// fails or panics. The work is on its way when this returns, as with [`read`](Self::read).
    pub fn write<T, F>(&self, work: F) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.write_or(work)
    }

    /// Like [`write`](Self::write), for work with failures of its own: they too roll everything back.
    pub fn write_or<T, E, F>(&self, work: F) -> impl Future<Output = Result<T, E>> + Send + use<T, E, F>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        self.write_named(type_name::<F>(), work)
    }

    /// Like [`write_or`](Self::write_or), under a name by which tests find it.
    pub(crate) fn write_named<T, E, F>(
        &self,
        name: &'static str,
        work: F,
    ) -> impl Future<Output = Result<T, E>> + Send + use<T, E, F>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let guard = hold(&self.shared.guard).clone();
        let sent = self.session(|session| {
            session.writer.send(move |connection| {
                let written = transact(connection, TransactionBehavior::Immediate, |transaction| {
                    let written = work(transaction)?;
                    guard.before(name)?;
                    Ok::<T, E>(written)
                })?;
                guard.after(name)?;
                Ok(written)
            })
        });
        async move { answer(sent?).await }
    }

    /// Puts a guard beside every write from now on.
    #[cfg(any(test, feature = "testing"))]
    pub fn guard_commits(&self, guard: Arc<dyn super::CommitGuard>) {
        *hold(&self.shared.guard) = Guard::of(guard);
    }

    /// Keeps the key to the sealed values in memory.
    pub fn unlock(&self, cipher: Cipher) {
        hold(&self.shared.key).cipher = Some(Arc::new(cipher));
    }

    /// Forgets the key to the sealed values. Work that holds it finishes first; then it is wiped from memory. The
    /// file stays open. Unlocking that is under way ends with `Locked`.
    pub fn lock(&self) {
        let mut key = hold(&self.shared.key);
        key.cipher = None;
        key.locked = key.locked.wrapping_add(1);
    }

    /// The key to the sealed values, or `Locked`.
    pub fn cipher(&self) -> Result<Arc<Cipher>, StoreError> {
        hold(&self.shared.key).cipher.clone().ok_or(StoreError::Locked)
    }

    /// How often the key was forgotten; to be compared by [`unlock_unless_locked`](Self::unlock_unless_locked).
    pub(super) fn times_locked(&self) -> u64 {
        hold(&self.shared.key).locked
    }

    /// Unlocks, unless the store was locked since `times_locked` was read: a key that took a prompt to come by must
    /// not undo a lock that was asked for meanwhile.
    pub(super) fn unlock_unless_locked(
        &self,
        cipher: Arc<Cipher>,
        times_locked: u64,
    ) -> Result<(), StoreError> {
        let mut key = hold(&self.shared.key);
        if key.locked != times_locked {
            return Err(StoreError::Locked);
        }
        key.cipher = Some(cipher);
        Ok(())
    }

    /// Does work that asks the platform's secret store: on a thread that may block, one piece at a time.
    pub async fn ask<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, StoreError> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        off_thread(move || {
            let _asking = hold(&shared.asking);
            work()
        })
        .await
    }

    /// Finishes the work that was begun, folds the log into the database, and closes every file, the lock's too.
    /// iOS ends an app that is suspended while it holds a lock on a shared file. Does nothing if paused or closed.
    pub async fn pause(&self) -> Result<(), StoreError> {
        self.leave(|state| match state {
            State::Open(_) => mem::replace(state, State::Paused),
            State::Paused => State::Paused,
            State::Closed => State::Closed,
        })
        .await
    }

    /// Opens the file again after a pause, with all the checks of the first time; it stays paused if that fails.
    /// Does nothing if open.
    pub async fn resume(&self) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.shared);
        off_thread(move || {
            let _changing = hold(&shared.changing);
            match &*hold(&shared.state) {
                State::Open(_) => return Ok(()),
                State::Paused => {}
                State::Closed => return Err(StoreError::Closed),
            }
            let options = StoreOptions { if_absent: IfAbsent::Refuse, ..shared.options.clone() };
            let session = Session::open(&options)?;
            *hold(&shared.state) = State::Open(session);
            Ok(())
        })
        .await
    }

    /// Finishes the work that was begun, closes every file and forgets the key. May be called again.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.lock();
        self.leave(|state| mem::replace(state, State::Closed)).await
    }

    async fn leave(&self, change: fn(&mut State) -> State) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.shared);
        off_thread(move || {
            let _changing = hold(&shared.changing);
            let before = change(&mut hold(&shared.state));
            match before {
                State::Open(session) => session.close(),
                State::Paused | State::Closed => Ok(()),
            }
        })
        .await
    }

    fn session<T>(&self, use_it: impl FnOnce(&Session) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match &*hold(&self.shared.state) {
            State::Open(session) => use_it(session),
            State::Paused => Err(StoreError::Paused),
            State::Closed => Err(StoreError::Closed),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("folder", &self.shared.options.folder).finish_non_exhaustive()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let State::Open(session) = mem::replace(state, State::Closed)
            && let Err(error) = session.close()
        {
            tracing::error!(code = error.code(), "the store did not close in order");
        }
    }
}

/// Nothing that is guarded here is left half changed by a panic.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer<T, E: From<StoreError>>(receiver: oneshot::Receiver<Result<T, E>>) -> Result<T, E> {
    // Only work that panicked outside its transaction goes without an answer.
    receiver.await.unwrap_or_else(|_| Err(StoreError::WorkPanicked.into()))
}

/// Runs blocking work on a thread of its own, without need of a runtime. It begins at once, and is finished even if
/// nobody waits.
fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> impl Future<Output = Result<T, StoreError>> + Send {
    let (reply, receiver) = oneshot::channel();
    let started = thread::Builder::new().name("tallystick-store".into()).spawn(move || {
        let _ = reply.send(work());
    });
    async move {
        started?;
        answer(receiver).await
    }
}
