//! The tests of `tests/faults` alone, and the files that a release leaves to later ones.

use crate::shell::{self, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "faults", run: test }];
pub const FIXTURES: &[Part] = &[Part { name: "fixtures", run: make_fixtures }];

const TESTS: [&str; 3] = ["network", "durability", "fixtures"];

fn test(workshop: &Workshop) -> Outcome {
    let mut tests = shell::cargo(workshop.root());
    // Of the whole workspace: features would be others otherwise, and all of it built again.
    tests.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    shell::run(TESTS.iter().fold(&mut tests, |tests, name| tests.args(["--test", name])))
}

fn make_fixtures(workshop: &Workshop) -> Outcome {
    let mut tests = shell::cargo(workshop.root());
    tests.args(["test", "--workspace", "--locked", "--test", "fixtures", "--"]);
    shell::run(tests.args(["--ignored", "--exact", "make_the_set_of_this_version"]))
}
