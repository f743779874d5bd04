//! All tests of the workspace, and the demo, which proves what it says.

use std::process::Command;

use crate::apt;
use crate::scenarios;
use crate::shell::{self, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "rust", run: test }, Part { name: "demo", run: demo }];

fn test(workshop: &Workshop) -> Outcome {
    set_up_browser(workshop)?;
    let mut tests = shell::cargo(workshop.root());
    tests.env(scenarios::REPORT, scenarios::report(workshop, "rust")?);
    shell::run(tests.args(["test", "--workspace", "--locked", "--no-fail-fast"]))
}

/// The till's page is tested in a real browser.
fn set_up_browser(workshop: &Workshop) -> Outcome {
    let works = |program| shell::works(Command::new(program).arg("--version"));
    if works("chromium") && works("chromedriver") {
        return Ok(());
    }
    apt::install(workshop, &["chromium", "chromium-driver"])
}

fn demo(workshop: &Workshop) -> Outcome {
    shell::run(shell::cargo(workshop.root()).args(["demo", "--once"]))
}
