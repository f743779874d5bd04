//! The shared scenarios, run through the same facade that other languages call.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod matching;
mod money;
mod phone;
mod scenario;
mod shapes;
mod town;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                scenario::run(&folder().join(concat!(stringify!($name), ".json")));
            }
        )*

        #[test]
        fn every_file_is_run() {
            let files = std::fs::read_dir(folder()).unwrap().filter_map(|entry| {
                let path = entry.unwrap().path();
                let is_scenario = path.extension().is_some_and(|extension| extension == "json");
                is_scenario.then(|| path.file_stem().unwrap().to_str().unwrap().to_owned())
            });
            let named = [$(stringify!($name)),*].map(str::to_owned);
            assert_eq!(files.collect::<BTreeSet<_>>(), BTreeSet::from(named));
        }
    };
}

scenarios![
    acting,
    amounts,
    ask_and_be_paid,
    bad_input,
    double_pay,
    faults,
    history_and_export,
    insufficient,
    limits,
    lock,
    offline,
    pay,
    refund,
    rekey,
    requests,
    restore,
    scan,
    several_currencies,
];

/// Every kind of error that an app must be ready for is provoked by some scenario.
#[test]
fn every_kind_of_error_is_met() {
    // The program is at fault: nothing that a caller does brings it about.
    const NEVER: [&str; 1] = ["Internal"];
    let surface = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../bindings/surface.txt");
    let surface = std::fs::read_to_string(surface).unwrap();
    let error = surface.split("\nerror WalletError\n").nth(1).unwrap();
    let kinds = error
        .lines()
        .take_while(|line| line.starts_with("  ") && !line.contains(" -> "))
        .map(|line| line.trim().split('(').next().unwrap());
    let scenarios: String = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let missing: Vec<_> = kinds
        .filter(|kind| !NEVER.contains(kind) && !scenarios.contains(&format!("\"kind\": \"{kind}\"")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
