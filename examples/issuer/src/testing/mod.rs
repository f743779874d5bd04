//! Opens the server to the tests of those who must catch an issuer that cheats.
//!
//! - [`TestClock`]: time that a test moves.
//! - [`Front`]: what stands before all routes and may change what comes and goes.
//! - [`Indoors`]: a server without a socket.
//! - `program`: what the program hears from a test.
//! - [`Inside`]: the database, the signing keys, and ready-made ways to cheat ([`tamper`]).

mod clock;
mod front;
mod indoors;
#[cfg(unix)]
pub mod program;
pub mod tamper;

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use tallystick::artefact::StatementRef;
use tallystick::clock::UnixSeconds;
use tallystick::keys::{AccountId, IssuerId, SigningKey};
use tower_service::Service as _;

pub use clock::TestClock;
pub(crate) use front::put_in_front;
pub use front::{Answering, Front};
pub use indoors::Indoors;

use crate::RunningServer;
use crate::access;
use crate::book::statements;
use crate::db::WriteCx;
use crate::db::accounts::AccountRow;
use crate::db::issuers::IssuerRow;
use crate::folder;
use crate::problem::Problem;
use crate::services::Shared;

/// Something that could not be done to the server.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TestingError(String);

impl From<Problem> for TestingError {
    fn from(problem: Problem) -> Self {
        Self(problem.to_string())
    }
}

/// Puts a copy of the database in the place of the present one, as after a restore. The server must not run.
pub fn put_back(data_folder: &Path, copy: &Path) -> std::io::Result<()> {
    let database = folder::database(data_folder);
    for suffix in ["-wal", "-shm"] {
        let mut side = database.clone().into_os_string();
        side.push(suffix);
        if Path::new(&side).exists() {
            std::fs::remove_file(side)?;
        }
    }
    std::fs::copy(copy, database).map(drop)
}

/// The inside of a running server.
#[derive(Clone)]
pub struct Inside {
    app: Shared,
}

impl RunningServer {
    /// Opens the server.
    pub fn inside(&self) -> Inside {
        Inside { app: Shared::clone(self.app()) }
    }
}

impl Inside {
    /// Does anything to the database, in a transaction of the writer.
    pub async fn with_database<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, TestingError> {
        Ok(self.app.writer.write(move |cx| Ok(work(cx.db)?)).await?)
    }

    /// The key with which the server signs for an issuer now.
    pub async fn signing_key(&self, issuer: IssuerId) -> Result<Arc<SigningKey>, TestingError> {
        let app = Shared::clone(&self.app);
        let key = self.app.readers.read(move |db| {
            let card = access::founded(db, &issuer)?.card.ok_or_else(Problem::internal)?;
            app.services.keys.get(&card.signing_key)
        });
        Ok(key.await?)
    }

    /// Makes a statement now; gives its number and hash.
    pub async fn make_statement(&self, issuer: IssuerId) -> Result<StatementRef, TestingError> {
        self.cheat(issuer, |cx, issuer, key| {
            let statement = statements::make(cx, issuer, key)?;
            Ok(StatementRef { number: statement.body().number, hash: statement.hash() })
        })
        .await
    }

    /// Answers a request as if it had come over the network, without one.
    pub async fn answer(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<bytes::Bytes>, TestingError> {
        let request = request.map(axum::body::Body::from);
        // It cannot fail: routes answer everything.
        let answer =
            crate::server::router(&self.app).call(request).await.unwrap_or_else(|never| match never {});
        let (parts, body) = answer.into_parts();
        let is_stream =
            parts.headers.get(http::header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        // It would go on for an hour.
        let body = if is_stream { axum::body::Body::empty() } else { body };
        let body =
            axum::body::to_bytes(body, usize::MAX).await.map_err(|error| TestingError(error.to_string()))?;
        Ok(http::Response::from_parts(parts, body))
    }

    /// The sum of all balances of an issuer, and of all entries of its present epoch: both are zero, always.
    pub async fn sums(&self, issuer: IssuerId) -> Result<(i64, i64), TestingError> {
        self.with_database(move |db| {
            db.query_row(
                "SELECT (SELECT coalesce(sum(balance), 0) FROM account WHERE issuer = issuer.no),
                   (SELECT coalesce(sum(amount), 0) FROM entry JOIN account ON account.no = entry.account
                    WHERE account.issuer = issuer.no AND entry.epoch = issuer.epoch)
                 FROM issuer WHERE id = ?1",
                [issuer.as_bytes()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })
        .await
    }

    /// The issuer's time.
    pub fn now(&self) -> UnixSeconds {
        self.app.services.time.now()
    }

    async fn cheat<T: Send + 'static>(
        &self,
        issuer: IssuerId,
        work: impl FnOnce(&WriteCx<'_>, &IssuerRow, &SigningKey) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, TestingError> {
        let done = self.app.writer.write(move |cx| {
            let (issuer, key) = crate::book::writable(cx, &issuer)?;
            work(cx, &issuer, &key)
        });
        Ok(done.await?)
    }
}

fn account(cx: &WriteCx<'_>, issuer: &IssuerRow, account: &AccountId) -> Result<AccountRow, Problem> {
    access::account(cx.db, issuer, account)
}
