//! Tests of the store, by part.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cipher;
mod crash;
mod database;
mod error;
mod lifecycle;
mod migrate;
mod opening;
mod sealed_file;
mod search;
mod unlocking;

use std::fs;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use super::cipher::{Cipher, DataKey};
use super::database::Database;
use super::error::StoreError;
use super::migrate::Schema;
use super::opening::IfAbsent;
use super::session::StoreOptions;
use crate::clock::{Clock, Entropy, UnixSeconds};

/// A small schema of its own, so that the wallet's can grow without touching these tests.
const NOTES: Schema = Schema {
    application_id: 0x5445_5354,
    steps: &[
        "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;",
        "ALTER TABLE note ADD COLUMN stars INTEGER NOT NULL DEFAULT 0;
         CREATE TABLE tag (note INTEGER NOT NULL REFERENCES note (id), name TEXT NOT NULL) STRICT;",
    ],
};

#[derive(Debug)]
struct FixedClock(UnixSeconds);

impl Clock for FixedClock {
    fn now(&self) -> UnixSeconds {
        self.0
    }
}

/// Bytes that never repeat, but are the same on every run.
#[derive(Debug, Default)]
struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, target: &mut [u8]) {
        for chunk in target.chunks_mut(32) {
            let count = self.0.fetch_add(1, Ordering::Relaxed);
            let hash = crate::keys::Digest::of(&[&count.to_be_bytes()]);
            chunk.copy_from_slice(&hash.as_bytes()[..chunk.len()]);
        }
    }
}

fn cipher_of(seed: u8) -> Cipher {
    Cipher::new(&DataKey::from_slice(&[seed; 32]).unwrap(), Arc::new(CountingEntropy::default())).unwrap()
}

fn options(folder: &Path, schema: Schema, if_absent: IfAbsent) -> StoreOptions {
    StoreOptions {
        folder: folder.to_owned(),
        schema,
        if_absent,
        readers: 2,
        clock: Arc::new(FixedClock(1_700_000_000)),
    }
}

fn open(folder: &Path, if_absent: IfAbsent) -> Result<Database, StoreError> {
    block_on(Database::open(options(folder, NOTES, if_absent)))
}

fn create(folder: &Path) -> Database {
    open(folder, IfAbsent::Create).unwrap()
}

fn add(store: &Database, text: &str) -> Result<(), StoreError> {
    let text = text.to_owned();
    block_on(store.write(move |tx| {
        tx.execute("INSERT INTO note (text) VALUES (?1)", [text])?;
        Ok(())
    }))
}

fn texts(store: &Database) -> Result<Vec<String>, StoreError> {
    block_on(store.read(|conn| {
        let mut select = conn.prepare("SELECT text FROM note ORDER BY id")?;
        let rows = select.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }))
}

/// The names of what is in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Waits for a future on this thread, without any runtime: the store must not need one.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
