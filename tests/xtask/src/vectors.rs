//! The test vectors, checked in Python with libraries that share no code with ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python_packages;
use crate::shell::{self, Failure, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "python-vectors", run: check }];

fn check(workshop: &Workshop) -> Outcome {
    let folder = workshop.root().join("tests/vectors");
    let python = python_packages::environment(workshop, "vectors", &folder.join("requirements.txt"))?
        .join("bin/python");
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
