//! All tests of the workspace, and the demo, which proves what it says.

use crate::shell::{self, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "rust", run: test }, Part { name: "demo", run: demo }];

fn test(workshop: &Workshop) -> Outcome {
    shell::run(shell::cargo(workshop.root()).args(["test", "--workspace", "--locked", "--no-fail-fast"]))
}

fn demo(workshop: &Workshop) -> Outcome {
    shell::run(shell::cargo(workshop.root()).args(["demo", "--once"]))
}
