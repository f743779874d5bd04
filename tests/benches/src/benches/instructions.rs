//! How many instructions the hot paths take, counted by callgrind: a figure that a busy machine does not change.
//!
//! Each is compared with the number that stands in `instructions.json`; `--pin` writes what was counted into it. A path is
//! walked once and many times, so that what comes before the walk does not count.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum as _;

use super::Size;
use crate::paths::{HotPath, PATH};
use crate::report::{Figure, Section};

/// A compiler's mood; more is a change of ours.
const TOLERANCE: f64 = 1.05;

pub(super) fn run(size: Size, pin: bool) -> io::Result<Section> {
    let pins = pins()?;
    let mut counted = BTreeMap::new();
    let mut figures = Vec::new();
    for path in HotPath::value_variants() {
        let name = name(*path);
        if size == Size::Smoke {
            path.walk(1);
            figures.push(Figure::told(name, "walked"));
            continue;
        }
        let instructions = count(*path)?;
        figures.push(match pins.get(&name) {
            Some(pinned) => Figure::at_most(&name, instructions as f64, *pinned as f64 * TOLERANCE, ""),
            None => Figure::told(&name, instructions.to_string()),
        });
        counted.insert(name, instructions);
    }
    if pin {
        fs::write(file(), serde_json::to_string_pretty(&counted)? + "\n")?;
    }
    Ok(Section {
        name: "instructions",
        title: "Instructions",
        about: format!(
            "Counted by callgrind, for one time each, in a program as it is shipped. Held to what was counted when the \
             number was pinned, and {:.0}% more.",
            (TOLERANCE - 1.0) * 100.0
        ),
        figures,
    })
}

fn name(path: HotPath) -> String {
    path.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.json")
}

fn pins() -> io::Result<BTreeMap<String, u64>> {
    match fs::read_to_string(file()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        text => Ok(serde_json::from_str(&text?)?),
    }
}

fn count(path: HotPath) -> io::Result<u64> {
    let (few, many) = (collected(path, 1)?, collected(path, path.times() + 1)?);
    Ok(many.saturating_sub(few) / u64::from(path.times()))
}

/// The instructions of a whole run.
fn collected(path: HotPath, times: u32) -> io::Result<u64> {
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args([PATH, &name(path), &times.to_string()])
        .output()?;
    let said = String::from_utf8_lossy(&ran.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    collected.ok_or_else(|| io::Error::other(format!("valgrind counted nothing: {said}")))
}
