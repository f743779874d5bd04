//! A page for a person.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use tallystick::request::{Code, TerminalStyle};

use super::{Manner, Table, tame};

/// What a command has to say: its fields are for scripts, its page for people.
pub trait Report: Serialize {
    /// Writes the page.
    fn show(&self, page: &mut Page<'_>);
}

/// Lines with a little emphasis. Whatever colour says, words say too.
pub struct Page<'m> {
    text: String,
    manner: &'m Manner,
}

impl<'m> Page<'m> {
    /// An empty page.
    pub fn new(manner: &'m Manner) -> Self {
        Self { text: String::new(), manner }
    }

    /// How this person reads amounts and times.
    pub fn manner(&self) -> &'m Manner {
        self.manner
    }

    /// The page as text, with escape sequences for styles.
    pub fn into_text(self) -> String {
        self.text
    }

    /// What this is about.
    pub fn title(&mut self, text: impl Display) {
        self.styled(Style::new().bold(), "", &text.to_string());
    }

    /// A line.
    pub fn line(&mut self, text: impl Display) {
        self.styled(Style::new(), "", &text.to_string());
    }

    /// A line for those who want to know more.
    pub fn note(&mut self, text: impl Display) {
        self.styled(Style::new().dimmed(), "", &text.to_string());
    }

    /// Something that went well.
    pub fn good(&mut self, text: impl Display) {
        self.styled(Self::GOOD, "", &text.to_string());
    }

    /// Something to look at twice.
    pub fn careful(&mut self, text: impl Display) {
        self.styled(Self::CAREFUL, "! ", &text.to_string());
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A line that can be copied: a link, a command.
    pub fn verbatim(&mut self, text: impl Display) {
        self.styled(Style::new(), "  ", &text.to_string());
    }

    /// A table, set in a little.
    pub fn table(&mut self, table: &Table) {
        self.text.push_str(&table.lines("  "));
    }

    /// A code, black on white whatever the terminal's colours are. Without colours it is as dark as the terminal's letters.
    pub fn code(&mut self, code: &Code) {
        self.text.push_str(&code.terminal(TerminalStyle::Colours));
    }

    /// Emphasis for what is well.
    pub const GOOD: Style = AnsiColor::Green.on_default();
    /// Emphasis for what deserves a second look.
    pub const CAREFUL: Style = AnsiColor::Yellow.on_default().bold();
    /// Emphasis for what is wrong.
    pub const BAD: Style = AnsiColor::Red.on_default().bold();

    fn styled(&mut self, style: Style, before: &str, text: &str) {
        let text = tame(text);
        self.text.extend([
            before,
            &style.render().to_string(),
            &text,
            &style.render_reset().to_string(),
            "\n",
        ]);
    }
}
