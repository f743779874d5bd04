//! Runs parts one after another and tells at the end what became of each.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::shell::{Failure, Outcome};
use crate::workshop::Workshop;

/// A piece of work that passes or fails by itself.
#[derive(Clone, Copy)]
pub struct Part {
    pub name: &'static str,
    pub run: fn(&Workshop) -> Outcome,
}

struct Row {
    name: &'static str,
    failure: Option<Failure>,
    took: Duration,
}

/// Runs all parts, prints the table, and fails if one of them did.
pub fn run(workshop: &Workshop, parts: &[Part]) -> ExitCode {
    let rows: Vec<Row> = parts.iter().map(|part| measure(workshop, *part)).collect();
    print!("{}", draw(&rows));
    if rows.iter().all(|row| row.failure.is_none()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure(workshop: &Workshop, part: Part) -> Row {
    eprintln!("\n== {} ==", part.name);
    let start = Instant::now();
    let failure = (part.run)(workshop).err();
    if let Some(reason) = &failure {
        eprintln!("{} failed: {reason}", part.name);
    }
    Row { name: part.name, failure, took: start.elapsed() }
}

fn draw(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(4);
    let mut lines = vec![String::new(), format!("{:width$}  result  seconds", "part")];
    for row in rows {
        let result = if row.failure.is_none() { "passed" } else { "FAILED" };
        let reason = row.failure.as_ref().map(|reason| format!("  {reason}")).unwrap_or_default();
        lines.push(format!("{:width$}  {result}  {:7.1}{reason}", row.name, row.took.as_secs_f32()));
    }
    let failed = rows.iter().filter(|row| row.failure.is_some()).count();
    // The closing line that a CI reads.
    lines.extend([String::new(), format!("{} passed, {failed} failed\n", rows.len() - failed)]);
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_in_its_row_and_in_the_closing_line() {
        let took = Duration::from_millis(1250);
        let rows = [
            Row { name: "rust", failure: None, took },
            Row { name: "kotlin", failure: Some(Failure::new("no JDK")), took },
        ];
        let text = draw(&rows);
        assert!(text.contains("rust    passed      1.2"), "{text}");
        assert!(text.contains("kotlin  FAILED      1.2  no JDK"), "{text}");
        assert!(text.ends_with("\n1 passed, 1 failed\n"), "{text}");
    }
}
