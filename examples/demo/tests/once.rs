//! The demo, as its reader runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

#[test]
fn everything_is_proved_once() {
    let output = Command::new(env!("CARGO_BIN_EXE_tallystick-demo")).arg("--once").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("claims were proved."), "{told}");
    let claims = told.lines().filter(|line| line.trim_start().starts_with("proved ")).count();
    assert!(told.contains(&format!("All {claims} claims were proved.")), "{told}");
}

#[test]
fn a_folder_is_kept_and_never_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("town");
    let run = || {
        Command::new(env!("CARGO_BIN_EXE_tallystick-demo"))
            .args(["--once", "--folder"])
            .arg(&kept)
            .output()
            .unwrap()
    };
    assert!(run().status.success());
    assert!(kept.join("host").exists() && kept.join("anna/wallet.db").exists());
    let again = run();
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8(again.stderr).unwrap().contains("folder_in_use"));
}
