//! libFuzzer on the stable compiler: the targets of `tests/fuzz`, two at a time, each for as long as was asked.
//!
//! What is built for it, corpora and all, lies in `target/fuzz`, apart from everything else: its flags would have the whole
//! workspace built anew. What a target finds is kept in `tests/fuzz/regressions`, where plain tests replay it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::apt;
use crate::shell::{self, Failure, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "fuzz", run: a_minute_each }];

/// Processors that a CI has.
const AT_A_TIME: usize = 2;

/// Inputs are small: what a reader does with a large one it does with many small parts.
const MAX_INPUT_BYTES: u32 = 8_192;
/// A run that takes longer is a finding. Machines are busy, and instrumented code is slow.
const TIMEOUT_SECONDS: u32 = 25;
/// A target that takes more memory is a finding; so is a single allocation of this size. A picture may take 64 MiB.
const MEMORY_MIB: u32 = 1_024;
const ALLOCATION_MIB: u32 = 300;

/// The machine for which the targets are built. Naming it keeps the flags from build scripts.
const MACHINE: &str = "x86_64-unknown-linux-gnu";

/// Coverage of edges and comparisons, as cargo-fuzz asks for it, by options that the stable compiler has.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares";

fn a_minute_each(workshop: &Workshop) -> Outcome {
    run(workshop, None, Duration::from_mins(1))
}

/// Fuzzes one target or all of them, each for so long.
pub fn run(workshop: &Workshop, only: Option<&str>, time: Duration) -> Outcome {
    let all = targets(workshop.root())?;
    let chosen: Vec<String> =
        all.iter().filter(|name| only.is_none_or(|only| only == *name)).cloned().collect();
    if chosen.is_empty() {
        return Err(Failure::new(format!("no such target; there are {}", all.join(", "))));
    }
    let programs = build(workshop)?;
    let place = Place { root: workshop.root(), home: &home(workshop), programs: &programs };
    let waiting = Mutex::new(chosen.into_iter());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let failures: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let mut failures = Vec::new();
            while let Some(name) = next() {
                failures.extend(fuzz(place, &name, time).err().map(|failure| failure.to_string()));
            }
            failures
        };
        let workers: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(work)).collect();
        let fell_over = |_| vec!["a thread fell over".to_owned()];
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(fell_over)).collect()
    });
    if failures.is_empty() { Ok(()) } else { Err(Failure::new(failures.join("; "))) }
}

/// Where everything lies.
#[derive(Clone, Copy)]
struct Place<'a> {
    root: &'a Path,
    home: &'a Path,
    programs: &'a Path,
}

/// The targets, by the names of their entry points.
fn targets(root: &Path) -> Result<Vec<String>, Failure> {
    let folder = root.join("tests/fuzz/src/bin");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(Failure::at(&folder))? {
        let path = entry.map_err(Failure::at(&folder))?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// Builds all targets; gives the folder where they lie.
fn build(workshop: &Workshop) -> Result<PathBuf, Failure> {
    if !shell::works(Command::new("c++").arg("--version")) {
        apt::install(workshop, &["g++"])?;
    }
    let folder = home(workshop);
    let mut cargo = shell::cargo(workshop.root());
    cargo.args(["build", "--locked", "--package", "tallystick-fuzz", "--features", "libfuzzer", "--bins"]);
    cargo.args(["--profile", "fuzz", "--target", MACHINE, "--target-dir"]).arg(&folder);
    shell::run(cargo.env("RUSTFLAGS", FLAGS))?;
    Ok(folder.join(MACHINE).join("fuzz"))
}

fn home(workshop: &Workshop) -> PathBuf {
    workshop.root().join("target/fuzz")
}

/// Feeds one target for so long. Says how far it came; fails if it found something, or did nothing.
fn fuzz(place: Place<'_>, name: &str, time: Duration) -> Outcome {
    let corpus = place.home.join("corpus").join(name);
    let seeds = place.home.join("seeds").join(name);
    let found = place.root.join("tests/fuzz/regressions").join(name);
    for folder in [&corpus, &seeds, &found] {
        fs::create_dir_all(folder).map_err(Failure::at(folder))?;
    }
    let file = place.home.join(format!("{name}.log"));
    let output = fs::File::create(&file).map_err(Failure::at(&file))?;
    eprintln!("+ {name} for {} s, log in {}", time.as_secs(), file.display());
    let status = Command::new(place.programs.join(format!("fuzz-{}", name.replace('_', "-"))))
        .args([&corpus, &seeds, &found])
        .arg(format!("-max_total_time={}", time.as_secs()))
        .arg(format!("-max_len={MAX_INPUT_BYTES}"))
        .arg(format!("-timeout={TIMEOUT_SECONDS}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB}"))
        .arg(format!("-malloc_limit_mb={ALLOCATION_MIB}"))
        .arg(format!("-artifact_prefix={}/", found.display()))
        .args(["-print_final_stats=1", "-use_value_profile=1"])
        .env("TALLYSTICK_FUZZ_SEEDS", &seeds)
        .current_dir(place.home)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output)
        .status()
        .map_err(|error| Failure::new(format!("`{name}` could not be started: {error}")))?;

    let log = fs::read_to_string(&file).map_err(Failure::at(&file))?;
    let runs = figure(&log, "stat::number_of_executed_units:").unwrap_or(0);
    let memory = figure(&log, "stat::peak_rss_mb:").unwrap_or(0);
    let coverage = log.lines().rev().find_map(|line| figure(line, " cov:")).unwrap_or(0);
    println!("fuzz {name:14} {runs:>10} runs, {coverage:>6} edges, {memory:>4} MiB");
    if !status.success() {
        let end: Vec<&str> = log.lines().rev().take(30).collect();
        eprintln!("{}", end.into_iter().rev().collect::<Vec<_>>().join("\n"));
        return Err(Failure::new(format!("{name} found something: {}", file.display())));
    }
    if runs == 0 || coverage == 0 {
        return Err(Failure::new(format!("{name} ran nothing")));
    }
    Ok(())
}

/// The number after a name.
fn figure(text: &str, name: &str) -> Option<u64> {
    text.split_once(name)?.1.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read() {
        let log = "#2048\tpulse  cov: 312 ft: 900\nDone 5 runs\nstat::number_of_executed_units: 77\n";
        assert_eq!(figure(log, "stat::number_of_executed_units:"), Some(77));
        assert_eq!(log.lines().rev().find_map(|line| figure(line, " cov:")), Some(312));
        assert_eq!(figure(log, "stat::peak_rss_mb:"), None);
    }
}
