//! What can go wrong on purpose, for the tests of those who call an issuer.
//!
//! The server asks this port before each request. Only whoever embeds the library can put anything in place of
//! [`NoFaults`]; the program cannot.

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

/// Decides what goes wrong.
pub trait Faults: Send + Sync + Debug {
    /// What happens to this request; `None`: it is handled as it should be.
    fn next(&self, method: &str, path: &str) -> Option<Fault>;
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
