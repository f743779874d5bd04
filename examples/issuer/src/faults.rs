//! What can go wrong on purpose, for the tests of those who call an issuer.
//!
//! The server asks this port before each request, and tells it of each [`CrashPoint`] that it reaches. Only whoever embeds
//! the library can put anything in place of [`NoFaults`]; the program cannot, unless it is built for tests.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What happens to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The request is handled, its answer is lost: the connection breaks.
    LoseReply,
    /// The request is handled twice, as a network that delivers twice would; the second answer is given.
    HandleTwice,
    /// The answer comes later than it could.
    Delay(Duration),
    /// Status 500 without handling the request.
    FailBefore,
    /// Status 500 after the request has been handled.
    FailAfter,
}

/// Defines the places and their names together, so that neither list can lack one.
macro_rules! crash_points {
    ($($(#[$meaning:meta])* $point:ident = $name:literal,)*) => {
        /// A place between two steps where a process may be ended for good. Tests end it there.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum CrashPoint {
            $($(#[$meaning])* $point,)*
        }

        impl CrashPoint {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$point),*];

            /// Its stable name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name,)*
                }
            }
        }
    };
}

crash_points! {
    /// The data folder is this server's own.
    FolderLocked = "folder_locked",
    /// The database is open and up to date; nobody is served yet.
    DatabaseOpened = "database_opened",
    /// A secret lies whole in a file that has not got its name yet.
    SecretWritten = "secret_written",
    /// The file has its name, which is not durable yet.
    SecretNamed = "secret_named",
    /// A request has arrived whole, and nothing was done with it.
    RequestArrived = "request_arrived",
    /// A transaction has begun.
    GroupBegun = "group_begun",
    /// One side of an order has its entry, the other has none.
    OrderHalfWritten = "order_half_written",
    /// A statement is signed and not kept.
    StatementSigned = "statement_signed",
    /// Everything in the transaction is decided and written, and not durable.
    GroupDecided = "group_decided",
    /// The transaction is durable, and nobody knows.
    GroupDurable = "group_durable",
    /// Those who watch were told; those who asked were not.
    GroupTold = "group_told",
    /// An answer is ready, and has not left.
    AnswerReady = "answer_ready",
    /// The server was asked to stop, and all that waited is done.
    QueueDrained = "queue_drained",
    /// The time up to which was signed is kept, and the log is not folded into the database yet.
    TimeKept = "time_kept",
    /// The file of a copy is made, and empty.
    CopyBegun = "copy_begun",
    /// The copy is whole, and not durable.
    CopyWritten = "copy_written",
    /// The copy is durable, and has not got its name.
    CopyDurable = "copy_durable",
}

/// Decides what goes wrong.
pub trait Faults: Send + Sync + Debug {
    /// What happens to this request; `None`: it is handled as it should be.
    fn next(&self, method: &str, path: &str) -> Option<Fault>;

    /// The process is here. It may not come back.
    fn reach(&self, _point: CrashPoint) {}
}

/// Nothing goes wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn next(&self, _: &str, _: &str) -> Option<Fault> {
        None
    }
}

/// Faults in the order in which a test wrote them down; each happens once.
#[derive(Debug, Default)]
pub struct FaultScript {
    steps: Mutex<VecDeque<Step>>,
    spent: tokio::sync::Notify,
}

#[derive(Debug)]
struct Step {
    method: String,
    path_end: String,
    fault: Fault,
}

impl FaultScript {
    /// The next request with this method whose path ends like this suffers `fault`.
    pub fn once(&self, method: &str, path_end: &str, fault: Fault) {
        let step = Step { method: method.to_owned(), path_end: path_end.to_owned(), fault };
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).push_back(step);
    }

    /// Waits until every fault has happened, or begun to.
    pub async fn all_spent(&self) {
        loop {
            let spent = self.spent.notified();
            if self.remaining() == 0 {
                return;
            }
            spent.await;
        }
    }

    /// How many faults have not happened yet.
    pub fn remaining(&self) -> usize {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Faults for FaultScript {
    fn next(&self, method: &str, path: &str) -> Option<Fault> {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let at = steps.iter().position(|step| step.method == method && path.ends_with(&step.path_end))?;
        let step = steps.remove(at);
        self.spent.notify_waiters();
        step.map(|step| step.fault)
    }
}
