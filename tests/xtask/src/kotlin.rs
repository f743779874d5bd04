//! The Kotlin package, compiled and tested on the JVM with Maven; and with it what stands on it for Android, against Android's
//! own classes.

use std::process::Command;

use crate::apt;
use crate::scenarios;
use crate::shell::{self, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "kotlin", run: test }];

fn test(workshop: &Workshop) -> Outcome {
    set_up(workshop)?;
    let bindings = workshop.bindings()?;
    // Maven leaves the classes of an older facade beside the new ones, where tests would still find them.
    for project in ["kotlin", "tallystick-android", "tallystick-android-sample"] {
        shell::remove(&workshop.root().join("target").join(project))?;
    }
    let mut library = std::ffi::OsString::from("-Dtallystick.library.path=");
    library.push(&bindings.library_folder);
    let mut maven = Command::new("mvn");
    maven.current_dir(workshop.root().join("android")).env("TALLYSTICK_TOWN", bindings.town());
    maven.env(scenarios::REPORT, scenarios::report(workshop, "kotlin")?);
    // The compiler's daemon would live on for two hours with gigabytes of memory.
    maven.args(["--batch-mode", "--no-transfer-progress", "-Dkotlin.compiler.daemon=false"]).arg(library);
    shell::run(maven.arg("test"))
}

/// Maven keeps what it downloads in the user's own repository, outside the tree.
fn set_up(workshop: &Workshop) -> Outcome {
    if shell::works(Command::new("javac").arg("-version"))
        && shell::works(Command::new("mvn").arg("-version"))
    {
        return Ok(());
    }
    apt::install(workshop, &["default-jdk-headless", "maven"])
}
