//! Processes that die. Each test starts this test program again as a child, waits for a line of its output, kills
//! it (SIGKILL on Unix) and looks at what it left.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;

use super::super::connection::{open_untouched, prepare_writer};
use super::super::error::StoreError;
use super::super::migrate::{Schema, migrate, stamp};
use super::super::opening::IfAbsent;
use super::{NOTES, add, block_on, create, names, open, options, texts};

const ROLE: &str = "TALLYSTICK_STORE_CHILD";
const FOLDER: &str = "TALLYSTICK_STORE_FOLDER";

struct Process {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(role: &str, folder: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "store::tests::crash::child", "--nocapture", "--test-threads=1"])
            .env(ROLE, role)
            .env(FOLDER, folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line that the role wrote, without what the test harness writes around it.
    fn line(&mut self) -> String {
        loop {
            let line = self.lines.next().expect("the child ended").unwrap();
            if let Some((_, said)) = line.split_once("child: ") {
                return said.to_owned();
            }
        }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "child: {text}").unwrap();
    out.flush().unwrap();
}

fn hang() -> ! {
    loop {
        thread::park();
    }
}

/// What a child does; in an ordinary run of the tests it has no role and does nothing.
#[test]
fn child() {
    let (Ok(role), Ok(folder)) = (env::var(ROLE), env::var(FOLDER)) else { return };
    let folder = Path::new(&folder);
    match role.as_str() {
        "hold" => {
            let _store = create(folder);
            say("open");
            hang();
        }
        "write" => {
            let store = create(folder);
            add(&store, "kept").unwrap();
            let _: Result<(), _> = block_on(store.write(|tx| {
                // More than the cache holds, so that pages go to the log before the commit.
                for i in 0..3_000 {
                    tx.execute("INSERT INTO note (text) VALUES (?1)", [format!("{i:01000}")])?;
                }
                say("inside");
                hang()
            }));
        }
        "write on" => {
            let store = create(folder);
            for i in 1.. {
                add(&store, &format!("{i:0200}")).unwrap();
                say(&i.to_string());
            }
        }
        "migrate" => {
            let mut connection = open_untouched(&folder.join("wallet.db")).unwrap();
            prepare_writer(&connection).unwrap();
            let mut rows = 0;
            connection
                .update_hook(Some(move |_: rusqlite::hooks::Action, _: &str, table: &str, _: i64| {
                    rows += 1;
                    if table == "late" && rows > 3_000 {
                        say("inside");
                        hang();
                    }
                }))
                .unwrap();
            migrate(&mut connection, &LATER).unwrap();
        }
        other => panic!("no such role: {other}"),
    }
}

/// Two steps beyond `NOTES`; the second writes more than the cache holds.
const LATER: Schema = Schema {
    steps: &[
        NOTES.steps[0],
        NOTES.steps[1],
        "DROP TABLE tag; DELETE FROM note;",
        "CREATE TABLE late (text TEXT NOT NULL) STRICT;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
         INSERT INTO late SELECT printf('%01000d', i) FROM n;",
    ],
    ..NOTES
};

#[test]
fn a_second_process_is_refused_until_the_first_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut holder = Process::start("hold", folder.path());
    assert_eq!(holder.line(), "open");
    assert_eq!(open(folder.path(), IfAbsent::Create).unwrap_err(), StoreError::WalletInUse);
    holder.kill();
    assert!(texts(&open(folder.path(), IfAbsent::Refuse).unwrap()).unwrap().is_empty());
}

#[test]
fn a_process_killed_in_a_write_leaves_none_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Process::start("write", folder.path());
    assert_eq!(writer.line(), "inside");
    let log = std::fs::metadata(folder.path().join("wallet.db-wal")).unwrap().len();
    assert!(log > 1_000_000, "the write was to reach the log: {log}");
    writer.kill();
    assert_ne!(std::fs::metadata(folder.path().join("wallet.lock")).unwrap().len(), 0);
    let store = open(folder.path(), IfAbsent::Refuse).unwrap();
    assert_eq!(texts(&store).unwrap(), ["kept"]);
    block_on(store.close()).unwrap();
    assert_eq!(names(folder.path()), ["wallet.db", "wallet.lock"]);
}

#[test]
fn what_was_acknowledged_outlives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for round in 1..=4 {
        let mut writer = Process::start("write on", folder.path());
        for _ in 0..round * 7 {
            acknowledged = writer.line().parse::<usize>().unwrap();
        }
        writer.kill();
        let store = open(folder.path(), IfAbsent::Refuse).unwrap();
        let found = texts(&store).unwrap();
        assert!(found.len() >= acknowledged, "{} of {acknowledged}", found.len());
        for (index, text) in found.iter().enumerate() {
            assert_eq!(*text, format!("{:0200}", index + 1));
        }
        block_on(store.write(|tx| Ok(tx.execute("DELETE FROM note", [])?))).unwrap();
    }
    assert!(acknowledged > 0);
}

#[test]
fn a_process_killed_in_a_migration_leaves_the_old_tables() {
    let folder = tempfile::tempdir().unwrap();
    let store = create(folder.path());
    add(&store, "precious").unwrap();
    block_on(store.close()).unwrap();

    let mut migrating = Process::start("migrate", folder.path());
    assert_eq!(migrating.line(), "inside");
    let log = std::fs::metadata(folder.path().join("wallet.db-wal")).unwrap().len();
    assert!(log > 1_000_000, "the migration was to reach the log: {log}");
    migrating.kill();
    std::fs::write(folder.path().join("wallet.lock"), b"open\n").unwrap();

    let store = open(folder.path(), IfAbsent::Refuse).unwrap();
    assert_eq!(texts(&store).unwrap(), ["precious"]);
    let version = block_on(store.read(|conn| Ok(stamp(conn)?.version)));
    assert_eq!(version, Ok(2));
    drop(store);

    // The next attempt is not killed and goes through, all steps of it.
    let later = block_on(super::Database::open(options(folder.path(), LATER, IfAbsent::Refuse))).unwrap();
    assert!(texts(&later).unwrap().is_empty());
    let late: i64 =
        block_on(later.read(|conn| Ok(conn.query_row("SELECT count(*) FROM late", [], |row| row.get(0))?)))
            .unwrap();
    assert_eq!(late, 6_000);
}
