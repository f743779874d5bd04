//! Debian 13 ("trixie") with its Swift, kept in the cache as a folder that programs are started in.
//!
//! What must be mounted for that is mounted by `trixie/make.sh` and `trixie/run.sh` in a namespace that ends with them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt;
use crate::shell::{self, Failure, Outcome};
use crate::workshop::Workshop;

/// `swiftlang` is the compiler and package manager; it links with the system's C and C++ libraries and its `ld`.
const PACKAGES: &str = "swiftlang swiftlang-dev libswiftlang libc6-dev libstdc++-14-dev binutils";

/// Runs a command as this user, with the repository at `/tallystick` and `build` at `/build`.
pub fn run<I: AsRef<OsStr>>(
    workshop: &Workshop,
    build: &Path,
    command: impl IntoIterator<Item = I>,
) -> Outcome {
    let root = system(workshop)?;
    let id = |which| shell::read(Command::new("id").arg(which)).map(|number| number.trim().to_owned());
    let user = format!("{}:{}", id("-u")?, id("-g")?);
    let mut run = script(workshop, "run.sh")?;
    shell::run(run.arg(root).arg(user).arg(workshop.root()).arg(build).args(command))
}

fn system(workshop: &Workshop) -> Result<PathBuf, Failure> {
    workshop.cache().keep("trixie", PACKAGES, |root| {
        apt::install(workshop, &["debootstrap", "debian-archive-keyring"])?;
        shell::run(script(workshop, "make.sh")?.arg(root).args(PACKAGES.split(' ')))
    })
}

fn script(workshop: &Workshop, name: &str) -> Result<Command, Failure> {
    let mut command = shell::as_root("unshare")?;
    command.args(["--mount", "--propagation", "private", "--", "sh"]);
    command.arg(workshop.root().join("tests/xtask/trixie").join(name));
    Ok(command)
}
