//! Every bench still does what it measures. How fast is not asked.

#![allow(clippy::expect_used)]

use std::process::Command;

/// A few of everything, in the program itself: it starts the processes that it measures.
fn smoke(bench: &str) {
    let ran = Command::new(env!("CARGO_BIN_EXE_bench")).args([bench, "--smoke"]).output();
    let ran = ran.expect("the program starts");
    let (said, complained) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{bench}: {complained}");
    assert!(said.starts_with("## ") && said.contains("\n| --- |"), "{bench} shows a table: {said}");
    assert!(!said.contains("NaN"), "{bench} measures all that it shows: {said}");
}

macro_rules! benches {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            smoke(stringify!($name));
        }
    )*};
}

benches! { confirm throughput issuer wallet qr instructions }
