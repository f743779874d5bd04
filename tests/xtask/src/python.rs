//! The Python package, tested with nothing but Python itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt;
use crate::bindings::Bindings;
use crate::scenarios;
use crate::shell::{self, Failure, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "python", run: test }];

fn test(workshop: &Workshop) -> Outcome {
    if !shell::works(Command::new("python3").arg("--version")) {
        apt::install(workshop, &["python3"])?;
    }
    let bindings = workshop.bindings()?;
    let packages = assemble(workshop.root(), &bindings)?;
    let mut python = Command::new("python3");
    python.current_dir(workshop.root()).env("PYTHONPATH", &packages).env("PYTHONDONTWRITEBYTECODE", "1");
    python.env("TALLYSTICK_TOWN", bindings.town());
    python.env(scenarios::REPORT, scenarios::report(workshop, "python")?);
    shell::run(python.args(["-m", "unittest", "discover", "--verbose", "bindings/python/tests"]))
}

/// Puts the package together beside the generated modules: what is written by hand, and the library, which they look for
/// beside themselves. Gives the folder from which it is imported.
pub fn assemble(root: &Path, bindings: &Bindings) -> Result<PathBuf, Failure> {
    let packages = bindings.generated.join("python");
    let package = packages.join("tallystick");
    let library = bindings.library();
    let written = root.join("bindings/python/tallystick");
    let mut files = vec![library];
    for entry in fs::read_dir(&written).map_err(Failure::at(&written))? {
        files.push(entry.map_err(Failure::at(&written))?.path());
    }
    for file in files.iter().filter(|file| file.is_file()) {
        let place = package.join(file.file_name().unwrap_or_default());
        fs::copy(file, &place).map_err(Failure::at(&place))?;
    }
    Ok(packages)
}
