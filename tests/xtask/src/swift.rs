//! The Swift package, compiled and tested on Linux.
//!
//! Debian 12 has no Swift. Where none is installed, Debian 13's is kept in the cache as a system of its own (`trixie`).

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::bindings::Bindings;
use crate::shell::{self, Failure, Outcome};
use crate::table::Part;
use crate::trixie;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "swift", run: test }];

fn test(workshop: &Workshop) -> Outcome {
    let bindings = workshop.bindings()?;
    place(&bindings, &workshop.root().join("ios/Sources"))?;
    if shell::works(Command::new("swift").arg("--version")) {
        return shell::run(&mut swift(&workshop.root().join("ios"), &bindings.library_folder));
    }
    let inside = swift(Path::new("/tallystick/ios"), Path::new("/build"));
    let words = std::iter::once(inside.get_program()).chain(inside.get_args());
    trixie::run(workshop, &bindings.library_folder, words)
}

/// Settings in the command line and not the environment, so that it reads the same inside another system.
fn swift(package: &Path, build: &Path) -> Command {
    let mut command = Command::new("env");
    let mut setting = OsString::from("TALLYSTICK_LIBRARY_PATH=");
    setting.push(build);
    // All tests are written for Swift Testing; asked too, XCTest would report that it ran none.
    command.arg(setting).args(["swift", "test", "--disable-xctest"]);
    command.arg("--package-path").arg(package).arg("--scratch-path").arg(build.join("swift"));
    command
}

/// A Swift package holds only what stands below it, so the generated files are copied in. Those that stay the same
/// keep their time, or all of them would be compiled again.
fn place(bindings: &Bindings, sources: &Path) -> Outcome {
    let generated = bindings.generated.join("swift");
    for entry in fs::read_dir(&generated).map_err(Failure::at(&generated))? {
        let file = entry.map_err(Failure::at(&generated))?.path();
        let folder = match file.extension().and_then(|extension| extension.to_str()) {
            Some("h") => sources.join("CTallystick"),
            Some("swift") => sources.join("TallystickBindings"),
            _ => return Err(Failure::new(format!("{}: neither Swift nor its header", file.display()))),
        };
        fs::create_dir_all(&folder).map_err(Failure::at(&folder))?;
        let copy = folder.join(file.file_name().unwrap_or_default());
        let text = fs::read(&file).map_err(Failure::at(&file))?;
        if !fs::read(&copy).is_ok_and(|old| old == text) {
            fs::write(&copy, text).map_err(Failure::at(&copy))?;
        }
    }
    Ok(())
}
