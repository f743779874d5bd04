//! Migrations.

use rusqlite::Connection;

use super::super::error::StoreError;
use super::super::migrate::{Schema, WALLET, migrate, stamp};
use super::super::opening::IfAbsent;
use super::{NOTES, add, block_on, create, open, options, texts};

/// Everything a schema is made of, in a fixed order.
fn tables(connection: &Connection) -> String {
    let mut select = connection
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name")
        .unwrap();
    let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| row.unwrap() + ";\n").collect()
}

/// Brings an empty database to each version, from there to the newest, and compares.
fn every_upgrade_gives_the_same_tables(schema: Schema) {
    let mut fresh = Connection::open_in_memory().unwrap();
    assert_eq!(migrate(&mut fresh, &schema).unwrap(), schema.steps.len());
    for version in 0..=schema.steps.len() {
        let older = Schema { steps: &schema.steps[..version], ..schema };
        let mut upgraded = Connection::open_in_memory().unwrap();
        migrate(&mut upgraded, &older).unwrap();
        assert_eq!(migrate(&mut upgraded, &schema).unwrap(), schema.steps.len() - version);
        assert_eq!(tables(&upgraded), tables(&fresh), "from version {version}");
        assert_eq!(stamp(&upgraded).unwrap(), stamp(&fresh).unwrap());
    }
}

#[test]
fn upgraded_and_fresh_tables_are_the_same() {
    every_upgrade_gives_the_same_tables(NOTES);
    every_upgrade_gives_the_same_tables(WALLET);
}

#[test]
fn the_wallets_tables_change_only_on_purpose() {
    let mut fresh = Connection::open_in_memory().unwrap();
    migrate(&mut fresh, &WALLET).unwrap();
    assert_eq!(stamp(&fresh).unwrap().application_id.to_be_bytes(), *b"TALY");
    insta::assert_snapshot!("wallet_tables", tables(&fresh));
}

const FIRST: Schema = Schema { steps: &[NOTES.steps[0]], ..NOTES };

#[test]
fn an_older_file_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let older = block_on(super::Database::open(options(folder.path(), FIRST, IfAbsent::Create))).unwrap();
    add(&older, "from long ago").unwrap();
    drop(older);
    let store = create(folder.path());
    assert_eq!(texts(&store).unwrap(), ["from long ago"]);
    block_on(store.write(|tx| Ok(tx.execute("UPDATE note SET stars = 5", [])?))).unwrap();
}

fn refused(steps: &'static [&'static str]) -> StoreError {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    add(&store, "precious").unwrap();
    drop(store);
    let before = std::fs::read(folder.path().join("wallet.db")).unwrap();
    let error =
        block_on(super::Database::open(options(folder.path(), Schema { steps, ..NOTES }, IfAbsent::Refuse)))
            .unwrap_err();
    assert_eq!(std::fs::read(folder.path().join("wallet.db")).unwrap(), before);
    let store = open(folder.path(), IfAbsent::Refuse).unwrap();
    assert_eq!(texts(&store).unwrap(), ["precious"]);
    error
}

#[test]
fn a_step_that_fails_undoes_all_of_them() {
    const STEPS: &[&str] = &[
        NOTES.steps[0],
        NOTES.steps[1],
        "DELETE FROM note; CREATE TABLE extra (id);",
        "INSERT INTO extra VALUES (1); INSERT INTO missing VALUES (1);",
    ];
    let error = refused(STEPS);
    assert_eq!(error.code(), "storage_defect");
}

#[test]
fn a_step_that_breaks_a_reference_undoes_all_of_them() {
    const STEPS: &[&str] =
        &[NOTES.steps[0], NOTES.steps[1], "INSERT INTO tag VALUES (99, 'nothing to stand on');"];
    assert_eq!(refused(STEPS).code(), "storage_conflict");
}

#[test]
fn a_step_may_rebuild_a_table_that_others_refer_to() {
    const STEPS: &[&str] = &[
        NOTES.steps[0],
        NOTES.steps[1],
        "CREATE TABLE note2 (id INTEGER PRIMARY KEY, text TEXT NOT NULL, stars INTEGER NOT NULL) STRICT;
         INSERT INTO note2 SELECT id, text, stars FROM note;
         DROP TABLE note;
         ALTER TABLE note2 RENAME TO note;",
    ];
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    add(&store, "precious").unwrap();
    block_on(store.write(|tx| Ok(tx.execute("INSERT INTO tag VALUES (1, 'red')", [])?))).unwrap();
    drop(store);
    let schema = Schema { steps: STEPS, ..NOTES };
    let store = block_on(super::Database::open(options(folder.path(), schema, IfAbsent::Refuse))).unwrap();
    assert_eq!(texts(&store).unwrap(), ["precious"]);
    let tagged = block_on(store.read(|conn| {
        Ok(conn.query_row("SELECT count(*) FROM note JOIN tag ON tag.note = note.id", [], |row| {
            row.get::<_, i64>(0)
        })?)
    }));
    assert_eq!(tagged, Ok(1));
    let broken = block_on(store.write(|tx| Ok(tx.execute("INSERT INTO tag VALUES (7, 'red')", [])?)));
    assert_eq!(broken.unwrap_err().code(), "storage_conflict");
}

#[test]
fn a_step_that_ends_its_transaction_is_refused() {
    let mut connection = Connection::open_in_memory().unwrap();
    let error = migrate(&mut connection, &Schema { steps: &["COMMIT"], ..NOTES }).unwrap_err();
    assert_eq!(error.code(), "storage_defect");
    assert_eq!(stamp(&connection).unwrap().version, 0);
}

#[test]
fn a_version_below_zero_is_refused() {
    let mut connection = Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "user_version", -1).unwrap();
    let error = migrate(&mut connection, &NOTES).unwrap_err();
    assert_eq!(error, StoreError::IncompatibleDatabase { found: -1, supported: 2 });
}
