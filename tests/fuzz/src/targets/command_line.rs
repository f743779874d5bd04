//! What `tally` is told: any words for arguments.

use std::ffi::OsString;

use crate::input::{Input, part};

/// Words, each with its length before it. They need not be UTF-8.
pub fn run(input: &[u8]) {
    let mut input = Input::new(input);
    let mut words = vec![OsString::from("tally")];
    while !input.is_empty() && words.len() < 40 {
        words.push(word(input.part()));
    }
    match tallystick_cli::understood(words) {
        Ok(understood) => assert!(!understood.is_empty()),
        Err(told) => assert!(!told.is_empty(), "a person is told nothing"),
    }
}

#[cfg(unix)]
fn word(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn word(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// Where mutation begins.
pub fn seeds() -> Vec<Vec<u8>> {
    [
        "",
        "--json balance",
        "init --help",
        "add https://bread.example/c/AEBAGBAFAYDQQCIKBMGA2DQPCA",
        "pay https://bread.example/p/AE --amount 12.50 --yes",
        "request 12.50 BREAD --tip 5,10,15 --note coffee",
        "history --search anna --limit 20 --offline",
        "export --format csv --to out.csv",
        "grant till --key AE --receive --refund --days 30 --limit 50.00",
        "limits set BREAD 100 --per-day",
        "issuer create --name Bread --code BREAD --decimals 2 --host https://bread.example",
        "evidence --check file",
        "till --listen 127.0.0.1:0",
        "lock-pin set",
        "watch --json --since 3",
        "nonsense --color never --locale de-CH",
    ]
    .map(|line| line.split_whitespace().flat_map(part).collect())
    .into()
}
