//! The Python package, tested with nothing but Python itself.

use std::fs;
use std::process::Command;

use crate::apt;
use crate::shell::{self, Failure, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "python", run: test }];

fn test(workshop: &Workshop) -> Outcome {
    if !shell::works(Command::new("python3").arg("--version")) {
        apt::install(workshop, &["python3"])?;
    }
    let bindings = workshop.bindings()?;
    let packages = bindings.generated.join("python");
    // The generated module looks for the library beside itself.
    let library = bindings.library();
    let place = packages.join("tallystick").join(library.file_name().unwrap_or_default());
    fs::copy(&library, &place).map_err(Failure::at(&place))?;
    let mut python = Command::new("python3");
    python.current_dir(workshop.root()).env("PYTHONPATH", &packages).env("PYTHONDONTWRITEBYTECODE", "1");
    shell::run(python.args(["-m", "unittest", "discover", "--verbose", "bindings/python"]))
}
