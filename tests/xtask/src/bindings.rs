//! The library for foreign languages, and their side of it, generated from that same library.
//!
//! Both come from one build, so the checksums that a program compares at its start always agree.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{self, Failure, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "bindings", run: |workshop| workshop.bindings().map(|_| ()) }];

/// Where what was built and generated stands.
#[derive(Clone)]
pub struct Bindings {
    /// The folder with the native library for this machine.
    pub library_folder: PathBuf,
    /// A folder each for `kotlin`, `swift` and `python`.
    pub generated: PathBuf,
}

impl Bindings {
    /// The native library for this machine.
    pub fn library(&self) -> PathBuf {
        self.library_folder.join(library_name())
    }

    /// The town of the shared scenarios, which every language's runner starts. It is of the same build.
    pub fn town(&self) -> PathBuf {
        self.library_folder.join(format!("tallystick-town{}", std::env::consts::EXE_SUFFIX))
    }
}

impl Workshop {
    /// Builds and generates on the first call of a run; later calls give the same answer.
    pub fn bindings(&self) -> Result<Bindings, Failure> {
        self.bindings.get_or_init(|| make(self)).clone()
    }
}

fn make(workshop: &Workshop) -> Result<Bindings, Failure> {
    let root = workshop.root();
    // The whole workspace, though two crates would do: cargo gives dependencies the features that all chosen crates ask
    // for, and would build most of them again for another choice than that of `cargo test`.
    shell::run(shell::cargo(root).args(["build", "--workspace", "--locked"]))?;
    let library_folder = target(root)?.join("debug");
    let bindings = Bindings { library_folder, generated: root.join("bindings/generated") };
    // What an older facade had, and this one has not, must not linger.
    shell::remove(&bindings.generated)?;
    let mut generate = Command::new(bindings.library_folder.join("tallystick-bindgen"));
    generate.current_dir(root).arg(bindings.library());
    generate.args(["--config", "bindings/uniffi.toml", "--out"]).arg(&bindings.generated);
    shell::run(&mut generate)?;
    pinned(root, &bindings)?;
    Ok(bindings)
}

/// What crosses the line is pinned as text, so that a change of it shows in a review.
fn pinned(root: &Path, bindings: &Bindings) -> Outcome {
    let (pin, made) = (root.join("bindings/surface.txt"), bindings.generated.join("surface.txt"));
    let surface = fs::read_to_string(&made).map_err(Failure::at(&made))?;
    if std::env::var_os("UPDATE_SURFACE").is_some() {
        return fs::write(&pin, surface).map_err(Failure::at(&pin));
    }
    let known = fs::read_to_string(&pin).map_err(Failure::at(&pin))?;
    if known == surface {
        return Ok(());
    }
    let mut compare = Command::new("diff");
    // It fails, as it should when files differ; what it prints is what counts.
    let _ = shell::run(compare.arg("-u").arg(&pin).arg(&made));
    Err(Failure::new(
        "the surface is another than bindings/surface.txt; if that is meant, set UPDATE_SURFACE=1 and look at it",
    ))
}

pub fn target(root: &Path) -> Result<PathBuf, Failure> {
    let folder =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
    folder.canonicalize().map_err(Failure::at(&folder))
}

fn library_name() -> String {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    format!("{DLL_PREFIX}tallystick_ffi{DLL_SUFFIX}")
}
