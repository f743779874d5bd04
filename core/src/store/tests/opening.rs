//! Opening: layout, lock, newer and damaged files.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::super::error::StoreError;
use super::super::opening::IfAbsent;
use super::{NOTES, add, block_on, create, names, open, options, texts};

fn database(folder: &Path) -> PathBuf {
    folder.join("wallet.db")
}

/// Makes the folder look as if the last session had been killed.
fn end_badly(folder: &Path) {
    fs::write(folder.join("wallet.lock"), b"open\n").unwrap();
}

fn kept_at(outcome: Result<super::Database, StoreError>) -> PathBuf {
    match outcome {
        Err(StoreError::StorageCorrupt { kept_at: Some(kept_at) }) => kept_at,
        other => panic!("{other:?}"),
    }
}

/// A closed wallet with some pages of rows.
fn filled(folder: &Path) {
    let store = create(folder);
    block_on(store.write(|tx| {
        for i in 0..200 {
            tx.execute("INSERT INTO note (text) VALUES (?1)", [format!("{i:0300}")])?;
        }
        Ok(())
    }))
    .unwrap();
    block_on(store.close()).unwrap();
}

/// Overwrites the middle of the file, where only rows and trees are.
fn damage(folder: &Path) {
    let mut file = fs::OpenOptions::new().write(true).open(database(folder)).unwrap();
    let length = file.metadata().unwrap().len();
    file.seek(SeekFrom::Start(length / 2 / 4096 * 4096)).unwrap();
    file.write_all(&[0xA5; 8192]).unwrap();
}

#[test]
fn a_wallet_is_only_made_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none");
    assert_eq!(open(&missing, IfAbsent::Refuse).unwrap_err(), StoreError::WalletAbsent);
    assert!(!missing.exists());
    assert_eq!(open(folder.path(), IfAbsent::Refuse).unwrap_err(), StoreError::WalletAbsent);
    create(folder.path());
    assert!(texts(&open(folder.path(), IfAbsent::Refuse).unwrap()).unwrap().is_empty());
}

#[test]
fn an_existing_wallet_is_never_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    add(&create(folder.path()), "milk").unwrap();
    for if_absent in [IfAbsent::Refuse, IfAbsent::Create, IfAbsent::BeginAnew] {
        assert_eq!(texts(&open(folder.path(), if_absent).unwrap()).unwrap(), ["milk"]);
    }
}

#[test]
#[cfg(unix)]
fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("a/wallet");
    let store = create(&folder);
    add(&store, "milk").unwrap();
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(names(&folder), ["wallet.db", "wallet.db-shm", "wallet.db-wal", "wallet.lock"]);
    for name in names(&folder) {
        assert_eq!(mode(&folder.join(&name)), 0o600, "{name}");
    }
    block_on(store.close()).unwrap();
    assert_eq!(names(&folder), ["wallet.db", "wallet.lock"]);
    // A file that was made readable to others is made private again.
    fs::set_permissions(database(&folder), fs::Permissions::from_mode(0o644)).unwrap();
    drop(open(&folder, IfAbsent::Refuse).unwrap());
    assert_eq!(mode(&database(&folder)), 0o600);
}

#[test]
fn a_second_opening_in_this_process_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = create(folder.path());
    for if_absent in [IfAbsent::Refuse, IfAbsent::Create, IfAbsent::BeginAnew] {
        let error = open(folder.path(), if_absent).unwrap_err();
        assert_eq!(error, StoreError::WalletInUse);
        assert_eq!(error.code(), "wallet_in_use");
    }
    add(&first, "undisturbed").unwrap();
    drop(first);
    assert_eq!(texts(&open(folder.path(), IfAbsent::Refuse).unwrap()).unwrap(), ["undisturbed"]);
}

#[test]
fn something_else_is_set_aside_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = vec![0x5A; 10_000];
    fs::write(database(folder.path()), &garbage).unwrap();
    let kept = kept_at(open(folder.path(), IfAbsent::Create));
    assert_eq!(kept, folder.path().join("corrupt-1700000000"));
    assert_eq!(fs::read(database(&kept)).unwrap(), garbage);
    assert!(!database(folder.path()).exists());
    // However often it is opened, nothing is made in its place…
    for if_absent in [IfAbsent::Refuse, IfAbsent::Create] {
        assert_eq!(kept_at(open(folder.path(), if_absent)), kept);
        assert!(!database(folder.path()).exists());
    }
    // …until the user decides; what was kept stays.
    let store = open(folder.path(), IfAbsent::BeginAnew).unwrap();
    add(&store, "anew").unwrap();
    drop(store);
    assert_eq!(texts(&open(folder.path(), IfAbsent::Refuse).unwrap()).unwrap(), ["anew"]);
    assert_eq!(fs::read(database(&kept)).unwrap(), garbage);
}

#[test]
fn every_damaged_file_is_kept_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut kept = Vec::new();
    for content in ["one", "two", "three"] {
        fs::write(database(folder.path()), content).unwrap();
        kept.push(kept_at(open(folder.path(), IfAbsent::BeginAnew)));
    }
    for (path, content) in kept.iter().zip(["one", "two", "three"]) {
        assert_eq!(fs::read(database(path)).unwrap(), content.as_bytes());
    }
    assert_eq!(kept_at(open(folder.path(), IfAbsent::Create)), kept[2]);
}

#[test]
fn an_empty_file_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(database(folder.path()), b"").unwrap();
    kept_at(open(folder.path(), IfAbsent::Create));
}

#[test]
fn a_database_of_another_program_is_set_aside_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let other = Connection::open(database(folder.path())).unwrap();
    other
        .execute_batch("CREATE TABLE photo (id); PRAGMA application_id = 7; PRAGMA user_version = 1")
        .unwrap();
    other.close().unwrap();
    let before = fs::read(database(folder.path())).unwrap();
    let kept = kept_at(open(folder.path(), IfAbsent::Create));
    assert_eq!(fs::read(database(&kept)).unwrap(), before);
}

#[test]
fn after_a_bad_end_the_file_is_checked_whole() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path());
    end_badly(folder.path());
    assert_eq!(texts(&open(folder.path(), IfAbsent::Refuse).unwrap()).unwrap().len(), 200);
    end_badly(folder.path());
    damage(folder.path());
    let before = fs::read(database(folder.path())).unwrap();
    let kept = kept_at(open(folder.path(), IfAbsent::Refuse));
    assert_eq!(fs::read(database(&kept)).unwrap(), before);
}

#[test]
fn a_truncated_file_is_found_after_a_bad_end() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path());
    end_badly(folder.path());
    let file = fs::OpenOptions::new().write(true).open(database(folder.path())).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2).unwrap();
    kept_at(open(folder.path(), IfAbsent::Refuse));
}

#[test]
fn damage_met_in_use_is_said_and_set_aside_at_the_next_opening() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path());
    damage(folder.path());
    let store = open(folder.path(), IfAbsent::Refuse).unwrap();
    assert_eq!(texts(&store), Err(StoreError::StorageCorrupt { kept_at: None }));
    assert_eq!(texts(&store), Err(StoreError::StorageCorrupt { kept_at: None }));
    block_on(store.close()).unwrap();
    kept_at(open(folder.path(), IfAbsent::Refuse));
}

#[test]
fn the_log_is_kept_with_the_damaged_file() {
    let folder = tempfile::tempdir().unwrap();
    let live = tempfile::tempdir().unwrap();
    filled(live.path());
    let store = open(live.path(), IfAbsent::Refuse).unwrap();
    add(&store, "only in the log").unwrap();
    for name in ["wallet.db", "wallet.db-wal", "wallet.lock"] {
        fs::copy(live.path().join(name), folder.path().join(name)).unwrap();
    }
    damage(folder.path());
    let log = fs::read(folder.path().join("wallet.db-wal")).unwrap();
    let main = fs::read(database(folder.path())).unwrap();
    assert!(!log.is_empty());
    let kept = kept_at(open(folder.path(), IfAbsent::Refuse));
    assert_eq!(fs::read(kept.join("wallet.db-wal")).unwrap(), log);
    assert_eq!(fs::read(database(&kept)).unwrap(), main);
    assert!(!folder.path().join("wallet.db-wal").exists());
}

#[test]
fn an_interrupted_setting_aside_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("corrupt-1600000000");
    fs::create_dir(&kept).unwrap();
    fs::write(database(&kept), "damaged").unwrap();
    fs::write(folder.path().join("wallet.db-wal"), "its log").unwrap();
    // A folder that was made and never used is not taken for a kept wallet.
    fs::create_dir(folder.path().join("corrupt-1650000000")).unwrap();
    assert_eq!(kept_at(open(folder.path(), IfAbsent::Create)), kept);
    assert_eq!(fs::read(kept.join("wallet.db-wal")).unwrap(), b"its log");
}

#[test]
fn an_interrupted_creation_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("wallet.new"), "half").unwrap();
    fs::write(folder.path().join("wallet.new-wal"), "half").unwrap();
    assert_eq!(open(folder.path(), IfAbsent::Refuse).unwrap_err(), StoreError::WalletAbsent);
    drop(create(folder.path()));
    assert_eq!(names(folder.path()), ["wallet.db", "wallet.lock"]);
}

#[test]
fn trouble_with_the_disk_is_not_taken_for_damage() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(database(folder.path())).unwrap();
    let error = open(folder.path(), IfAbsent::Create).unwrap_err();
    assert_eq!(error.code(), "storage_io", "{error}");
    assert!(database(folder.path()).is_dir());

    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    assert_eq!(open(&file, IfAbsent::Create).unwrap_err().code(), "storage_io");
}

/// Everything in the folder but the lock, by name and content; the shared memory is scratch.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let kept = names(folder).into_iter().filter(|name| !name.ends_with("-shm"));
    kept.map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect()
}

fn newer() -> super::Schema {
    super::Schema { steps: &["SELECT 1", "SELECT 1", "SELECT 1", "CREATE TABLE later (id)"], ..NOTES }
}

#[test]
fn a_newer_file_is_refused_and_not_a_byte_changes() {
    let folder = tempfile::tempdir().unwrap();
    let options_newer = options(folder.path(), newer(), IfAbsent::Create);
    block_on(block_on(super::Database::open(options_newer)).unwrap().close()).unwrap();
    let before = contents(folder.path());
    for if_absent in [IfAbsent::Refuse, IfAbsent::Create, IfAbsent::BeginAnew] {
        let error = open(folder.path(), if_absent).unwrap_err();
        assert_eq!(error, StoreError::IncompatibleDatabase { found: 4, supported: 2 });
        assert_eq!(error.code(), "incompatible_database");
        assert_eq!(contents(folder.path()), before);
    }
}

#[test]
fn a_newer_file_keeps_the_log_of_a_session_that_was_killed() {
    let live = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = block_on(super::Database::open(options(live.path(), newer(), IfAbsent::Create))).unwrap();
    block_on(store.write(|tx| Ok(tx.execute("INSERT INTO later VALUES (1)", [])?))).unwrap();
    for name in ["wallet.db", "wallet.db-wal", "wallet.lock"] {
        fs::copy(live.path().join(name), folder.path().join(name)).unwrap();
    }
    let before = contents(folder.path());
    let error = open(folder.path(), IfAbsent::Refuse).unwrap_err();
    assert_eq!(error, StoreError::IncompatibleDatabase { found: 4, supported: 2 });
    assert_eq!(contents(folder.path()), before);
    let again = block_on(super::Database::open(options(folder.path(), newer(), IfAbsent::Refuse))).unwrap();
    let count: i64 =
        block_on(again.read(|conn| Ok(conn.query_row("SELECT count(*) FROM later", [], |row| row.get(0))?)))
            .unwrap();
    assert_eq!(count, 1);
}
