//! What was measured, beside what is demanded: a table to print, and a section of `docs/benchmarks.md`.
//!
//! Every bench owns the lines between its two marks; what stands between other marks, or between none, is left alone.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Figure {
    what: String,
    measured: String,
    limit: Option<(String, bool)>,
}

impl Figure {
    /// A figure that says something, and is held to nothing.
    pub fn told(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { what: what.into(), measured: measured.into(), limit: None }
    }

    /// A number that may be at most so large.
    pub fn at_most(what: impl Into<String>, measured: f64, limit: f64, unit: &str) -> Self {
        Self::held(what, (measured, "≤", limit), unit, measured <= limit)
    }

    /// A number that must be at least so large.
    pub fn at_least(what: impl Into<String>, measured: f64, limit: f64, unit: &str) -> Self {
        Self::held(what, (measured, "≥", limit), unit, measured >= limit)
    }

    fn held(
        what: impl Into<String>,
        (measured, sign, limit): (f64, &str, f64),
        unit: &str,
        keeps: bool,
    ) -> Self {
        let limit = Some((format!("{sign} {}{unit}", number(limit)), keeps));
        Self { what: what.into(), measured: format!("{}{unit}", number(measured)), limit }
    }

    /// Whether it keeps to its limit, if it has one.
    pub fn keeps(&self) -> Option<bool> {
        self.limit.as_ref().map(|(_, keeps)| *keeps)
    }
}

/// A number with three digits that mean something.
pub fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || size.fract() == 0.0 => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// What a bench has found.
#[derive(Debug, Clone)]
pub struct Section {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What was done, for whoever wants to judge the figures.
    pub about: String,
    /// The figures.
    pub figures: Vec<Figure>,
}

impl Section {
    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n{}\n\n", self.title, self.about);
        text.push_str("| | measured | demanded | |\n| --- | ---: | ---: | --- |\n");
        for Figure { what, measured, limit } in &self.figures {
            let (limit, verdict) = limit.as_ref().map_or(("", ""), |(limit, keeps)| {
                (limit.as_str(), if *keeps { "kept" } else { "**missed**" })
            });
            // Writing to memory cannot fail.
            let _ = writeln!(text, "| {what} | {measured} | {limit} | {verdict} |");
        }
        text
    }

    /// Puts it in place of what an earlier run has written.
    pub fn write_into(&self, file: &Path) -> io::Result<()> {
        let before = match fs::read_to_string(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => PREFACE.to_owned(),
            text => text?,
        };
        fs::write(file, replaced(&before, self.name, &self.markdown()))
    }
}

/// What stands above all sections when the file is new.
const PREFACE: &str = "# Benchmarks\n\n\
    `cargo xtask bench` measures everything on this page and writes it; `cargo xtask bench NAME…` only what is named.\n\
    Times on another machine are others: what is held to a limit is, where it can be, the ratio to something that was\n\
    measured in the same run.\n";

fn replaced(text: &str, name: &str, section: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let section = format!("{open}\n{section}{close}");
    match text.split_once(&open).and_then(|(before, rest)| Some((before, rest.split_once(&close)?.1))) {
        Some((before, after)) => format!("{before}{section}{after}"),
        None => format!("{}\n\n{section}\n", text.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_replaces_itself_and_leaves_others_alone() {
        let once = replaced("# Benchmarks\n", "speed", "fast\n");
        assert_eq!(once, "# Benchmarks\n\n<!-- speed -->\nfast\n<!-- /speed -->\n");
        let both = replaced(&once, "size", "small\n");
        let again = replaced(&both, "speed", "faster\n");
        let expected = "# Benchmarks\n\n<!-- speed -->\nfaster\n<!-- /speed -->\n\n<!-- size -->\nsmall\n<!-- /size -->\n";
        assert_eq!(again, expected);
    }

    #[test]
    fn a_figure_says_whether_it_keeps_to_its_limit() {
        assert_eq!(Figure::at_most("", 1.0, 2.0, " ms").keeps(), Some(true));
        assert_eq!(Figure::at_least("", 1.0, 2.0, " ms").keeps(), Some(false));
        assert_eq!(Figure::told("", "").keeps(), None);
        assert_eq!(
            Figure::at_most("", f64::NAN, 2.0, "").keeps(),
            Some(false),
            "nothing measured is nothing kept"
        );
    }
}
