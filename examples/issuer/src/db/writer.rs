//! The one thread that writes.
//!
//! A durable commit costs a write to the disk, most of a millisecond, whatever it holds. So all that wait are decided
//! together: one transaction, each piece of work in a savepoint of its own, so that one that fails undoes nothing of
//! the others. Answers leave after the commit, and none if it fails.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::{Connection, params};
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, IssuerId};
use tokio::sync::{mpsc, oneshot};

use crate::faults::CrashPoint;
use crate::problem::Problem;
use crate::services::Services;

/// Work that may wait. More than that and callers are sent away: they can come again, a queue cannot shrink.
const QUEUE: usize = 4_096;

/// What a piece of work sees.
pub(crate) struct WriteCx<'a> {
    /// The transaction.
    pub db: &'a Connection,
    /// The time of all that the transaction decides.
    pub now: UnixSeconds,
    /// Everything else that the server has.
    pub services: &'a Services,
    wakes: RefCell<Vec<(IssuerId, AccountId)>>,
}

impl WriteCx<'_> {
    /// After the commit, those who watch this account look again.
    pub fn wake(&self, issuer: IssuerId, account: AccountId) {
        self.wakes.borrow_mut().push((issuer, account));
    }
}

/// Hands work to the thread.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
}

enum Message {
    Job(Box<dyn Job>),
    Stop,
}

/// The thread.
pub(crate) struct WriterThread(JoinHandle<Connection>);

impl Writer {
    /// Starts the thread. It ends when it is told to, or the last `Writer` is gone.
    pub fn start(connection: Connection, services: Arc<Services>) -> std::io::Result<(Self, WriterThread)> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("issuer-writer".to_owned())
            .spawn(move || work_off(connection, jobs, &services))?;
        Ok((Self { queue }, WriterThread(thread)))
    }

    /// Does a piece of work in a transaction and gives its answer once that is durable. Work that answers with a
    /// problem changes nothing.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&WriteCx<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Work { task: Some(work), result: None, reply });
        self.queue
            .try_send(Message::Job(job))
            .map_err(|_| Problem::unavailable("Too much is waiting to be decided.", 1))?;
        answer.await.unwrap_or_else(|_| Err(Problem::unavailable("The server is stopping.", 5)))
    }

    /// Ends the thread once what waits is done. Later work is answered with a problem.
    pub async fn stop(&self) {
        // Fails only if it has ended already.
        let _ = self.queue.send(Message::Stop).await;
    }

    /// Whether the thread is there to work.
    pub fn is_alive(&self) -> bool {
        !self.queue.is_closed()
    }
}

impl WriterThread {
    /// Waits for the end and gives the connection back.
    pub fn join(self) -> Option<Connection> {
        self.0.join().ok()
    }
}

trait Job: Send {
    /// Does the work; `false`: what it changed is to be undone.
    fn decide(&mut self, cx: &WriteCx<'_>) -> bool;

    /// Answers: what the work gave if the transaction is durable, otherwise a problem.
    fn answer(self: Box<Self>, durable: bool);
}

struct Work<F, T> {
    task: Option<F>,
    result: Option<Result<T, Problem>>,
    reply: oneshot::Sender<Result<T, Problem>>,
}

impl<F, T> Job for Work<F, T>
where
    F: FnOnce(&WriteCx<'_>) -> Result<T, Problem> + Send,
    T: Send,
{
    fn decide(&mut self, cx: &WriteCx<'_>) -> bool {
        let Some(task) = self.task.take() else { return false };
        let result = catch_unwind(AssertUnwindSafe(|| task(cx))).unwrap_or_else(|_| Err(Problem::internal()));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, durable: bool) {
        let answer = match self.result {
            Some(Err(problem)) => Err(problem),
            Some(Ok(value)) if durable => Ok(value),
            _ => Err(Problem::unavailable("The database could not be written.", 5)),
        };
        // A caller that has gone away hears of it when it asks again.
        let _ = self.reply.send(answer);
    }
}

fn work_off(connection: Connection, mut queue: mpsc::Receiver<Message>, services: &Services) -> Connection {
    let mut stopping = false;
    while !stopping && let Some(Message::Job(first)) = queue.blocking_recv() {
        let mut group = vec![first];
        while group.len() < services.limits.group {
            match queue.try_recv() {
                Ok(Message::Job(job)) => group.push(job),
                Ok(Message::Stop) => {
                    stopping = true;
                    break;
                }
                Err(_) => break,
            }
        }
        services.metrics.group(group.len());
        let time = services.time.begin();
        let outcome = transact(&connection, &mut group, time.now, time.raise_to, services);
        services.time.end(outcome.as_ref().ok().and(time.raise_to));
        match &outcome {
            Ok(wakes) => {
                services.reach(CrashPoint::GroupDurable);
                services.hub.wake(wakes);
                services.reach(CrashPoint::GroupTold);
            }
            Err(error) => {
                tracing::error!(%error, "a transaction failed");
                services.metrics.failed_transaction();
                // Fails only if nothing is open any more.
                let _ = connection.execute_batch("ROLLBACK");
            }
        }
        for job in group {
            job.answer(outcome.is_ok());
        }
    }
    connection
}

fn transact(
    connection: &Connection,
    group: &mut [Box<dyn Job>],
    now: UnixSeconds,
    raise_to: Option<UnixSeconds>,
    services: &Services,
) -> rusqlite::Result<Vec<(IssuerId, AccountId)>> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    services.reach(CrashPoint::GroupBegun);
    if let Some(ceiling) = raise_to {
        connection.prepare_cached("UPDATE host SET time_ceiling = ?1")?.execute(params![ceiling])?;
    }
    let cx = WriteCx { db: connection, now, services, wakes: RefCell::default() };
    for job in group {
        let woken = cx.wakes.borrow().len();
        connection.prepare_cached("SAVEPOINT job")?.execute([])?;
        if !job.decide(&cx) {
            connection.prepare_cached("ROLLBACK TO job")?.execute([])?;
            cx.wakes.borrow_mut().truncate(woken);
        }
        connection.prepare_cached("RELEASE job")?.execute([])?;
    }
    services.reach(CrashPoint::GroupDecided);
    connection.execute_batch("COMMIT")?;
    Ok(cx.wakes.into_inner())
}
