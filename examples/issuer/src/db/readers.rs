//! The connections that read. Each piece of work sees one moment of the database.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{OpenError, open_reader};
use crate::problem::Problem;

/// More would wait for each other on two cores all the same.
const CONNECTIONS: usize = 4;

/// The connections that read.
#[derive(Clone)]
pub(crate) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// Opens them.
    pub fn open(file: &Path) -> Result<Self, OpenError> {
        let idle = (0..CONNECTIONS).map(|_| open_reader(file)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { idle: Arc::new(Mutex::new(idle)), permits: Arc::new(Semaphore::new(CONNECTIONS)) })
    }

    /// Does a piece of work off the async threads, in one snapshot, which begins with its first query.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let _permit = self.permits.acquire().await.map_err(|_| Problem::internal())?;
        let idle = Arc::clone(&self.idle);
        let done = tokio::task::spawn_blocking(move || {
            // There are as many permits as connections, so one is idle.
            let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = Lent { connection: Some(taken.ok_or_else(Problem::internal)?), idle };
            let connection = connection.connection.as_ref().ok_or_else(Problem::internal)?;
            let snapshot = connection.unchecked_transaction()?;
            work(&snapshot)
        });
        done.await.unwrap_or_else(|_| Err(Problem::internal()))
    }
}

/// Gives the connection back, also when the work panics.
struct Lent {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(self.connection.take());
    }
}
