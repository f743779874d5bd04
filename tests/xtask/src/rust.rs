//! All tests of the workspace.

use crate::shell::{self, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "rust", run: test }];

fn test(workshop: &Workshop) -> Outcome {
    shell::run(shell::cargo(workshop.root()).args(["test", "--workspace", "--locked", "--no-fail-fast"]))
}
