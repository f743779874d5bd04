//! Everything that reads what comes from outside, fed with anything at all.
//!
//! A target is a function of bytes that panics if something is wrong: not only if the reader does, but also if what was
//! read does not come out again as it went in, if the work is not bounded, or if an error repeats a secret. libFuzzer
//! drives the targets (`cargo xtask fuzz`); plain tests run them over their seeds and over `regressions/`, what was once
//! found. `docs/fuzzing.md` tells how long they ran, and what they found.
//!
//! Bytes alone would not get past a signature, a checksum or a seal. So most targets take the first bytes of their input
//! for a choice: to read the rest as it is, or to sign, sum or seal it first.
//!
//! - `targets`: one file a target, all listed in [`TARGETS`]. `seeds` beside each is where mutation begins.
//! - `input`: taking an input apart. `cbor`: making deterministic CBOR of any bytes. `world`: an honest issuer's artefacts.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a target says by a panic what it found"
)]

mod cbor;
mod input;
pub mod targets;
mod world;

/// Something that is fuzzed.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name: that of its binary, and of its folder of regressions.
    pub name: &'static str,
    /// Takes an input; panics if something is wrong.
    pub run: fn(&[u8]),
    /// Where mutation begins: small inputs that reach far.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

macro_rules! targets {
    ($($name:ident),* $(,)?) => {
        /// All targets.
        pub const TARGETS: &[Target] = &[
            $(Target { name: stringify!($name), run: targets::$name::run, seeds: targets::$name::seeds }),*
        ];
    };
}

targets!(artefact, client, command_line, frame, ledger, link, money, picture, server, store);

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Writes the seeds of a target into a folder, a file each.
pub fn write_seeds(target: &Target, folder: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (number, seed) in (target.seeds)().iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number:03}")), seed)?;
    }
    Ok(())
}

/// The entry point of a binary that libFuzzer drives.
///
/// With `TALLYSTICK_FUZZ_SEEDS` set to a folder it first writes the target's seeds there: name the folder as a corpus
/// too.
#[cfg(feature = "libfuzzer")]
#[macro_export]
macro_rules! libfuzzer {
    ($target:ident) => {
        libfuzzer_sys::fuzz_target!(
            init: {
                if let Some(folder) = std::env::var_os("TALLYSTICK_FUZZ_SEEDS") {
                    let target = $crate::target(stringify!($target)).expect("a target of this name");
                    $crate::write_seeds(target, folder.as_ref()).expect("a folder for seeds");
                }
            },
            |input: &[u8]| $crate::targets::$target::run(input)
        );
    };
}
