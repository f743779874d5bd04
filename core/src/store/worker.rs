//! Threads that own a connection and do the work that is sent to them, one piece after another.
//!
//! Callers are async and may run on any runtime, or none: they send a closure and await its answer. Work that was
//! sent is done, even if the caller no longer waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::damage;
use super::error::StoreError;

/// A piece of work, with its own way to answer.
type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// One thread or several that take work from one queue, each with its own connection.
#[derive(Debug)]
pub(super) struct Workers {
    queue: Sender<Job>,
    threads: Vec<JoinHandle<Result<(), StoreError>>>,
}

/// What a worker does with its connection when its queue has ended; told whether it saw damage.
pub(super) type Finish = Box<dyn FnOnce(Connection, bool) -> Result<(), StoreError> + Send>;

impl Workers {
    /// Starts a thread for each connection.
    pub(super) fn start(name: &str, connections: Vec<(Connection, Finish)>) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel::<Job>();
        let jobs = Arc::new(Mutex::new(jobs));
        let mut threads = Vec::with_capacity(connections.len());
        for (connection, finish) in connections {
            let jobs = Arc::clone(&jobs);
            let thread =
                thread::Builder::new().name(name.to_owned()).spawn(move || run(connection, &jobs, finish))?;
            threads.push(thread);
        }
        Ok(Self { queue, threads })
    }

    /// Sends work; the answer can be awaited from anywhere.
    pub(super) fn send<T, E>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, E>>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            // Nobody may be waiting any more; the work is done all the same.
            let _ = reply.send(work(connection));
        });
        self.queue.send(job).map_err(|_| StoreError::Closed)?;
        Ok(answer)
    }

    /// Lets the queue run empty, ends the threads and waits for them; the first failure to finish counts.
    /// From one of the threads itself (work that drops the last handle to the store) it does not wait for that one.
    pub(super) fn join(self) -> Result<(), StoreError> {
        drop(self.queue);
        let here = thread::current().id();
        let mut outcome = Ok(());
        for thread in self.threads {
            if thread.thread().id() == here {
                continue;
            }
            let finished = thread.join().unwrap_or(Err(StoreError::WorkPanicked));
            outcome = outcome.and(finished);
        }
        outcome
    }
}

fn run(mut connection: Connection, jobs: &Mutex<Receiver<Job>>, finish: Finish) -> Result<(), StoreError> {
    let mut damaged = false;
    loop {
        // The guard is dropped with this statement, before the work is done: others may take the next.
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { break };
        // The work's own panics are caught in `transact`; this is for what it drops on the way.
        let _ = catch_unwind(AssertUnwindSafe(|| job(&mut connection)));
        damaged |= damage::take();
    }
    finish(connection, damaged)
}

/// Does the work in a transaction: committed if it succeeds, rolled back if it fails or panics.
pub(super) fn transact<T, E: From<StoreError>>(
    connection: &mut Connection,
    behaviour: TransactionBehavior,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let transaction = begin(connection, behaviour)?;
    let outcome = catch_unwind(AssertUnwindSafe(|| work(&transaction)));
    match outcome {
        Ok(Ok(value)) => transaction.commit().map_err(StoreError::from).map(|()| value).map_err(E::from),
        // Dropping the transaction rolls it back.
        Ok(Err(error)) => Err(error),
        Err(_panic) => Err(StoreError::WorkPanicked.into()),
    }
}

fn begin(connection: &mut Connection, behaviour: TransactionBehavior) -> Result<Transaction<'_>, StoreError> {
    if !connection.is_autocommit() {
        // A rollback failed before; nothing may join that transaction.
        connection.execute_batch("ROLLBACK")?;
    }
    Ok(connection.transaction_with_behavior(behaviour)?)
}
