//! The shared scenarios, language by language: what each runner reports, and the table of all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::bindings;
use crate::shell::{Failure, Outcome};
use crate::table::Part;
use crate::workshop::Workshop;

pub const PARTS: &[Part] = &[Part { name: "scenarios", run: show }];

/// Where a runner writes what became of each scenario.
pub const REPORT: &str = "TALLYSTICK_SCENARIO_REPORT";

/// An empty report for a language, below the folder of built programs, which runners elsewhere see too.
pub fn report(workshop: &Workshop, language: &'static str) -> Result<PathBuf, Failure> {
    let folder = bindings::target(workshop.root())?.join("debug/scenarios");
    fs::create_dir_all(&folder).map_err(Failure::at(&folder))?;
    let file = folder.join(format!("{language}.txt"));
    fs::write(&file, "").map_err(Failure::at(&file))?;
    workshop.languages.borrow_mut().push((language, file.clone()));
    Ok(file)
}

/// Prints the table of what ran, and fails if a scenario did not pass in a language whose tests ran.
fn show(workshop: &Workshop) -> Outcome {
    let names = names(&workshop.root().join("tests/scenarios"))?;
    let mut columns = Vec::new();
    for (language, file) in workshop.languages.borrow().iter() {
        let text = fs::read_to_string(file).map_err(Failure::at(file))?;
        columns.push((*language, read(&text)));
    }
    let (table, missing) = draw(&names, &columns);
    print!("{table}");
    if missing == 0 { Ok(()) } else { Err(Failure::new(format!("{missing} scenarios did not pass"))) }
}

fn names(folder: &Path) -> Result<BTreeSet<String>, Failure> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(Failure::at(folder))? {
        let path = entry.map_err(Failure::at(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    Ok(names)
}

/// What became of each scenario: whatever failed once, failed.
fn read(report: &str) -> BTreeMap<String, bool> {
    let mut results = BTreeMap::new();
    for line in report.lines() {
        if let ["scenario", name, result] = line.split(' ').collect::<Vec<_>>()[..] {
            let passed = results.entry(name.to_owned()).or_insert(true);
            *passed &= result == "ok";
        }
    }
    results
}

fn draw(names: &BTreeSet<String>, columns: &[(&str, BTreeMap<String, bool>)]) -> (String, usize) {
    let width = names.iter().map(String::len).max().unwrap_or(0).max("scenario".len());
    let row = |name: &str, cells: Vec<&str>| {
        let cells: Vec<_> = cells.iter().map(|cell| format!("  {cell:7}")).collect();
        format!("\n{name:width$}{}", cells.concat())
    };
    let mut missing = 0;
    let mut text = row("scenario", columns.iter().map(|(language, _)| *language).collect());
    for name in names {
        let cells = columns.iter().map(|(_, results)| match results.get(name) {
            Some(true) => "ok",
            Some(false) => "FAILED",
            None => "NOT RUN",
        });
        let cells: Vec<_> = cells.collect();
        missing += cells.iter().filter(|cell| **cell != "ok").count();
        text.push_str(&row(name, cells));
    }
    text.push('\n');
    (text, missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_and_what_did_not_run_is_counted_and_shown() {
        let names = ["lock", "pay"].map(str::to_owned).into();
        let rust = read("scenario lock ok\nscenario pay ok\n");
        let swift = read("scenario pay ok\nscenario pay failed\n");
        let (text, missing) = draw(&names, &[("rust", rust), ("swift", swift)]);
        assert_eq!(missing, 2);
        assert!(text.contains("lock      ok       NOT RUN"), "{text}");
        assert!(text.contains("pay       ok       FAILED"), "{text}");
    }
}
