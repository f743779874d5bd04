//! Out to the terminal, the pipe, the script.

use std::io::Write as _;

use anstream::ColorChoice;
use serde_json::json;

use super::{Manner, Page, Report, tame};
use crate::failure::Failure;

/// Prints reports: as JSON on standard output, one object a line, or as pages.
#[derive(Debug, Clone)]
pub struct Printer {
    json: bool,
}

impl Printer {
    /// For scripts, or for people in these colours.
    pub fn new(json: bool, colour: ColorChoice) -> Self {
        colour.write_global();
        Self { json }
    }

    /// Whether it prints for scripts.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Prints what a command has to say.
    pub fn print(&self, report: &impl Report, manner: &Manner) -> Result<(), Failure> {
        if self.json {
            let fields = serde_json::to_string(report).map_err(|error| Failure::new("internal", error))?;
            return out(&format!("{fields}\n"));
        }
        let mut page = Page::new(manner);
        report.show(&mut page);
        out(&page.into_text())
    }

    /// Prints a page beside the report: what a person is told on the way. Scripts are not.
    pub fn tell(&self, manner: &Manner, write: impl FnOnce(&mut Page<'_>)) {
        if self.json {
            return;
        }
        let mut page = Page::new(manner);
        write(&mut page);
        // Nothing depends on it: who closed the terminal does not want to know.
        let _ = anstream::stderr().write_all(page.into_text().as_bytes());
    }

    /// Prints why a command did not do what was asked.
    pub fn fail(&self, failure: &Failure) {
        if failure.was_told() {
            return;
        }
        if self.json {
            // Nobody is left to tell if this fails too.
            let _ = out(&format!("{}\n", json!({ "error": failure })));
            return;
        }
        let (bad, quiet) = (Page::BAD, anstyle::Style::new().dimmed());
        let advice = failure.advice.iter().flat_map(|advice| advice.lines()).map(tame);
        let payment = failure.payment.map(|payment| format!("{quiet}payment {payment}{quiet:#}"));
        let code = format!("{quiet}({}){quiet:#}", failure.code);
        let lines: Vec<String> = std::iter::once(format!("{bad}tally:{bad:#} {}", tame(&failure.text)))
            .chain(advice.chain(payment).chain([code]).map(|line| format!("       {line}")))
            .collect();
        let _ = writeln!(anstream::stderr(), "{}", lines.join("\n"));
    }
}

fn out(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    settled(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// A reader who has seen enough (`tally history | head`) is no fault.
fn settled(written: std::io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new("io", format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}
