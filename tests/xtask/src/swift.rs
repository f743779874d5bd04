//! The Swift package and its example, compiled and tested on Linux.
//!
//! Debian 12 has no Swift. Where none is installed, Debian 13's is kept in the cache as a system of its own (`trixie`).

mod apple;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bindings::Bindings;
use crate::scenarios;
use crate::shell::{self, Failure, Outcome};
use crate::table::Part;
use crate::trixie;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "swift", run: test }];

fn test(workshop: &Workshop) -> Outcome {
    let bindings = workshop.bindings()?;
    place(&bindings, &workshop.root().join("ios/Sources"))?;
    let report = scenarios::report(workshop, "swift")?;
    apple::copy_whole(&workshop.root().join("ios/Sources/Tallystick"), &bindings.library_folder)?;
    let here = shell::works(Command::new("swift").arg("--version"));
    let place = if here {
        Place { repository: workshop.root().to_owned(), build: bindings.library_folder.clone() }
    } else {
        Place { repository: "/tallystick".into(), build: "/build".into() }
    };
    let report = place.build.join(report.strip_prefix(&bindings.library_folder).unwrap_or(&report));
    for command in [place.parse(), place.hello(), place.test(&report)] {
        if here {
            shell::run(&mut { command })?;
        } else {
            let words = std::iter::once(command.get_program()).chain(command.get_args());
            trixie::run(workshop, &bindings.library_folder, words)?;
        }
    }
    Ok(())
}

/// Where Swift sees the repository, and what was built.
struct Place {
    repository: PathBuf,
    build: PathBuf,
}

impl Place {
    /// Swift's tools with our settings: in the command line and not the environment, so that it reads the same inside another
    /// system.
    fn swift(&self, settings: &[(&str, &Path)]) -> Command {
        let mut command = Command::new("env");
        for (name, value) in settings.iter().chain(&[("TALLYSTICK_LIBRARY_PATH", self.build.as_path())]) {
            let mut setting = OsString::from(format!("{name}="));
            setting.push(value);
            command.arg(setting);
        }
        command
    }

    /// Swift's package manager, on a package that is only read.
    fn package(&self, command: &mut Command, words: &[&str], package: &str, scratch: &str) {
        command.arg("swift").args(words).arg("--package-path").arg(self.repository.join(package));
        command.arg("--scratch-path").arg(self.build.join(scratch));
    }

    /// What only Apple's systems can compile is at least Swift.
    fn parse(&self) -> Command {
        let mut command = self.swift(&[]);
        command.args(["sh", "-c", "exec swiftc -parse -swift-version 6 \"$1\"/*.swift", "parse"]);
        command.arg(self.build.join(apple::FOLDER));
        command
    }

    fn hello(&self) -> Command {
        let mut command = self.swift(&[]);
        self.package(&mut command, &["build"], "examples/hello-swift", "swift-hello");
        command
    }

    fn test(&self, report: &Path) -> Command {
        let (town, hello) = (self.build.join("tallystick-town"), self.build.join("swift-hello/debug/hello"));
        let mut command = self.swift(&[
            ("TALLYSTICK_TOWN", &town),
            ("TALLYSTICK_HELLO", &hello),
            (scenarios::REPORT, report),
        ]);
        // All tests are written for Swift Testing; asked too, XCTest would report that it ran none.
        self.package(&mut command, &["test", "--disable-xctest"], "ios", "swift");
        command
    }
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
