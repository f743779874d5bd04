//! What every part of the wallet stands on: the file, the ports, the keys, and who waits for whom.

use std::any::type_name;
use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction};
use tokio::sync::{Notify, OwnedMutexGuard, watch};

use super::keyslot::{KeySlot, WalletKeys};
use super::tasks::Tasks;
use crate::clock::{Clock, Entropy, UnixSeconds};
use crate::error::WalletError;
use crate::event::Event;
use crate::issuer::IssuerBackend;
use crate::keys::{IssuerId, PassphraseCost, SecretStore};
use crate::store::tables::outbox;
use crate::store::{Cipher, Database, OpenedKey, StoreError};

/// Shared by the wallet's parts. All of it works from any thread.
pub(crate) struct Context {
    pub(crate) database: Database,
    pub(crate) backend: Arc<dyn IssuerBackend>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) secrets: Arc<dyn SecretStore>,
    pub(crate) keys: KeySlot,
    /// What one guess of the PIN costs, for PINs that are set from now on.
    pub(crate) pin_cost: PassphraseCost,
    /// One at a time tries a PIN.
    pub(crate) trying_pin: tokio::sync::Mutex<()>,
    /// One at a time follows the chain of an account.
    pub(crate) syncing: NamedLocks<IssuerId>,
    /// One at a time sends an operation.
    pub(crate) sending: NamedLocks<[u8; 16]>,
    /// One at a time replaces the wallet's keys.
    pub(crate) rekeying: tokio::sync::Mutex<()>,
    /// What goes on in the background.
    pub(crate) tasks: Tasks,
    /// Ends all waiting before another try.
    hurry: Notify,
    news: watch::Sender<News>,
}

/// What there is to know for whoever waits for something to happen in the wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct News {
    /// Grows whenever something was written, or the wallet was locked.
    pub(crate) changes: u64,
    /// The time between opening or resuming and pausing or closing.
    pub(crate) session: Session,
}

/// The time between opening or resuming and pausing or closing. Two are the same only if nothing was in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session(u64);

impl Session {
    /// Whether the files are open. Sessions and the gaps between them take turns.
    pub(crate) fn is_open(self) -> bool {
        self.0.is_multiple_of(2)
    }

    fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// A write: the transaction, the key to sealed values, and the events that it will have caused.
pub(crate) struct Write<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) cipher: &'a Cipher,
}

impl Write<'_> {
    /// Tells the app, if the transaction holds.
    pub(crate) fn tell(&self, event: &Event) -> Result<(), WalletError> {
        outbox::push(self.transaction, self.cipher, event)?;
        Ok(())
    }
}

impl Context {
    pub(crate) fn new(
        database: Database,
        backend: Arc<dyn IssuerBackend>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        secrets: Arc<dyn SecretStore>,
        pin_cost: PassphraseCost,
    ) -> Self {
        Self {
            database,
            backend,
            clock,
            entropy,
            secrets,
            keys: KeySlot::default(),
            pin_cost,
            trying_pin: tokio::sync::Mutex::default(),
            syncing: NamedLocks::default(),
            sending: NamedLocks::default(),
            rekeying: tokio::sync::Mutex::default(),
            tasks: Tasks::default(),
            hurry: Notify::new(),
            news: watch::Sender::new(News { changes: 0, session: Session(0) }),
        }
    }

    /// The time by our clock.
    pub(crate) fn now(&self) -> UnixSeconds {
        self.clock.now()
    }

    /// The wallet's keys, while it is unlocked.
    pub(crate) fn keys(&self) -> Result<Arc<WalletKeys>, WalletError> {
        self.keys.get()
    }

    /// Unlocks the wallet: puts both keys to use, unless it was locked since the data key was asked for.
    pub(crate) fn unlock(&self, data_key: OpenedKey, keys: WalletKeys) -> Result<(), StoreError> {
        self.keys.fill(keys, || self.database.use_key(data_key))
    }

    /// Forgets all keys.
    pub(crate) fn lock(&self) {
        self.keys.empty(|| self.database.lock());
        self.tell_waiters();
    }

    /// Reads from the wallet's file. The work is on its way when this returns: the future only waits.
    pub(crate) fn read<T, F>(
        &self,
        work: F,
    ) -> impl Future<Output = Result<T, WalletError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Cipher) -> Result<T, WalletError> + Send + 'static,
    {
        let sent = self
            .database
            .cipher()
            .map(|cipher| self.database.read(move |connection| Ok(work(connection, &cipher))));
        async move { sent?.await? }
    }

    /// Writes to the wallet's file in one transaction, and wakes whoever waits for events. The work is on its way when
    /// this returns: the future only waits.
    pub(crate) fn write<T, F>(
        &self,
        work: F,
    ) -> impl Future<Output = Result<T, WalletError>> + Send + use<'_, T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>) -> Result<T, WalletError> + Send + 'static,
    {
        let sent = self.database.cipher().map(|cipher| {
            self.database.write_named(type_name::<F>(), move |transaction| {
                work(&Write { transaction, cipher: &cipher })
            })
        });
        async move {
            let written = sent?.await?;
            self.tell_waiters();
            Ok(written)
        }
    }

    /// Waits before another try; not at all once [`hurry`](Self::hurry) is called.
    pub(crate) async fn pause(&self, duration: Duration) {
        tokio::select! {
            () = tokio::time::sleep(duration) => {}
            () = self.hurry.notified() => {}
        }
    }

    /// Lets everything that waits before another try go on at once: the network may be back.
    pub(crate) fn hurry(&self) {
        self.hurry.notify_waiters();
    }

    /// Changes whenever something was written, and whenever the wallet is locked, paused, resumed or closed.
    pub(crate) fn news(&self) -> watch::Receiver<News> {
        self.news.subscribe()
    }

    /// Lets everyone who waits for news look again.
    pub(crate) fn tell_waiters(&self) {
        self.news.send_modify(|news| news.changes = news.changes.wrapping_add(1));
    }

    /// Ends all waiting for news: the files are about to be closed. Does nothing between sessions.
    pub(crate) fn end_session(&self) {
        self.turn(true);
    }

    /// The files are open again. Does nothing in a session.
    pub(crate) fn begin_session(&self) {
        self.turn(false);
    }

    fn turn(&self, from_open: bool) {
        self.news.send_if_modified(|news| {
            let turns = news.session.is_open() == from_open;
            if turns {
                news.session = news.session.next();
            }
            turns
        });
    }
}

/// A lock for each name in use.
pub(crate) struct NamedLocks<K>(Mutex<HashMap<K, Arc<tokio::sync::Mutex<()>>>>);

impl<K> Default for NamedLocks<K> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Eq + Hash> NamedLocks<K> {
    /// Waits until nobody else holds this name.
    pub(crate) async fn lock(&self, name: K) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Whoever waits or holds has a share; a lock with one share is nobody's.
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(locks.entry(name).or_default())
        };
        lock.lock_owned().await
    }
}
