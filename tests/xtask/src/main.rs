//! Every chore of this repository, in one place: `cargo xtask help`.
//!
//! A chore is a list of parts; each part sets up what it needs, then does its work. All parts run, whatever the earlier
//! ones said, and a table at the end tells what became of each.

mod apt;
mod bench;
mod bindings;
mod cache;
mod faults;
mod fuzz;
mod kotlin;
mod lint;
mod python;
mod python_packages;
mod rust;
mod scenarios;
mod shell;
mod swift;
mod table;
mod trixie;
mod vectors;
mod workshop;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use table::Part;
use workshop::Workshop;

/// Every chore of this repository, in one place.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Runs every check of the repository, or those that are named.
    Test {
        /// What to check; everything if nothing is named.
        suites: Vec<Suite>,
    },
    /// Format, clippy, documentation, dependencies.
    Lint,
    /// Measures how fast everything is, and writes it into `docs/benchmarks.md`. Wants a quiet machine.
    Bench {
        /// What to measure; everything if nothing is named.
        names: Vec<String>,
    },
    /// Feeds everything that reads what comes from outside with anything at all, by libFuzzer.
    Fuzz {
        /// What to feed; everything if nothing is named.
        target: Option<String>,
        /// How long each.
        #[arg(long, default_value_t = 1, conflicts_with = "hours")]
        minutes: u64,
        /// How long each.
        #[arg(long)]
        hours: Option<u64>,
    },
    /// The tests of faults alone, see docs/faults.md.
    Faults,
    /// Keeps databases and artefacts of this version, which later ones must read; once a release.
    Fixtures,
    /// Builds the library for foreign languages and generates their side of it, into `bindings/generated/`.
    Bindings,
}

/// What `cargo xtask test` can be asked for by name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// Format, clippy, documentation, dependencies.
    Lint,
    /// All Rust tests of the workspace.
    Rust,
    /// The Kotlin package, on the JVM; the Android library and its sample, against Android's classes.
    Kotlin,
    /// The Swift package, on Linux.
    Swift,
    /// The Python package.
    Python,
    /// The fuzz targets, a minute each. Only if it is named: building them takes a while.
    Fuzz,
    /// The test vectors, by Python libraries that share no code with ours.
    PythonVectors,
}

impl Suite {
    fn runs_scenarios(self) -> bool {
        matches!(self, Self::Rust | Self::Kotlin | Self::Swift | Self::Python)
    }

    fn parts(self) -> &'static [Part] {
        match self {
            Self::Lint => lint::PARTS,
            Self::Rust => rust::PARTS,
            Self::Kotlin => kotlin::PARTS,
            Self::Swift => swift::PARTS,
            Self::Python => python::PARTS,
            Self::Fuzz => fuzz::PARTS,
            Self::PythonVectors => vectors::PARTS,
        }
    }
}

fn main() -> ExitCode {
    let chore = Arguments::parse().chore;
    let outcome = Workshop::open().and_then(|workshop| match chore {
        Chore::Lint => Ok(table::run(&workshop, lint::PARTS)),
        Chore::Bindings => Ok(table::run(&workshop, bindings::PARTS)),
        Chore::Faults => Ok(table::run(&workshop, faults::PARTS)),
        Chore::Fixtures => Ok(table::run(&workshop, faults::FIXTURES)),
        Chore::Test { suites } => Ok(table::run(&workshop, &parts_of(&suites))),
        Chore::Fuzz { target, minutes, hours } => {
            let minutes = hours.map_or(minutes, |hours| hours.saturating_mul(60));
            fuzz::run(&workshop, target.as_deref(), Duration::from_mins(minutes)).map(|()| ExitCode::SUCCESS)
        }
        Chore::Bench { names } => bench::run(&workshop, &names).map(|()| ExitCode::SUCCESS),
    });
    outcome.unwrap_or_else(|failure| {
        eprintln!("xtask: {failure}");
        ExitCode::FAILURE
    })
}

/// The parts of the suites that are asked for; of all but fuzzing if none is.
fn parts_of(suites: &[Suite]) -> Vec<Part> {
    let asked = |suite: &Suite| match suites {
        [] => *suite != Suite::Fuzz,
        named => named.contains(suite),
    };
    let asked: Vec<_> = Suite::value_variants().iter().filter(|suite| asked(suite)).collect();
    let table = asked.iter().any(|suite| suite.runs_scenarios()).then_some(scenarios::PARTS);
    asked.iter().map(|suite| suite.parts()).chain(table).flatten().copied().collect()
}
