//! The data key's way from the secret store into memory.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use super::super::cipher::Place;
use super::super::database::Database;
use super::super::error::StoreError;
use super::super::migrate::WALLET;
use super::super::opening::IfAbsent;
use super::super::tables::keyring;
use super::{block_on, options};
use crate::clock::{Entropy, SystemEntropy};
use crate::keys::{MemorySecretStore, SecretStore, SecretStoreError};

const PLACE: Place<'_> = Place { table: "t", key: b"1", column: "c" };

fn wallet(folder: &Path) -> Database {
    block_on(Database::open(options(folder, WALLET, IfAbsent::Create))).unwrap()
}

fn keystore() -> Arc<MemorySecretStore> {
    Arc::new(MemorySecretStore::new(Arc::new(SystemEntropy)))
}

fn unlock(store: &Database, secrets: &Arc<impl SecretStore + 'static>) -> Result<(), StoreError> {
    unlock_from(store, Arc::clone(secrets) as Arc<dyn SecretStore>, Arc::new(SystemEntropy))
}

/// Makes a key if there is none yet, as whoever creates a wallet does.
fn unlock_from(
    store: &Database,
    secrets: Arc<dyn SecretStore>,
    entropy: Arc<dyn Entropy>,
) -> Result<(), StoreError> {
    block_on(async {
        if store.read(keyring::get).await?.is_some() {
            return store.use_key(store.open_key(secrets, entropy).await?);
        }
        let (wrapped, made) = store.make_key(secrets, entropy).await?;
        store.write(move |tx| keyring::put(tx, &wrapped)).await?;
        store.use_key(made)
    })
}

fn seal(store: &Database) -> Vec<u8> {
    store.cipher().unwrap().seal(PLACE, b"hello").unwrap()
}

fn opens(store: &Database, blob: &[u8]) -> bool {
    store.cipher().unwrap().open(PLACE, blob).is_ok_and(|plain| plain.as_slice() == b"hello")
}

#[test]
fn the_data_key_is_made_once_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = keystore();
    let store = wallet(folder.path());
    unlock(&store, &secrets).unwrap();
    let blob = seal(&store);
    store.lock();
    assert_eq!(store.cipher().unwrap_err(), StoreError::Locked);
    unlock(&store, &secrets).unwrap();
    assert!(opens(&store, &blob));
    drop(store);

    let store = wallet(folder.path());
    unlock(&store, &secrets).unwrap();
    unlock(&store, &secrets).unwrap();
    assert!(opens(&store, &blob));
}

#[test]
fn the_data_key_is_not_in_the_file() {
    #[derive(Debug)]
    struct Fives;
    impl Entropy for Fives {
        fn fill(&self, target: &mut [u8]) {
            target.fill(0x55);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let store = wallet(folder.path());
    unlock_from(&store, keystore(), Arc::new(Fives)).unwrap();
    block_on(store.close()).unwrap();
    let file = fs::read(folder.path().join("wallet.db")).unwrap();
    assert!(!file.windows(32).any(|window| window == [0x55; 32]));
}

#[test]
fn a_refusal_of_the_secret_store_leaves_the_wallet_locked_and_no_key_made() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = keystore();
    let store = wallet(folder.path());
    secrets.fail_with(Some(SecretStoreError::UserCancelled));
    let error = unlock(&store, &secrets).unwrap_err();
    assert_eq!(error, StoreError::Secrets(SecretStoreError::UserCancelled));
    assert_eq!(error.code(), "user_cancelled");
    assert_eq!(store.cipher().unwrap_err(), StoreError::Locked);
    assert_eq!(block_on(store.read(keyring::get)), Ok(None));
    secrets.fail_with(None);
    unlock(&store, &secrets).unwrap();
}

#[test]
fn another_secret_store_does_not_open_it_and_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = wallet(folder.path());
    let secrets = keystore();
    unlock(&store, &secrets).unwrap();
    let blob = seal(&store);
    store.lock();
    let error = unlock(&store, &keystore()).unwrap_err();
    assert_eq!(error, StoreError::Secrets(SecretStoreError::KeyInvalidated));
    unlock(&store, &secrets).unwrap();
    assert!(opens(&store, &blob));
}

#[test]
fn a_key_that_was_never_made_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let store = wallet(folder.path());
    let opened = block_on(store.open_key(keystore(), Arc::new(SystemEntropy)));
    assert_eq!(opened.map(drop), Err(StoreError::WalletAbsent));
}

#[test]
fn an_opened_key_is_not_in_use_yet() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = keystore();
    let store = wallet(folder.path());
    unlock(&store, &secrets).unwrap();
    let blob = seal(&store);
    store.lock();
    let opened = block_on(store.open_key(secrets, Arc::new(SystemEntropy))).unwrap();
    assert_eq!(store.cipher().unwrap_err(), StoreError::Locked);
    assert_eq!(opened.cipher().open(PLACE, &blob).unwrap().as_slice(), b"hello");
    store.use_key(opened).unwrap();
    assert!(opens(&store, &blob));
}

#[test]
fn a_lock_during_the_prompt_is_not_undone() {
    let folder = tempfile::tempdir().unwrap();
    let store = wallet(folder.path());
    let secrets = keystore();
    unlock(&store, &secrets).unwrap();
    store.lock();
    let (prompt, asked, answer) = prompt(&secrets);
    let unlocking = {
        let store = store.clone();
        thread::spawn(move || unlock(&store, &prompt))
    };
    asked.recv().unwrap();
    store.lock();
    answer.send(()).unwrap();
    assert_eq!(unlocking.join().unwrap(), Err(StoreError::Locked));
    assert_eq!(store.cipher().unwrap_err(), StoreError::Locked);
}

#[test]
fn wrapping_anew_changes_no_sealed_value() {
    let folder = tempfile::tempdir().unwrap();
    let store = wallet(folder.path());
    let (before, after) = (keystore(), keystore());
    assert_eq!(
        block_on(store.rewrap(before.clone(), after.clone())).unwrap_err().code(),
        "storage_unreadable"
    );
    unlock(&store, &before).unwrap();
    let blob = seal(&store);
    block_on(store.rewrap(before.clone(), after.clone())).unwrap();
    store.lock();
    assert!(unlock(&store, &before).is_err());
    unlock(&store, &after).unwrap();
    assert!(opens(&store, &blob));
}

#[test]
fn the_secret_store_is_asked_one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = wallet(folder.path());
    let inside = Arc::new(Mutex::new(()));
    thread::scope(|scope| {
        for _ in 0..8 {
            let (store, inside) = (store.clone(), Arc::clone(&inside));
            scope.spawn(move || {
                block_on(store.ask(move || {
                    let _alone = inside.try_lock().expect("another was asked at the same time");
                    thread::yield_now();
                    Ok(())
                }))
                .unwrap();
            });
        }
    });
}

/// A secret store that shows a prompt: it says that it was asked, and waits for an answer.
struct Prompt {
    inner: Arc<MemorySecretStore>,
    asked: mpsc::Sender<()>,
    answer: Mutex<mpsc::Receiver<()>>,
}

fn prompt(inner: &Arc<MemorySecretStore>) -> (Arc<Prompt>, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (asked, is_asked) = mpsc::channel();
    let (give, answer) = mpsc::channel();
    (Arc::new(Prompt { inner: Arc::clone(inner), asked, answer: Mutex::new(answer) }), is_asked, give)
}

impl Prompt {
    fn wait(&self) {
        self.asked.send(()).unwrap();
        self.answer.lock().unwrap().recv().unwrap();
    }
}

impl SecretStore for Prompt {
    fn seal(&self, name: String, secret: Vec<u8>) -> Result<Vec<u8>, SecretStoreError> {
        self.wait();
        self.inner.seal(name, secret)
    }

    fn unseal(&self, name: String, sealed: Vec<u8>) -> Result<Vec<u8>, SecretStoreError> {
        self.wait();
        self.inner.unseal(name, sealed)
    }

    fn delete(&self, name: String) -> Result<(), SecretStoreError> {
        self.inner.delete(name)
    }
}
