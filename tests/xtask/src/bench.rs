//! `cargo xtask bench`: builds the benches as programs are shipped, and lets them write `docs/benchmarks.md`.

use std::path::PathBuf;
use std::process::Command;

use crate::apt;
use crate::python_packages;
use crate::shell::{self, Failure, Outcome};
use crate::workshop::Workshop;

/// Where the benches find the Python of their yardstick.
const YARDSTICK: &str = "TALLYSTICK_YARDSTICK";

/// Measures what is named, or everything.
pub fn run(workshop: &Workshop, names: &[String]) -> Outcome {
    let python = yardstick(workshop)?;
    if !shell::works(Command::new("valgrind").arg("--version")) {
        apt::install(workshop, &["valgrind"])?;
    }
    let page = workshop.root().join("docs/benchmarks.md");
    let mut bench = shell::cargo(workshop.root());
    bench.env(YARDSTICK, python);
    bench.args(["run", "--release", "--locked", "--package", "tallystick-benches", "--bin", "bench", "--"]);
    shell::run(bench.args(names).arg("--page").arg(page))
}

/// A Python with zxing-cpp.
fn yardstick(workshop: &Workshop) -> Result<PathBuf, Failure> {
    let requirements = workshop.root().join("tests/benches/yardstick/requirements.txt");
    Ok(python_packages::environment(workshop, "yardstick", &requirements)?.join("bin/python"))
}
