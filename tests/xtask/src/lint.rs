//! What can be said about the code without running it.

use std::path::PathBuf;
use std::process::Command;

use crate::cache::Cache;
use crate::shell::{self, Failure, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[
    Part { name: "format", run: format },
    Part { name: "clippy", run: clippy },
    Part { name: "docs", run: docs },
    Part { name: "deny", run: deny },
];

/// The version that `deny.toml` was written for.
const CARGO_DENY: &str = "0.20.2";

fn format(workshop: &Workshop) -> Outcome {
    component(workshop, "fmt", "rustfmt")?;
    shell::run(shell::cargo(workshop.root()).args(["fmt", "--all", "--check"]))
}

fn clippy(workshop: &Workshop) -> Outcome {
    component(workshop, "clippy", "clippy")?;
    let mut clippy = shell::cargo(workshop.root());
    shell::run(clippy.args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
}

fn docs(workshop: &Workshop) -> Outcome {
    let mut doc = shell::cargo(workshop.root());
    shell::run(doc.args(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Bans, licences and sources of all dependencies. Not advisories: their database would have to be fetched each time.
fn deny(workshop: &Workshop) -> Outcome {
    let program = cargo_deny(workshop.cache())?.join("bin/cargo-deny");
    let mut deny = Command::new(program);
    deny.current_dir(workshop.root()).args([
        "--workspace",
        "--locked",
        "check",
        "bans",
        "licenses",
        "sources",
    ]);
    shell::run(&mut deny)
}

/// Built once, without optimisation: that takes a minute, and a check two seconds.
fn cargo_deny(cache: &Cache) -> Result<PathBuf, Failure> {
    cache.keep("cargo-deny", CARGO_DENY, |folder| {
        let mut install = shell::cargo(folder);
        install
            .args(["install", "cargo-deny", "--locked", "--debug", "--version", CARGO_DENY, "--root"])
            .arg(folder);
        shell::run(install.env("CARGO_PROFILE_DEV_DEBUG", "0").env_remove("CARGO_TARGET_DIR"))
    })
}

/// A part of the Rust toolchain that the smallest installation lacks.
fn component(workshop: &Workshop, subcommand: &str, name: &str) -> Outcome {
    if shell::works(shell::cargo(workshop.root()).args([subcommand, "--version"])) {
        return Ok(());
    }
    shell::run(Command::new("rustup").args(["component", "add", name]).current_dir(workshop.root()))
}
