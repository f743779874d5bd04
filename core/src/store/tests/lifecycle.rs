//! Pausing, resuming, closing, dropping, locking.

use std::sync::mpsc;

use super::super::error::StoreError;
use super::super::opening::IfAbsent;
use super::{add, block_on, cipher_of, create, names, open, texts};

#[test]
fn a_pause_closes_every_file_and_gives_up_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    add(&store, "milk").unwrap();
    block_on(store.pause()).unwrap();
    block_on(store.pause()).unwrap();
    assert_eq!(names(folder.path()), ["wallet.db", "wallet.lock"]);
    assert_eq!(texts(&store), Err(StoreError::Paused));
    assert_eq!(add(&store, "bread"), Err(StoreError::Paused));
    #[cfg(target_os = "linux")]
    {
        let ours = std::fs::canonicalize(folder.path()).unwrap();
        for entry in std::fs::read_dir("/proc/self/fd").unwrap() {
            let target = std::fs::read_link(entry.unwrap().path()).unwrap_or_default();
            assert!(!target.starts_with(&ours), "{target:?} is still open");
        }
    }
    block_on(store.resume()).unwrap();
    block_on(store.resume()).unwrap();
    add(&store, "bread").unwrap();
    assert_eq!(texts(&store).unwrap(), ["milk", "bread"]);
}

#[test]
fn while_paused_another_may_open_and_resuming_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    block_on(store.pause()).unwrap();
    let other = open(folder.path(), IfAbsent::Refuse).unwrap();
    add(&other, "from the other").unwrap();
    assert_eq!(block_on(store.resume()), Err(StoreError::WalletInUse));
    assert_eq!(texts(&store), Err(StoreError::Paused));
    block_on(other.close()).unwrap();
    block_on(store.resume()).unwrap();
    assert_eq!(texts(&store).unwrap(), ["from the other"]);
}

#[test]
fn a_wallet_that_vanished_while_paused_is_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    block_on(store.pause()).unwrap();
    std::fs::remove_file(folder.path().join("wallet.db")).unwrap();
    assert_eq!(block_on(store.resume()), Err(StoreError::WalletAbsent));
    assert_eq!(names(folder.path()), ["wallet.lock"]);
}

#[test]
fn closing_is_for_good_and_may_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    store.unlock(cipher_of(1));
    block_on(store.close()).unwrap();
    block_on(store.close()).unwrap();
    block_on(store.pause()).unwrap();
    assert_eq!(block_on(store.resume()), Err(StoreError::Closed));
    assert_eq!(texts(&store), Err(StoreError::Closed));
    assert_eq!(store.cipher().unwrap_err(), StoreError::Locked);
    assert_eq!(names(folder.path()), ["wallet.db", "wallet.lock"]);
}

#[test]
fn a_paused_store_can_be_closed() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    block_on(store.pause()).unwrap();
    block_on(store.close()).unwrap();
    assert_eq!(texts(&store), Err(StoreError::Closed));
}

#[test]
fn work_that_waits_is_done_before_the_files_close() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let (go, may_go) = mpsc::channel::<()>();
    let (inside, is_inside) = mpsc::channel();
    let writing = {
        let store = store.clone();
        std::thread::spawn(move || {
            block_on(store.write(move |tx| {
                inside.send(()).unwrap();
                may_go.recv().unwrap();
                tx.execute("INSERT INTO note (text) VALUES ('first')", [])?;
                Ok(())
            }))
        })
    };
    is_inside.recv().unwrap();
    let closing = {
        let store = store.clone();
        std::thread::spawn(move || block_on(store.close()))
    };
    while texts(&store) != Err(StoreError::Closed) {
        std::thread::yield_now();
    }
    go.send(()).unwrap();
    closing.join().unwrap().unwrap();
    writing.join().unwrap().unwrap();
    let again = open(folder.path(), IfAbsent::Refuse).unwrap();
    assert_eq!(texts(&again).unwrap(), ["first"]);
}

#[test]
fn dropping_the_last_handle_closes_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let copy = store.clone();
    add(&store, "milk").unwrap();
    drop(store);
    assert_eq!(open(folder.path(), IfAbsent::Refuse).unwrap_err(), StoreError::WalletInUse);
    drop(copy);
    assert_eq!(names(folder.path()), ["wallet.db", "wallet.lock"]);
    assert_eq!(std::fs::metadata(folder.path().join("wallet.lock")).unwrap().len(), 0);
    assert_eq!(texts(&open(folder.path(), IfAbsent::Refuse).unwrap()).unwrap(), ["milk"]);
}

#[test]
fn the_last_handle_may_go_inside_the_work_itself() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    let (go, may_go) = mpsc::channel::<()>();
    let inner = store.clone();
    let mut writing = Box::pin(async move {
        let last = inner.clone();
        inner
            .write(move |tx| {
                may_go.recv().unwrap();
                tx.execute("INSERT INTO note (text) VALUES ('last')", [])?;
                drop(last);
                Ok(())
            })
            .await
    });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(writing.as_mut().poll(&mut context).is_pending());
    drop(writing);
    drop(store);
    go.send(()).unwrap();
    let again = loop {
        match open(folder.path(), IfAbsent::Refuse) {
            Err(StoreError::WalletInUse) => std::thread::yield_now(),
            other => break other.unwrap(),
        }
    };
    assert_eq!(texts(&again).unwrap(), ["last"]);
}

#[test]
fn locking_forgets_the_key_and_leaves_the_file_open() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    assert_eq!(store.cipher().unwrap_err().code(), "locked");
    store.unlock(cipher_of(1));
    let held = std::sync::Arc::downgrade(&store.cipher().unwrap());
    assert!(held.upgrade().is_some());
    store.lock();
    assert!(held.upgrade().is_none(), "the key is still in memory");
    assert_eq!(store.cipher().unwrap_err(), StoreError::Locked);
    add(&store, "still writes").unwrap();
}
