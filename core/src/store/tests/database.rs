//! Reading and writing.

use std::sync::{Arc, mpsc};

use rusqlite::{Connection, TransactionBehavior};

use super::super::CommitGuard;
use super::super::error::StoreError;
use super::super::worker::transact;
use super::{add, block_on, create, texts};

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    add(&store, "milk").unwrap();
    add(&store, "bread").unwrap();
    assert_eq!(texts(&store).unwrap(), ["milk", "bread"]);
}

#[test]
fn a_failed_write_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    add(&store, "milk").unwrap();
    let error = block_on(store.write(|tx| {
        tx.execute("INSERT INTO note (text) VALUES ('bread')", [])?;
        tx.execute("INSERT INTO note (text) VALUES ('milk')", [])?;
        Ok(())
    }))
    .unwrap_err();
    assert_eq!(error, StoreError::StorageConflict { rule: "UNIQUE constraint failed: note.text".into() });
    assert_eq!(error.code(), "storage_conflict");
    assert_eq!(texts(&store).unwrap(), ["milk"]);
}

#[derive(Debug, PartialEq, thiserror::Error)]
enum Refusal {
    #[error("too many")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[test]
fn work_may_fail_in_its_own_way_and_is_rolled_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let outcome = block_on(store.write_or(|tx| {
        tx.execute("INSERT INTO note (text) VALUES ('bread')", []).map_err(StoreError::from)?;
        Err::<(), _>(Refusal::TooMany)
    }));
    assert_eq!(outcome, Err(Refusal::TooMany));
    assert!(texts(&store).unwrap().is_empty());
    let outcome = block_on(store.write_or(|tx| {
        tx.execute("INSERT INTO nothing VALUES (1)", []).map_err(StoreError::from)?;
        Ok::<_, Refusal>(())
    }));
    assert!(matches!(outcome, Err(Refusal::Store(StoreError::StorageDefect { .. }))));
}

#[test]
fn a_panic_is_an_error_and_the_store_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    for _ in 0..5 {
        let outcome = block_on(store.write(|tx| {
            tx.execute("INSERT INTO note (text) VALUES ('half')", [])?;
            let rows: i64 = tx.query_row("SELECT count(*) FROM note", [], |row| row.get(0))?;
            assert_eq!(rows, 0, "in the middle of a write");
            Ok(())
        }));
        assert_eq!(outcome, Err(StoreError::WorkPanicked));
        let outcome: Result<(), _> = block_on(store.read(|_| panic!("in the middle of a read")));
        assert_eq!(outcome, Err(StoreError::WorkPanicked));
    }
    add(&store, "whole").unwrap();
    assert_eq!(texts(&store).unwrap(), ["whole"]);
}

#[test]
fn a_panic_while_work_is_dropped_is_survived() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(std::thread::panicking(), "dropped");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let (go, may_go) = mpsc::channel::<()>();
    poll_once(store.write(move |_| {
        may_go.recv().unwrap();
        Ok(Bomb)
    }));
    // Nobody waits any more, so the answer is dropped on the writer's thread.
    go.send(()).unwrap();
    add(&store, "whole").unwrap();
    assert_eq!(texts(&store).unwrap(), ["whole"]);
}

#[test]
fn a_transaction_that_was_ended_inside_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let outcome = block_on(store.write(|tx| Ok(tx.execute_batch("COMMIT")?)));
    assert!(matches!(outcome, Err(StoreError::StorageDefect { .. })), "{outcome:?}");
    add(&store, "whole").unwrap();
    assert_eq!(texts(&store).unwrap(), ["whole"]);
}

#[test]
fn a_transaction_that_could_not_be_rolled_back_is_not_joined() {
    let mut connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("CREATE TABLE t (x); BEGIN; INSERT INTO t VALUES ('left over')").unwrap();
    let left = transact(&mut connection, TransactionBehavior::Immediate, |tx| {
        Ok::<_, StoreError>(tx.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0))?)
    });
    assert_eq!(left, Ok(0));
    assert!(connection.is_autocommit());
}

#[test]
fn a_reader_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let outcome = block_on(store.read(|conn| Ok(conn.execute("INSERT INTO note (text) VALUES ('x')", [])?)));
    assert_eq!(outcome, Err(StoreError::StorageReadOnly));
}

#[test]
fn a_full_disk_is_said_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let outcome = block_on(store.write(|tx| {
        let pages: i64 = tx.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        tx.query_row(&format!("PRAGMA max_page_count = {}", pages + 2), [], |row| row.get::<_, i64>(0))?;
        for i in 0..100 {
            tx.execute("INSERT INTO note (text) VALUES (?1)", [format!("{i:01000}")])?;
        }
        Ok(())
    }));
    assert_eq!(outcome, Err(StoreError::StorageFull));
    assert!(texts(&store).unwrap().is_empty());
}

#[test]
fn a_row_that_must_exist_is_not_read_as_absent() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let missing = block_on(store.read(|conn| {
        Ok(conn.query_row("SELECT text FROM note WHERE id = 9", [], |row| row.get::<_, String>(0))?)
    }));
    assert_eq!(missing.unwrap_err().code(), "storage_unreadable");
    add(&store, "secret words").unwrap();
    let wrong = block_on(
        store.read(|conn| Ok(conn.query_row("SELECT text FROM note", [], |row| row.get::<_, i64>(0))?)),
    );
    let wrong = wrong.unwrap_err();
    assert_eq!(wrong.code(), "storage_unreadable");
    assert!(!wrong.to_string().contains("secret"), "{wrong}");
}

#[test]
fn a_reader_sees_one_moment_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    add(&store, "before").unwrap();
    let (seen, has_seen) = mpsc::channel();
    let (written, is_written) = mpsc::channel();
    let counting = {
        let store = store.clone();
        std::thread::spawn(move || {
            block_on(store.read(move |conn| {
                let count = || conn.query_row("SELECT count(*) FROM note", [], |row| row.get::<_, i64>(0));
                let first = count()?;
                seen.send(()).unwrap();
                is_written.recv().unwrap();
                Ok((first, count()?))
            }))
        })
    };
    has_seen.recv().unwrap();
    add(&store, "meanwhile").unwrap();
    written.send(()).unwrap();
    assert_eq!(counting.join().unwrap(), Ok((1, 1)));
    assert_eq!(texts(&store).unwrap(), ["before", "meanwhile"]);
}

#[test]
fn readers_do_not_wait_for_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    add(&store, "before").unwrap();
    let (inside, is_inside) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let writing = {
        let store = store.clone();
        std::thread::spawn(move || {
            block_on(store.write(move |tx| {
                tx.execute("INSERT INTO note (text) VALUES ('slow')", [])?;
                inside.send(()).unwrap();
                may_go.recv().unwrap();
                Ok(())
            }))
        })
    };
    is_inside.recv().unwrap();
    assert_eq!(texts(&store).unwrap(), ["before"]);
    go.send(()).unwrap();
    writing.join().unwrap().unwrap();
    assert_eq!(texts(&store).unwrap(), ["before", "slow"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writes_from_many_tasks_come_one_after_another() {
    let folder = tempfile::tempdir().unwrap();
    let options = super::options(folder.path(), super::NOTES, super::IfAbsent::Create);
    let store = super::Database::open(options).await.unwrap();
    store.write(|tx| Ok(tx.execute("INSERT INTO note (text) VALUES ('n')", [])?)).await.unwrap();
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let before: i64 = store
                    .read(|conn| Ok(conn.query_row("SELECT stars FROM note", [], |row| row.get(0))?))
                    .await?;
                let after = store
                    .write(|tx| {
                        let stars: i64 = tx.query_row("SELECT stars FROM note", [], |row| row.get(0))?;
                        tx.execute("UPDATE note SET stars = ?1", [stars + 1])?;
                        Ok(stars + 1)
                    })
                    .await?;
                Ok::<_, StoreError>(before < after)
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap());
    }
    let stars: i64 =
        store.read(|conn| Ok(conn.query_row("SELECT stars FROM note", [], |row| row.get(0))?)).await.unwrap();
    assert_eq!(stars, 40);
    store.close().await.unwrap();
}

#[test]
fn work_that_was_begun_is_done_even_if_nobody_waits() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    poll_once(store.write(|tx| Ok(tx.execute("INSERT INTO note (text) VALUES ('alone')", [])?)));
    block_on(store.pause()).unwrap();
    block_on(store.resume()).unwrap();
    assert_eq!(texts(&store).unwrap(), ["alone"]);
}

#[test]
fn connections_are_set_up_for_money() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let pragmas = |conn: &Connection| {
        let ask = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        Ok::<_, StoreError>(
            [
                "foreign_keys",
                "busy_timeout",
                "secure_delete",
                "temp_store",
                "trusted_schema",
                "cache_size",
                "query_only",
            ]
            .map(|name| ask(name).unwrap()),
        )
    };
    assert_eq!(block_on(store.read(move |conn| pragmas(conn))), Ok([1, 5000, 1, 2, 0, -1024, 1]));
    assert_eq!(block_on(store.write(move |tx| pragmas(tx))), Ok([1, 5000, 1, 2, 0, -1024, 0]));
    let writer = block_on(store.write(|tx| {
        let mode: String = tx.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        let ask = |name: &str| tx.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let numbers = ["synchronous", "fullfsync", "wal_autocheckpoint", "journal_size_limit"];
        Ok((mode, numbers.map(|name| ask(name).unwrap())))
    }));
    assert_eq!(writer, Ok(("wal".into(), [2, 1, 256, 2_097_152])));
}

#[test]
fn foreign_keys_hold() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let outcome = block_on(store.write(|tx| Ok(tx.execute("INSERT INTO tag VALUES (7, 'red')", [])?)));
    assert_eq!(outcome.unwrap_err().code(), "storage_conflict");
}

fn poll_once<F: std::future::Future>(future: F) {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let _ = std::pin::pin!(future).as_mut().poll(&mut context);
}

/// Stops one write, on one side of its commit.
struct Stop {
    before: bool,
}

impl CommitGuard for Stop {
    fn before_commit(&self, _: &str) -> bool {
        !self.before
    }

    fn after_commit(&self, _: &str) -> bool {
        self.before
    }
}

#[test]
fn a_write_that_is_cut_off_is_there_or_not() {
    for (before, durable) in [(true, false), (false, true)] {
        let folder = tempfile::tempdir().unwrap();
        let store = create(folder.path());
        store.guard_commits(Arc::new(Stop { before }));
        assert_eq!(add(&store, "milk"), Err(StoreError::Closed));
        assert_eq!(texts(&store).unwrap().len(), usize::from(durable));
    }
}
