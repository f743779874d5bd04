//! Debian's packages, installed when something that a part needs is absent.

use std::process::Command;

use crate::shell::{self, Failure, Outcome};
use crate::workshop::Workshop;

/// Installs the packages. The lists are brought up to date once a run.
pub fn install(workshop: &Workshop, packages: &[&str]) -> Outcome {
    if !shell::works(Command::new("apt-get").arg("--version")) {
        return Err(Failure::new(format!(
            "not a Debian system: install what Debian calls {}",
            packages.join(", ")
        )));
    }
    if workshop.apt_updated.get().is_none() {
        shell::run(apt_get()?.arg("update"))?;
        // Already set only by ourselves, in this thread.
        let _ = workshop.apt_updated.set(());
    }
    shell::run(apt_get()?.args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

/// Asks nothing, tries again when a mirror stumbles, and waits for another package manager to finish.
pub const OPTIONS: [&str; 3] = ["--quiet", "--option=Acquire::Retries=3", "--option=DPkg::Lock::Timeout=300"];

fn apt_get() -> Result<Command, Failure> {
    // `sudo` drops the environment, `env` behind it does not.
    let mut command = shell::as_root("env")?;
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(OPTIONS);
    Ok(command)
}
