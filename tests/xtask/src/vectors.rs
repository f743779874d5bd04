//! The test vectors, checked in Python with libraries that share no code with ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt;
use crate::shell::{self, Failure, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "python-vectors", run: check }];

fn check(workshop: &Workshop) -> Outcome {
    let folder = workshop.root().join("tests/vectors");
    let python = environment(workshop, &folder.join("requirements.txt"))?.join("bin/python");
    let checks = checks(&folder)?;
    if checks.is_empty() {
        return Err(Failure::new(format!("no check_*.py in {}", folder.display())));
    }
    checks.iter().try_for_each(|check| shell::run(Command::new(&python).arg("-B").arg(check)))
}

fn checks(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::at(folder))?;
    let mut checks: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("check_") && path.extension().is_some_and(|extension| extension == "py")
        })
        .collect();
    checks.sort();
    Ok(checks)
}

/// A Python with the packages that the checks need, and none of the system's own.
fn environment(workshop: &Workshop, requirements: &Path) -> Result<PathBuf, Failure> {
    if !shell::works(Command::new("python3").args(["-c", "import venv, ensurepip"])) {
        apt::install(workshop, &["python3", "python3-venv"])?;
    }
    let packages = fs::read_to_string(requirements).map_err(Failure::at(requirements))?;
    let version =
        shell::read(Command::new("python3").args(["-c", "import sys; print(sys.executable, sys.version)"]))?;
    workshop.cache().keep("vectors", &format!("{version}{packages}"), |folder| {
        shell::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        let mut install = Command::new(folder.join("bin/python"));
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        shell::run(install.arg(requirements))
    })
}
