//! Pythons with the packages that something needs, and none of the system's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt;
use crate::shell::{self, Failure};
use crate::workshop::Workshop;

/// A virtual environment, kept under this name, with what a list of requirements names.
pub fn environment(workshop: &Workshop, name: &str, requirements: &Path) -> Result<PathBuf, Failure> {
    if !shell::works(Command::new("python3").args(["-c", "import venv, ensurepip"])) {
        apt::install(workshop, &["python3", "python3-venv"])?;
    }
    let packages = fs::read_to_string(requirements).map_err(Failure::at(requirements))?;
    let version =
        shell::read(Command::new("python3").args(["-c", "import sys; print(sys.executable, sys.version)"]))?;
    workshop.cache().keep(name, &format!("{version}{packages}"), |folder| {
        shell::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        let mut install = Command::new(folder.join("bin/python"));
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        shell::run(install.arg(requirements))
    })
}
